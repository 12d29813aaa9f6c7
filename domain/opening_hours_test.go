package domain_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// interval reads 08:30-12:00.
func interval(t *testing.T, s string) domain.OpeningInterval {
	t.Helper()
	opens, closes, _ := strings.Cut(s, "-")
	o, err := domain.ParseLocalTime(opens)
	if err != nil {
		t.Fatal(err)
	}
	c, err := domain.ParseLocalTime(closes)
	if err != nil {
		t.Fatal(err)
	}
	return domain.OpeningInterval{Opens: o, Closes: c}
}

func intervals(t *testing.T, s string) domain.OpeningIntervals {
	t.Helper()
	var is domain.OpeningIntervals
	for _, f := range strings.Fields(s) {
		is = append(is, interval(t, f))
	}
	return is
}

func TestOpeningHoursRefused(t *testing.T) {
	t.Parallel()
	rule := func(from, until, hours string) domain.WeeklyOpening {
		w := domain.WeeklyOpening{Weekday: domain.Monday, From: date(t, from), Intervals: intervals(t, hours)}
		if until != "" {
			w.Until = date(t, until)
		}
		return w
	}
	exception := func(from, until string) domain.OpeningException {
		return domain.OpeningException{From: date(t, from), Until: date(t, until)}
	}
	for name, c := range map[string]struct {
		hours domain.OpeningHours
		code  domain.RefusalCode
		field string
	}{
		"closes before it opens": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{rule("2026-01-01", "", "12:00-08:00")}},
			domain.Invalid, "weekly.0.intervals.0.closes",
		},
		"never open": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{rule("2026-01-01", "", "12:00-12:00")}},
			domain.Invalid, "weekly.0.intervals.0.closes",
		},
		"intervals overlap": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{rule("2026-01-01", "", "13:00-17:00 08:00-13:01")}},
			domain.Overlap, "weekly.0.intervals.1.opens",
		},
		"rules overlap": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{
				rule("2026-01-01", "", "08:00-12:00"), rule("2026-06-01", "", "13:00-17:00"),
			}},
			domain.Overlap, "weekly.1.from",
		},
		"a rule without beginning overlaps": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{
				rule("2026-01-01", "", "08:00-12:00"), {Weekday: domain.Monday, Until: date(t, "2026-01-02")},
			}},
			domain.Overlap, "weekly.1.from",
		},
		"rule ends before it starts": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{rule("2026-06-01", "2026-06-01", "08:00-12:00")}},
			domain.Invalid, "weekly.0.until",
		},
		"no such weekday": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{{Weekday: 8}}},
			domain.Invalid, "weekly.0.weekday",
		},
		"beyond midnight": {
			domain.OpeningHours{Weekly: []domain.WeeklyOpening{{
				Weekday: domain.Monday, Intervals: domain.OpeningIntervals{{Opens: 0, Closes: 1441}},
			}}},
			domain.Invalid, "weekly.0.intervals.0.opens",
		},
		"too many intervals": {
			domain.OpeningHours{Exceptions: []domain.OpeningException{{
				From: date(t, "2026-01-01"), Until: date(t, "2026-01-02"), Intervals: make(domain.OpeningIntervals, 7),
			}}},
			domain.Invalid, "exceptions.0.intervals",
		},
		"exceptions overlap": {
			domain.OpeningHours{Exceptions: []domain.OpeningException{
				exception("2026-08-01", "2026-08-16"), exception("2026-08-15", "2026-08-16"),
			}},
			domain.Overlap, "exceptions.1.from",
		},
		"exception without end": {
			domain.OpeningHours{Exceptions: []domain.OpeningException{{From: date(t, "2026-08-01")}}},
			domain.Invalid, "exceptions.0.until",
		},
		"exception without end in sight": {
			domain.OpeningHours{Exceptions: []domain.OpeningException{exception("2026-08-01", "2027-08-03")}},
			domain.Invalid, "exceptions.0.until",
		},
		"exception without start": {
			domain.OpeningHours{Exceptions: []domain.OpeningException{{Until: date(t, "2026-08-01")}}},
			domain.Invalid, "exceptions.0.from",
		},
		"reason too long": {
			domain.OpeningHours{Exceptions: []domain.OpeningException{{
				From: date(t, "2026-08-01"), Until: date(t, "2026-08-02"), Reason: strings.Repeat("é", 201),
			}}},
			domain.Invalid, "exceptions.0.reason",
		},
		"too many rules":      {domain.OpeningHours{Weekly: make([]domain.WeeklyOpening, 201)}, domain.Invalid, "weekly"},
		"too many exceptions": {domain.OpeningHours{Exceptions: make([]domain.OpeningException, 1001)}, domain.Invalid, "exceptions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusals := c.hours.Validate()
			if len(refusals) != 1 {
				t.Fatalf("got %d refusals (%v), want 1", len(refusals), refusals)
			}
			r := refusals[0]
			if r.Code != c.code || strings.Join(r.Field, ".") != c.field {
				t.Errorf("got %s %s, want %s %s", r.Code, strings.Join(r.Field, "."), c.code, c.field)
			}
			if r.Message.EN == "" || r.Message.FR == "" {
				t.Error("no message")
			}
		})
	}
}

