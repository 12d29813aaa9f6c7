package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// statisticsDocument asks for a table and for what it counts.
const statisticsDocument = `query ($by: [ApplicationAxis!]!, $where: ApplicationFilter) {
	applicationStatistics(by: $by, where: $where) { by totalCount cells { keys count } }
	applications(first: 1, where: $where) { totalCount }
}`

// TestStatisticsWithoutApplications: who sees none gets the empty table, the same as who finds
// none; what is no axis is refused.
func TestStatisticsWithoutApplications(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 100)
	for document, want := range map[string]string{
		`{ applicationStatistics(by: []) { totalCount } }`:                            "BAD_AXES",
		`{ applicationStatistics(by: [STATE, STATE]) { totalCount } }`:                "BAD_AXES",
		`{ applicationStatistics(by: [STATE, YEAR, HOUSING]) { totalCount } }`:        "BAD_AXES",
		`{ applicationStatistics(by: [INCOME]) { totalCount } }`:                      "BAD_REQUEST",
		`{ applicationStatistics(by: [STATE], where: {search: "a"}) { totalCount } }`: "BAD_SEARCH",
	} {
		if a := api.Query(t, "metropole-social", document, nil); len(a.Errors) != 1 || !strings.Contains(a.Body, want) {
			t.Errorf("%s: %s, want %s", document, a.Body, want)
		}
	}
	empty := ""
	for _, persona := range []string{"", "metropole-steering", "commune-grenoble-admin", "account:nobody", "state-allocation"} {
		a := api.Query(t, persona, `{ applicationStatistics(by: [STATE, HOUSING], where: {search: "nobody at all"}) { by totalCount cells { keys count } } }`, nil)
		if empty == "" {
			empty = a.Body
		}
		if a.Body != empty || !strings.Contains(a.Body, `"totalCount":0,"cells":[]`) {
			t.Errorf("%q: %s, and nobody %s", persona, a.Body, empty)
		}
		a = api.Query(t, persona, `{ applicationStatistics(by: [STATE, HOUSING], where: {}) { by totalCount cells { keys count } } }`, nil)
		if seesNothing := persona != "state-allocation"; seesNothing != (a.Body == empty) {
			t.Errorf("%q: %s", persona, a.Body)
		}
	}
	if a := api.Query(t, "app:commune-grenoble-portal", `{ applicationStatistics(by: [STATE]) { totalCount } }`, nil); !slices.Equal(a.Codes(), []string{"FORBIDDEN"}) {
		t.Errorf("an app without the scope: %s", a.Body)
	}
}

// TestStatisticsAreThoseOfTheList: each table is what its caller would count in the
// list, application by application, and takes one statement.
func TestStatisticsAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithApplications(t, 300)
	axes := domain.ApplicationAxis("").Values()
	filters := []map[string]any{
		nil, {"states": []string{"ACTIVE"}}, {"typologies": []string{"T2", "T3"}}, {"housing": []string{"HOSTED"}, "householdSize": map[string]any{"min": 2}},
	}
	largest := 0
	for _, persona := range []string{
		"metropole-social", "commune-echirolles-agent", "commune-grenoble-allocation", "state-allocation", "applicant-single",
	} {
		for n, where := range filters {
			seen := seenBy(t, api, persona, where)
			for i, first := range axes {
				by := []string{first}
				if second := axes[(i+1+n)%len(axes)]; n > 0 && second != first {
					by = append(by, second)
				}
				var a testapi.Answer
				sent := api.Statements(func() {
					a = api.Query(t, persona, `query ($by: [ApplicationAxis!]!, $where: ApplicationFilter) {
						applicationStatistics(by: $by, where: $where) { by totalCount cells { keys count } } }`, map[string]any{"by": by, "where": where})
				})
				if len(sent) > 2 { // one for who asks
					t.Errorf("%s by %v: %d statements", persona, by, len(sent))
				}
				compareTable(t, a, by, seen)
			}
			a := api.Query(t, persona, statisticsDocument, map[string]any{"by": []string{"STATE"}, "where": where})
			if sum, total := dig(t, a.Data, "applicationStatistics", "totalCount"), dig(t, a.Data, "applications", "totalCount"); sum != total {
				t.Errorf("%s under %v: the table has %v, the list %v", persona, where, sum, total)
			}
			largest = max(largest, len(seen))
		}
	}
	if largest < 200 {
		t.Errorf("%d applications are too few to tell", largest)
	}
}

