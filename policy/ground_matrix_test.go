package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
)

// TestGrounds prints what each ground opens in each state of an application, and which
// grounds each role of each kind of organisation has, as the program reckons it and not
// as its table says.
func TestGrounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "%-32s %-20s %s\n", "ground", "application", "opens")
	for _, r := range policy.GroundRules() {
		for _, s := range states {
			fmt.Fprintf(&b, "%-32s %-20s %s\n", line(r), s.name, words(opened(r, s.facts)))
		}
	}
	fmt.Fprintf(&b, "\n%-36s %-18s %s\n", "role and kind of organisation", "which", "grounds")
	for _, role := range domain.Role("").Values() {
		for _, kind := range domain.OrganisationKind("").Values() {
			for _, w := range []struct {
				name                    string
				registering, authorised bool
			}{{"registers", true, true}, {"does not register", false, true}, {"without a name", true, false}} {
				fmt.Fprintf(&b, "%-36s %-18s %s\n", role+" of "+kind, w.name, words(held(role, kind, w.registering, w.authorised)))
			}
		}
	}
	fresh(t, "testdata/grounds.golden", b.String())
}

func line(r policy.GroundRule) string { return string(r.Ground) + "/" + r.Class }

// words are never nothing.
func words[T ~string](all []T) string {
	if len(all) == 0 {
		return "-"
	}
	text := make([]string, len(all))
	for i, w := range all {
		text[i] = string(w)
	}
	return strings.Join(text, " ")
}

// states are those of an application that a ground can depend on.
var states = []struct {
	name  string
	facts policy.ApplicationFacts
}{
	{"active", policy.ApplicationFacts{State: domain.ApplicationActive}},
	{"pending", policy.ApplicationFacts{State: domain.ApplicationPending}},
	{"removed", policy.ApplicationFacts{State: domain.ApplicationRemoved}},
	{"protected", policy.ApplicationFacts{State: domain.ApplicationActive, Protected: true}},
	{"protected, removed", policy.ApplicationFacts{State: domain.ApplicationRemoved, Protected: true}},
	{"draft", policy.ApplicationFacts{State: domain.ApplicationDraft}},
	{"rejected", policy.ApplicationFacts{State: domain.ApplicationRejected}},
	{"merged", policy.ApplicationFacts{State: domain.ApplicationMerged}},
	{"erased", policy.ApplicationFacts{State: domain.ApplicationErased, Erased: true}},
}

// opened is what the line opens in an application in which every ground finds something.
func opened(r policy.GroundRule, facts policy.ApplicationFacts) []domain.ColumnGroup {
	facts.FollowingPoint, facts.FollowedSince = point, domain.NewDate(2026, 1, 1)
	facts.Wishes, facts.Contributing = []domain.ID{"com_here"}, true
	facts.Accounts = []policy.BoundAccount{{Issuer: "https://portal.example", Subject: "x", Since: testapi.Now}}
	facts.NamedAgents = []policy.Naming{{Person: caller, Organisation: operator, From: domain.NewDate(2026, 1, 1)}}
	facts.Receptions = []policy.Opening{{Person: caller, Where: point, From: testapi.Now}}
	facts.Oriented = []policy.OrientedPoint{{Point: point, From: testapi.Now}}
	facts.PutForward = []policy.Candidacy{{Organisation: operator, Current: true}, {Organisation: operator}}
	facts.Emergencies = []policy.Opening{{Person: caller, Where: operator, From: testapi.Now}}
	for _, a := range policy.Accesses(facts) {
		if a.Audience.Ground == r.Ground && a.Audience.Class == r.Class {
			return a.Groups.Groups()
		}
	}
	return nil
}

