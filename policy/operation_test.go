package policy_test

import (
	"errors"
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// Every type of the contract is in a scope, or in none on purpose: a new one is
// closed to apps until somebody decides.
func TestEveryTypeHasItsScope(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	scoped := map[domain.AppScope]int{}
	for name, d := range schema.Types {
		if d.Kind != ast.Object && d.Kind != ast.Interface {
			continue
		}
		scope, known := policy.ScopeOfType(name)
		if !known {
			t.Errorf("%s has no scope: add it to appTypes", name)
		}
		scoped[scope]++
	}
	if scoped[domain.DirectoryScope] < 10 || scoped[domain.StockScope] < 10 || scoped[domain.StatisticsScope] < 3 {
		t.Errorf("types by scope: %v", scoped)
	}
	if _, known := policy.ScopeOfType("Diary"); known {
		t.Error("a type that nobody thought of is open to apps")
	}
}

func TestSendOperation(t *testing.T) {
	t.Parallel()
	const hash = "aa"
	all := []domain.AppScope{domain.DirectoryScope, domain.StockScope, domain.StatisticsScope}
	for name, c := range map[string]struct {
		app    *auth.App
		op     domain.Operation
		reason string
	}{
		"a mutation, read-only":           {&auth.App{ReadOnly: true, Scopes: all}, domain.Operation{Writes: true}, "READ_ONLY"},
		"another document":                {&auth.App{Operations: []string{"bb"}}, domain.Operation{SHA256: hash}, "OPERATION"},
		"no scope":                        {&auth.App{}, domain.Operation{Types: []string{"Query", "Commune"}}, "SCOPE"},
		"another scope":                   {&auth.App{Scopes: []domain.AppScope{domain.StockScope}}, domain.Operation{Types: []string{"Dwelling", "CommuneEdge"}}, "SCOPE"},
		"statistics by the stock's scope": {&auth.App{Scopes: []domain.AppScope{domain.StockScope}}, domain.Operation{Types: []string{"StockFacet"}}, "SCOPE"},
		"a type of nobody's":              {&auth.App{Scopes: all}, domain.Operation{Types: []string{"Application"}}, "SCOPE"},
		"its document":                    {&auth.App{Operations: []string{"bb", hash}}, domain.Operation{SHA256: hash}, ""},
		"its scope":                       {&auth.App{Scopes: all}, domain.Operation{Types: []string{"Query", "DwellingConnection", "Commune", "StockCell"}}, ""},
		"nothing that has one":            {&auth.App{}, domain.Operation{Types: []string{"Query", "Viewer", "ViewerApp", "__Schema"}}, ""},
		"a person without an app":         {nil, domain.Operation{Writes: true, Types: []string{"Application"}}, ""},
	} {
		err := policy.SendOperation(auth.NewContext(t.Context(), &auth.Viewer{PersonID: "per_x", App: c.app}), c.op)
		var refused *domain.Error
		if errors.As(err, &refused) != (c.reason != "") || refused != nil && (refused.Reason != c.reason || refused.Code != domain.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An app takes away and never adds: whatever a person holds through it, the person
// holds without it.
func TestThroughOnlyNarrows(t *testing.T) {
	t.Parallel()
	person := &auth.Viewer{PersonID: "per_x", Assignments: []auth.Assignment{
		{ID: "1", OrganisationID: operator, Role: domain.OrgAdmin},
		{ID: "2", OrganisationID: operator, Role: domain.PointManager, PointIDs: []domain.ID{point, "rpt_b"}},
		{ID: "3", OrganisationID: stranger, Role: domain.ReceptionAgent, PointIDs: []domain.ID{point}},
		{ID: "4", OrganisationID: operator, Role: domain.ReceptionAgent, PointIDs: []domain.ID{"rpt_c"}},
	}}
	for name, c := range map[string]struct {
		app  auth.App
		want string
	}{
		"of nobody's organisation":   {auth.App{OrganisationID: "org_x"}, ""},
		"of the other organisation":  {auth.App{OrganisationID: stranger}, "3"},
		"of the organisation":        {auth.App{OrganisationID: operator}, "124"},
		"of a point":                 {auth.App{OrganisationID: operator, PointIDs: []domain.ID{"rpt_b"}}, "12"},
		"of a point where it is not": {auth.App{OrganisationID: operator, PointIDs: []domain.ID{"rpt_x"}}, "1"},
	} {
		got := ""
		through := policy.Through(person, &c.app)
		for _, a := range through.Assignments {
			got += string(a.ID)
			for _, p := range a.PointIDs {
				if len(c.app.PointIDs) > 0 && p != "rpt_b" {
					t.Errorf("%s: a point that the app does not have: %v", name, a)
				}
			}
		}
		if got != c.want || through.App != &c.app || len(person.Assignments[1].PointIDs) != 2 {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	alone := &auth.App{OrganisationID: operator}
	if policy.ExchangeToken(alone, person) {
		t.Error("an app without the scope acts for a person")
	}
	for name, c := range map[string]struct {
		person auth.Viewer
		want   bool
	}{
		"without assignment today":    {auth.Viewer{PersonID: "per_x"}, false},
		"of another organisation":     {auth.Viewer{PersonID: "per_x", Assignments: person.Assignments[2:3]}, false},
		"applicant of another portal": {auth.Viewer{Applicant: true, PortalID: stranger}, false},
		"of the organisation":         {*person, true},
		"applicant of the portal":     {auth.Viewer{Applicant: true, PortalID: operator}, true},
	} {
		app := &auth.App{OrganisationID: operator, Scopes: []domain.AppScope{domain.ActForPersonScope}}
		if policy.ExchangeToken(app, &c.person) != c.want {
			t.Errorf("%s: %t", name, !c.want)
		}
	}
}
