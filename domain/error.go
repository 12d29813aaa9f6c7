package domain

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Code says why a request could not be answered at all. The catalogue is closed:
// partner apps branch on it, and nothing else leaves the server.
//
// A Code is itself an error, so that errors.Is(err, domain.NotFound) reads well.
type Code string

// The catalogue of request errors. A refusal that a client can act on is not
// here: it is a [Refusal] and travels in the payload.
const (
	BadRequest      Code = "BAD_REQUEST"
	Unauthenticated Code = "UNAUTHENTICATED"
	Forbidden       Code = "FORBIDDEN"
	NotFound        Code = "NOT_FOUND"
	PageSize        Code = "PAGE_SIZE"
	InvalidCursor   Code = "INVALID_CURSOR"
	TooComplex      Code = "TOO_COMPLEX"
	RateLimited     Code = "RATE_LIMITED"
	Timeout         Code = "TIMEOUT"
	Internal        Code = "INTERNAL"
)

// Codes lists the catalogue in the order in which it is documented.
func Codes() []Code {
	return []Code{
		BadRequest, Unauthenticated, Forbidden, NotFound, PageSize,
		InvalidCursor, TooComplex, RateLimited, Timeout, Internal,
	}
}

// Error makes a code usable as the target of errors.Is.
func (c Code) Error() string { return string(c) }

// Error is a request that is wrong, or that we failed to answer. At the edge it
// becomes a GraphQL error with its code.
type Error struct {
	// Code is the stable word a program branches on.
	Code Code
	// Reason narrows the code, in SCREAMING_SNAKE_CASE; empty when the code says all.
	Reason string
	// Field names the argument or input field to mend, as in "where.openAt".
	Field string
	// Message tells a person what happened and what to do. It may leave the server.
	Message Text
	// Cause is for the log. It never leaves the server.
	Cause error
}

// Error describes the failure for the log.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Reason != "" {
		s += "/" + e.Reason
	}
	if e.Field != "" {
		s += " " + e.Field
	}
	if e.Message.EN != "" {
		s += ": " + e.Message.EN
	}
	if e.Cause != nil {
		s = fmt.Sprintf("%s: %v", s, e.Cause)
	}
	return s
}

// Unwrap exposes the code and the cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Cause}
}

// PageOf refuses a page of none, or of more than so many, to a list that has first alone.
func PageOf(first, most int) error {
	if first >= 1 && first <= most {
		return nil
	}
	return FirstAlone(most)
}

// FirstAlone is the refusal of [PageOf].
func FirstAlone(most int) *Error {
	return &Error{
		Code: PageSize, Field: "first",
		Message: Text{EN: fmt.Sprintf("first must be between 1 and %d.", most), FR: fmt.Sprintf("first est compris entre 1 et %d.", most)},
	}
}

// RetryAfter returns how many seconds a caller must wait, when a cause of the error says so.
func RetryAfter(err error) (seconds int, says bool) {
	var waiting interface{ RetryAfter() time.Duration }
	if !errors.As(err, &waiting) {
		return 0, false
	}
	return int(math.Ceil(waiting.RetryAfter().Seconds())), true
}

// UnknownValue refuses a value of a filter that nothing can ever have: a slip of the hand
// would be answered as if there were nothing.
func UnknownValue(field string, message Text) *Error {
	return &Error{Code: BadRequest, Reason: "UNKNOWN_VALUE", Field: field, Message: message}
}

// ReasonUnavailable says that nothing was wrong with the request.
const ReasonUnavailable = "UNAVAILABLE"

// unavailableWait is after how long to try again: a database that was killed is back by then.
const unavailableWait = 5 * time.Second

// Unavailable is the error while something is away that the request needs, as the database is
// while it starts.
func Unavailable(cause error) *Error {
	return &Error{
		Code: Internal, Reason: ReasonUnavailable, Cause: errors.Join(WaitError(unavailableWait), cause),
		Message: Text{
			EN: "The service is not available at the moment. Try again in a few seconds.",
			FR: "Le service est momentanément indisponible. Réessayez dans quelques secondes.",
		},
	}
}
