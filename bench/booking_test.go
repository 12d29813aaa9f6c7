package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// bookingPersona books in the benchmark and in its tests.
const bookingPersona = "commune-grenoble-agent"

// bookingWorld is a calendar with applications to book for.
type bookingWorld struct {
	api          *testapi.API
	document     string
	applications []string
	// slots are free at first, hot are those of one point and one day.
	slots, hot []slot
}

func newBookingWorld(t testing.TB, applications, points int) *bookingWorld {
	t.Helper()
	api := testapi.NewWithApplications(t, applications, calendar(points, calendarDays), testapi.Analysed())
	api.Service.Uncounted()
	w := &bookingWorld{api: api, document: documentedBy(t, "BookAppointment", bookingPersona).document}
	must(t, api.DB.QueryRowContext(t.Context(), `SELECT array_agg(a.id ORDER BY a.id) FROM application a JOIN application_summary s ON s.application_id = a.id
		JOIN reception_point p ON p.id = s.following_point_id WHERE p.key = 'mairie-grenoble' AND a.state = 'ACTIVE'
		AND NOT EXISTS (SELECT FROM named_agent n WHERE n.application_id = a.id)`).Scan(pq.Array(&w.applications)))
	s, err := readSample(t.Context(), api.DB)
	must(t, err)
	ask, err := slotQuestion("RENEWAL", testapi.Now, s.bookedUntil)
	must(t, err)
	l, err := newLimit(t.Context(), api.DB, func() time.Time { return testapi.Now })
	must(t, err)
	must(t, queryEach(t.Context(), l.slotPage, func(scan func(...any) error) error {
		var found slot
		var all int
		err := scan(&found.ReceptionPointID, &found.StartsAt, &found.EndsAt, &all)
		if found.StartsAt.Minute()%30 == 0 { // no two of them overlap
			w.slots = append(w.slots, found)
		}
		return err
	}, pq.Array(s.receiving), ask.Motive.Level, ask.Motive.Minutes, ask.Motive.Roles[0], `["RENEWAL"]`, `["ON_SITE"]`,
		ask.From, ask.Until, pq.Array(holidays(ask)), nil, "", 100_000))
	w.hot = slices.DeleteFunc(slices.Clone(w.slots), func(o slot) bool {
		return o.ReceptionPointID != w.slots[0].ReceptionPointID || domain.DateOf(o.StartsAt) != domain.DateOf(w.slots[0].StartsAt)
	})
	return w
}

// requests book one slot after the other, each for another application.
func (w *bookingWorld) requests(t testing.TB, e *engine, slots []slot, n int) (all [][]byte) {
	t.Helper()
	for i := range n {
		r, err := e.request(t.Context(), operation{name: "BookAppointment", document: w.document}, variables{persona: bookingPersona, values: map[string]any{
			"input": map[string]any{
				"applicationId": w.applications[i], "motive": "RENEWAL", "mode": "ON_SITE",
				"receptionPointId": slots[i%len(slots)].ReceptionPointID, "startsAt": slots[i%len(slots)].StartsAt,
			},
		}})
		must(t, err)
		all = append(all, r)
	}
	return all
}

// once sends each request once over 16 connections, and returns how many a second were
// answered and how many booked.
func once(ctx context.Context, e *engine, requests [][]byte) (rate float64, done int, err error) {
	var next, made atomic.Int64
	failed := make([]error, 16)
	var all sync.WaitGroup
	start := time.Now()
	for i := range failed {
		all.Go(func() {
			c, err := e.connect(ctx)
			if err != nil {
				failed[i] = err
				return
			}
			defer func() { _ = c.Close() }()
			for n := next.Add(1) - 1; n < int64(len(requests)); n = next.Add(1) - 1 {
				answer, err := c.exchange(requests[n])
				switch {
				case err != nil:
					failed[i] = err
					return
				case strings.Contains(string(answer), `"errors":[]`):
					made.Add(1)
				case !strings.Contains(string(answer), `"SLOT_TAKEN"`):
					failed[i] = fmt.Errorf("answered %s", clip(answer))
					return
				}
			}
		})
	}
	all.Wait()
	return float64(len(requests)) / time.Since(start).Seconds(), int(made.Load()), errors.Join(failed...)
}

