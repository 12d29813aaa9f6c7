package domain

import (
	"database/sql/driver"
	"errors"
	"io"
	"strconv"
)

// InseeCode is the code of a commune in the official geographic code (code
// officiel géographique, Insee): two characters for the département, 2A and 2B
// in Corsica, then three digits. It is not a postal code, which several communes
// may share.
type InseeCode string

// ParseInseeCode checks the shape of the code and that its département exists,
// not that the commune does.
func ParseInseeCode(s string) (InseeCode, error) {
	if len(s) != 5 {
		return "", errors.New("INSEE code must have 5 characters, as in 38185")
	}
	department, rest := s[:2], s[2:]
	if !onlyDigits(rest) {
		return "", errors.New("INSEE code must end with 3 digits, as in 38185")
	}
	if department == "2A" || department == "2B" {
		return InseeCode(s), nil
	}
	if !onlyDigits(department) {
		return "", errors.New("INSEE code must start with 2 digits, or with 2A or 2B in capitals")
	}
	switch department {
	case "20":
		return "", errors.New("INSEE code starts with 2A or 2B in Corsica, not with 20 as its postal codes do")
	case "00", "96", "99":
		return "", errors.New("INSEE code starts with a département that does not exist")
	}
	return InseeCode(s), nil
}

// MarshalGQL writes the code as a JSON string.
func (c InseeCode) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL reads the code from an argument or a variable.
func (c *InseeCode) UnmarshalGQL(v any) (err error) {
	*c, err = unmarshalText(v, "INSEE code", ParseInseeCode)
	return err
}

// Value stores the code as text.
func (c InseeCode) Value() (driver.Value, error) { return string(c), nil }

// Scan reads the code from a text column.
func (c *InseeCode) Scan(src any) error { return scanText(c, src, "INSEE code") }
