package domain

import (
	"cmp"
	"slices"
	"time"
)

// OpeningHours is when a place opens (horaires d'ouverture): rules by day of the
// week and exceptions to them. All of it is wall-clock time in Europe/Paris. A
// rule or an exception is one row of the table of the same name.
//
// On a given day the exception wins; without one the place is closed on public
// holidays; otherwise the rules of the weekday that are valid that day apply.
type OpeningHours struct {
	Weekly     []WeeklyOpening
	Exceptions []OpeningException
}

// WeeklyOpening is a rule: on that weekday, within [From, Until), the doors are
// open during the intervals. A zero From or Until leaves that side open.
type WeeklyOpening struct {
	Weekday     Weekday
	Intervals   OpeningIntervals
	From, Until Date
}

// OpeningException departs from the rules on every day of [From, Until), public
// holidays included. No interval means closed.
type OpeningException struct {
	From, Until Date
	Intervals   OpeningIntervals
	// Reason tells the public why, in French; may be empty.
	Reason string
}

// DaySchedule is what the doors do on one day, and why.
type DaySchedule struct {
	Date Date
	// Holiday is the public holiday that falls on the day, if any, even when an
	// exception opens the doors all the same.
	Holiday *Holiday
	// Exception is the exception that decided, if any.
	Exception *OpeningException
	// Intervals are in order and apart; none means closed.
	Intervals OpeningIntervals
}

// MaxOpeningDays bounds every question about a stretch of days.
const MaxOpeningDays = 366

// Contains tells whether the doors are open at that time of day.
func (i OpeningInterval) Contains(l LocalTime) bool { return l >= i.Opens && l < i.Closes }

// Merge returns the intervals in order, those that overlap or touch made one and
// empty ones left out. That is also the form in which PostgreSQL keeps a multirange.
func (is OpeningIntervals) Merge() OpeningIntervals {
	sorted := slices.DeleteFunc(slices.Clone(is), func(i OpeningInterval) bool { return i.Opens >= i.Closes })
	slices.SortFunc(sorted, func(a, b OpeningInterval) int { return cmp.Compare(a.Opens, b.Opens) })
	merged := sorted[:0]
	for _, i := range sorted {
		if last := len(merged) - 1; last >= 0 && i.Opens <= merged[last].Closes {
			merged[last].Closes = max(merged[last].Closes, i.Closes)
			continue
		}
		merged = append(merged, i)
	}
	return merged
}

// On returns what the doors do on that day.
func (h OpeningHours) On(d Date) DaySchedule {
	day := DaySchedule{Date: d}
	if holiday, ok := HolidayOn(d); ok {
		day.Holiday = &holiday
	}
	for i := range h.Exceptions {
		if e := &h.Exceptions[i]; within(d, e.From, e.Until) {
			day.Exception = e
			day.Intervals = e.Intervals.Merge()
			return day
		}
	}
	if day.Holiday != nil {
		return day
	}
	weekday := WeekdayOf(d.Weekday())
	for _, rule := range h.Weekly {
		if rule.Weekday == weekday && within(d, rule.From, rule.Until) {
			day.Intervals = append(day.Intervals, rule.Intervals...)
		}
	}
	day.Intervals = day.Intervals.Merge()
	return day
}

// Days returns the schedules of n days from that one on, [MaxOpeningDays] at most.
func (h OpeningHours) Days(from Date, n int) []DaySchedule {
	days := make([]DaySchedule, min(max(n, 0), MaxOpeningDays))
	for i := range days {
		days[i] = h.On(from.AddDays(i))
	}
	return days
}

// OpenAt tells whether the doors are open at that instant.
func (h OpeningHours) OpenAt(at time.Time) bool {
	return h.On(DateOf(at)).OpenAt(LocalTimeOf(at))
}

// OpenAt tells whether the doors are open at that time of the day.
func (s DaySchedule) OpenAt(l LocalTime) bool {
	return slices.ContainsFunc(s.Intervals, func(i OpeningInterval) bool { return i.Contains(l) })
}

// within tells whether the day lies in [from, until), a zero bound being none.
func within(d, from, until Date) bool {
	return !d.Before(from) && (until.IsZero() || d.Before(until))
}
