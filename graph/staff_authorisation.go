package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Authorisations lists those that the viewer holds today.
func (r viewerResolver) Authorisations(ctx context.Context, v *auth.Viewer) ([]*ent.StaffAuthorisation, error) {
	q, err := r.ent.StaffAuthorisation.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Where(service.OwnStaffAuthorisations(v)).Limit(domain.MaxAuthorisations).All(ctx)
}

// Person is whose authorisation it is, if the viewer sees that person.
func (staffAuthorisationResolver) Person(ctx context.Context, a *ent.StaffAuthorisation) (*ent.Person, error) {
	p, err := a.Person(ctx)
	return p, ent.MaskNotFound(err)
}

// GrantedBy is who granted it, if the viewer sees that person.
func (staffAuthorisationResolver) GrantedBy(ctx context.Context, a *ent.StaffAuthorisation) (*ent.Person, error) {
	p, err := a.GrantedBy(ctx)
	return p, ent.MaskNotFound(err)
}

// GrantStaffAuthorisation grants a named authorisation.
func (r mutationResolver) GrantStaffAuthorisation(
	ctx context.Context, in model.GrantStaffAuthorisationInput,
) (*model.GrantStaffAuthorisationPayload, error) {
	a, err := r.service.GrantStaffAuthorisation(ctx, in.PersonID, in.OrganisationID, domain.AuthorisationPlan{
		Role: in.Role, From: dateOr(in.ValidFrom), Until: in.ValidUntil,
	})
	refused, err := userErrors(ctx, err)
	return &model.GrantStaffAuthorisationPayload{Authorisation: a, Errors: refused}, err
}

// RevokeStaffAuthorisation revokes a named authorisation.
func (r mutationResolver) RevokeStaffAuthorisation(
	ctx context.Context, in model.RevokeStaffAuthorisationInput,
) (*model.RevokeStaffAuthorisationPayload, error) {
	a, err := r.service.RevokeStaffAuthorisation(ctx, in.ID, in.Version, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.RevokeStaffAuthorisationPayload{Authorisation: a, Errors: refused}, err
}
