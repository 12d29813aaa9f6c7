package policy_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// lifeActs are the acts in the life of an application, in the order of the contract.
var lifeActs = []policy.ApplicationAct{
	policy.ActValidate, policy.ActReject, policy.ActDepositAgain, policy.ActRenew, policy.ActCorrect, policy.ActPropose,
	policy.ActDecideChange, policy.ActRecordNotice, policy.ActHoldAppointment, policy.ActWarn, policy.ActWithdrawWarning, policy.ActRemove, policy.ActReactivate,
	policy.ActMerge, policy.ActUndoMerge, policy.ActSplit, policy.ActHandOver, policy.ActOrient, policy.ActAssignOnline, policy.ActReleaseOnline,
	policy.ActBook, policy.ActOverbook, policy.ActMove, policy.ActCancel, policy.ActAttendance,
	policy.ActJoinWaiting, policy.ActLeaveWaiting, policy.ActTakeOffer,
	policy.ActSimpleInterview, policy.ActHoldInterview, policy.ActInDepthInterview, policy.ActNote, policy.ActSocialNote,
	policy.ActPutForward, policy.ActDesignate, policy.ActRecordDecision, policy.ActRecordAnswer, policy.ActWithdrawProposal,
}

// lifeGrounds are the grounds by which they are tried, each with the kind of organisation
// that it is for.
var lifeGrounds = []struct {
	ground domain.Ground
	kind   domain.OrganisationKind
}{
	{domain.GroundFollowed, domain.Commune},
	{domain.GroundNamedAgent, domain.Commune},
	{domain.GroundReceived, domain.Commune},
	{domain.GroundOriented, domain.Commune},
	{domain.GroundWishedCommune, domain.Commune},
	{domain.GroundWishedTerritory, domain.Landlord},
	{domain.GroundPutForward, domain.Landlord},
	{domain.GroundContributingEmployer, domain.ActionLogement},
	{domain.GroundTerritory, domain.Metropole},
	{domain.GroundTerritory, domain.State},
	{domain.GroundSelf, ""},
}

// tried names a ground, with the kind of organisation where several hold it.
func tried(ground domain.Ground, kind domain.OrganisationKind) string {
	if ground == domain.GroundTerritory {
		return fmt.Sprintf("%s of %s", ground, kind)
	}
	return string(ground)
}

// lifeCallers are who tries: a member of staff in each role, and the applicant.
func lifeCallers(kind domain.OrganisationKind) []*auth.Viewer {
	var all []*auth.Viewer
	for _, word := range domain.Role("").Values() {
		all = append(all, &auth.Viewer{PersonID: caller, Assignments: []auth.Assignment{{
			OrganisationID: operator, OrganisationKind: kind, PointIDs: []domain.ID{point}, TerritoryIDs: []domain.ID{"com_here"},
			RegisteringBody: true, Authorised: true, Role: domain.Role(word),
		}}})
	}
	return append(all, &auth.Viewer{Applicant: true, Issuer: "i", Subject: "s"})
}

