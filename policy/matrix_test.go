package policy_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const golden = "testdata/matrix.golden"

// The matrix prints who may do what: a change of rights is a difference that a
// person reads.
func TestMatrix(t *testing.T) {
	t.Parallel()
	got := pointMatrix().String() + "\n" + staffMatrix().String() + "\n" + applicationMatrix().String() + "\n" + lifeMatrix().String() + "\n" + stockMatrix().String()
	fresh(t, golden, got)
	if strings.Count(got, "allowed") == 0 || strings.Count(got, "FORBIDDEN") < 10 {
		t.Error("the matrix decides nothing")
	}
}

// fresh compares what was printed with the file that a person read.
func fresh(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the rights changed: review the difference, then run\n\tgo test ./policy -run %s -update\n%s", t.Name(), got)
	}
}

// grid says what each of several callers may do.
type grid struct {
	// relation is what the callers differ in; first and width are those of the columns.
	relation     string
	first, width int
	acts         []string
	rows         []gridRow
}

type gridRow struct {
	caller    string
	decisions []string
}

// String is the grid as text.
func (g grid) String() string {
	var b strings.Builder
	line := func(name string, cells []string) {
		fmt.Fprintf(&b, "%-*s", g.first, name)
		for _, c := range cells {
			fmt.Fprintf(&b, " %-*s", g.width, c)
		}
		b.WriteString("\n")
	}
	line(g.relation, g.acts)
	for _, r := range g.rows {
		line(r.caller, r.decisions)
	}
	return b.String()
}

const (
	point    = domain.ID("rpt_point")
	operator = domain.ID("org_operator")
	stranger = domain.ID("org_stranger")
)

// acts are all the decisions on something that the viewer sees.
var acts = []struct {
	name   string
	decide func(context.Context) error
}{
	{"declareOpeningException", func(ctx context.Context) error {
		_, err := policy.DeclareOpeningException(ctx, subject())
		return err
	}},
	{"withdrawOpeningException", func(ctx context.Context) error {
		_, err := policy.WithdrawOpeningException(ctx, subject())
		return err
	}},
	{"requestLevelChange", func(ctx context.Context) error {
		_, _, err := policy.RequestLevelChange(ctx, subject())
		return err
	}},
	{"registerPartnerApp", func(ctx context.Context) error {
		_, err := policy.RegisterPartnerApp(ctx, operator)
		return err
	}},
	{"changePartnerApp", onApp(policy.ChangePartnerApp)},
	{"addPartnerAppSecret", onApp(policy.AddPartnerAppSecret)},
	{"revokePartnerAppSecret", onApp(policy.RevokePartnerAppSecret)},
	{"revokePartnerApp", onApp(policy.RevokePartnerApp)},
	{"setSandboxClock (sandbox)", func(ctx context.Context) error {
		_, err := policy.SetSandboxClock(ctx, true)
		return err
	}},
	{"setSandboxClock (production)", func(ctx context.Context) error {
		_, err := policy.SetSandboxClock(ctx, false)
		return err
	}},
}

// onApp decides on an app of the operator.
func onApp(decide func(context.Context, *ent.PartnerApp) (context.Context, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := decide(ctx, &ent.PartnerApp{OrganisationID: operator})
		return err
	}
}

func subject() *ent.ReceptionPoint {
	p := &ent.ReceptionPoint{ID: point, CommuneID: "com_here"}
	p.Edges.Operators = []*ent.Organisation{{ID: operator}}
	return p
}

// pointMatrix says who may do what at a reception point and with an app.
func pointMatrix() grid {
	g := grid{relation: "role and relation to the reception point", first: 50, width: 28}
	for _, a := range acts {
		g.acts = append(g.acts, a.name)
	}
	row := func(name string, v *auth.Viewer) {
		r := gridRow{caller: name}
		for _, a := range acts {
			r.decisions = append(r.decisions, decision(a.decide(auth.NewContext(context.Background(), v))))
		}
		g.rows = append(g.rows, r)
	}
	row("anonymous", &auth.Viewer{})
	row("a person without an assignment today", &auth.Viewer{PersonID: "per_x"})
	row("an applicant, of the operator's portal", &auth.Viewer{Applicant: true, PortalID: operator})
	row("an app of an operator, alone", &auth.Viewer{App: &auth.App{OrganisationID: operator}})
	for _, role := range []domain.Role{domain.OrgAdmin, domain.PointManager} {
		person := &auth.Viewer{PersonID: "per_x", Assignments: []auth.Assignment{
			{OrganisationID: operator, Role: role, PointIDs: []domain.ID{point}},
		}}
		for _, through := range []struct {
			name string
			app  auth.App
		}{
			{"an app of an operator", auth.App{OrganisationID: operator}},
			{"an app of a stranger", auth.App{OrganisationID: stranger}},
			{"an app of the point", auth.App{OrganisationID: operator, PointIDs: []domain.ID{point}}},
			{"an app of another point", auth.App{OrganisationID: operator, PointIDs: []domain.ID{"rpt_other"}}},
			{"an app of the commune", auth.App{OrganisationID: operator, CommuneIDs: []domain.ID{"com_here"}}},
			{"an app of another commune", auth.App{OrganisationID: operator, CommuneIDs: []domain.ID{"com_other"}}},
		} {
			row(string(role)+" through "+through.name, policy.Through(person, &through.app))
		}
	}
	for _, word := range domain.Role("").Values() {
		role := domain.Role(word)
		for _, relation := range []struct {
			name string
			at   auth.Assignment
		}{
			{"of an operator, at the point", auth.Assignment{OrganisationID: operator, PointIDs: []domain.ID{point}}},
			{"of an operator, at another point", auth.Assignment{OrganisationID: operator, PointIDs: []domain.ID{"rpt_other"}}},
			{"of an operator", auth.Assignment{OrganisationID: operator}},
			{"of a stranger, at the point", auth.Assignment{OrganisationID: stranger, PointIDs: []domain.ID{point}}},
			{"of a stranger", auth.Assignment{OrganisationID: stranger}},
		} {
			relation.at.Role = role
			row(word+" "+relation.name, &auth.Viewer{PersonID: "per_x", Assignments: []auth.Assignment{relation.at}})
		}
	}
	return g
}

func decision(err error) string {
	var refused *domain.Error
	var refusals domain.Refusals
	switch {
	case err == nil:
		return "allowed"
	case errors.As(err, &refusals):
		return string(refusals[0].Code)
	case errors.As(err, &refused):
		return string(refused.Code)
	}
	return err.Error()
}
