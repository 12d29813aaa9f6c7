package domain

import (
	"database/sql/driver"
	"io"
	"strings"
)

// PhoneNumber is a telephone number in the international form of ITU-T
// recommendation E.164: a plus sign, the country code and the subscriber's
// number, 15 digits at most (+33476000000).
type PhoneNumber string

// ParsePhoneNumber reads the international form (+33 4 76 00 00 00, 0033…) or the
// French national form (04 76 00 00 00), with or without spaces, dots or hyphens
// between the digits. Whether the number is in service is not checked. Short
// numbers (3939, 115) exist in France only and have no international form: they
// are refused.
func ParsePhoneNumber(s string) (PhoneNumber, error) {
	digits := phoneSeparators.Replace(withoutSpaces(s))
	digits, international := strings.CutPrefix(digits, "+")
	if !international {
		digits, international = strings.CutPrefix(digits, "00")
	}
	if !onlyDigits(digits) {
		return "", BadValue("phone number must be written +33476000000 or 04 76 00 00 00", "le numéro de téléphone s'écrit +33476000000 ou 04 76 00 00 00")
	}
	if !international {
		if len(digits) != 10 || digits[0] != '0' || digits[1] == '0' {
			return "", BadValue("phone number without a country code must be French: 10 digits that start with 0", "sans indicatif de pays, le numéro est français : 10 chiffres qui commencent par 0")
		}
		return PhoneNumber("+33" + digits[1:]), nil
	}
	if digits[0] == '0' {
		return "", BadValue("phone number must start with a country code, which never starts with 0", "le numéro commence par un indicatif de pays, qui ne commence jamais par 0")
	}
	if national, french := strings.CutPrefix(digits, "33"); french && (len(national) != 9 || national[0] == '0') {
		return "", BadValue("phone number must have 9 digits after +33, without the first 0", "le numéro a 9 chiffres après +33, sans le premier 0")
	}
	if len(digits) < 7 || len(digits) > 15 {
		return "", BadValue("phone number must have 7 to 15 digits, country code included", "le numéro a de 7 à 15 chiffres, indicatif compris")
	}
	return PhoneNumber("+" + digits), nil
}

var phoneSeparators = strings.NewReplacer(".", "", "-", "")

// National returns a French number as it is written in France (04 76 00 00 00),
// and any other in its international form.
func (p PhoneNumber) National() string {
	n, french := strings.CutPrefix(string(p), "+33")
	if !french || len(n) != 9 {
		return string(p)
	}
	return "0" + n[:1] + " " + n[1:3] + " " + n[3:5] + " " + n[5:7] + " " + n[7:]
}

// MarshalGQL writes the number as a JSON string.
func (p PhoneNumber) MarshalGQL(w io.Writer) { quote(w, string(p)) }

// UnmarshalGQL reads the number from an argument or a variable.
func (p *PhoneNumber) UnmarshalGQL(v any) (err error) {
	*p, err = unmarshalText(v, "phone number", ParsePhoneNumber)
	return err
}

// Value stores the international form as text.
func (p PhoneNumber) Value() (driver.Value, error) { return string(p), nil }

// Scan reads the number from a text column.
func (p *PhoneNumber) Scan(src any) error { return scanText(p, src, "phone number") }
