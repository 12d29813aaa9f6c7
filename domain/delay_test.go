package domain_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestDelay(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "P", "P0M", "P01M", "13M", "P1Y", "P1M15D", "P-1M", "P1000D", "p1m", "P1M ", "720h"} {
		if d, err := domain.ParseDelay(s); err == nil {
			t.Errorf("%q: accepted as %v", s, d)
		}
	}
	for _, c := range []struct{ delay, start, end string }{
		{"P1M", "2026-01-31", "2026-02-28"},
		{"P1M", "2028-01-31", "2028-02-29"},
		{"P12M", "2028-02-29", "2029-02-28"},
		{"P13M", "2028-02-29", "2029-03-29"},
		{"P18M", "2026-08-31", "2028-02-29"},
		{"P3M", "2026-12-25", "2027-03-25"},
		{"P15D", "2027-03-20", "2027-04-04"}, // over the change to summer time
		{"P15D", "2026-10-20", "2026-11-04"}, // and back
		{"P1D", "2028-02-28", "2028-02-29"},
	} {
		d, err := domain.ParseDelay(c.delay)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.After(date(t, c.start)); got != date(t, c.end) {
			t.Errorf("%s after %s: got %s, want %s", c.delay, c.start, got, c.end)
		}
	}
	for _, c := range []struct{ delay, end, start string }{
		{"P1M", "2027-03-31", "2027-02-28"}, {"P1M", "2028-03-30", "2028-02-29"}, {"P15D", "2027-01-10", "2026-12-26"},
	} {
		d, _ := domain.ParseDelay(c.delay)
		if got := d.Before(date(t, c.end)); got != date(t, c.start) {
			t.Errorf("%s before %s: got %s, want %s", c.delay, c.end, got, c.start)
		}
	}
}

func TestMonthsKeepTheDayWhereThereIsOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate.Draw(t, "day")
		n := rapid.IntRange(-48, 48).Draw(t, "months")
		got := d.AddMonths(n)
		year, month, day := d.Civil()
		gotYear, gotMonth, gotDay := got.Civil()
		if gotYear*12+int(gotMonth) != year*12+int(month)+n {
			t.Fatalf("%s and %d months: %s is in another month", d, n, got)
		}
		_, next, _ := got.AddDays(1).Civil()
		if gotDay != day && (gotDay > day || next == gotMonth) {
			t.Fatalf("%s and %d months: %s is neither that day nor the last", d, n, got)
		}
		if later := d.AddDays(1).AddMonths(n); later.Before(got) {
			t.Fatalf("%s comes before %s", later, got)
		}
		if n == 12 && got != d.AddYear() {
			t.Fatalf("a year after %s: %s and %s", d, got, d.AddYear())
		}
	})
}

// anyDate is a day of the years in which applications live.
var anyDate = rapid.Custom(func(t *rapid.T) domain.Date {
	return domain.NewDate(2024, 1, 1).AddDays(rapid.IntRange(0, 3700).Draw(t, "days"))
})

func FuzzParseDelay(f *testing.F) {
	fuzzScalar(f, domain.ParseDelay, "P13M", "P15D", "P1M15D")
}

func TestDelayIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"P1M", "P13M", "P15D", "P999D"} {
		if d, err := domain.ParseDelay(s); err != nil || fmt.Sprint(d) != s {
			t.Errorf("%s: got %v, %v", s, d, err)
		}
	}
}
