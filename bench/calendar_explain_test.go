package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// The search of slots reads what it makes them of once, and nothing of other points or of
// days that are over, however many there are.
func TestSlotsStayWithinTheirBudget(t *testing.T) {
	t.Parallel()
	points, days := 3, 20
	if *wholeStock {
		points, days = calendarPoints, calendarDays
	}
	from := domain.DateOf(testapi.Now)
	for name, fill := range map[string]func(*testapi.API){
		"alone": func(api *testapi.API) { must(t, fillCalendar(t.Context(), api.DB, points, from, days)) },
		"beside ten times as much": func(api *testapi.API) {
			must(t, enlarge(t.Context(), api.DB, 20*points))
			must(t, fillCalendar(t.Context(), api.DB, 10*points, from, days))
			must(t, bookCalendar(t.Context(), api.DB, from.AddDays(-3*days), 3*days))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := testapi.NewWithApplications(t, 300)
			_, err := api.DB.ExecContext(t.Context(), "SET statement_timeout = 0")
			must(t, err)
			fill(api)
			_, err = api.DB.ExecContext(t.Context(), "VACUUM ANALYZE")
			must(t, err)
			s, err := readSample(t.Context(), api.DB)
			must(t, err)
			among := s.receiving[:points]
			search := variables{values: map[string]any{"motive": "RENEWAL", "mode": "ON_SITE", "points": among, "until": s.bookedUntil, "first": 100}}
			e := &engine{name: "api", url: api.URL}
			var body []byte
			sent := api.Statements(func() {
				body, err = e.ask(t.Context(), chosen(documented(t, api.DB, 100), []string{"Slots"})[0], search)
			})
			must(t, err)
			if !strings.Contains(string(body), `"hasNextPage":true`) {
				t.Fatalf("few slots: %s", body)
			}
			i := slices.IndexFunc(sent, func(s string) bool { return strings.Contains(s, "receiving") })
			read, returned, err := explain(t.Context(), api.DB, testapi.Read{
				Text: sent[i], Args: []any{pq.Array(among), from, domain.DateOf(*s.bookedUntil).AddDays(1), testapi.Now},
			})
			must(t, err)
			var taken float64
			must(t, api.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM booked_time WHERE reception_point_id = ANY($1) AND starts_at >= $2",
				pq.Array(among), testapi.Now).Scan(&taken))
			if budget := perRow*(returned+taken) + perStatement; read > budget || taken < float64(points*days) {
				t.Errorf("%.0f rows read for %.0f and %.0f of taken time, budget %.0f", read, returned, taken, budget)
			}
			t.Logf("%.0f rows read for %.0f and %.0f of taken time", read, returned, taken)
		})
	}
}
