package domain

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limit is how often something may be done within a time.
type Limit struct {
	Most   int
	Within time.Duration
}

// ParseLimit reads a limit written as 5/24h.
func ParseLimit(s string) (Limit, error) {
	most, within, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(most)
	if err != nil || n < 1 {
		return Limit{}, fmt.Errorf("%q is no limit such as 5/24h", s)
	}
	d, err := time.ParseDuration(within)
	if err != nil || d <= 0 {
		return Limit{}, fmt.Errorf("%q is no limit such as 5/24h", s)
	}
	return Limit{n, d}, nil
}

// Wait is how long one must wait after those times, the oldest first, until it may be
// done again; 0 when it may be now.
func (l Limit) Wait(times []time.Time, now time.Time) time.Duration {
	if len(times) < l.Most {
		return 0
	}
	return max(0, times[len(times)-l.Most].Add(l.Within).Sub(now))
}

// Silenced tells whether the limit was reached at the last of those times, within as
// long ago as the limit looks back. What is silenced is no longer counted, or whoever
// goes on would never let it end.
func (l Limit) Silenced(times []time.Time, now time.Time) bool {
	if len(times) < l.Most {
		return false
	}
	last := times[len(times)-1]
	return last.Sub(times[len(times)-l.Most]) < l.Within && now.Before(last.Add(l.Within))
}

// Add counts one more time, and forgets those at which the limit no longer looks.
func (l Limit) Add(times []time.Time, now time.Time) []time.Time {
	times = append(times[:len(times):len(times)], now)
	return times[max(0, len(times)-l.Most):]
}

// NotRecognised is the one answer to a number that does not exist, a birth date that
// is another's, and an application that is not for the caller: which it was cannot be
// told.
func NotRecognised() Refusals {
	return Refusals{{
		Code: Unrecognised,
		Message: Text{
			EN: "No application is recognised by what you gave.",
			FR: "Ces éléments ne font reconnaître aucune demande.",
		},
		Help: Text{EN: "Check each of them with the applicant.", FR: "Vérifier chacun d'eux avec le demandeur."},
	}}
}

// WaitError is a cause that says how long one must wait.
type WaitError time.Duration

// Error describes the cause for the log.
func (w WaitError) Error() string { return "wait " + time.Duration(w).String() }

// RetryAfter is how long one must wait.
func (w WaitError) RetryAfter() time.Duration { return time.Duration(w) }

// TooOften refuses an act that is done too often, whatever it is done to.
func TooOften(reason string, wait time.Duration) error {
	return &Error{Code: RateLimited, Reason: reason, Cause: WaitError(wait)}
}
