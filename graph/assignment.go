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
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

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
	return q.Where(service.OwnAssignments(v)).Limit(domain.MaxAssignments).All(ctx)
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

// ReceptionPoints lists where the assignment is held, in a fixed order. Of the
// viewer's own it is known whether there are any.
func (assignmentResolver) ReceptionPoints(ctx context.Context, a *ent.Assignment) ([]*ent.ReceptionPoint, error) {
	if slices.ContainsFunc(auth.FromContext(ctx).Assignments, func(own auth.Assignment) bool { return own.ID == a.ID && !atPoints(own) }) {
		return nil, nil
	}
	points, err := a.NamedReceptionPoints(alias(ctx))
	if ent.IsNotLoaded(err) {
		points, err = a.QueryReceptionPoints().All(ctx)
	}
	return sorted(points, func(p *ent.ReceptionPoint) domain.ID { return p.ID }), err
}

// Person is who holds the assignment, if the viewer sees that person.
func (assignmentResolver) Person(ctx context.Context, a *ent.Assignment) (*ent.Person, error) {
	p, err := a.Person(ctx)
	return p, ent.MaskNotFound(err)
}

// sorted puts the items of a list that is no connection in a fixed order: the
// database gives them in any.
func sorted[T any](items []T, id func(T) domain.ID) []T {
	return slices.SortedFunc(slices.Values(items), func(a, b T) int { return cmp.Compare(id(a), id(b)) })
}

// Organisations keeps the assignments for these organisations.
func (assignmentFilterResolver) Organisations(_ context.Context, where *ent.AssignmentWhereInput, ids []domain.ID) error {
	where.OrganisationIDIn = orNothing(ids)
	return tooMany("where.withAssignment.organisations", len(ids))
}

// ReceptionPoints keeps the assignments at these points, which everybody sees.
func (assignmentFilterResolver) ReceptionPoints(_ context.Context, where *ent.AssignmentWhereInput, ids []domain.ID) error {
	if ids != nil {
		where.AddPredicates(assignment.HasReceptionPointsWith(receptionpoint.IDIn(ids...)))
	}
	return tooMany("where.withAssignment.receptionPoints", len(ids))
}

// Roles keeps the assignments in these roles.
func (assignmentFilterResolver) Roles(_ context.Context, where *ent.AssignmentWhereInput, roles []domain.Role) error {
	where.RoleIn = orNothing(roles)
	return tooMany("where.withAssignment.roles", len(roles))
}

// AssignRole gives or proposes a role.
func (r mutationResolver) AssignRole(ctx context.Context, in model.AssignRoleInput) (*model.AssignRolePayload, error) {
	a, err := r.service.AssignRole(ctx, in.PersonID, in.OrganisationID, domain.AssignmentPlan{
		Role: in.Role, Points: in.ReceptionPointIds, Share: in.Share,
		From: dateOr(in.ValidFrom), Until: dateOr(in.ValidUntil),
	})
	refused, err := userErrors(ctx, err)
	return &model.AssignRolePayload{Assignment: a, Errors: refused}, err
}

// EndAssignment ends an assignment.
func (r mutationResolver) EndAssignment(ctx context.Context, in model.EndAssignmentInput) (*model.EndAssignmentPayload, error) {
	a, err := r.service.EndAssignment(ctx, in.ID, in.Version, dateOr(in.ValidUntil))
	refused, err := userErrors(ctx, err)
	return &model.EndAssignmentPayload{Assignment: a, Errors: refused}, err
}

// ConfirmAssignment confirms a proposed assignment.
func (r mutationResolver) ConfirmAssignment(ctx context.Context, in model.ConfirmAssignmentInput) (*model.ConfirmAssignmentPayload, error) {
	a, err := r.service.ConfirmAssignment(ctx, in.ID, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.ConfirmAssignmentPayload{Assignment: a, Errors: refused}, err
}

// RejectAssignment rejects a proposed assignment.
func (r mutationResolver) RejectAssignment(ctx context.Context, in model.RejectAssignmentInput) (*model.RejectAssignmentPayload, error) {
	a, err := r.service.RejectAssignment(ctx, in.ID, in.Version, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.RejectAssignmentPayload{Assignment: a, Errors: refused}, err
}