// forget takes back all that was booked since.
func forget(ctx context.Context, db *sql.DB) error {
	for _, statement := range []string{
		`DELETE FROM message WHERE appointment_id IS NOT NULL`,
		`DELETE FROM booked_time WHERE appointment_id IN (SELECT id FROM appointment WHERE booked_by_id IS NOT NULL)`,
		`DELETE FROM appointment_staff WHERE appointment_id IN (SELECT id FROM appointment WHERE booked_by_id IS NOT NULL)`,
		`DELETE FROM appointment WHERE booked_by_id IS NOT NULL`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkBooking books by the API and by one hand-written statement that puts nothing on
// record, in turn, over 16 connections each: "ratio" is the rate of the API over that one.
// Spread over 25 points and 60 days; on one day of one point; all for one slot.
func BenchmarkBooking(b *testing.B) {
	w := newBookingWorld(b, 2000, calendarPoints)
	w.api.DB.SetMaxOpenConns(poolSize)
	w.api.DB.SetMaxIdleConns(poolSize)
	api, limit := serveReads(b, w.api, true), limitOver(b, w.api.DB)
	dice := rand.New(rand.NewPCG(1, 1))
	dice.Shuffle(len(w.slots), func(i, j int) { w.slots[i], w.slots[j] = w.slots[j], w.slots[i] })
	for name, slots := range map[string][]slot{"spread": w.slots, "one day": w.hot, "one slot": w.hot[:1]} {
		b.Run(name, func(b *testing.B) {
			var rates, limits []float64
			var booked int
			for b.Loop() {
				for _, e := range []*engine{api, limit} {
					must(b, forget(b.Context(), w.api.DB))
					rate, made, err := once(b.Context(), e, w.requests(b, e, slots, min(len(w.applications), 240)))
					must(b, err)
					if e == api {
						rates, booked = append(rates, rate), made
					} else if limits = append(limits, rate); made != booked {
						b.Errorf("the API booked %d, the statement %d", booked, made)
					}
				}
			}
			b.ReportMetric(median(rates), "api/s")
			b.ReportMetric(median(limits), "limit/s")
			b.ReportMetric(ratio(rates, limits), "ratio")
			b.ReportMetric(float64(booked), "booked")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// The hand-written statement books what the API books, and refuses what it refuses.
func TestBookingIsThatOfTheLimit(t *testing.T) {
	t.Parallel()
	w := newBookingWorld(t, 700, 4)
	answers := func(e *engine) (all []any) {
		must(t, forget(t.Context(), w.api.DB))
		c, err := e.connect(t.Context())
		must(t, err)
		defer func() { _ = c.Close() }()
		for _, r := range w.requests(t, e, w.slots[:8], 24) {
			body, err := c.exchange(r)
			must(t, err)
			answer, err := parsed(body)
			must(t, err)
			all = append(all, untold(answer))
		}
		return all
	}
	api, limit := answers(&engine{name: "api", url: w.api.URL}), answers(limitOver(t, w.api.DB))
	if err := differ("data", api, limit); err != nil {
		t.Error(err)
	}
	if told := fmt.Sprint(api); !strings.Contains(told, "UPCOMING") || !strings.Contains(told, "SLOT_TAKEN") {
		t.Errorf("only %s", told)
	}
}

// untold is an answer without the identifier that was made for it.
func untold(answer any) any {
	all, _ := answer.(map[string]any)
	payload, _ := all["bookAppointment"].(map[string]any)
	if made, ok := payload["appointment"].(map[string]any); ok {
		delete(made, "id")
	}
	return answer
}

// Booking takes as many statements whatever is booked already and wherever.
func TestBookingTakesTheSameStatements(t *testing.T) {
	t.Parallel()
	w := newBookingWorld(t, 700, 4)
	e := &engine{name: "api", url: w.api.URL}
	var counts []int
	for _, r := range w.requests(t, e, w.slots, 12) {
		var failed error
		sent := w.api.Statements(func() { _, _, failed = once(t.Context(), e, [][]byte{r}) })
		must(t, failed)
		counts = append(counts, len(sent))
	}
	if counts = slices.Compact(counts[1:]); len(counts) != 1 { // the first one to name a commune looks it up
		t.Errorf("statements: %v", counts)
	}
	t.Logf("%d statements", counts[0])
}