// seenBy lists what the axes find in each application of a list.
func seenBy(t *testing.T, api *testapi.API, persona string, where map[string]any) []map[string]string {
	t.Helper()
	const document = `query ($c: Cursor, $where: ApplicationFilter) { applications(first: 100, after: $c, where: $where) {
		pageInfo { hasNextPage endCursor }
		edges { node { state file { housing } wishes { rank commune { inseeCode } }
			summary { registeredOn householdSize typologies followingPoint { id commune { inseeCode } } } } } } }`
	var all []map[string]string
	for cursor, more := any(nil), true; more; {
		a := api.Query(t, persona, document, map[string]any{"c": cursor, "where": where})
		for _, e := range dig(t, a.Data, "applications", "edges").([]any) {
			node := dig(t, e, "node").(map[string]any)
			in := map[string]string{"STATE": text(t, node, "state")}
			if node["file"] != nil {
				in["HOUSING"] = text(t, node, "file", "housing")
			}
			if summary := node["summary"]; summary != nil {
				addSummary(t, in, summary)
				in["WISHED_COMMUNE"] = ""
				if wishes := node["wishes"].([]any); len(wishes) > 0 {
					in["WISHED_COMMUNE"] = text(t, wishes[0], "commune", "inseeCode")
				}
			}
			all = append(all, in)
		}
		cursor, more = dig(t, a.Data, "applications", "pageInfo", "endCursor"), dig(t, a.Data, "applications", "pageInfo", "hasNextPage").(bool)
	}
	return all
}

func addSummary(t *testing.T, in map[string]string, summary any) {
	t.Helper()
	in["YEAR"] = text(t, summary, "registeredOn")[:4]
	in["HOUSEHOLD_SIZE"] = fmt.Sprint(dig(t, summary, "householdSize"))
	if in["HOUSEHOLD_SIZE"] > "5" || len(in["HOUSEHOLD_SIZE"]) > 1 {
		in["HOUSEHOLD_SIZE"] = "6_PLUS"
	}
	in["TYPOLOGY"] = text(t, summary, "typologies", 0)
	in["FOLLOWING_POINT"], in["FOLLOWING_COMMUNE"] = "", ""
	if dig(t, summary, "followingPoint") != nil {
		in["FOLLOWING_POINT"] = text(t, summary, "followingPoint", "id")
		in["FOLLOWING_COMMUNE"] = text(t, summary, "followingPoint", "commune", "inseeCode")
	}
}

// compareTable counts again: what an axis does not find is not counted on it.
func compareTable(t *testing.T, a testapi.Answer, by []string, seen []map[string]string) {
	t.Helper()
	want, total := map[string]int{}, 0
	for _, in := range seen {
		keys, open := make([]any, len(by)), true
		for i, axis := range by {
			value, known := in[axis]
			open = open && known
			if value != "" {
				keys[i] = value
			}
		}
		if open {
			words, _ := json.Marshal(keys)
			want[string(words)]++
			total++
		}
	}
	got := map[string]int{}
	for _, cell := range dig(t, a.Data, "applicationStatistics", "cells").([]any) {
		words, _ := json.Marshal(dig(t, cell, "keys"))
		got[string(words)] += int(dig(t, cell, "count").(float64))
	}
	if !maps.Equal(got, want) || dig(t, a.Data, "applicationStatistics", "totalCount") != float64(total) {
		t.Errorf("by %v: got %v, want %v", by, got, want)
	}
}