// held are the lines that a person has who works in that role.
func held(role, kind string, registering, authorised bool) []string {
	v := &auth.Viewer{PersonID: caller, Now: testapi.Now, Assignments: []auth.Assignment{{
		OrganisationID: operator, OrganisationKind: domain.OrganisationKind(kind), Role: domain.Role(role),
		RegisteringBody: registering, Authorised: authorised,
		CommuneID: "com_here", TerritoryIDs: []domain.ID{"com_here"}, PointIDs: []domain.ID{point},
	}}}
	var all []string
	for _, c := range policy.Claims(v) {
		if c.Missing == "" && len(c.Audiences) > 0 {
			all = append(all, line(c.Rule))
		}
	}
	return all
}

// TestRightsPage: the page that people read is the one that the program gives.
func TestRightsPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# Who sees and does what

This page is printed by the program from its own rules, and a test compares it with
them: go test ./policy -run TestRightsPage -update

A member of staff needs a confirmed assignment and a named authorisation in force on
the day. Without a ground an application does not exist for a caller.

## Grounds

| Ground | Roles | Organisations | Registering body | Holds when | Ends | Rests on |
| --- | --- | --- | --- | --- | --- | --- |
`)
	rules := policy.GroundRules()
	for _, r := range rules {
		who, where := words(r.Roles), words(r.Kinds)
		if r.Subject == policy.SubjectAccount {
			who, where = "the applicant", "-"
		} else if len(r.Kinds) == 0 {
			where = "all"
		}
		registering := "no"
		if r.Registering {
			registering = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", line(r), who, where, registering, r.HoldsWhen, r.Ends, r.Article)
	}
	b.WriteString("\n## Column groups\n\n| Group |")
	for _, r := range rules {
		b.WriteString(" " + line(r) + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(rules)) + "\n")
	for _, word := range domain.ColumnGroup("").Values() {
		b.WriteString("| " + word + " |")
		for _, r := range rules {
			b.WriteString(mark(r.Groups.Opens(domain.ColumnGroup(word))))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nThe applicant sees its own sensitive record beside, and nobody else's.\n\n## States\n\n| Application |")
	for _, r := range rules {
		b.WriteString(" " + line(r) + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(rules)) + "\n")
	for _, s := range states {
		b.WriteString("| " + s.name + " |")
		for _, r := range rules {
			b.WriteString(mark(len(opened(r, s.facts)) > 0))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## The stock\n\n| Group | Who reads it |\n| --- | --- |\n" +
		"| OPEN | everybody |\n" +
		"| MANAGED | who works today for the dwelling's landlord, for the holder of a right on it by name, for the holder of a right over the flow under which its vacancy is offered, for the Métropole; of what changed and of other vacancies not the third |\n" +
		"| RIGHTS | who works today for one of the two parties, for the Métropole |\n" +
		"\nAn app reads MANAGED and RIGHTS with a person, by its scope for the stock, never alone.\n")
	b.WriteString("\n## Acts\n\nThe callers are those of testdata/matrix.golden, which prints each refusal.\n")
	for _, g := range []grid{pointMatrix(), staffMatrix(), applicationMatrix(), stockMatrix()} {
		fmt.Fprintf(&b, "\nBy %s:\n\n| Act | Who may |\n| --- | --- |\n", g.relation)
		for i, act := range g.acts {
			fmt.Fprintf(&b, "| %s | %s |\n", act, whoMay(g, i))
		}
	}
	fresh(t, "rights.md", b.String())
}

// whoMay names those who may perform the act, or the few who may not.
func whoMay(g grid, act int) string {
	var may, not []string
	for _, r := range g.rows {
		if r.decisions[act] == "allowed" {
			may = append(may, r.caller)
		} else {
			not = append(not, r.caller)
		}
	}
	switch {
	case len(may) == 0:
		return "nobody of these"
	case len(not) < len(may):
		return "everybody of these but<br>" + strings.Join(not, "<br>")
	}
	return strings.Join(may, "<br>")
}

func mark(yes bool) string {
	if yes {
		return " yes |"
	}
	return " - |"
}
