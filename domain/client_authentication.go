package domain

import "time"

const (
	// MaxFailures is how many authentications may fail within [FailureWindow].
	MaxFailures = 10
	// FailureWindow is both how long failures count and how long they lock out.
	FailureWindow = 15 * time.Minute
)

// LockOut counts the failed authentications under one client id, so that a secret
// cannot be found by trying.
type LockOut struct {
	Failures int
	// Since is when the first of them failed; Until is set while it is locked.
	Since, Until time.Time
}

// Locked tells whether authentications are refused at that time, and how long yet.
func (l LockOut) Locked(now time.Time) (wait time.Duration, locked bool) {
	if now.Before(l.Until) {
		return l.Until.Sub(now), true
	}
	return 0, false
}

// Failed is the state after one more failure. What failed long ago is forgotten.
func (l LockOut) Failed(now time.Time) LockOut {
	if l.Failures == 0 || !now.Before(l.Since.Add(FailureWindow)) {
		l = LockOut{Since: now}
	}
	l.Failures++
	if l.Failures >= MaxFailures {
		return LockOut{Until: now.Add(FailureWindow)}
	}
	return l
}
