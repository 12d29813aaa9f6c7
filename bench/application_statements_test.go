package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// grounds are callers by what opens applications to them: each ground, and each of its
// classes, has one.
var grounds = []string{
	"commune-echirolles-agent", "commune-echirolles-social", "commune-grenoble-allocation", landlordOfficer,
	"state-allocation", "metropole-agent", "metropole-social", sandbox.ApplicantCoupleFirst,
}

const (
	landlordOfficer = "landlord-balcons-de-belledonne-allocation"
	landlordKey     = "landlord-balcons-de-belledonne"
)

// withApplications serves the sandbox with applications, and a landlord whose list of
// communes is confirmed.
func withApplications(t *testing.T, n int, more ...testapi.Step) *testapi.API {
	t.Helper()
	api := testapi.NewWithApplications(t, n, append([]testapi.Step{testapi.SQL(confirmTerritory)}, more...)...)
	api.Service.Uncounted()
	return api
}

// confirmTerritory gives the landlord of the sandbox's officer two communes.
const confirmTerritory = `INSERT INTO landlord_territory (organisation_id, commune_id)
	SELECT o.id, c.id FROM organisation o, commune c WHERE o.key = '` + landlordKey + `' AND c.insee_code IN ('38179', '38562')`

// askedOfApplications are the shapes in which applications are read: a list, a search,
// a page of whole files, their number, one file.
var askedOfApplications = map[string]string{
	"list": `query ($first: Int!) { applications(first: $first) { edges { node {
		id masked summary { householdSize followingPoint { id name } } wishes { rank commune { name } } } } } }`,
	"by name": `query ($first: Int!) { applications(first: $first, orderBy: {field: NAME}) { edges { node { id birthName } } } }`,
	"by date": `query ($first: Int!) { applications(first: $first, orderBy: {field: REGISTERED_ON, direction: DESC}) { edges { node { id } } } }`,
	"search":  `query ($first: Int!) { applications(first: $first, where: {search: "ma"}) { totalCount edges { node { id givenNames summary { registeredOn } } } } }`,
	"filters": `query ($first: Int!) { applications(first: $first, where: {
		states: [ACTIVE, PENDING_VALIDATION], typologies: [T1, T2, T3, T4], householdSize: {min: 1}, wishedCommunes: ["38185", "38179", "38562", "38151"]
	}) { totalCount edges { node { id } } pageInfo { hasNextPage } } }`,
	"transfers": `query ($first: Int!) { applications(first: $first) { edges { node { id pieces { kind state transfer { state dueOn } } } } } }`,
	"whole files": `query ($first: Int!) { applications(first: $first) { edges { node {
		masked summary { registeredOn followingPoint { name commune { name } } } file { housing } contact { town } wishes { commune { name } }
		household { age particulars { birthName } sensitive { needs } } } } } }`,
}

// edgesOf are the tables beside that of applications which each of them reads, and a
// count; 1 for the applications and 1 for who asks come on top.
var edgesOf = map[string]int{"list": 4, "by name": 0, "by date": 0, "search": 2, "filters": 1, "transfers": 2, "whole files": 10}

// A read of applications sends one statement for who asks, one for the rows and one for
// each edge: the same for 1 file as for 100, and for whoever asks. Audit lines go over a
// connection of their own.
func TestStatementsDoNotGrowWithFiles(t *testing.T) {
	t.Parallel()
	api := withApplications(t, 300, tenfold(300, 3)...)
	e := &engine{name: "api", url: api.URL}
	for name, document := range askedOfApplications {
		for _, persona := range grounds {
			count := func(first int) (statements, rows int) {
				var failed error
				var body []byte
				sent := api.Statements(func() {
					body, failed = e.ask(t.Context(), operation{document: document}, variables{persona: persona, values: map[string]any{"first": first}})
				})
				must(t, failed)
				return len(sent), countFiles(t, body)
			}
			count(1) // the first one to name a commune looks it up
			one, _ := count(1)
			hundred, rows := count(100)
			want := 2 + edgesOf[name]
			// An applicant sees one file, which may lack what others have.
			if one > want || hundred > want || persona != sandbox.ApplicantCoupleFirst && (rows < 2 || one != hundred) {
				t.Errorf("%s as %s: %d statements for 1 file, %d for %d, at most %d wanted", name, persona, one, hundred, rows, want)
			}
		}
	}
}

// What is masked is in every row that is read for somebody: to ask for it has no column
// read that is not asked for.
func TestMaskedReadsNoColumn(t *testing.T) {
	t.Parallel()
	api := withApplications(t, 300)
	e := &engine{name: "api", url: api.URL}
	var failed error
	sent := api.Statements(func() {
		_, failed = e.ask(t.Context(), operation{document: askedOfApplications["list"]}, variables{persona: "metropole-social", values: map[string]any{"first": 10}})
	})
	must(t, failed)
	i := slices.IndexFunc(sent, func(text string) bool { return strings.HasPrefix(text, `SELECT "application"."id"`) })
	if i < 0 || !strings.HasPrefix(sent[i], `SELECT "application"."id", (SELECT string_agg(`) {
		t.Errorf("sent %q", sent)
	}
}

// countFiles is how many applications an answer has.
func countFiles(t *testing.T, body []byte) int {
	t.Helper()
	data, err := parsed(body)
	must(t, err)
	answer, _ := data.(map[string]any)
	list, _ := answer["applications"].(map[string]any)
	edges, ok := list["edges"].([]any)
	if !ok {
		t.Fatal(fmt.Errorf("no applications: %s", clip(body)))
	}
	return len(edges)
}
