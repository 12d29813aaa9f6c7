package leak_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

var timed = flag.Int("timed", 0, "how many requests to time; 0 for none")

// hidden are applications that do not exist for a caller, each for its own reason.
type hidden struct{ reason, id, number, member string }

// clerk sees what one point follows, and nothing of the rest.
const clerk = "commune-echirolles-agent"

// hiddenFrom finds an application for each reason, in a database that holds thousands.
func hiddenFrom(t *testing.T, api *testapi.API, persona string) []hidden {
	t.Helper()
	all := []hidden{{
		reason: "unknown", number: "038119999999900123",
		id:     string(domain.DerivedID(domain.ApplicationPrefix, testapi.Now, "nothing")),
		member: string(domain.DerivedID(domain.HouseholdMemberPrefix, testapi.Now, "nobody")),
	}}
	const find = `SELECT a.id, a.unique_number, m.id FROM application a JOIN household_member m ON m.application_id = a.id AND m.rank = 1
		WHERE a.unique_number IS NOT NULL AND `
	var erased string
	for _, c := range []struct{ reason, condition string }{
		{"foreign", "NOT protected AND state = 'ACTIVE'"},
		{"removed", "NOT protected AND state = 'REMOVED'"},
		{"PROTECTED", "protected"},
		{"erased", "NOT protected AND state = 'ACTIVE'"},
	} {
		for offset := 0; ; offset++ {
			h := hidden{reason: c.reason}
			query := fmt.Sprintf("%s%s ORDER BY a.id DESC OFFSET %d LIMIT 1", find, c.condition, offset)
			if err := api.DB.QueryRowContext(t.Context(), query).Scan(&h.id, &h.number, &h.member); err != nil {
				t.Fatalf("no application that is %s: %v", c.reason, err)
			}
			if slices.ContainsFunc(all, func(o hidden) bool { return o.id == h.id }) || seen(t, api, persona, h.id) {
				continue
			}
			if all = append(all, h); c.reason == "erased" {
				erased = h.id
			}
			break
		}
	}
	for _, step := range []string{
		"UPDATE application SET state = 'REMOVED', removed_on = '2025-11-01' WHERE id = $1",
		"UPDATE application SET state = 'ERASED', erased_on = '2026-11-01', birth_name = '', name_key = '' WHERE id = $1",
	} {
		if _, err := api.DB.ExecContext(t.Context(), step, erased); err != nil {
			t.Fatal(err)
		}
	}
	if err := api.Service.SettleAccess(t.Context(), domain.ID(erased)); err != nil {
		t.Fatal(err)
	}
	return all
}

func seen(t *testing.T, api *testapi.API, persona, id string) bool {
	t.Helper()
	return api.Query(t, persona, fmt.Sprintf(`{ node(id: %q) { id } }`, id), nil).Data["node"] != nil
}

// lookUps are the ways to ask for one application.
func lookUps(h hidden) map[string]string {
	const record = `{ id masked summary { registeredOn } contact { phone } household { sensitive { freeText } } }`
	return map[string]string{
		"by number":       fmt.Sprintf(`{ application(uniqueNumber: %q) %s }`, h.number, record),
		"by id":           fmt.Sprintf(`{ node(id: %q) { ... on Application %s } }`, h.id, record),
		"among others":    fmt.Sprintf(`{ nodes(ids: [%q]) { ... on Application %s } }`, h.id, record),
		"a member":        fmt.Sprintf(`{ node(id: %q) { ... on HouseholdMember { age sensitive { freeText } } } }`, h.member),
		"searched for":    fmt.Sprintf(`{ applications(first: 5, where: {search: %q}) { totalCount edges { node { id } } } }`, h.number),
		"asked for twice": fmt.Sprintf(`{ a: application(uniqueNumber: %q) { id } b: node(id: %q) { id } }`, h.number, h.id),
	}
}

var traceID = regexp.MustCompile(`"traceId":"[0-9a-f]{32}"`)

