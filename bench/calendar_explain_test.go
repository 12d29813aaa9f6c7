package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/service"
)

// calendar is the step that fills the calendars of so many points for so many days.
func calendar(points, days int) testapi.Step {
	return testapi.Step{Name: fmt.Sprint("calendars of ", points, " points, ", days, " days"), Do: func(ctx context.Context, _ *service.Service, db *sql.DB) error {
		return fillCalendar(ctx, db, points, domain.DateOf(testapi.Now), days)
	}}
}

// larger is the step that adds so many points.
func larger(points int) testapi.Step {
	return testapi.Step{Name: fmt.Sprint(points, " points more"), Do: func(ctx context.Context, _ *service.Service, db *sql.DB) error {
		return enlarge(ctx, db, points)
	}}
}

// The search of slots reads what it makes them of once, and nothing of other points or of
// days that are over, however many there are.
func TestSlotsStayWithinTheirBudget(t *testing.T) {
	t.Parallel()
	points, days := 3, 20
	if *wholeStock {
		points, days = calendarPoints, calendarDays
	}
	from := domain.DateOf(testapi.Now)
	for name, fill := range map[string][]testapi.Step{
		"alone": {calendar(points, days)},
		"beside ten times as much": {
			larger(20 * points), calendar(10*points, days),
			{Name: fmt.Sprint(3*days, " days before"), Do: func(ctx context.Context, _ *service.Service, db *sql.DB) error {
				return bookCalendar(ctx, db, from.AddDays(-3*days), 3*days)
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := testapi.NewWithApplications(t, 300, append(fill, testapi.Analysed())...)
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
			p, err := explain(t.Context(), api.DB, testapi.Read{
				Text: sent[i], Args: []any{pq.Array(among), from, domain.DateOf(*s.bookedUntil).AddDays(1), testapi.Now},
			})
			must(t, err)
			read, returned := p.read(), p.Rows
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
