package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

const overseen = `query($n: UniqueNumber!, $p: ID!) {
	explainAccess(uniqueNumber: $n, personId: $p) { visible }
	accessLog(uniqueNumber: $n, first: 100) { kind columnGroup columnGroups personName reason organisation { key } }
}`

// TestWhoOverseesAccess asks as everybody why a social officer sees a file, and who saw
// it: the Métropole's privacy officer is told, for the others there is nothing, and an
// applicant reads of its own file alone, without names and without what is sensitive.
func TestWhoOverseesAccess(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 60)
	number := ownNumber(t, api, "applicant-couple-first")
	agent := socialOfficer(t, api)
	// Read by who sees all of it, sensitive records too.
	api.Query(t, "metropole-social", `query($n: UniqueNumber!) { application(uniqueNumber: $n) { id contact { town } household { sensitive { reasons } } } }`,
		map[string]any{"n": number})
	for persona, want := range map[string]struct {
		explained bool
		entries   func(int) bool
	}{
		"":                                       {false, func(n int) bool { return n == 0 }},
		"commune-grenoble-agent":                 {false, func(n int) bool { return n == 0 }},
		"metropole-social":                       {false, func(n int) bool { return n == 0 }},
		"metropole-admin":                        {false, func(n int) bool { return n == 0 }},
		"state-privacy":                          {false, func(n int) bool { return n == 0 }},
		"applicant-single":                       {false, func(n int) bool { return n == 0 }},
		"applicant-couple-first":                 {false, func(n int) bool { return n > 0 }},
		"metropole-privacy":                      {true, func(n int) bool { return n > 0 }},
		"app:commune-grenoble-portal":            {false, nil},
		"former-agent":                           {false, func(n int) bool { return n == 0 }},
		"commune-grenoble-allocation":            {false, func(n int) bool { return n == 0 }},
		"landlord-balcons-de-belledonne-privacy": {false, func(n int) bool { return n == 0 }},
	} {
		answer := api.Query(t, persona, overseen, map[string]any{"n": number, "p": agent})
		if want.entries == nil {
			if answer.Data != nil {
				t.Errorf("%s was answered %s", persona, answer.Body)
			}
			continue
		}
		if explained := answer.Data["explainAccess"] != nil; explained != want.explained {
			t.Errorf("%s: explained is %v\n%s", persona, explained, answer.Body)
		}
		log, _ := answer.Data["accessLog"].([]any)
		if !want.entries(len(log)) {
			t.Errorf("%s reads %d entries\n%s", persona, len(log), answer.Body)
		}
		if !strings.HasPrefix(persona, "applicant") {
			continue
		}
		for _, e := range log {
			entry := e.(map[string]any)
			if entry["personName"] != nil || entry["reason"] != nil || entry["columnGroup"] == nil || slices.Contains(entry["columnGroups"].([]any), "SENSITIVE") {
				t.Errorf("%s is shown %v", persona, entry)
			}
		}
	}
}

func ownNumber(t *testing.T, api *testapi.API, applicant string) string {
	t.Helper()
	answer := api.Query(t, applicant, `{ applications(first: 1) { edges { node { uniqueNumber } } } }`, nil)
	edges := answer.Data["applications"].(map[string]any)["edges"].([]any)
	if len(edges) != 1 {
		t.Fatalf("%s sees %d applications: %s", applicant, len(edges), answer.Body)
	}
	return edges[0].(map[string]any)["node"].(map[string]any)["uniqueNumber"].(string)
}

// socialOfficer is the Métropole's.
func socialOfficer(t *testing.T, api *testapi.API) string {
	t.Helper()
	answer := api.Query(t, "metropole-admin", `{ staff(first: 100) { edges { node { id familyName } } } }`, nil)
	for _, e := range answer.Data["staff"].(map[string]any)["edges"].([]any) {
		if node := e.(map[string]any)["node"].(map[string]any); node["familyName"] == "Benali" {
			return node["id"].(string)
		}
	}
	t.Fatal(answer.Body)
	return ""
}
