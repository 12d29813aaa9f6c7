package service_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/lib/pq"
	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/service"
)

// The filter "open at" says in SQL what domain.OpeningHours says in Go, over
// random weeks, exceptions, holidays and both changes of the clocks.
func TestOpenAtAgreesWithTheCalendar(t *testing.T) {
	t.Parallel()
	driver, err := entsql.Open(dialect.Postgres, testdb.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close() })
	client := ent.NewClient(ent.Driver(driver))
	service.New(client, service.NewClock(time.Now), false) // installs the scopes
	write := policy.ImportDirectory(t.Context())
	read := auth.NewContext(t.Context(), &auth.Viewer{Now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)})
	place := client.Commune.Create().SetInseeCode("38185").SetName("Grenoble").SetPostalCodes([]string{"38000"}).
		SetPopulation(1).SetSiren("213801855").SetLatitude(45).SetLongitude(5).SaveX(write)
	checked, open, round := 0, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		hours := genHours(r)
		point := savePoint(write, client, place, round, hours)
		for range 12 {
			at := genInstant(r)
			got := client.ReceptionPoint.Query().Where(receptionpoint.ID(point), service.OpenAt(at)).ExistX(read)
			if want := hours.OpenAt(at); got != want {
				r.Fatalf("open at %s: SQL says %v, the calendar %v; hours %+v", at.In(domain.Paris), got, want, hours)
			}
			checked++
			if got {
				open++
			}
		}
	})
	if open == 0 || open == checked {
		t.Errorf("of %d instants %d were open: the generator proves nothing", checked, open)
	}
}

var firstDay = domain.NewDate(2026, 10, 19)

// genHours draws one rule for some of the weekdays, and exceptions that do not
// overlap.
func genHours(r *rapid.T) domain.OpeningHours {
	var h domain.OpeningHours
	for day := domain.Monday; day <= domain.Sunday; day++ {
		if !rapid.Bool().Draw(r, "has rule") {
			continue
		}
		rule := domain.WeeklyOpening{Weekday: day, Intervals: genIntervals(r), From: firstDay.AddDays(rapid.IntRange(0, 20).Draw(r, "from"))}
		if rapid.Bool().Draw(r, "ends") {
			rule.Until = rule.From.AddDays(rapid.IntRange(1, 20).Draw(r, "days"))
		}
		h.Weekly = append(h.Weekly, rule)
	}
	next := firstDay
	for range rapid.IntRange(0, 3).Draw(r, "exceptions") {
		from := next.AddDays(rapid.IntRange(0, 10).Draw(r, "gap"))
		next = from.AddDays(rapid.IntRange(1, 5).Draw(r, "length"))
		h.Exceptions = append(h.Exceptions, domain.OpeningException{From: from, Until: next, Intervals: genIntervals(r), Reason: "r"})
	}
	return h
}

func genIntervals(r *rapid.T) domain.OpeningIntervals {
	var is domain.OpeningIntervals
	for range rapid.IntRange(0, 3).Draw(r, "intervals") {
		opens := rapid.IntRange(0, 1439).Draw(r, "opens")
		is = append(is, domain.OpeningInterval{
			Opens: domain.LocalTime(opens), Closes: domain.LocalTime(rapid.IntRange(opens+1, 1440).Draw(r, "closes")),
		})
	}
	return is.Merge()
}

// genInstant draws minutes around the two changes of the clocks (25 October 2026,
// 28 March 2027), a holiday (11 November) and ordinary days.
func genInstant(r *rapid.T) time.Time {
	start := rapid.SampledFrom([]time.Time{
		time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), time.Date(2027, 3, 27, 20, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 10, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 19, 0, 0, 0, 0, time.UTC),
	}).Draw(r, "around")
	return start.Add(time.Duration(rapid.IntRange(0, 30*60).Draw(r, "minutes")) * time.Minute)
}

func savePoint(ctx context.Context, c *ent.Client, place *ent.Commune, n int, h domain.OpeningHours) domain.ID {
	p := c.ReceptionPoint.Create().SetKey(fmt.Sprintf("p%d", n)).SetName("P").SetAddress("A").SetPostalCode("38000").
		SetCommune(place).SetLatitude(45).SetLongitude(5).SetLanguages([]domain.LanguageCode{"fr"}).
		SetStepFreeAccess(domain.Yes).SetInterCommunal(false).SaveX(ctx)
	for _, rule := range h.Weekly {
		create := c.OpeningHours.Create().SetReceptionPointID(p.ID).SetWeekday(rule.Weekday).
			SetIntervals(rule.Intervals).SetValidFrom(rule.From)
		if !rule.Until.IsZero() {
			create.SetValidUntil(rule.Until)
		}
		create.ExecX(ctx)
	}
	for _, e := range h.Exceptions {
		c.OpeningHours.Create().SetReceptionPointID(p.ID).SetIntervals(e.Intervals).
			SetValidFrom(e.From).SetValidUntil(e.Until).SetReason(e.Reason).ExecX(ctx)
	}
	return p.ID
}
