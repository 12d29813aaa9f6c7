package graph_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// adviceDocument is the documented one.
func adviceDocument(t *testing.T) string {
	t.Helper()
	text, err := operations.Files.ReadFile("HousingAdvice.graphql")
	must(t, err)
	return string(text)
}

func need(household map[string]any, more ...any) map[string]any {
	input := map[string]any{"household": household}
	for i := 0; i+1 < len(more); i += 2 {
		input[more[i].(string)] = more[i+1]
	}
	return map[string]any{"input": input}
}

// TestAdviceThatIsRefused: each names the field, and tells nothing of what was sent; no
// address and no cache may hold what a household told.
func TestAdviceThatIsRefused(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	document := adviceDocument(t)
	one := map[string]any{"adults": 1}
	for field, variables := range map[string]map[string]any{
		"input.household.adults": need(map[string]any{"adults": 0}),
		"input.taxYear":          need(one, "taxIncome", 987654321),
		"input.taxIncome":        need(one, "taxIncome", -987654321, "taxYear", 2024),
		"input.communes":         need(one, "communes", []string{"75056"}),
		"input.typologies":       need(one, "typologies", []string{"UNKNOWN"}),
	} {
		a := api.Query(t, "", document, variables)
		if !slices.Equal(a.Codes(), []string{"BAD_REQUEST"}) || a.Errors[0].Extensions["field"] != field || strings.Contains(a.Body, "987654321") {
			t.Errorf("%s: %s", field, a.Body)
		}
	}
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/graphql?"+url.Values{
		"query": {document}, "variables": {`{"input": {"household": {"adults": 1}}}`},
	}.Encode(), nil)
	must(t, err)
	if a := api.Send(t, get); a.Status != http.StatusBadRequest || a.Data != nil {
		t.Errorf("by GET: %d %s", a.Status, a.Body)
	}
	told := api.Query(t, "", document, need(one, "taxIncome", 987654321, "taxYear", 2024))
	if len(told.Errors) > 0 || !strings.HasPrefix(told.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("a cache may keep %v %s", told.Header, told.Body)
	}
	if strings.Contains(api.Log.String(), "987654321") {
		t.Error("the log holds an income")
	}
}

// TestAdviceIsTheSameForAll: whoever asks gets the same bytes, by as many statements
// whatever is asked, each of which reads and nothing else.
func TestAdviceIsTheSameForAll(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t)
	document := adviceDocument(t)
	small := need(map[string]any{"adults": 1})
	large := need(map[string]any{"adults": 2, "coupleAges": 60, "dependants": 4, "visitingChildren": 2, "disability": true},
		"taxIncome", 3_000_000, "taxYear", 2025, "communes", []string{"38179", "38562", "38170"}, "typologies", []string{"T5", "T1"}, "accessible", true)
	var texts [][]string
	for _, variables := range []map[string]any{small, large} {
		var nobody testapi.Answer
		sent := api.Statements(func() { nobody = api.Query(t, "", document, variables) })
		texts = append(texts, sent)
		for _, statement := range sent {
			if !strings.HasPrefix(statement, "SELECT") {
				t.Errorf("it does not read: %s", statement)
			}
		}
		for _, persona := range []string{"commune-echirolles-agent", "metropole-social", "app:commune-grenoble-portal"} {
			if a := api.Query(t, persona, document, variables); a.Body != nobody.Body || len(a.Errors) > 0 {
				t.Errorf("%s gets\n%s\nand nobody\n%s", persona, a.Body, nobody.Body)
			}
		}
	}
	if !slices.Equal(texts[0], texts[1]) || len(texts[0]) != 5 {
		t.Errorf("%d and %d statements: %v", len(texts[0]), len(texts[1]), texts)
	}
}

// TestAdviceCountsWhatTheListCounts: its stock is that of the list under the same filter,
// and the figures that it shows are those of tension.
func TestAdviceCountsWhatTheListCounts(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	a := api.Query(t, "", adviceDocument(t), need(map[string]any{"adults": 1, "dependants": 2}, "taxIncome", 3_000_000, "taxYear", 2024, "communes", []string{"38170"}, "typologies", []string{"T3"}))
	counted := api.Query(t, "", `{
		met: dwellings(first: 1, where: {communes: ["38170"], typologies: [T3], financings: ["12", "13", "14", "50", "51", "52"]}) { totalCount }
		small: dwellings(first: 1, where: {communes: ["38170"], typologies: [T3], financings: ["12", "13", "14", "50", "51", "52"], surface: {max: 24.99}}) { totalCount }
		unknown: dwellings(first: 1, where: {communes: ["38170"], typologies: [T3], financings: ["16", "17", "49", "53", "54", "55", "99"]}) { totalCount } }`, nil)
	want := dig(t, counted.Data, "met", "totalCount").(float64) - dig(t, counted.Data, "small", "totalCount").(float64)
	if got := dig(t, a.Data, "housingAdvice", "communes", 0, "stock"); got != want || want < 50 {
		t.Errorf("%v dwellings would do, %v are listed", got, want)
	}
	if got := dig(t, a.Data, "housingAdvice", "communes", 0, "ceilingUnknown"); got != dig(t, counted.Data, "unknown", "totalCount") {
		t.Errorf("%v dwellings of unknown ceilings", got)
	}
	if dig(t, a.Data, "housingAdvice", "tensionYear") != nil || dig(t, a.Data, "housingAdvice", "vintage", "statedOn") == nil {
		t.Error(a.Body)
	}

	peopled := testapi.SharedWithApplications(t, 500)
	a = peopled.Query(t, "", adviceDocument(t), need(map[string]any{"adults": 1}, "communes", []string{"38185"}))
	tension := peopled.Query(t, "", `{ tension { communes { commune wishing housed ratio } } }`, nil)
	for _, c := range dig(t, tension.Data, "tension", "communes").([]any) {
		if text(t, c, "commune") == "38185" && dig(t, c, "ratio") != dig(t, a.Data, "housingAdvice", "communes", 0, "tension", "ratio") {
			t.Errorf("%v, and advised %s", c, a.Body)
		}
	}
	if dig(t, a.Data, "housingAdvice", "communes", 0, "tension", "ratio") == nil ||
		dig(t, a.Data, "housingAdvice", "typologies", 0, "waiting", "median") == nil {
		t.Errorf("no figures: %s", a.Body)
	}
}
