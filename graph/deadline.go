package graph

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Deadlines are those that are before the application, without what can be done no more.
func (applicationResolver) Deadlines(ctx context.Context, a *ent.Application) ([]*ent.Deadline, error) {
	all, err := a.NamedDeadlines(alias(ctx))
	if ent.IsNotLoaded(err) {
		all, err = a.QueryDeadlines().All(ctx)
	}
	today := auth.FromContext(ctx).Today()
	return slices.DeleteFunc(all, func(d *ent.Deadline) bool { return service.DeadlineOf(d).Closed(today) }), err
}

// State is how near the deadline is.
func (deadlineResolver) State(ctx context.Context, d *ent.Deadline) (domain.DeadlineState, error) {
	return service.DeadlineOf(d).On(auth.FromContext(ctx).Today()), nil
}

// Deadline keeps the applications with such a deadline.
func (applicationFilterResolver) Deadline(ctx context.Context, where *ent.ApplicationWhereInput, in *model.DeadlineFilterInput) error {
	if in == nil {
		return nil
	}
	where.AddPredicates(service.WithDeadline(auth.FromContext(ctx), in.Kinds, in.States))
	return tooMany("where.deadline", len(in.Kinds)+len(in.States))
}
