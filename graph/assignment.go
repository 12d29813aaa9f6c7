package graph

import (
	"cmp"
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// maxAssignments bounds what one person is assigned to on one day.
const maxAssignments = 50

// Assignments lists what the viewer is assigned to today. How many there are, and
// whether any is held point by point, is known since the viewer was recognised:
// what is empty is not asked for again.
func (r viewerResolver) Assignments(ctx context.Context, v *auth.Viewer) ([]*ent.Assignment, error) {
	if len(v.Assignments) == 0 {
		return nil, nil
	}
	reading := ctx
	if !slices.ContainsFunc(v.Assignments, atPoints) {
		reading = withoutField(ctx, "receptionPoints", "Assignment", "Node")
	}
	q, err := r.ent.Assignment.Query().CollectFields(reading)
	if err != nil {
		return nil, err
	}
	return q.Limit(maxAssignments).All(ctx)
}

func atPoints(a auth.Assignment) bool { return len(a.PointIDs) > 0 }

// withoutField is the context of the current field with one field less below it,
// on objects that are and implement the named types.
func withoutField(ctx context.Context, name string, satisfies ...string) context.Context {
	field := graphql.GetFieldContext(ctx).Field
	var rest ast.SelectionSet
	for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), field.Selections, satisfies) {
		if f.Name != name {
			selected := *f.Field
			selected.SelectionSet = f.Selections
			rest = append(rest, &selected)
		}
	}
	field.Selections = rest
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: field})
}

// ReceptionPoints lists where the assignment is held, in a fixed order. Viewers see
// their own assignments alone.
func (assignmentResolver) ReceptionPoints(ctx context.Context, a *ent.Assignment) ([]*ent.ReceptionPoint, error) {
	if !slices.ContainsFunc(auth.FromContext(ctx).Assignments, func(own auth.Assignment) bool { return own.ID == a.ID && atPoints(own) }) {
		return nil, nil
	}
	points, err := a.NamedReceptionPoints(alias(ctx))
	if ent.IsNotLoaded(err) {
		points, err = a.QueryReceptionPoints().All(ctx)
	}
	return sorted(points, func(p *ent.ReceptionPoint) domain.ID { return p.ID }), err
}

// sorted puts the items of a list that is no connection in a fixed order: the
// database gives them in any.
func sorted[T any](items []T, id func(T) domain.ID) []T {
	return slices.SortedFunc(slices.Values(items), func(a, b T) int { return cmp.Compare(id(a), id(b)) })
}
