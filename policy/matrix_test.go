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
	got := matrix()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the rights changed: review the difference, then run\n\tgo test ./policy -run TestMatrix -update\n%s", got)
	}
	if strings.Count(got, "allowed") == 0 || strings.Count(got, "FORBIDDEN") < 10 {
		t.Error("the matrix decides nothing")
	}
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

func matrix() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-50s", "role and relation to the reception point")
	for _, a := range acts {
		fmt.Fprintf(&b, " %-28s", a.name)
	}
	b.WriteString("\n")
	row := func(name string, v *auth.Viewer) {
		fmt.Fprintf(&b, "%-50s", name)
		for _, a := range acts {
			fmt.Fprintf(&b, " %-28s", decision(a.decide(auth.NewContext(context.Background(), v))))
		}
		b.WriteString("\n")
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
	return b.String() + staffMatrix() + applicationMatrix()
}

func decision(err error) string {
	var refused *domain.Error
	switch {
	case err == nil:
		return "allowed"
	case errors.As(err, &refused):
		return string(refused.Code)
	}
	return err.Error()
}
