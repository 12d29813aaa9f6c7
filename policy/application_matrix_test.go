package policy_test

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// heldBy are the claims of the viewer on an application that this ground opens to it.
func heldBy(ctx context.Context, ground domain.Ground) []policy.Claim {
	v := auth.FromContext(ctx)
	var opened []domain.AudienceID
	for _, c := range policy.Claims(v) {
		for _, a := range c.Audiences {
			if c.Rule.Ground == ground {
				opened = append(opened, a.ID())
			}
		}
	}
	return policy.HeldBy(v, opened)
}

// onGround decides on an application that the ground opens.
func onGround(decide decides, ground domain.Ground) func(context.Context) error {
	return func(ctx context.Context) error {
		_, _, err := decide(ctx, heldBy(ctx, ground))
		return err
	}
}

// confirming decides on a protection that those two people proposed and are named by.
func confirming(proposer, agent domain.ID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, _, err := policy.ConfirmProtection(ctx, heldBy(ctx, domain.GroundTerritory),
			[]*ent.NamedAgent{{ProposedByID: proposer, PersonID: agent}})
		return err
	}
}

type decides = func(context.Context, []policy.Claim) (context.Context, *policy.Claim, error)

// depositing decides on a piece that is given in at that point.
func depositing(at domain.ID) decides {
	return func(ctx context.Context, held []policy.Claim) (context.Context, *policy.Claim, error) {
		return policy.DepositPiece(ctx, held, at)
	}
}

// checking decides on a piece of an application that a point of that level follows, and was
// sent.
func checking(level int) decides {
	return func(ctx context.Context, held []policy.Claim) (context.Context, *policy.Claim, error) {
		return policy.CheckPiece(ctx, held, policy.Places{Following: point, Oriented: point, FollowingLevel: level, OrientedLevel: level})
	}
}

// answering decides on a request for another level that this person made.
func answering(by domain.ID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := policy.AnswerLevelChange(ctx, &ent.LevelChange{RequestedByID: by})
		return err
	}
}

// applicationActs are the decisions on applications, and what leads to them.
var applicationActs = []struct {
	name   string
	decide func(context.Context) error
}{
	{"recordContact", func(ctx context.Context) error { _, _, err := policy.RecordContact(ctx, subject()); return err }},
	{"receiveApplicant", func(ctx context.Context) error {
		contact := &ent.ReceptionContact{ReceptionPointID: point}
		contact.Edges.ReceptionPoint = subject()
		_, _, err := policy.ReceiveApplicant(ctx, contact)
		return err
	}},
	{"emergency", func(ctx context.Context) error { _, _, err := policy.OpenInEmergency(ctx); return err }},
	{"code (FOLLOWED)", onGround(policy.IssueBindingCode, domain.GroundFollowed)},
	{"code (RECEIVED)", onGround(policy.IssueBindingCode, domain.GroundReceived)},
	{"code (TERRITORY)", onGround(policy.IssueBindingCode, domain.GroundTerritory)},
	{"code (NAMED_AGENT)", onGround(policy.IssueBindingCode, domain.GroundNamedAgent)},
	{"protect (FOLLOWED)", onGround(policy.ProtectApplication, domain.GroundFollowed)},
	{"protect (TERRITORY)", onGround(policy.ProtectApplication, domain.GroundTerritory)},
	{"confirm", confirming(colleague, third)},
	{"confirm (proposer)", confirming(caller, third)},
	{"confirm (named)", confirming(colleague, caller)},
	{"reopen (NAMED_AGENT)", onGround(policy.ReopenToApplicant, domain.GroundNamedAgent)},
	{"reopen (TERRITORY)", onGround(policy.ReopenToApplicant, domain.GroundTerritory)},
	{"prepareUpload", func(ctx context.Context) error { _, err := policy.PrepareUpload(ctx); return err }},
	{"deposit (FOLLOWED)", onGround(depositing(point), domain.GroundFollowed)},
	{"deposit (RECEIVED)", onGround(depositing(point), domain.GroundReceived)},
	{"deposit (TERRITORY)", onGround(depositing(point), domain.GroundTerritory)},
	{"deposit (SELF)", onGround(depositing(""), domain.GroundSelf)},
	{"deposit (blind)", func(ctx context.Context) error { _, _, err := policy.DepositBlindly(ctx, subject()); return err }},
	{"receipts", func(ctx context.Context) error { _, err := policy.ReadReceipts(ctx); return err }},
	{"check (FOLLOWED)", onGround(checking(2), domain.GroundFollowed)},
	{"check (level 1)", onGround(checking(1), domain.GroundFollowed)},
	{"deposit (ORIENTED)", onGround(depositing(point), domain.GroundOriented)},
	{"check (ORIENTED)", onGround(checking(2), domain.GroundOriented)},
	{"check (reported back)", onGround(func(ctx context.Context, held []policy.Claim) (context.Context, *policy.Claim, error) {
		return policy.CheckPiece(ctx, held, policy.Places{FollowingLevel: 3})
	}, domain.GroundOriented)},
	{"answerLevelChange", answering(colleague)},
	{"answer level (asker)", answering(caller)},
	{"check (TERRITORY)", onGround(checking(3), domain.GroundTerritory)},
	{"accessExport", func(ctx context.Context) error { _, _, _, err := policy.AnswerAccessRequest(ctx); return err }},
	{"addRoom", func(ctx context.Context) error { _, err := policy.AddRoom(ctx, subject()); return err }},
	{"availability (own)", func(ctx context.Context) error {
		_, err := policy.PlanAvailability(ctx, subject(), caller)
		return err
	}},
	{"availability (other)", func(ctx context.Context) error {
		_, err := policy.PlanAvailability(ctx, subject(), colleague)
		return err
	}},
	{"absence (own)", func(ctx context.Context) error { _, err := policy.PlanAbsence(ctx, caller, subject()); return err }},
	{"absence (other)", func(ctx context.Context) error { _, err := policy.PlanAbsence(ctx, colleague, subject()); return err }},
	{"absence (point)", func(ctx context.Context) error { _, err := policy.PlanAbsence(ctx, "", subject()); return err }},
	{"requestPermanence", func(ctx context.Context) error { _, _, err := policy.RequestPermanence(ctx, subject()); return err }},
	{"planPermanence", func(ctx context.Context) error { _, err := policy.PlanPermanence(ctx); return err }},
	{"hold (holder)", func(ctx context.Context) error { _, err := policy.HoldPermanence(ctx, []domain.ID{caller}); return err }},
	{"hold (other)", func(ctx context.Context) error {
		_, err := policy.HoldPermanence(ctx, []domain.ID{colleague})
		return err
	}},
	{"cancel (request)", func(ctx context.Context) error {
		_, err := policy.CancelPermanence(ctx, subject(), domain.PermanenceRequested)
		return err
	}},
	{"cancel (planned)", func(ctx context.Context) error {
		_, err := policy.CancelPermanence(ctx, subject(), domain.PermanencePlanned)
		return err
	}},
	{"bindAccount", func(ctx context.Context) error { _, err := policy.BindAccount(ctx); return err }},
	{"unbindAccount", func(ctx context.Context) error { _, err := policy.UnbindAccount(ctx); return err }},
}

