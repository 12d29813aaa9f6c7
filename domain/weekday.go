package domain

import (
	"database/sql/driver"
	"fmt"
	"io"
	"time"
)

// Weekday is a day of the week as ISO 8601 counts it, 1 (Monday) to 7 (Sunday),
// so that a sorted column is a week as people read it. Callers see MONDAY to
// SUNDAY.
type Weekday int8

// The days of the week.
const (
	Monday Weekday = iota + 1
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday
)

var weekdayNames = [...]string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}

// WeekdayOf converts the day of the week of the standard library.
func WeekdayOf(w time.Weekday) Weekday {
	if w == time.Sunday {
		return Sunday
	}
	return Weekday(w) //nolint:gosec // 1 to 6
}

// ParseWeekday reads MONDAY to SUNDAY.
func ParseWeekday(s string) (Weekday, error) {
	for i, name := range weekdayNames {
		if name == s {
			return Weekday(i + 1), nil
		}
	}
	return 0, BadValue("weekday must be one of MONDAY to SUNDAY", "le jour va de MONDAY à SUNDAY")
}

// Valid tells whether the value is one of the seven days.
func (w Weekday) Valid() bool { return w >= Monday && w <= Sunday }

// String writes MONDAY to SUNDAY.
func (w Weekday) String() string {
	if !w.Valid() {
		return fmt.Sprintf("Weekday(%d)", int8(w))
	}
	return weekdayNames[w-1]
}

// MarshalGQL writes the name of the day as a JSON string.
func (w Weekday) MarshalGQL(out io.Writer) { quote(out, w.String()) }

// UnmarshalGQL reads the name of the day.
func (w *Weekday) UnmarshalGQL(v any) (err error) {
	*w, err = unmarshalText(v, "weekday", ParseWeekday)
	return err
}

// Value stores the number of the day, 1 to 7.
func (w Weekday) Value() (driver.Value, error) { return int64(w), nil }

// Scan reads the number of the day.
func (w *Weekday) Scan(src any) error {
	n, ok := src.(int64)
	if !ok || n < 1 || n > 7 {
		return fmt.Errorf("scan weekday: unexpected %T %v", src, src)
	}
	*w = Weekday(n)
	return nil
}

// Values lists the days in the order of the contract.
func (Weekday) Values() []string { return weekdayNames[:] }
