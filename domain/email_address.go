package domain

import (
	"database/sql/driver"
	"io"
	"net/mail"
	"strings"
)

// EmailAddress is an address of electronic mail, without a display name; empty is
// unknown.
type EmailAddress string

// MaxEmailAddress is in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
const MaxEmailAddress = 254

// ParseEmailAddress reads an address. Whether anybody reads the mail is not checked.
func ParseEmailAddress(s string) (EmailAddress, error) {
	s = strings.TrimSpace(s)
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || len(s) > MaxEmailAddress {
		return "", BadValue("e-mail address must be written name@example.org", "l'adresse électronique s'écrit nom@exemple.org")
	}
	return EmailAddress(s), nil
}

// MarshalGQL writes the address, or null.
func (e EmailAddress) MarshalGQL(w io.Writer) {
	if e == "" {
		writeNull(w)
		return
	}
	quote(w, string(e))
}

// UnmarshalGQL reads an address.
func (e *EmailAddress) UnmarshalGQL(v any) (err error) {
	*e, err = unmarshalText(v, "e-mail address", ParseEmailAddress)
	return err
}

// Value stores the address.
func (e EmailAddress) Value() (driver.Value, error) { return string(e), nil }

// Scan reads a stored address.
func (e *EmailAddress) Scan(src any) error { return scanText(e, src, "e-mail address") }
