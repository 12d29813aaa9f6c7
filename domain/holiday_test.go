package domain_test

import (
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

func TestOrdinaryDaysAreNoHolidays(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"2026-04-03", // Good Friday: Alsace-Moselle only.
		"2026-12-26", // Boxing Day: Alsace-Moselle only.
		"2026-04-05", // Easter Sunday is not in the list of the law.
		"2026-05-24", // Nor is Whit Sunday.
		"2024-02-29", "2026-12-24", "2026-01-02",
	} {
		if h, ok := domain.HolidayOn(date(t, s)); ok {
			t.Errorf("%s: got %s, want none", s, h.Code)
		}
	}
}

func TestHolidays(t *testing.T) {
	t.Parallel()
	movable := map[string]domain.HolidayCode{
		"2024-04-01": domain.EasterMonday, "2024-05-09": domain.AscensionDay, "2024-05-20": domain.WhitMonday,
		"2025-04-21": domain.EasterMonday, "2025-05-29": domain.AscensionDay, "2025-06-09": domain.WhitMonday,
		"2026-04-06": domain.EasterMonday, "2026-05-14": domain.AscensionDay, "2026-05-25": domain.WhitMonday,
		"2027-03-29": domain.EasterMonday, "2027-05-06": domain.AscensionDay, "2027-05-17": domain.WhitMonday,
		"2038-04-26": domain.EasterMonday, "2038-06-03": domain.AscensionDay, "2038-06-14": domain.WhitMonday,
		// Ascension on Labour Day: the fixed date is named.
		"2008-05-01": domain.LabourDay,
	}
	for s, want := range movable {
		if h, ok := domain.HolidayOn(date(t, s)); !ok || h.Code != want {
			t.Errorf("%s: got %q, want %s", s, h.Code, want)
		}
	}
	fixed := map[string]domain.HolidayCode{
		"-01-01": domain.NewYearsDay, "-05-01": domain.LabourDay, "-05-08": domain.VictoryDay1945,
		"-07-14": domain.NationalDay, "-08-15": domain.AssumptionDay, "-11-01": domain.AllSaintsDay,
		"-11-11": domain.ArmisticeDay, "-12-25": domain.ChristmasDay,
	}
	for _, year := range []string{"2024", "2026", "2027", "2038"} {
		for s, want := range fixed {
			h, ok := domain.HolidayOn(date(t, year+s))
			if !ok || h.Code != want {
				t.Errorf("%s%s: got %q, want %s", year, s, h.Code, want)
			}
			if h.Label.EN == "" || h.Label.FR == "" {
				t.Errorf("%s: no label", want)
			}
		}
	}
}

func TestElevenHolidaysAYear(t *testing.T) {
	t.Parallel()
	for year := 1990; year <= 2100; year++ {
		count, seen := 0, map[domain.HolidayCode]bool{}
		for d := domain.NewDate(year, time.January, 1); d.Before(domain.NewDate(year+1, time.January, 1)); d = d.AddDays(1) {
			if h, ok := domain.HolidayOn(d); ok {
				count++
				seen[h.Code] = true
			}
		}
		// Ascension may fall on 1 May or on 8 May.
		if count != len(seen) || count < 10 || count > 11 {
			t.Errorf("%d: %d holidays of %d kinds", year, count, len(seen))
		}
	}
}

//nolint:paralleltest // allocations are counted for the whole process
func TestHolidayOnDoesNotAllocate(t *testing.T) {
	d := date(t, "2026-11-23")
	if n := testing.AllocsPerRun(100, func() { domain.HolidayOn(d) }); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
}

func BenchmarkHolidayOn(b *testing.B) {
	d := domain.NewDate(2026, time.November, 23)
	for b.Loop() {
		domain.HolidayOn(d)
	}
}

func date(t *testing.T, s string) domain.Date {
	t.Helper()
	d, err := domain.ParseDate(s)
	if err != nil {
		t.Fatalf("parse %s: %v", s, err)
	}
	return d
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatalf("parse %s: %v", s, err)
	}
	return at
}
