package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// staffPages turns the pages of the people that a persona sees, both ways, and
// returns their identifiers in the order of the list.
func staffPages(t *testing.T, api *testapi.API, persona, where, way string, size int) []string {
	t.Helper()
	cursor, more, end := "after", "hasNextPage", "endCursor"
	if way == "last" {
		cursor, more, end = "before", "hasPreviousPage", "startCursor"
	}
	query := fmt.Sprintf(`query($n: Int, $c: Cursor) { staff(%s: $n, %s: $c, where: %s) { totalCount edges { node { id } } pageInfo { %s %s } } }`,
		way, cursor, where, more, end)
	var ids []string
	for variables := map[string]any{"n": size}; ; {
		a := api.Query(t, persona, query, variables)
		if len(a.Errors) > 0 || len(ids) > 100 {
			t.Fatalf("%s: %s", query, a.Body)
		}
		var page []string
		for _, e := range dig(t, a.Data, "staff", "edges").([]any) {
			page = append(page, text(t, e, "node", "id"))
		}
		if way == "last" {
			ids = append(page, ids...)
		} else {
			ids = append(ids, page...)
		}
		if dig(t, a.Data, "staff", "pageInfo", more) != true {
			if total := dig(t, a.Data, "staff", "totalCount"); total != float64(len(ids)) {
				t.Errorf("%s of %s: totalCount %v, walked %d", where, persona, total, len(ids))
			}
			return ids
		}
		variables["c"] = text(t, a.Data, "staff", "pageInfo", end)
	}
}

// Pages of any size, both ways, visit each person that the viewer sees once, and
// nobody else.
func TestStaffPages(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	everybody := staffPages(t, api, "metropole-admin", `null`, "first", 100)
	for persona, people := range map[string]int{
		"": 0, "former-agent": 1, "commune-grenoble-agent": 1, "commune-grenoble-manager": 5,
		"commune-grenoble-admin": 9, "landlord-balcons-de-belledonne-admin": 7, "metropole-admin": len(everybody),
	} {
		for _, where := range []string{`null`, `{}`, `{withAssignment: {}}`, `{withAssignment: {roles: [RECEPTION_AGENT]}}`, `{awaitingConfirmation: true}`} {
			whole := staffPages(t, api, persona, where, "first", 100)
			if where == `null` && len(whole) != people {
				t.Errorf("%s sees %d people, want %d", persona, len(whole), people)
			}
			for _, id := range whole {
				if !slices.Contains(everybody, id) {
					t.Errorf("%s sees %s, which the Métropole does not", persona, id)
				}
			}
			for _, way := range []string{"first", "last"} {
				if got := staffPages(t, api, persona, where, way, 3); !slices.Equal(got, whole) {
					t.Errorf("%s, %s by %s: %v, want %v", persona, where, way, got, whole)
				}
			}
		}
	}
}

// A cursor of one organisation's people opens no other's, and what the list refuses
// it refuses with the field at fault.
func TestStaffRefusals(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	given := api.Query(t, "metropole-admin", `{ staff(first: 1) { pageInfo { endCursor } } }`, nil)
	cursor := text(t, given.Data, "staff", "pageInfo", "endCursor")
	many := `["` + strings.Repeat(`org_01AQ3WVJ000000000000000000", "`, 100) + `org_01AQ3WVJ000000000000000000"]`
	for query, want := range map[string]string{
		`{ staff { totalCount } }`:                                                                     "PAGE_SIZE",
		`{ staff(first: 101) { totalCount } }`:                                                         "PAGE_SIZE",
		`{ staff(first: 1, on: "x") { totalCount } }`:                                                  "BAD_REQUEST",
		`{ staff(first: 1, after: "` + cursor + `") { totalCount } }`:                                  "INVALID_CURSOR",
		`{ staff(first: 1, where: {withAssignment: {roles: [KING]}}) { totalCount } }`:                 "BAD_REQUEST",
		`{ staff(first: 1, where: {withAssignment: {organisations: ` + many + `}}) { totalCount } }`:   "BAD_REQUEST",
		`{ staff(first: 1, where: {withAssignment: {receptionPoints: ` + many + `}}) { totalCount } }`: "BAD_REQUEST",
	} {
		if a := api.Query(t, "commune-grenoble-admin", query, nil); !slices.Equal(a.Codes(), []string{want}) {
			t.Errorf("%s: %s, want %s", query, a.Body, want)
		}
	}
}

// Everything that is known of the people costs the same number of statements for one
// of them as for all.
func TestStaffStatementsDoNotGrow(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	const query = `query($n: Int) { staff(first: $n) { totalCount edges { node {
		familyName organisation { name } assignments { role organisation { name } receptionPoints { name } assignedBy { familyName } decidedBy { familyName } person { familyName } }
		authorisations { role organisation { name } grantedBy { familyName } revokedBy { familyName } person { familyName } }
		pairs { receptionPoint { name } formedBy { familyName } members { familyName } } } } } }`
	sent := func(n int) int {
		return len(api.Statements(func() {
			if a := api.Query(t, "metropole-admin", query, map[string]any{"n": n}); len(a.Errors) > 0 {
				t.Fatal(a.Body)
			}
		}))
	}
	ten, all := sent(10), sent(100)
	if ten != all || all > 20 {
		t.Errorf("%d statements for 10 people, %d for all", ten, all)
	}
}
