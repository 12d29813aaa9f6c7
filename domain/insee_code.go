package domain

import (
	"database/sql/driver"
	"io"
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
		return "", BadValue("INSEE code must have 5 characters, as in 38185", "le code INSEE a 5 caractères, comme 38185")
	}
	department, rest := s[:2], s[2:]
	if !onlyDigits(rest) {
		return "", BadValue("INSEE code must end with 3 digits, as in 38185", "le code INSEE finit par 3 chiffres, comme 38185")
	}
	if department == "2A" || department == "2B" {
		return InseeCode(s), nil
	}
	if !onlyDigits(department) {
		return "", BadValue("INSEE code must start with 2 digits, or with 2A or 2B in capitals", "le code INSEE commence par 2 chiffres, ou par 2A ou 2B en capitales")
	}
	switch department {
	case "20":
		return "", BadValue("INSEE code starts with 2A or 2B in Corsica, not with 20 as its postal codes do", "en Corse le code INSEE commence par 2A ou 2B, et non par 20 comme les codes postaux")
	case "00", "96", "99":
		return "", BadValue("INSEE code starts with a département that does not exist", "le code INSEE commence par un département qui n'existe pas")
	}
	return InseeCode(s), nil
}

// MarshalGQL writes the code as a JSON string.
func (c InseeCode) MarshalGQL(w io.Writer) { quote(w, string(c)) }

// UnmarshalGQL reads the code from an argument or a variable.
func (c *InseeCode) UnmarshalGQL(v any) (err error) {
	*c, err = unmarshalText(v, "INSEE code", ParseInseeCode)
	return err
}

// Value stores the code as text.
func (c InseeCode) Value() (driver.Value, error) { return string(c), nil }

// Scan reads the code from a text column.
func (c *InseeCode) Scan(src any) error { return scanText(c, src, "INSEE code") }