// lifeMatrix says who does what in the life of an application, by which ground, and at
// points of which level.
func lifeMatrix() grid {
	g := grid{relation: "act, ground, level of the point", first: 60, width: 18, acts: append(domain.Role("").Values(), "the applicant")}
	for _, act := range lifeActs {
		for _, by := range lifeGrounds {
			levels := []int{3}
			if by.ground == domain.GroundFollowed || by.ground == domain.GroundReceived || by.ground == domain.GroundOriented {
				levels = []int{1, 2, 3}
			}
			for _, level := range levels {
				g.rows = append(g.rows, lifeRow(fmt.Sprintf("%s, %s, %d", act, tried(by.ground, by.kind), level), by.kind, func(ctx context.Context) error {
					_, _, err := policy.ActOn(ctx, act, heldBy(ctx, by.ground), policy.Places{
						Following: point, Received: point, Oriented: point, FollowingLevel: level, ReceivedLevel: level, OrientedLevel: level,
					})
					return err
				}))
			}
		}
	}
	for _, act := range lifeActs {
		g.rows = append(g.rows, lifeRow(string(act)+", FOLLOWED, which handed over", domain.Commune, func(ctx context.Context) error {
			_, _, err := policy.ActOn(ctx, act, heldBy(ctx, domain.GroundFollowed), policy.Places{Following: "rpt_other", FollowingLevel: 3})
			return err
		}))
	}
	g.rows = append(g.rows, lifeRow(string(policy.ActHoldAppointment)+", ORIENTED, which reported back", domain.Commune, func(ctx context.Context) error {
		_, _, err := policy.ActOn(ctx, policy.ActHoldAppointment, heldBy(ctx, domain.GroundOriented), policy.Places{})
		return err
	}))
	for _, by := range lifeGrounds {
		for _, word := range domain.RemovalReason("").Values() {
			g.rows = append(g.rows, lifeRow(fmt.Sprintf("remove for %s, %s", word, tried(by.ground, by.kind)), by.kind, func(ctx context.Context) error {
				_, claim, err := policy.ActOn(ctx, policy.ActRemove, heldBy(ctx, by.ground), policy.Places{Following: point, FollowingLevel: 3})
				if err == nil {
					err = policy.RemoveFor(claim, domain.RemovalReason(word))
				}
				return err
			}))
		}
	}
	for level := 1; level <= 3; level++ {
		g.rows = append(g.rows,
			lifeRow(fmt.Sprintf("registerApplication, %d", level), domain.Commune, func(ctx context.Context) error {
				_, _, err := policy.RegisterApplication(ctx, point, level)
				return err
			}),
			lifeRow(fmt.Sprintf("saveDraft, %d", level), domain.Commune, func(ctx context.Context) error {
				_, _, err := policy.SaveDraft(ctx, point, level)
				return err
			}),
			lifeRow(fmt.Sprintf("takeOnlineRegistration, %d", level), domain.Commune, func(ctx context.Context) error {
				_, _, err := policy.TakeOnlineRegistration(ctx, point, level)
				return err
			}),
			lifeRow(fmt.Sprintf("acceptHandOver of another organisation, %d", level), domain.Commune, accepting(stranger, colleague, level, false)),
			lifeRow(fmt.Sprintf("acceptOrientation of another organisation, %d", level), domain.Commune, orienting(policy.ActAcceptOrientation, stranger, colleague, level, false)))
	}
	for _, act := range []policy.OrientationAct{
		policy.ActDeclineOrientation, policy.ActWithdrawOrientation, policy.ActOrientationReceived, policy.ActReportBack,
	} {
		g.rows = append(g.rows, lifeRow(string(act), domain.Commune, orienting(act, operator, colleague, 1, false)))
	}
	g.rows = append(g.rows,
		lifeRow("acceptHandOver of the same organisation", domain.Commune, accepting(operator, colleague, 3, false)),
		lifeRow("acceptHandOver of the same organisation, with a code", domain.Commune, accepting(operator, colleague, 3, true)),
		lifeRow("acceptHandOver of one's own offer, with a code", domain.Commune, accepting(operator, caller, 3, true)),
		lifeRow("acceptOrientation of the same organisation", domain.Commune, orienting(policy.ActAcceptOrientation, operator, colleague, 3, false)),
		lifeRow("acceptOrientation of the same organisation, with a code", domain.Commune, orienting(policy.ActAcceptOrientation, operator, colleague, 3, true)),
		lifeRow("acceptOrientation of one's own, with a code", domain.Commune, orienting(policy.ActAcceptOrientation, operator, caller, 3, true)),
		lifeRow("decideProposedChange of another", domain.Commune, deciding(colleague)),
		lifeRow("decideProposedChange of one's own", domain.Commune, deciding(caller)),
		lifeRow("saveDraft of one's own", domain.Commune, func(ctx context.Context) error { _, _, err := policy.SaveDraft(ctx, "", 0); return err }),
		lifeRow("registerOnline", domain.Commune, func(ctx context.Context) error { _, err := policy.RegisterOnline(ctx); return err }),
	)
	return g
}

func lifeRow(name string, kind domain.OrganisationKind, decide func(context.Context) error) gridRow {
	r := gridRow{caller: name}
	for _, v := range lifeCallers(kind) {
		v.Now = domain.NewDate(2026, 11, 23).At(domain.NewLocalTime(12, 0))
		r.decisions = append(r.decisions, decision(decide(auth.NewContext(context.Background(), v))))
	}
	return r
}

// accepting decides on an offer of that person, for that organisation.
func accepting(of, by domain.ID, level int, coded bool) func(context.Context) error {
	return func(ctx context.Context) error {
		_, _, err := policy.AcceptHandOver(ctx, &ent.HandOver{ToPointID: point, OrganisationID: of, OfferedByID: by}, level, coded)
		return err
	}
}

// orienting decides on an orientation that this person sent, for that organisation; to be
// withdrawn it was sent from here, and else to here.
func orienting(act policy.OrientationAct, of, by domain.ID, level int, coded bool) func(context.Context) error {
	return func(ctx context.Context) error {
		sent := &ent.Orientation{FromPointID: "rpt_other", ToPointID: point, OrganisationID: of, SentByID: by}
		if act == policy.ActWithdrawOrientation {
			sent.FromPointID, sent.ToPointID = point, "rpt_other"
		}
		_, _, err := policy.OnOrientation(ctx, act, sent, level, coded)
		return err
	}
}

// deciding decides on a change that this person proposed.
func deciding(by domain.ID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, _, err := policy.ActOn(ctx, policy.ActDecideChange, heldBy(ctx, domain.GroundFollowed), policy.Places{Following: point, FollowingLevel: 3})
		return errors.Join(err, policy.DecideChange(ctx, &ent.ProposedChange{ProposedByID: by}))
	}
}
