package domain

import (
	"database/sql/driver"
	"fmt"
	"io"
	"time"
)

// LocalTime is a time on the wall clock in Paris, to the minute, in minutes since
// midnight: 0 to 1440, where 1440 (24:00) is the end of the day.
type LocalTime int

// endOfDay is 24:00, which is 00:00 of the next day.
const endOfDay LocalTime = 24 * 60

// NewLocalTime returns that time of day.
func NewLocalTime(hour, minute int) LocalTime { return LocalTime(hour*60 + minute) }

// LocalTimeOf returns what Parisian clocks show at that instant.
func LocalTimeOf(at time.Time) LocalTime {
	h, m, _ := at.In(Paris).Clock()
	return NewLocalTime(h, m)
}

// ParseLocalTime reads HH:MM, from 00:00 to 24:00.
func ParseLocalTime(s string) (LocalTime, error) {
	if s == endOfDay.String() {
		return endOfDay, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, BadValue("time must be written HH:MM, from 00:00 to 24:00", "l'heure s'écrit HH:MM, de 00:00 à 24:00")
	}
	return NewLocalTime(t.Hour(), t.Minute()), nil
}

// Hour returns the hour, 0 to 24.
func (l LocalTime) Hour() int { return int(l) / 60 }

// Minute returns the minute, 0 to 59.
func (l LocalTime) Minute() int { return int(l) % 60 }

// String writes HH:MM.
func (l LocalTime) String() string { return fmt.Sprintf("%02d:%02d", l.Hour(), l.Minute()) }

// MarshalGQL writes the time as a JSON string.
func (l LocalTime) MarshalGQL(w io.Writer) { quote(w, l.String()) }

// UnmarshalGQL reads the time from an argument or a variable.
func (l *LocalTime) UnmarshalGQL(v any) error {
	if v == nil { // an optional field that is left out on purpose
		*l = 0
		return nil
	}
	s, ok := v.(string)
	if !ok {
		return BadValue("time must be a string written HH:MM", "l'heure est une chaîne, écrite HH:MM")
	}
	parsed, err := ParseLocalTime(s)
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// Value stores the time as minutes since midnight.
func (l LocalTime) Value() (driver.Value, error) { return int64(l), nil }

// Scan reads the minutes since midnight.
func (l *LocalTime) Scan(src any) error {
	n, ok := src.(int64)
	if !ok || n < 0 || n > int64(endOfDay) {
		return fmt.Errorf("scan local time: unexpected %T %v", src, src)
	}
	*l = LocalTime(n)
	return nil
}