func TestOpeningHoursAccepted(t *testing.T) {
	t.Parallel()
	hours := domain.OpeningHours{
		Weekly: []domain.WeeklyOpening{
			{Weekday: domain.Monday, Until: date(t, "2026-06-01"), Intervals: intervals(t, "08:00-12:00 12:00-24:00")},
			{Weekday: domain.Monday, From: date(t, "2026-06-01"), Intervals: intervals(t, "13:00-17:00")},
			{Weekday: domain.Tuesday, Intervals: intervals(t, "00:00-24:00")},
		},
		Exceptions: []domain.OpeningException{
			{From: date(t, "2026-08-01"), Until: date(t, "2026-08-15"), Reason: "Congés"},
			{From: date(t, "2026-08-15"), Until: date(t, "2026-08-16")},
		},
	}
	if err := hours.Validate().Err(); err != nil {
		t.Fatal(err)
	}
}

func townHall(t *testing.T) domain.OpeningHours {
	t.Helper()
	return domain.OpeningHours{
		Weekly: []domain.WeeklyOpening{
			{Weekday: domain.Monday, From: date(t, "2024-01-01"), Until: date(t, "2026-06-01"), Intervals: intervals(t, "08:30-12:00 13:30-17:00")},
			{Weekday: domain.Monday, From: date(t, "2026-06-01"), Intervals: intervals(t, "09:00-12:00")},
			{Weekday: domain.Thursday, From: date(t, "2024-01-01"), Intervals: intervals(t, "08:30-12:00")},
			{Weekday: domain.Sunday, From: date(t, "2024-01-01"), Intervals: intervals(t, "01:30-04:00 10:00-12:00")},
		},
		Exceptions: []domain.OpeningException{
			{From: date(t, "2026-08-03"), Until: date(t, "2026-08-17"), Reason: "Congés d'été"},
			{From: date(t, "2026-05-25"), Until: date(t, "2026-05-26"), Intervals: intervals(t, "10:00-11:00"), Reason: "Journée de solidarité"},
		},
	}
}

func TestOn(t *testing.T) {
	t.Parallel()
	hours := townHall(t)
	for _, c := range []struct{ day, want, why string }{
		{"2026-04-06", "", "Easter Monday"},
		{"2026-08-03", "", "first day of an exception"},
		{"2026-08-10", "", "within an exception"},
		{"2026-11-24", "", "no rule on Tuesdays"},
		{"2023-12-25", "", "before the rules"},
		{"2026-05-25", "10:00-11:00", "Whit Monday, opened by an exception"},
		{"2026-08-17", "09:00-12:00", "the end of an exception is not part of it"},
		{"2026-05-18", "08:30-12:00 13:30-17:00", "last Monday of the first rule"},
		{"2026-06-01", "09:00-12:00", "first Monday of the second rule"},
		{"2024-02-29", "08:30-12:00", "29 February"},
	} {
		if got := hours.On(date(t, c.day)).Intervals.String(); got != c.want {
			t.Errorf("%s, %s: got %q, want %q", c.day, c.why, got, c.want)
		}
	}
	day := hours.On(date(t, "2026-05-25"))
	if day.Holiday == nil || day.Holiday.Code != domain.WhitMonday || day.Exception == nil || day.Exception.Reason != "Journée de solidarité" {
		t.Errorf("the day does not say why: %+v", day)
	}
	if got := len(hours.Days(date(t, "2026-01-01"), 1_000_000)); got != domain.MaxOpeningDays {
		t.Errorf("got %d days, want %d", got, domain.MaxOpeningDays)
	}
	if got := len(hours.Days(date(t, "2026-01-01"), -1)); got != 0 {
		t.Errorf("got %d days, want none", got)
	}
}

