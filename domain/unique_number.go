package domain

import (
	"database/sql/driver"
	"io"
	"regexp"
	"strings"
)

// UniqueNumber is the national number of an application (numéro unique, CCH
// L441-2-1): 18 characters, territory, month and year of the deposit, sequence and
// first desk. It has no control key, and nothing is read out of it: it is officially
// without meaning (CNIL, délibération 2013-351).
type UniqueNumber string

// uniqueNumberShape is lenient on the desk: other systems than the national one
// number desks in their own way.
var uniqueNumberShape = regexp.MustCompile(`^[0-9][0-9AB]{2}(0[1-9]|1[0-2])[0-9]{8}[A-Z0-9]{5}$`)

// ParseUniqueNumber reads a number as people print it: with spaces or hyphens, in
// small letters or capitals.
func ParseUniqueNumber(s string) (UniqueNumber, error) {
	s = strings.ToUpper(strings.ReplaceAll(withoutSpaces(s), "-", ""))
	if !uniqueNumberShape.MatchString(s) {
		return "", BadValue(
			"unique number must have 18 characters, such as 038112401698200123",
			"le numéro unique a 18 caractères, comme 038112401698200123")
	}
	return UniqueNumber(s), nil
}

// MarshalGQL writes the number as a JSON string.
func (n UniqueNumber) MarshalGQL(w io.Writer) { quote(w, string(n)) }

// UnmarshalGQL reads a number.
func (n *UniqueNumber) UnmarshalGQL(v any) (err error) {
	*n, err = unmarshalText(v, "unique number", ParseUniqueNumber)
	return err
}

// Value stores the number.
func (n UniqueNumber) Value() (driver.Value, error) { return string(n), nil }

// Scan reads a stored number.
func (n *UniqueNumber) Scan(src any) error { return scanText(n, src, "unique number") }