// applicationMatrix says who may do what to an application that a ground opens.
func applicationMatrix() grid {
	g := grid{relation: "role and relation, on an application by that ground", first: 70, width: 20}
	for _, a := range applicationActs {
		g.acts = append(g.acts, a.name)
	}
	row := func(name string, v *auth.Viewer) {
		v.Now = domain.NewDate(2026, 11, 23).At(domain.NewLocalTime(12, 0))
		r := gridRow{caller: name}
		for _, a := range applicationActs {
			r.decisions = append(r.decisions, decision(a.decide(auth.NewContext(context.Background(), v))))
		}
		g.rows = append(g.rows, r)
	}
	row("anonymous", &auth.Viewer{})
	row("a person without an assignment today", &auth.Viewer{PersonID: caller})
	row("an app alone", &auth.Viewer{App: &auth.App{OrganisationID: operator, Scopes: []domain.AppScope{domain.ApplicationsScope}}})
	row("an applicant", &auth.Viewer{Applicant: true, Issuer: "i", Subject: "s"})
	row("an applicant, through an app without the scope", &auth.Viewer{Applicant: true, Issuer: "i", Subject: "s", App: &auth.App{}})
	here := []domain.ID{point}
	for _, word := range domain.Role("").Values() {
		at := auth.Assignment{OrganisationID: operator, OrganisationKind: domain.Commune, PointIDs: here, RegisteringBody: true, Authorised: true, Role: domain.Role(word)}
		person := func(change func(*auth.Assignment)) *auth.Viewer {
			a := at
			change(&a)
			return &auth.Viewer{PersonID: caller, Assignments: []auth.Assignment{a}}
		}
		row(word+" at the point", person(func(*auth.Assignment) {}))
		row(word+" of the Métropole", person(func(a *auth.Assignment) { a.OrganisationKind = domain.Metropole }))
		row(word+" at the point, of no registering body", person(func(a *auth.Assignment) { a.RegisteringBody = false }))
		row(word+" at the point, not authorised", person(func(a *auth.Assignment) { a.Authorised = false }))
		row(word+" at another point", person(func(a *auth.Assignment) { a.PointIDs = []domain.ID{"rpt_other"} }))
		for _, scopes := range [][]domain.AppScope{{domain.ApplicationsScope}, {}} {
			row(fmt.Sprintf("%s at the point, through an app of %v", word, scopes),
				policy.Through(person(func(*auth.Assignment) {}), &auth.App{OrganisationID: operator, Scopes: scopes}))
		}
	}
	return g
}
