package domain

import (
	"database/sql/driver"
	"fmt"
	"io"
	"time"
	_ "time/tzdata" // a small machine may have no time zone database of its own
)

// Paris is the time zone of every wall-clock time of the service.
var Paris = mustLoadParis()

func mustLoadParis() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic("the time zone database is missing: " + err.Error()) //nolint:forbidigo // it is compiled in
	}
	return l
}

// Date is a day of the civil calendar, without time or zone. Validity is counted
// in Europe/Paris days, half-open: [from, until).
type Date struct{ t time.Time }

// NewDate returns that day; out-of-range months and days roll over as in
// [time.Date].
func NewDate(year int, month time.Month, day int) Date {
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// DateOf returns the day it is in Paris at that instant.
func DateOf(at time.Time) Date {
	y, m, d := at.In(Paris).Date()
	return NewDate(y, m, d)
}

// ParseDate reads an ISO 8601 calendar date (2026-11-23) between the years 1900
// and 2200: the field knows no other, and a typing error such as 0226 is caught.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, BadValue("date must be written YYYY-MM-DD", "la date s'écrit AAAA-MM-JJ")
	}
	if t.Year() < 1900 || t.Year() > 2200 {
		return Date{}, BadValue("date must lie between 1900-01-01 and 2200-12-31", "la date va du 1900-01-01 au 2200-12-31")
	}
	return Date{t}, nil
}

// IsZero tells a date that was never set.
func (d Date) IsZero() bool { return d.t.IsZero() }

// AddDays returns the day n days later (earlier when n is negative).
func (d Date) AddDays(n int) Date { return Date{d.t.AddDate(0, 0, n)} }

// AddMonths returns the same day n months later (earlier when n is negative), and the
// last day of the month where it has no such day: 31 January and a month is 28 or 29
// February (code de procédure civile, art. 641). So counts the database.
func (d Date) AddMonths(n int) Date {
	next := Date{d.t.AddDate(0, n, 0)}
	if over := next.t.Day(); over != d.t.Day() {
		return next.AddDays(-over)
	}
	return next
}

// AddYear returns the same day a year later, and 28 February after a 29th.
func (d Date) AddYear() Date { return d.AddMonths(12) }

// DaysUntil counts the days to another one.
func (d Date) DaysUntil(other Date) int { return int(other.t.Sub(d.t) / (24 * time.Hour)) }

// Before tells whether d comes before other.
func (d Date) Before(other Date) bool { return d.t.Before(other.t) }

// Compare orders dates as cmp.Compare does.
func (d Date) Compare(other Date) int { return d.t.Compare(other.t) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.t.Weekday() }

// Year is the year of the calendar.
func (d Date) Year() int { return d.t.Year() }

// Civil returns year, month and day.
func (d Date) Civil() (int, time.Month, int) { return d.t.Date() }

// At returns the instant at which Parisian clocks show that time on that day: the
// first of the two when the hour is repeated in autumn, and the moment the clocks
// are put forward when the hour is skipped in spring.
func (d Date) At(l LocalTime) time.Time {
	if l == endOfDay {
		return d.AddDays(1).At(0)
	}
	y, m, day := d.t.Date()
	// Of two possible instants, [time.Date] does not say which one it returns.
	at := time.Date(y, m, day, l.Hour(), l.Minute(), 0, 0, Paris)
	switch shown := LocalTimeOf(at); {
	case shown > l:
		at, _ = at.ZoneBounds()
	case shown < l:
		_, at = at.ZoneBounds()
	default:
		start, _ := at.ZoneBounds()
		if earlier := at.Add(-time.Hour); earlier.Before(start) && LocalTimeOf(earlier) == l {
			return earlier
		}
	}
	return at
}

// String writes the ISO 8601 form.
func (d Date) String() string { return d.t.Format(time.DateOnly) }

// MarshalText writes it as [ParseDate] reads it, for what is kept as JSON; nothing for a
// date that was never set.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d = Date{}
	if len(text) > 0 {
		*d, err = ParseDate(string(text))
	}
	return err
}

// MarshalGQL writes the date as a JSON string.
func (d Date) MarshalGQL(w io.Writer) { quote(w, d.String()) }

// UnmarshalGQL reads the date from an argument or a variable.
func (d *Date) UnmarshalGQL(v any) error {
	if v == nil { // an optional field that is left out on purpose
		*d = Date{}
		return nil
	}
	s, ok := v.(string)
	if !ok {
		return BadValue("date must be a string written YYYY-MM-DD", "la date est une chaîne, écrite AAAA-MM-JJ")
	}
	parsed, err := ParseDate(s)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the date in a column of type date.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads a column of type date.
func (d *Date) Scan(src any) error {
	t, ok := src.(time.Time)
	if !ok {
		return fmt.Errorf("scan date: unexpected %T", src)
	}
	*d = NewDate(t.Date())
	return nil
}
