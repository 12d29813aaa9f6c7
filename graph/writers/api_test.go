package writers_test

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

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/graph/gen"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/server"
)

var apiQueries = flag.Int("api-queries", 60, "valid random operations on the sandbox, for each seed")

// callers see different things: everybody, a desk, the whole network.
var callers = []string{"", "commune-grenoble-agent", "metropole-steering"}

// ask asks one of the two handlers.
func ask(t *testing.T, h http.Handler, persona, query string, variables map[string]any) *answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "en")
	if persona != "" {
		r.Header.Set("Authorization", "Bearer "+testapi.Token(t, persona))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var response struct {
		Data       json.RawMessage  `json:"data"`
		Extensions json.RawMessage  `json:"extensions"`
		Errors     []map[string]any `json:"errors"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &response); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	a := &answer{data: string(response.Data), extensions: string(response.Extensions)}
	for _, e := range response.Errors {
		if extensions, ok := e["extensions"].(map[string]any); ok {
			delete(extensions, "traceId") // that of the request
		}
		text, _ := json.Marshal(e)
		a.errors = append(a.errors, string(text))
	}
	slices.Sort(a.errors)
	return a
}

// sandboxQueries asks for what the sandbox has, and for what it has not.
func sandboxQueries(t *testing.T, api *testapi.API, r *rand.Rand) *queries {
	t.Helper()
	all := api.Query(t, "commune-grenoble-agent", `{
		communes(first: 20) { edges { cursor node { id } } }
		receptionPoints(first: 60) { edges { cursor node { id agreement { id services { id } } openingHours { id } } } }
		organisations(first: 60) { edges { cursor node { id } } }
		viewer { assignments { id } } }`, nil)
	ids := regexp.MustCompile(`"id":"([^"]+)"`).FindAllStringSubmatch(all.Body, -1)
	cursors := regexp.MustCompile(`"cursor":"([^"]+)"`).FindAllStringSubmatch(all.Body, -1)
	if len(ids) < 100 || len(cursors) < 50 {
		t.Fatalf("%d ids and %d cursors: %s", len(ids), len(cursors), all.Body)
	}
	of := func(values ...any) func() any { return func() any { return values[r.IntN(len(values))] } }
	one := func(matches [][]string) func() any { return func() any { return matches[r.IntN(len(matches))][1] } }
	q := &queries{Rand: r, schema: gen.NewExecutableSchema(gen.Config{}).Schema(), most: 40, flattest: 4, deepest: 8}
	q.plain = func(parent string) bool {
		return strings.HasSuffix(parent, "Connection") || strings.HasSuffix(parent, "Edge")
	}
	// Most of what can go wrong below a root is the number of days.
	q.favour = map[string]int{"edges": 4, "node": 4, "receptionPoint": 4, "receptionPoints": 4, "openingDays": 12}
	q.scalars = map[string]func() any{
		"ID": one(ids), "Cursor": one(cursors),
		"Date":      of("2026-11-23", "2026-12-25", "2019-01-01", "2031-05-01"),
		"DateTime":  of("2026-11-24T09:30:00+01:00", "2026-11-29T10:00:00Z"),
		"InseeCode": of("38185", "38421", "38999"), "LanguageCode": of("en", "ar", "fr"),
		"Latitude": of(45.1, 45.19, 46), "Longitude": of(5.6, 5.72, 6),
		"String": of("REGISTER_APPLICATION", "SOCIAL_WORKER_APPOINTMENT", "38000", "", "é"),
	}
	q.argument = func(name string) (any, bool) {
		switch name {
		case "first":
			if r.IntN(100) == 0 {
				return 0, true
			}
			return []int{1, 2, 3, 5, 20}[r.IntN(5)], true
		case "last", "after", "before":
			if r.IntN(100) > 0 {
				return absent, true
			}
		case "days":
			return []int{1, 2, 8, 62, 63, 0}[r.IntN(6)], true
		case "where":
			return absent, r.IntN(2) == 0
		case "ids":
			list := []any{one(ids)(), one(ids)()}
			return list[:r.IntN(3)], true
		}
		return nil, false
	}
	return q
}

// The API answers the same with writers and without, whoever asks.
func TestSandboxAnswersAreTheSame(t *testing.T) {
	t.Parallel()
	limits := server.DefaultLimits()
	limits.RootFields, limits.Aliases, limits.Fields, limits.Tokens, limits.Errors = 500, 500, 20_000, 20_000, 10_000
	api := testapi.NewWithStockWithin(t, limits)
	for _, s := range seeds() {
		t.Run(fmt.Sprintf("seed=%d", s), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(s, 3))
			q := sandboxQueries(t, api, r)
			var n tally
			for n.valid < *apiQueries && n.different < 3 {
				query, variables := q.operation(ast.Query)
				n.made++
				for _, persona := range callers {
					want := ask(t, api.Plain, persona, query, variables)
					got := ask(t, api.Handler, persona, query, variables)
					if want.data != "" {
						n.valid++
						if len(want.errors) > 0 {
							n.withErrors++
						}
					}
					if !got.equal(want) {
						n.different++
						t.Errorf("%q %s\n%v\ngqlgen  %+v\nwriters %+v", persona, query, variables, want, got)
					}
				}
			}
			n.handed = handOvers(t, api)
			t.Log(n)
		})
	}
}

var handOverSeries = regexp.MustCompile(`(?m)^guichet_graphql_hand_overs_total\{operation="(\w+)"\} (\d+)$`)

// handOvers reads from the metrics how many values were handed over.
func handOvers(t *testing.T, api *testapi.API) int {
	t.Helper()
	w := httptest.NewRecorder()
	api.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	found := handOverSeries.FindAllStringSubmatch(w.Body.String(), -1)
	if len(found) < 10 {
		t.Fatalf("%d series: %s", len(found), w.Body)
	}
	total := 0
	for _, f := range found {
		var n int
		if _, err := fmt.Sscan(f[2], &n); err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

// fresh are identifiers and tickets that a command makes.
var fresh = regexp.MustCompile(`"([a-z]{3}_)[0-9A-Za-z]{26}"|"(/uploads/|/calendar/)?(?:[0-9A-Za-z_-]{43}|[0-9A-Z]{26}\.ics)"`)

// The documented operations are answered the same, and wholly by writers.
func TestDocumentedOperationsAreWritten(t *testing.T) {
	t.Parallel()
	names, err := operations.Names()
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	shared := testapi.NewWithStock(t)
	// What a command changes in one, it must find unchanged in the other.
	commandsOn, commandsOff := testapi.NewWithStock(t), testapi.New(t)
	for _, name := range names {
		document, err := operations.Files.ReadFile(name + ".graphql")
		if err != nil {
			t.Fatal(err)
		}
		text, err := operations.Files.ReadFile(name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var variables map[string]any
		if err := json.Unmarshal(text, &variables); err != nil {
			t.Fatal(err)
		}
		on, off := shared, shared
		if strings.Contains(string(document), "\nmutation ") {
			on, off = commandsOn, commandsOff
		}
		for _, persona := range append(callers, "commune-grenoble-manager") {
			want := ask(t, off.Plain, persona, string(document), variables)
			got := ask(t, on.Handler, persona, string(document), variables)
			want.data, got.data = fresh.ReplaceAllString(want.data, `"$1$2"`), fresh.ReplaceAllString(got.data, `"$1$2"`)
			if !got.equal(want) {
				t.Errorf("%s as %q\ngqlgen  %+v\nwriters %+v", name, persona, want, got)
			}
		}
		if n := handOvers(t, on); n > 0 {
			t.Errorf("%s: %d values were handed over", name, n)
		}
	}
}