// TestHiddenIsUnknown: what does not exist for the caller is answered in the same
// bytes as what does not exist, by the same statements that read as many pages, but for
// one: the row by which a number or a member leads to an application.
func TestHiddenIsUnknown(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 3000)
	all := hiddenFrom(t, api, clerk)
	type trace struct {
		body       string
		statements []string
		pages      []int
	}
	want := map[string]trace{}
	compared := 0
	for _, h := range all {
		for how, query := range lookUps(h) {
			var got trace
			got.statements = api.Statements(func() {
				got.body = traceID.ReplaceAllString(api.Query(t, clerk, query, nil).Body, "")
			})
			got.statements = slices.Clone(got.statements)
			if how == "asked for twice" {
				slices.Sort(got.statements) // both at once
			} else {
				for _, r := range api.Reads(func() { api.Query(t, clerk, query, nil) }) {
					got.pages = append(got.pages, pages(t, api, r))
				}
			}
			first, there := want[how]
			if !there {
				want[how] = got
				continue
			}
			compared++
			if got.body != first.body {
				t.Errorf("%s, %s: %s, and unknown %s", how, h.reason, got.body, first.body)
			}
			if !slices.Equal(got.statements, first.statements) {
				t.Errorf("%s, %s: other statements:\n%s\nand unknown\n%s", how, h.reason, strings.Join(got.statements, "\n"), strings.Join(first.statements, "\n"))
			}
			for i, n := range got.pages {
				if d := n - first.pages[i]; d < -1 || d > 1 {
					t.Errorf("%s, %s: statement %d reads %d pages, and unknown %d", how, h.reason, i, n, first.pages[i])
				}
			}
			t.Logf("%-16s %-10s %d statements, pages %v (unknown %v)", how, h.reason, len(got.statements), got.pages, first.pages)
		}
	}
	if compared != 4*len(lookUps(hidden{})) {
		t.Errorf("%d comparisons", compared)
	}
}

// pages is how many pages the plan of a statement touches.
func pages(t *testing.T, api *testapi.API, r testapi.Read) int {
	t.Helper()
	var plan string
	if err := api.DB.QueryRowContext(t.Context(), "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+r.Text, r.Args...).Scan(&plan); err != nil {
		t.Fatalf("%v: %s", err, r.Text)
	}
	var plans []struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		} `json:"Plan"`
	}
	if err := json.Unmarshal([]byte(plan), &plans); err != nil || len(plans) != 1 {
		t.Fatalf("%v: %s", err, plan)
	}
	return plans[0].Plan.Hit + plans[0].Plan.Read
}

// The bounds within which two medians are alike.
const (
	alikeWithin  = 50 * time.Microsecond
	alikePercent = 2
)

// TestHiddenTakesAsLong: nobody learns from the time of an answer whether a hidden
// application exists. Requests of all kinds take turns, so that what else the machine
// does meets all of them.
func TestHiddenTakesAsLong(t *testing.T) {
	t.Parallel()
	if *timed == 0 {
		t.Log("nothing is timed: make leak does")
		return
	}
	api := testapi.NewWithApplications(t, 3000)
	all := hiddenFrom(t, api, clerk)
	token := testapi.Token(t, clerk)
	took := make([][]time.Duration, len(all))
	for n := range *timed {
		i := n % len(all)
		if i == 0 {
			rand.Shuffle(len(all), func(a, b int) { all[a], all[b], took[a], took[b] = all[b], all[a], took[b], took[a] })
		}
		body, err := json.Marshal(map[string]string{"query": lookUps(all[i])["by number"]})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, api.URL+"/graphql", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		start := time.Now()
		api.Handler.ServeHTTP(w, r)
		took[i] = append(took[i], time.Since(start))
		if n%1000 == 0 {
			api.Statements(func() {}) // forget them
			token = testapi.Token(t, clerk)
		}
	}
	medians := map[string]time.Duration{}
	for i, h := range all {
		slices.Sort(took[i])
		medians[h.reason] = took[i][len(took[i])/2]
	}
	unknown := medians["unknown"]
	for reason, median := range medians {
		d := (median - unknown).Abs()
		t.Logf("%-10s median %v, %v from unknown (%.2f %%)", reason, median, median-unknown, 100*float64(median-unknown)/float64(unknown))
		if d > alikeWithin && d*100 > unknown*alikePercent {
			t.Errorf("%s takes %v, unknown %v", reason, median, unknown)
		}
	}
}
