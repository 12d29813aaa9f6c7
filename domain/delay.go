package domain

import (
	"fmt"
	"regexp"
	"strconv"
)

// Delay is how long a text gives (délai), in months or in days of the calendar:
// neither has a fixed length in hours.
type Delay struct{ Months, Days int }

var delayShape = regexp.MustCompile(`^P(?:([1-9][0-9]{0,2})M|([1-9][0-9]{0,2})D)$`)

// ParseDelay reads months or days as ISO 8601 writes them: P13M, P15D.
func ParseDelay(s string) (Delay, error) {
	parts := delayShape.FindStringSubmatch(s)
	if parts == nil {
		return Delay{}, fmt.Errorf("%q is no delay such as P13M or P15D", s)
	}
	months, _ := strconv.Atoi(parts[1]) // one of the two is empty, and stays 0
	days, _ := strconv.Atoi(parts[2])
	return Delay{months, days}, nil
}

// After is the day on which the delay ends that starts on that day.
func (d Delay) After(start Date) Date { return start.AddMonths(d.Months).AddDays(d.Days) }

// Before is the day from which the delay is left until that day.
func (d Delay) Before(end Date) Date { return end.AddMonths(-d.Months).AddDays(-d.Days) }

// String writes the ISO 8601 form.
func (d Delay) String() string {
	if d.Months > 0 {
		return "P" + strconv.Itoa(d.Months) + "M"
	}
	return "P" + strconv.Itoa(d.Days) + "D"
}
