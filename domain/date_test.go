package domain_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestDate(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParseDate,
		[]string{
			"", "2026-02-29", "2026-13-01", "0226-11-23", "1899-12-31", "2201-01-01", "23/11/2026", "2026-1-1",
			"2026-11-23T00:00:00Z", " 2026-11-23",
		},
		map[string]domain.Date{
			"2024-02-29": domain.NewDate(2024, time.February, 29), "1900-01-01": domain.NewDate(1900, time.January, 1),
			"2200-12-31": domain.NewDate(2200, time.December, 31),
		})
	checkStored(t, domain.NewDate(2026, time.November, 23),
		time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.November, 23, 0, 0, 0, 0, time.FixedZone("", 0)))
	if !(domain.Date{}).IsZero() || date(t, "2026-11-23").IsZero() {
		t.Error("only the zero date is zero")
	}
}

func TestDateOfIsTheDayInParis(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-07-31T21:59:59Z": "2026-07-31", "2026-07-31T22:00:00Z": "2026-08-01",
		"2026-12-31T22:59:59Z": "2026-12-31", "2026-12-31T23:00:00Z": "2027-01-01",
	} {
		if got := domain.DateOf(instant(t, at)).String(); got != want {
			t.Errorf("%s: got %s, want %s", at, got, want)
		}
	}
}

func TestDateAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ day, clock, want string }{
		{"2026-03-29", "02:00", "2026-03-29T01:00:00Z"}, // skipped: the moment of the change
		{"2026-03-29", "02:59", "2026-03-29T01:00:00Z"}, // skipped
		{"2026-03-29", "01:59", "2026-03-29T00:59:00Z"},
		{"2026-03-29", "03:00", "2026-03-29T01:00:00Z"},
		{"2026-10-25", "02:00", "2026-10-25T00:00:00Z"}, // repeated: the first of the two
		{"2026-10-25", "02:59", "2026-10-25T00:59:00Z"}, // repeated
		{"2026-10-25", "03:00", "2026-10-25T02:00:00Z"},
		{"2026-10-25", "01:59", "2026-10-24T23:59:00Z"},
		{"2026-10-24", "24:00", "2026-10-24T22:00:00Z"},
		{"2026-10-25", "24:00", "2026-10-25T23:00:00Z"},
		{"2026-12-31", "24:00", "2026-12-31T23:00:00Z"},
	} {
		l, err := domain.ParseLocalTime(c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := date(t, c.day).At(l); !got.Equal(instant(t, c.want)) {
			t.Errorf("%s %s: got %s, want %s", c.day, c.clock, got.UTC(), c.want)
		}
	}
}

func TestDateAtShowsThatTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := domain.NewDate(2000, time.January, 1).AddDays(rapid.IntRange(0, 36_500).Draw(rt, "day"))
		l := domain.LocalTime(rapid.IntRange(0, 1439).Draw(rt, "minutes"))
		at := d.At(l)
		if domain.DateOf(at) != d {
			rt.Fatalf("%s %s is %s", d, l, at)
		}
		// Only the hour that is skipped in spring shows another time: its end.
		if shown := domain.LocalTimeOf(at); shown != l && (l.Hour() != 2 || shown != domain.NewLocalTime(3, 0)) {
			rt.Fatalf("%s %s shows %s", d, l, shown)
		}
		// No earlier instant shows that time on that day.
		if earlier := at.Add(-time.Hour); domain.DateOf(earlier) == d && domain.LocalTimeOf(earlier) == l {
			rt.Fatalf("%s %s was already at %s", d, l, earlier)
		}
	})
}

func TestDateArithmetic(t *testing.T) {
	t.Parallel()
	d := date(t, "2024-02-28")
	if got := d.AddDays(1).String(); got != "2024-02-29" {
		t.Errorf("got %s", got)
	}
	if got := d.AddDays(2); got != date(t, "2024-03-01") || !d.Before(got) || d.Compare(got) >= 0 || got.AddDays(-2) != d {
		t.Errorf("got %s", got)
	}
	if y, m, day := d.Civil(); y != 2024 || m != time.February || day != 28 || d.Weekday() != time.Wednesday {
		t.Errorf("got %d-%d-%d, %s", y, m, day, d.Weekday())
	}
}

func TestLocalTime(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParseLocalTime,
		[]string{"", "24:01", "25:00", "12:60", "8:30", "08:3", "08h30", "08:30:00", "-8:30", "08:30 "},
		map[string]domain.LocalTime{"00:00": 0, "08:30": 510, "23:59": 1439, "24:00": 1440})
	for _, minutes := range []int64{-1, 1441, 1<<16 + 510} {
		var l domain.LocalTime
		if err := l.Scan(minutes); err == nil {
			t.Errorf("%d minutes: accepted as %s", minutes, l)
		}
	}
	checkStored(t, domain.NewLocalTime(8, 30), int64(510))
	for at, want := range map[string]string{
		"2026-07-14T06:30:59Z": "08:30", "2026-01-14T07:30:00Z": "08:30", "2026-01-14T23:00:00Z": "00:00",
	} {
		if got := domain.LocalTimeOf(instant(t, at)).String(); got != want {
			t.Errorf("%s: got %s, want %s", at, got, want)
		}
	}
}
