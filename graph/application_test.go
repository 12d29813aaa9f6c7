package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// TestApplicationsPageByPage walks through every order, forwards and backwards, in
// pages of several lengths: each application once.
func TestApplicationsPageByPage(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithApplications(t, 60)
	for _, order := range []string{"", "orderBy: {field: NAME}", "orderBy: {field: REGISTERED_ON}", "orderBy: {field: REGISTERED_ON, direction: DESC}"} {
		for _, way := range []struct{ size, from, cursor, more string }{
			{"first", "after", "endCursor", "hasNextPage"}, {"last", "before", "startCursor", "hasPreviousPage"},
		} {
			for _, n := range []int{1, 7, 100} {
				query := fmt.Sprintf(`query($c: Cursor) { applications(%s: %d, %s: $c, %s) { totalCount edges { node { id } } pageInfo { %s %s } } }`,
					way.size, n, way.from, order, way.cursor, way.more)
				var seen []string
				total := -1.0
				for cursor, more := any(nil), true; more; {
					answer := api.Query(t, "metropole-social", query, map[string]any{"c": cursor})
					if len(answer.Errors) > 0 {
						t.Fatalf("%s: %s", query, answer.Body)
					}
					page := answer.Data["applications"].(map[string]any)
					for _, e := range page["edges"].([]any) {
						seen = append(seen, e.(map[string]any)["node"].(map[string]any)["id"].(string))
					}
					info := page["pageInfo"].(map[string]any)
					cursor, more, total = info[way.cursor], info[way.more].(bool), page["totalCount"].(float64)
				}
				slices.Sort(seen)
				if once := slices.Compact(slices.Clone(seen)); len(once) != len(seen) || len(seen) != int(total) || len(seen) < 40 {
					t.Errorf("%s: %d rows, %d of them once, %g in all", query, len(seen), len(once), total)
				}
			}
		}
	}
}
