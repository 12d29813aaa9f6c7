package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxTokenBytes is the longest token that is looked at.
	MaxTokenBytes = 8 << 10
	// MaxSubjectLength is the longest subject of an issuer's token, in characters.
	MaxSubjectLength = 200
	// maxOwnSubject is that of our own tokens, which name a person by issuer and
	// subject.
	maxOwnSubject = 600

	maxMethods      = 20  // values of amr.
	maxMethodLength = 200 // bytes of acr and of one amr.
)

// year10000 bounds the times of a token, in seconds: further ones overflow.
const year10000 = 253402300800

// selfServing are headers by which a token brings or points to its own key
// (RFC 7515 §4.1), or changes what its signature covers (RFC 7797). They are
// never followed, and nobody honest sends them here.
var selfServing = []string{"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"}

// requiredClaims must all be there (RFC 7519 §4.1).
var requiredClaims = []string{"iss", "sub", "aud", "exp", "nbf", "iat"}

// unverified is what a token says of itself, before its signature is checked.
type unverified struct {
	algorithm, keyID string
	issuer, subject  string
	// actor is who acts for the subject (RFC 8693 §4.1), empty for nobody.
	actor           string
	expires, issued time.Time
	authentication
}

// authentication is how and when a person signed in. What is not of the right type
// is as if it were not there, which opens nothing.
type authentication struct {
	acr  string
	amr  []string
	time int64 // auth_time, in seconds; 0 when the token does not say.
}

// inspect reads a token strictly and checks all that needs no key. The token
// library reads it again: it takes the last of two equal members where this one
// refuses them, so that no two readers can see two different tokens.
func inspect(token string) (*unverified, error) {
	if len(token) > MaxTokenBytes {
		return nil, refuse(TooLong, fmt.Sprintf("over %d bytes", MaxTokenBytes))
	}
	// Go's decoder skips line ends, even in strict mode.
	if strings.ContainsFunc(token, func(r rune) bool { return !tokenCharacter(r) }) {
		return nil, refuse(Malformed, "a character out of base64url")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, refuse(Malformed, "not three parts")
	}
	header, err := members(parts[0])
	if err != nil {
		return nil, &TokenError{Reason: Malformed, Cause: fmt.Errorf("header: %w", err)}
	}
	claims, err := members(parts[1])
	if err != nil {
		return nil, &TokenError{Reason: Malformed, Cause: fmt.Errorf("claims: %w", err)}
	}
	u := &unverified{}
	if err := u.readHeader(header); err != nil {
		return nil, err
	}
	if err := u.readClaims(claims); err != nil {
		return nil, err
	}
	return u, nil
}

func tokenCharacter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.'
}

// members reads one part of a token: a JSON object whose members are unique.
func members(part string) (map[string]json.RawMessage, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, fmt.Errorf("decode base64url: %w", err)
	}
	if !utf8.Valid(raw) {
		return nil, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	m := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("read a member: %w", err)
		}
		key, ok := name.(string)
		if !ok {
			return nil, errors.New("a member without a name")
		}
		if _, twice := m[key]; twice {
			return nil, errors.New("a member stands twice")
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("read a member: %w", err)
		}
		m[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("read the end: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return m, nil
}

func (u *unverified) readHeader(header map[string]json.RawMessage) error {
	for _, name := range selfServing {
		if _, ok := header[name]; ok {
			return refuse(ForbiddenHeader, name)
		}
	}
	var ok bool
	if u.algorithm, ok = stringOf(header["alg"]); !ok {
		return refuse(WrongAlgorithm, "alg is not a string")
	}
	if u.keyID, ok = stringOf(header["kid"]); !ok || u.keyID == "" || len(u.keyID) > maxKeyID {
		return refuse(UnknownKey, fmt.Sprintf("kid is not a string of 1 to %d bytes", maxKeyID))
	}
	return checkType(header, "jwt", "at+jwt")
}

// checkType is explicit typing (RFC 8725 §3.11): a logout or DPoP token is no
// credential. A token without a type is let through, as most issuers leave it out.
func checkType(header map[string]json.RawMessage, accepted ...string) error {
	raw, there := header["typ"]
	if !there {
		return nil
	}
	typ, ok := stringOf(raw)
	if !ok || !slices.Contains(accepted, strings.TrimPrefix(strings.ToLower(typ), "application/")) {
		return refuse(ForbiddenHeader, "typ is none of "+strings.Join(accepted, ", "))
	}
	return nil
}

func (u *unverified) readClaims(claims map[string]json.RawMessage) error {
	for _, name := range requiredClaims {
		if raw, ok := claims[name]; !ok || string(raw) == "null" {
			return refuse(MissingClaim, name)
		}
	}
	if raw, there := claims["act"]; there {
		if u.actor = actorOf(raw); u.actor == "" {
			return refuse(Delegated, "act is not one actor")
		}
	}
	u.authentication = readAuthentication(claims)
	var ok bool
	if u.issuer, ok = stringOf(claims["iss"]); !ok {
		return refuse(BadClaim, "iss is not a string")
	}
	if u.subject, ok = stringOf(claims["sub"]); !ok || !goodSubject(u.subject, maxOwnSubject) {
		return refuse(BadClaim, fmt.Sprintf("sub is not a text of 1 to %d printable characters", maxOwnSubject))
	}
	for _, c := range []struct {
		name string
		into *time.Time
	}{{"exp", &u.expires}, {"nbf", new(time.Time)}, {"iat", &u.issued}} {
		var seconds float64
		if json.Unmarshal(claims[c.name], &seconds) != nil || seconds <= 0 || seconds >= year10000 {
			return refuse(BadClaim, c.name+" is not a time in seconds")
		}
		*c.into = time.Unix(int64(seconds), 0)
	}
	return nil
}

// goodSubject keeps out what could not be compared or stored as it is: control
// characters, and the mark that stands for undecodable ones.
func goodSubject(s string, most int) bool {
	return s != "" && utf8.RuneCountInString(s) <= most &&
		!slices.ContainsFunc([]rune(s), func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}

// actorOf reads the claim act: one actor, who acts for himself. A chain of two, or
// an actor of another issuer, is nobody.
func actorOf(raw json.RawMessage) string {
	var act map[string]json.RawMessage
	if json.Unmarshal(raw, &act) != nil || len(act) != 1 {
		return ""
	}
	actor, ok := stringOf(act["sub"])
	if !ok || !goodSubject(actor, MaxSubjectLength) {
		return ""
	}
	return actor
}

func readAuthentication(claims map[string]json.RawMessage) authentication {
	var a authentication
	if acr, ok := stringOf(claims["acr"]); ok && len(acr) <= maxMethodLength {
		a.acr = acr
	}
	var amr []string
	if json.Unmarshal(claims["amr"], &amr) == nil && len(amr) <= maxMethods &&
		!slices.ContainsFunc(amr, func(m string) bool { return len(m) > maxMethodLength }) {
		a.amr = amr
	}
	var seconds float64
	if json.Unmarshal(claims["auth_time"], &seconds) == nil && seconds > 0 && seconds < year10000 {
		a.time = int64(seconds)
	}
	return a
}

func stringOf(raw json.RawMessage) (string, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return "", false
	}
	s, ok := v.(string)
	return s, ok
}