// The clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on
// 25 October 2026, both Sundays; doors open 01:30-04:00 and 10:00-12:00.
func TestOpenAtAroundChangesOfClocks(t *testing.T) {
	t.Parallel()
	hours := townHall(t)
	for _, c := range []struct {
		at   string
		open bool
	}{
		{"2026-03-29T00:29:59Z", false}, // 01:29 winter time
		{"2026-03-29T02:00:00Z", false}, // 04:00 summer time
		{"2026-03-29T07:59:00Z", false}, // 09:59 summer time
		{"2026-03-29T10:00:00Z", false}, // 12:00
		{"2026-03-22T08:00:00Z", false}, // 09:00, the Sunday before
		{"2026-10-25T03:00:00Z", false}, // 04:00 winter time
		{"2026-10-25T08:30:00Z", false}, // 09:30 winter time
		{"2026-10-24T23:29:00Z", false}, // 01:29 summer time
		{"2026-03-29T00:30:00Z", true},  // 01:30 winter time
		{"2026-03-29T01:00:00Z", true},  // 03:00 summer time
		{"2026-03-29T08:00:00Z", true},  // 10:00 summer time
		{"2026-03-22T09:00:00Z", true},  // 10:00 winter time, the Sunday before
		{"2026-10-25T00:30:00Z", true},  // 02:30 summer time
		{"2026-10-25T01:30:00Z", true},  // 02:30 again, winter time
		{"2026-10-25T09:00:00Z", true},  // 10:00 winter time
		{"2026-10-18T08:00:00Z", true},  // 10:00 summer time, the Sunday before
		{"2024-02-29T07:30:00Z", true},  // 08:30
	} {
		if got := hours.OpenAt(instant(t, c.at)); got != c.open {
			t.Errorf("%s: open is %t, want %t", c.at, got, c.open)
		}
	}
}

// anyHours draws hours that need not be valid: what is read from them must hold
// all the same.
func anyHours(rt *rapid.T) domain.OpeningHours {
	day := rapid.Custom(func(rt *rapid.T) domain.Date {
		return domain.NewDate(2026, time.March, 1).AddDays(rapid.IntRange(0, 30).Draw(rt, "day"))
	})
	times := rapid.Custom(func(rt *rapid.T) domain.OpeningIntervals {
		return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.OpeningInterval {
			return domain.OpeningInterval{
				Opens:  domain.LocalTime(rapid.IntRange(0, 1440).Draw(rt, "opens")),
				Closes: domain.LocalTime(rapid.IntRange(0, 1440).Draw(rt, "closes")),
			}
		}), 0, 4).Draw(rt, "intervals")
	})
	return domain.OpeningHours{
		Weekly: rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.WeeklyOpening {
			return domain.WeeklyOpening{
				Weekday:   domain.Weekday(rapid.IntRange(1, 7).Draw(rt, "weekday")),
				Intervals: times.Draw(rt, "intervals"),
				From:      day.Draw(rt, "from"), Until: rapid.OneOf(day, rapid.Just(domain.Date{})).Draw(rt, "until"),
			}
		}), 0, 10).Draw(rt, "weekly"),
		Exceptions: rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.OpeningException {
			return domain.OpeningException{From: day.Draw(rt, "from"), Until: day.Draw(rt, "until"), Intervals: times.Draw(rt, "intervals")}
		}), 0, 3).Draw(rt, "exceptions"),
	}
}

func TestIntervalsOfADayAreInOrderAndApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		for _, day := range anyHours(rt).Days(domain.NewDate(2026, time.March, 1), 31) {
			for n, i := range day.Intervals {
				if i.Opens >= i.Closes || (n > 0 && i.Opens <= day.Intervals[n-1].Closes) {
					rt.Fatalf("%s: %s", day.Date, day.Intervals)
				}
			}
		}
	})
}

func TestOpenAtAgreesWithTheSchedule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		hours := anyHours(rt)
		at := time.Date(2026, time.March, 1, 0, rapid.IntRange(0, 31*24*60).Draw(rt, "minutes"), 0, 0, time.UTC)
		shown := domain.LocalTimeOf(at)
		want := slices.ContainsFunc(hours.On(domain.DateOf(at)).Intervals, func(i domain.OpeningInterval) bool {
			return i.Opens <= shown && shown < i.Closes
		})
		if got := hours.OpenAt(at); got != want {
			rt.Fatalf("at %s: open is %t, the day says %t", at, got, want)
		}
	})
}

func TestValidHoursNeverOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		hours := anyHours(rt)
		if hours.Validate() != nil {
			return
		}
		for _, day := range hours.Days(domain.NewDate(2026, time.March, 1), 31) {
			rules := 0
			for _, w := range hours.Weekly {
				if w.Weekday == domain.WeekdayOf(day.Date.Weekday()) && !day.Date.Before(w.From) && (w.Until.IsZero() || day.Date.Before(w.Until)) {
					rules++
				}
			}
			if rules > 1 {
				rt.Fatalf("%s: %d rules", day.Date, rules)
			}
		}
	})
}
