package graph

import (
	"context"
	"errors"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// GivenName is the viewer's own; an anonymous caller has none.
func (viewerResolver) GivenName(_ context.Context, v *auth.Viewer) (*string, error) {
	return unlessEmpty(v.GivenName), nil
}

// FamilyName is the viewer's own; an anonymous caller has none.
func (viewerResolver) FamilyName(_ context.Context, v *auth.Viewer) (*string, error) {
	return unlessEmpty(v.FamilyName), nil
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Staff lists the members of staff that the viewer sees.
func (r queryResolver) Staff(
	ctx context.Context, _ *domain.Date, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.PersonOrder, where *ent.PersonWhereInput,
) (*ent.PersonConnection, error) {
	return r.ent.Person.Query().Paginate(ctx, after, first, before, last,
		ent.WithPersonOrder(orderBy), ent.WithPersonFilter(where.Filter))
}

// WithAssignment keeps the people with such an assignment on the viewer's day.
func (personFilterResolver) WithAssignment(ctx context.Context, where *ent.PersonWhereInput, such *ent.AssignmentWhereInput) error {
	if such == nil {
		return nil
	}
	v := auth.FromContext(ctx)
	p, err := such.P()
	if errors.Is(err, ent.ErrEmptyAssignmentWhereInput) {
		where.AddPredicates(service.WithAssignment(v))
		return nil
	}
	if err == nil {
		where.AddPredicates(service.WithAssignment(v, p))
	}
	return err
}

// AwaitingConfirmation keeps the people with a proposed assignment, or without.
func (personFilterResolver) AwaitingConfirmation(ctx context.Context, where *ent.PersonWhereInput, awaiting *bool) error {
	if awaiting != nil {
		where.AddPredicates(service.AwaitingConfirmation(auth.FromContext(ctx), *awaiting))
	}
	return nil
}

// RegisterPerson registers a member of staff.
func (r mutationResolver) RegisterPerson(ctx context.Context, in model.RegisterPersonInput) (*model.RegisterPersonPayload, error) {
	p, err := r.service.RegisterPerson(ctx, in.OrganisationID, domain.Staff{
		Issuer: in.Issuer, Subject: in.Subject, GivenName: in.GivenName, FamilyName: in.FamilyName,
	})
	refused, err := userErrors(ctx, err)
	return &model.RegisterPersonPayload{Person: p, Errors: refused}, err
}

// SetSpokenLanguages says which languages a member of staff speaks.
func (r mutationResolver) SetSpokenLanguages(ctx context.Context, in model.SetSpokenLanguagesInput) (*model.SetSpokenLanguagesPayload, error) {
	p, err := r.service.SetSpokenLanguages(ctx, in.PersonID, append([]domain.LanguageCode{}, in.Languages...))
	refused, err := userErrors(ctx, err)
	return &model.SetSpokenLanguagesPayload{Person: p, Errors: refused}, err
}

// dateOr is the day that the caller gave, or none.
func dateOr(d *domain.Date) domain.Date { return valueOr(d) }

// valueOr is nothing for what was left out.
func valueOr[T any](v *T) T {
	var none T
	if v == nil {
		return none
	}
	return *v
}
