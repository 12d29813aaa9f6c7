package service

import (
	"context"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/policy"
)

// ProtectApplication makes an application one that does not exist but for the agents
// named on it, at once. They see it once the Métropole's social officer, who goes on
// seeing it meanwhile, has confirmed them. What was opened to the applicant's accounts
// ends as well, and so do codes that were handed over.
func (s *Service) ProtectApplication(ctx context.Context, id domain.ID, version int, agents []domain.ID) (*ent.Application, error) {
	v := auth.FromContext(ctx)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		a, held, err := lockedApplication(ctx, tx, id)
		if err != nil {
			return err
		}
		granted, by, err := policy.ProtectApplication(ctx, held)
		if err != nil {
			return err
		}
		if a.Version != version {
			return stale(version, a.Version)
		}
		if err := domain.CheckNamedAgents(agents).Err(); err != nil {
			return err
		}
		named, err := agentsAt(granted, tx, id, agents, v.Today())
		if err != nil {
			return err
		}
		err = tx.NamedAgent.MapCreateBulk(agents, func(c *ent.NamedAgentCreate, i int) {
			c.SetApplicationID(id).SetPersonID(agents[i]).SetOrganisationID(named[agents[i]]).
				SetValidFrom(v.Today()).SetProposedByID(v.PersonID)
		}).Exec(granted)
		if err != nil {
			return err
		}
		if err := a.Update().SetProtected(true).AddVersion(1).Exec(granted); err != nil {
			return err
		}
		if _, err := tx.BindingCode.Delete().Where(bindingcode.ApplicationID(id)).Exec(granted); err != nil {
			return err
		}
		if err := withdrawOffers(granted, tx, id, v.Now); err != nil {
			return err
		}
		if err := settleAccess(granted, tx, id); err != nil {
			return err
		}
		return s.noteAct(ctx, "protectApplication", by.Assignment, id)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, id)
}

// withdrawOffers takes an application off the tables of others: what was offered to a
// point, whom it was sent to, and the queue.
func withdrawOffers(granted context.Context, tx *ent.Tx, id domain.ID, at time.Time) error {
	if err := lapseOrientations(granted, tx, id, at); err != nil {
		return err
	}
	if _, err := tx.HandOver.Delete().Where(handover.ApplicationID(id), handover.AcceptedAtIsNil()).Exec(granted); err != nil {
		return err
	}
	return tx.OnlineRegistration.Update().Where(onlineregistration.ApplicationID(id)).SetHandled(true).Exec(granted)
}

// agentsAt finds for each of these people the organisation for which it receives today
// at the point that follows the application, with an authorisation in force: without
// both the person would see nothing.
func agentsAt(ctx context.Context, tx *ent.Tx, id domain.ID, people []domain.ID, today domain.Date) (map[domain.ID]domain.ID, error) {
	summary, err := tx.ApplicationSummary.Query().Where(applicationsummary.ApplicationID(id)).Only(ctx)
	if err != nil {
		return nil, err
	}
	if summary.FollowingPointID == nil {
		return nil, domain.NotAnAgentThere()
	}
	assigned, err := tx.Assignment.Query().Where(
		assignment.PersonIDIn(people...), policy.AssignmentInForce(today),
		assignment.RoleIn(domain.ReceptionAgent, domain.SocialOfficer, domain.PointManager),
		assignment.HasReceptionPointsWith(receptionpoint.ID(*summary.FollowingPointID)),
		assignment.HasOrganisationWith(organisation.RegisteringBody(true)),
	).All(ctx)
	if err != nil {
		return nil, err
	}
	authorised, err := tx.StaffAuthorisation.Query().
		Where(staffauthorisation.PersonIDIn(people...), policy.StaffAuthorisationInForce(today)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := map[domain.ID]domain.ID{}
	for _, a := range assigned {
		if slices.ContainsFunc(authorised, func(h *ent.StaffAuthorisation) bool {
			return h.PersonID == a.PersonID && h.OrganisationID == a.OrganisationID && h.Role == a.Role
		}) {
			found[a.PersonID] = a.OrganisationID
		}
	}
	if len(found) < len(people) {
		return nil, domain.NotAnAgentThere()
	}
	return found, nil
}

// ConfirmProtection lets the agents who were proposed see the application. The viewer
// names them: nobody confirms people without knowing who they are.
func (s *Service) ConfirmProtection(ctx context.Context, id domain.ID, agents []domain.ID) (*ent.Application, error) {
	v := auth.FromContext(ctx)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		_, held, err := lockedApplication(ctx, tx, id)
		if err != nil {
			return err
		}
		proposed, err := tx.NamedAgent.Query().
			Where(namedagent.ApplicationID(id), namedagent.ConfirmedByIDIsNil()).All(policy.ReadGrounds(ctx))
		if err != nil {
			return err
		}
		granted, by, err := policy.ConfirmProtection(ctx, held, proposed)
		if err != nil {
			return err
		}
		if len(proposed) == 0 {
			return domain.NothingToConfirm()
		}
		if !sameAgents(agents, proposed) {
			return domain.OtherAgentsProposed()
		}
		err = tx.NamedAgent.Update().
			Where(namedagent.ApplicationID(id), namedagent.ConfirmedByIDIsNil()).SetConfirmedByID(v.PersonID).Exec(granted)
		if err != nil {
			return err
		}
		if err := settleAccess(granted, tx, id); err != nil {
			return err
		}
		return s.noteAct(ctx, "confirmProtection", by.Assignment, id)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, id)
}

func sameAgents(ids []domain.ID, proposed []*ent.NamedAgent) bool {
	people := make([]domain.ID, len(proposed))
	for i, n := range proposed {
		people[i] = n.PersonID
	}
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(ids))), slices.Sorted(slices.Values(people)))
}

// ReopenToApplicant lets the account of that adult see the protected application again,
// and no other account: the other adult of a file may be the danger.
func (s *Service) ReopenToApplicant(ctx context.Context, id, member domain.ID) (*ent.Application, error) {
	now := storedInstant(auth.FromContext(ctx).Now)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		_, held, err := lockedApplication(ctx, tx, id)
		if err != nil {
			return err
		}
		granted, by, err := policy.ReopenToApplicant(ctx, held)
		if err != nil {
			return err
		}
		n, err := tx.ApplicantAccount.Update().Where(
			applicantaccount.ApplicationID(id), applicantaccount.MemberID(member), applicantaccount.UnboundAtIsNil(),
		).SetReopenedAt(now).Save(granted)
		if err != nil {
			return err
		}
		if n == 0 {
			return domain.NoAccountToReopen()
		}
		if err := settleAccess(granted, tx, id); err != nil {
			return err
		}
		return s.noteAct(ctx, "reopenToApplicant", by.Assignment, id)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, id)
}
