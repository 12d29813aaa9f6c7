package service

import (
	"context"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/policy"
)

// OwnStaffAuthorisations keeps the authorisations that the viewer itself holds today.
func OwnStaffAuthorisations(v *auth.Viewer) predicate.StaffAuthorisation {
	return staffauthorisation.And(
		staffauthorisation.PersonID(v.PersonID), policy.StaffAuthorisationInForce(v.Today()))
}

// GrantStaffAuthorisation authorises a person by name in a role that it is assigned
// to. A plan without a first day begins today.
func (s *Service) GrantStaffAuthorisation(
	ctx context.Context, person, organisation domain.ID, plan domain.AuthorisationPlan,
) (*ent.StaffAuthorisation, error) {
	v := auth.FromContext(ctx)
	plan.From = today(ctx, plan.From)
	var given *ent.StaffAuthorisation
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		o, err := visibleOrganisation(ctx, tx, organisation)
		if err != nil {
			return err
		}
		granted, err := policy.GrantStaffAuthorisation(ctx, o.ID, person)
		if err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, person); err != nil {
			return err
		}
		if err := plan.Check(bodyOf(o), v.Today()).Err(); err != nil {
			return err
		}
		if err := mayAuthorise(granted, tx, person, o.ID, plan, v.Today()); err != nil {
			return err
		}
		given, err = tx.StaffAuthorisation.Create().
			SetPersonID(person).SetOrganisationID(o.ID).SetRole(plan.Role).
			SetValidFrom(plan.From).SetValidUntil(plan.Until).
			SetGrantedByID(v.PersonID).SetGrantedOn(v.Today()).
			Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return given.Unwrap(), nil
}

// mayAuthorise refuses an authorisation in a role that the person does not hold, and
// one more than a list without pages can show.
func mayAuthorise(
	ctx context.Context, tx *ent.Tx, person, organisation domain.ID, plan domain.AuthorisationPlan, today domain.Date,
) error {
	holds, err := tx.Assignment.Query().Where(
		assignment.PersonID(person), assignment.OrganisationID(organisation), assignment.RoleEQ(plan.Role),
		policy.AssignmentInForce(plan.From),
	).Exist(ctx)
	if err != nil {
		return err
	}
	if !holds {
		return domain.NotAssigned()
	}
	held, err := tx.StaffAuthorisation.Query().Where(
		staffauthorisation.PersonID(person), staffauthorisation.ValidUntilGT(today), staffauthorisation.RevokedOnIsNil(),
	).Count(ctx)
	if err != nil {
		return err
	}
	if held >= domain.MaxAuthorisations {
		return domain.TooManyAuthorisations()
	}
	return nil
}

// RevokeStaffAuthorisation ends an authorisation at once, before its time.
func (s *Service) RevokeStaffAuthorisation(
	ctx context.Context, id domain.ID, version int, reason string,
) (*ent.StaffAuthorisation, error) {
	var revoked *ent.StaffAuthorisation
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		a, err := tx.StaffAuthorisation.Query().Where(staffauthorisation.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := policy.RevokeStaffAuthorisation(ctx, a)
		if err != nil {
			return err
		}
		if a.Version != version {
			return stale(version, a.Version)
		}
		if err := domain.CheckReason(reason).Err(); err != nil {
			return err
		}
		v := auth.FromContext(ctx)
		revoked, err = a.Update().AddVersion(1).
			SetRevokedOn(v.Today()).SetRevokedByID(v.PersonID).SetRevocationReason(strings.TrimSpace(reason)).
			Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return revoked.Unwrap(), nil
}
