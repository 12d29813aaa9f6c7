package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// interval is a stretch of a day.
type interval struct {
	Opens  string `json:"opens"`
	Closes string `json:"closes"`
}

// hoursRow is one row of opening hours. Until is empty while no end is set,
// weekday is 0 for an exception.
type hoursRow struct {
	weekday             int
	intervals           []interval
	from, until, reason string
}

func (h hoursRow) covers(day string) bool {
	return h.from <= day && (h.until == "" || day < h.until)
}

// hoursOf reads the hours of points, those of that day and later.
func (l *limit) hoursOf(ctx context.Context, points []string, day string) (map[string][]hoursRow, error) {
	found := make(map[string][]hoursRow, len(points))
	err := queryEach(ctx, l.hours, func(scan func(...any) error) error {
		var point string
		var h hoursRow
		var intervals []byte
		if err := scan(&point, &h.weekday, &intervals, &h.from, &h.until, &h.reason); err != nil {
			return err
		}
		var err error
		h.intervals, err = readIntervals(string(intervals))
		found[point] = append(found[point], h)
		return err
	}, pq.Array(points), day)
	return found, err
}

var errIntervals = errors.New("not a multirange of minutes")

// readIntervals reads PostgreSQL's {[480,720),[810,1020)}.
func readIntervals(s string) ([]interval, error) {
	s = strings.Trim(s, "{}")
	read := []interval{}
	for s != "" {
		part, rest, ok := strings.Cut(s, ")")
		opens, closes, ok2 := strings.Cut(strings.TrimPrefix(part, "["), ",")
		from, err := strconv.Atoi(opens)
		until, err2 := strconv.Atoi(closes)
		if !ok || !ok2 || err != nil || err2 != nil {
			return nil, fmt.Errorf("%w: %q", errIntervals, s)
		}
		read = append(read, interval{clock(from), clock(until)})
		s = strings.TrimPrefix(rest, ",")
	}
	return read, nil
}

// clock writes minutes since midnight as HH:MM.
func clock(minutes int) string {
	h, m := minutes/60, minutes%60
	const digits = "0123456789"
	return string([]byte{digits[h/10], digits[h%10], ':', digits[m/10], digits[m%10]})
}

// calendarDay is a day of an answer; every point of it has the same.
type calendarDay struct {
	date    string
	weekday int
	holiday *string
}

// calendar is n days from today on, in French.
func (l *limit) calendar(n int) []calendarDay {
	days := make([]calendarDay, n)
	from := domain.DateOf(l.clock())
	for i := range days {
		d := from.AddDays(i)
		days[i] = calendarDay{date: d.String(), weekday: int(domain.WeekdayOf(d.Weekday()))}
		if h, ok := domain.HolidayOn(d); ok {
			days[i].holiday = &h.Label.FR
		}
	}
	return days
}

// openDay is when the doors are open on a day.
type openDay struct {
	Date string     `json:"date"`
	Open []interval `json:"open"`
}

// openDayWithHoliday also says which public holiday it is.
type openDayWithHoliday struct {
	openDay
	Holiday *string `json:"holiday"`
}

// explainedDay also says why it departs from the weekly hours.
type explainedDay struct {
	openDayWithHoliday
	ExceptionReason *string `json:"exceptionReason"`
}

// explained puts rules, exceptions and public holidays together.
func explained(days []calendarDay, rows []hoursRow) []explainedDay {
	out := make([]explainedDay, len(days))
	for i, d := range days {
		out[i].openDayWithHoliday = openDayWithHoliday{openDay{d.date, []interval{}}, d.holiday}
		out[i].decide(d, rows)
	}
	return out
}

func (e *explainedDay) decide(d calendarDay, rows []hoursRow) {
	for i := range rows {
		h := &rows[i]
		switch {
		case !h.covers(d.date):
		case h.weekday == 0:
			e.Open, e.ExceptionReason = h.intervals, &h.reason
			return
		case h.weekday == d.weekday && d.holiday == nil:
			e.Open = h.intervals
		}
	}
}

func withHolidays(days []calendarDay, rows []hoursRow) []openDayWithHoliday {
	out := make([]openDayWithHoliday, len(days))
	for i, e := range explained(days, rows) {
		out[i] = e.openDayWithHoliday
	}
	return out
}

func withoutReasons(days []calendarDay, rows []hoursRow) []openDay {
	out := make([]openDay, len(days))
	for i, e := range explained(days, rows) {
		out[i] = e.openDay
	}
	return out
}
