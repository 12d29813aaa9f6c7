package auth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// Reason says why a caller was refused, in SCREAMING_SNAKE_CASE. It is for the
// log and for counters: every refused token gets the same answer.
type Reason string

// The reasons for which a token is refused.
const (
	// BadHeader is an Authorization header that is not one bearer token.
	BadHeader Reason = "BAD_AUTHORIZATION_HEADER"
	// TooLong is a token over [MaxTokenBytes].
	TooLong Reason = "TOO_LONG"
	// Malformed is not a compact JWS of JSON objects with unique members.
	Malformed Reason = "MALFORMED"
	// ForbiddenHeader is a token that brings its own key, or asks for an
	// extension that is not understood.
	ForbiddenHeader Reason = "FORBIDDEN_HEADER"
	// UnknownIssuer is an issuer that is not configured.
	UnknownIssuer Reason = "UNKNOWN_ISSUER"
	// WrongAlgorithm is an algorithm that the issuer or the key does not use.
	WrongAlgorithm Reason = "WRONG_ALGORITHM"
	// UnknownKey is a key identifier that the issuer does not publish.
	UnknownKey Reason = "UNKNOWN_KEY"
	// BadSignature is a signature that does not match.
	BadSignature Reason = "BAD_SIGNATURE"
	// MissingClaim is a token without one of iss, aud, exp, nbf, iat and sub.
	MissingClaim Reason = "MISSING_CLAIM"
	// BadClaim is a claim of the wrong type or out of bounds.
	BadClaim Reason = "BAD_CLAIM"
	// Expired is a token whose time is over.
	Expired Reason = "EXPIRED"
	// NotYetValid is a token from the future.
	NotYetValid Reason = "NOT_YET_VALID"
	// LivesTooLong is a token made to live longer than the setting allows.
	LivesTooLong Reason = "LIVES_TOO_LONG"
	// WrongAudience is a token meant for another service.
	WrongAudience Reason = "WRONG_AUDIENCE"
	// Delegated is a token by which somebody acts for its subject. Taking it for
	// the subject's own would widen rights.
	Delegated Reason = "DELEGATED"
	// UnknownPerson is a good token of somebody whom the service does not know, or of
	// an app that is over.
	UnknownPerson Reason = "UNKNOWN_PERSON"
	// NotStrong is a token whose bearer signed in by less than the issuer's setting
	// demands.
	NotStrong Reason = "NOT_STRONG"
	// TooOld is a person's token that was made too long ago to be exchanged.
	TooOld Reason = "TOO_OLD"
	// NoSubject is a token of ours where a person's own is due.
	NoSubject Reason = "NO_SUBJECT"
)

// ErrKeysUnavailable means that a token could not be judged, because its issuer's
// keys could not be had. The token may be good: the caller should try again.
var ErrKeysUnavailable = errors.New("the issuer's keys are not available")

// TokenError is a refused token. It carries nothing that came with the token.
type TokenError struct {
	Reason Reason
	// Cause narrows the reason, for the log; may be nil.
	Cause error
	// StepUp are the values of acr that would do, for a token that is not strong.
	StepUp []string
}

// Error describes the refusal for the log.
func (e *TokenError) Error() string {
	if e.Cause == nil {
		return "token refused: " + string(e.Reason)
	}
	return "token refused: " + string(e.Reason) + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *TokenError) Unwrap() error { return e.Cause }

// challenge is the header WWW-Authenticate of the answer: RFC 6750, and RFC 9470 for
// somebody who has to sign in again by more.
func (e *TokenError) challenge() string {
	if e.Reason != NotStrong {
		return `Bearer error="invalid_token"`
	}
	challenge := `Bearer error="insufficient_user_authentication"`
	if len(e.StepUp) > 0 {
		challenge += fmt.Sprintf(", acr_values=%q", strings.Join(e.StepUp, " "))
	}
	return challenge
}

func refuse(r Reason, cause string) error {
	return &TokenError{Reason: r, Cause: errors.New(cause)}
}

// refusedBy translates an error of the token library. The signature comes first,
// because a claim of an unsigned token means nothing.
func refusedBy(err error) error {
	for _, c := range []struct {
		is     error
		reason Reason
	}{
		{jwt.ErrTokenSignatureInvalid, BadSignature},
		{jwt.ErrTokenRequiredClaimMissing, MissingClaim},
		{jwt.ErrTokenExpired, Expired},
		{jwt.ErrTokenNotValidYet, NotYetValid},
		{jwt.ErrTokenUsedBeforeIssued, NotYetValid},
		{jwt.ErrTokenInvalidAudience, WrongAudience},
		{jwt.ErrInvalidType, BadClaim},
	} {
		if errors.Is(err, c.is) {
			return &TokenError{Reason: c.reason, Cause: err}
		}
	}
	return &TokenError{Reason: Malformed, Cause: err}
}
