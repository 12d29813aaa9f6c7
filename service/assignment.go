package service

import (
	"context"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// OwnAssignments keeps what the viewer itself is assigned to today.
func OwnAssignments(v *auth.Viewer) predicate.Assignment {
	return assignment.And(assignment.PersonID(v.PersonID), policy.AssignmentInForce(v.Today()))
}

// AssignRole gives a person a role at an organisation. Where the role needs a second
// person it is only proposed, and gives nothing until somebody confirms it. A plan
// without a first day begins today.
func (s *Service) AssignRole(
	ctx context.Context, person, organisation domain.ID, plan domain.AssignmentPlan,
) (*ent.Assignment, error) {
	v := auth.FromContext(ctx)
	plan.From = today(ctx, plan.From)
	slices.Sort(plan.Points)
	plan.Points = slices.Compact(plan.Points)
	var assigned *ent.Assignment
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		o, err := visibleOrganisation(ctx, tx, organisation)
		if err != nil {
			return err
		}
		granted, err := policy.AssignRole(ctx, o.ID, person, plan.Role)
		if err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, person); err != nil {
			return err
		}
		if err := plan.Check(bodyOf(o), v.Today()).Err(); err != nil {
			return err
		}
		if err := mayStaff(granted, tx, o, plan.Points); err != nil {
			return err
		}
		held, err := tx.Assignment.Query().Where(assignment.PersonID(person), unfinished(v.Today())).Count(granted)
		if err != nil {
			return err
		}
		if held >= domain.MaxAssignments {
			return domain.TooManyAssignments()
		}
		state := domain.AssignmentConfirmed
		if plan.Role.NeedsSecondPerson() {
			state = domain.AssignmentProposed
		}
		assigned, err = tx.Assignment.Create().
			SetPersonID(person).SetOrganisationID(o.ID).SetRole(plan.Role).AddReceptionPointIDs(plan.Points...).
			SetShare(plan.Share).SetValidFrom(plan.From).SetNillableValidUntil(optional(plan.Until)).
			SetState(state).SetAssignedByID(v.PersonID).
			Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return assigned.Unwrap(), nil
}

// mayStaff refuses points that the organisation does not operate. The Métropole's
// staff is mutualised: it holds permanences anywhere.
func mayStaff(ctx context.Context, tx *ent.Tx, o *ent.Organisation, points []domain.ID) error {
	such := []predicate.ReceptionPoint{receptionpoint.IDIn(points...)}
	if o.Kind != domain.Metropole {
		such = append(such, receptionpoint.HasOperatorsWith(organisation.ID(o.ID)))
	}
	n, err := tx.ReceptionPoint.Query().Where(such...).Count(ctx)
	if err != nil {
		return err
	}
	if n != len(points) {
		return domain.NotOperated()
	}
	return nil
}

// unfinished keeps the assignments that hold, will hold or may be confirmed.
func unfinished(today domain.Date) predicate.Assignment {
	return assignment.And(
		assignment.StateIn(domain.AssignmentProposed, domain.AssignmentConfirmed),
		assignment.Or(assignment.ValidUntilIsNil(), assignment.ValidUntilGT(today)),
	)
}

// EndAssignment ends an assignment on that day, today when it is zero: its rights
// end with it. One whose first day is not over, or that nobody confirmed, is
// withdrawn.
func (s *Service) EndAssignment(ctx context.Context, id domain.ID, version int, end domain.Date) (*ent.Assignment, error) {
	end = today(ctx, end)
	return s.changeAssignment(ctx, id, version, policy.EndAssignment,
		func(_ context.Context, _ *ent.Tx, a *ent.Assignment, u *ent.AssignmentUpdateOne) error {
			now := auth.FromContext(ctx).Today()
			if err := domain.CheckEnd(a.ValidFrom, dateOrZero(a.ValidUntil), end, now).Err(); err != nil {
				return err
			}
			if end == now && (a.State == domain.AssignmentProposed || !a.ValidFrom.Before(end)) {
				u.SetState(domain.AssignmentWithdrawn)
				return nil
			}
			u.SetValidUntil(end)
			return nil
		})
}

// ConfirmAssignment lets a proposed assignment take effect: the viewer is the second
// person. What the organisation may have is looked at again, since it may have
// changed.
func (s *Service) ConfirmAssignment(ctx context.Context, id domain.ID, version int) (*ent.Assignment, error) {
	return s.changeAssignment(ctx, id, version, policy.ConfirmAssignment,
		func(granted context.Context, tx *ent.Tx, a *ent.Assignment, u *ent.AssignmentUpdateOne) error {
			if a.State != domain.AssignmentProposed {
				return domain.NoLongerProposed()
			}
			o, err := tx.Organisation.Get(granted, a.OrganisationID)
			if err != nil {
				return err
			}
			points, err := a.QueryReceptionPoints().IDs(granted)
			if err != nil {
				return err
			}
			plan := domain.AssignmentPlan{
				Role: a.Role, Points: points, Share: a.Share, From: a.ValidFrom, Until: dateOrZero(a.ValidUntil),
			}
			if err := plan.Check(bodyOf(o), a.ValidFrom).Err(); err != nil {
				return err
			}
			if err := mayStaff(granted, tx, o, points); err != nil {
				return err
			}
			u.SetState(domain.AssignmentConfirmed).SetDecidedByID(auth.FromContext(ctx).PersonID)
			return nil
		})
}

// RejectAssignment refuses a proposed assignment, and says why.
func (s *Service) RejectAssignment(ctx context.Context, id domain.ID, version int, reason string) (*ent.Assignment, error) {
	return s.changeAssignment(ctx, id, version, policy.RejectAssignment,
		func(_ context.Context, _ *ent.Tx, a *ent.Assignment, u *ent.AssignmentUpdateOne) error {
			if a.State != domain.AssignmentProposed {
				return domain.NoLongerProposed()
			}
			if err := domain.CheckReason(reason).Err(); err != nil {
				return err
			}
			u.SetState(domain.AssignmentRejected).SetDecidedByID(auth.FromContext(ctx).PersonID).
				SetRejectionReason(strings.TrimSpace(reason))
			return nil
		})
}

// changeAssignment changes an assignment that the viewer sees, once policy has
// decided and the version is the one in force.
func (s *Service) changeAssignment(
	ctx context.Context, id domain.ID, version int,
	decide func(context.Context, *ent.Assignment) (context.Context, error),
	change func(granted context.Context, tx *ent.Tx, a *ent.Assignment, u *ent.AssignmentUpdateOne) error,
) (*ent.Assignment, error) {
	var changed *ent.Assignment
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		a, err := tx.Assignment.Query().Where(assignment.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := decide(ctx, a)
		if err != nil {
			return err
		}
		if a.Version != version {
			return stale(version, a.Version)
		}
		u := a.Update().AddVersion(1)
		if err := change(granted, tx, a, u); err != nil {
			return err
		}
		changed, err = u.Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), nil
}

func dateOrZero(d *domain.Date) domain.Date {
	if d == nil {
		return domain.Date{}
	}
	return *d
}
