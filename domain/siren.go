package domain

import (
	"database/sql/driver"
	"io"
	"strings"
)

// Siren is the number of an organisation in the national register (Insee,
// répertoire Sirene): nine digits, the last of which checks the others.
type Siren string

// Siret is the number of an establishment: the Siren of its organisation and
// five digits of its own.
type Siret string

// laPoste is the one organisation whose establishments do not follow the Luhn
// formula: it has too many of them, and the sum of the 14 digits is then a
// multiple of 5.
const laPoste = "356000000"

// ParseSiren reads nine digits, with or without spaces (213 801 855), and checks
// them with the Luhn formula.
func ParseSiren(s string) (Siren, error) {
	s = withoutSpaces(s)
	if len(s) != 9 || !onlyDigits(s) {
		return "", BadValue("SIREN must have 9 digits", "le SIREN a 9 chiffres")
	}
	if s == "000000000" || luhn(s)%10 != 0 {
		return "", BadValue("SIREN is mistyped: its check digit does not match", "le SIREN est mal saisi : sa clé ne correspond pas")
	}
	return Siren(s), nil
}

// ParseSiret reads fourteen digits, with or without spaces, and checks both the
// Siren in it and the whole.
func ParseSiret(s string) (Siret, error) {
	s = withoutSpaces(s)
	if len(s) != 14 || !onlyDigits(s) {
		return "", BadValue("SIRET must have 14 digits", "le SIRET a 14 chiffres")
	}
	if _, err := ParseSiren(s[:9]); err != nil {
		return "", BadValue("SIRET is mistyped: its first 9 digits are not a SIREN", "le SIRET est mal saisi : ses 9 premiers chiffres ne sont pas un SIREN")
	}
	if luhn(s)%10 == 0 || (s[:9] == laPoste && digitSum(s)%5 == 0) {
		return Siret(s), nil
	}
	return "", BadValue("SIRET is mistyped: its check digit does not match", "le SIRET est mal saisi : sa clé ne correspond pas")
}

// Siren returns the number of the organisation the establishment belongs to.
func (s Siret) Siren() Siren {
	if len(s) < 9 {
		return ""
	}
	return Siren(s[:9])
}

// MarshalGQL writes the number as a JSON string.
func (s Siren) MarshalGQL(w io.Writer) { quote(w, string(s)) }

// UnmarshalGQL reads the number from an argument or a variable.
func (s *Siren) UnmarshalGQL(v any) (err error) {
	*s, err = unmarshalText(v, "SIREN", ParseSiren)
	return err
}

// Value stores the number as text.
func (s Siren) Value() (driver.Value, error) { return string(s), nil }

// Scan reads the number from a text column.
func (s *Siren) Scan(src any) error { return scanText(s, src, "SIREN") }

// MarshalGQL writes the number as a JSON string.
func (s Siret) MarshalGQL(w io.Writer) { quote(w, string(s)) }

// UnmarshalGQL reads the number from an argument or a variable.
func (s *Siret) UnmarshalGQL(v any) (err error) {
	*s, err = unmarshalText(v, "SIRET", ParseSiret)
	return err
}

// Value stores the number as text.
func (s Siret) Value() (driver.Value, error) { return string(s), nil }

// Scan reads the number from a text column.
func (s *Siret) Scan(src any) error { return scanText(s, src, "SIRET") }

// luhn sums the digits, every second one from the right being doubled, nines
// cast out (ISO/IEC 7812-1, annex B).
func luhn(digits string) int {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum
}

func digitSum(digits string) int {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i] - '0')
	}
	return sum
}

// withoutSpaces drops the spaces people group digits with, the no-break ones of
// French typography included.
func withoutSpaces(s string) string {
	return strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(s)
}
