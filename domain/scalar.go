package domain

import (
	"encoding/json"
	"errors"
	"fmt"
)

// unmarshalText reads a scalar that travels as a string. Generated code also
// hands over values that are of the scalar's own type already.
func unmarshalText[T any](v any, name string, parse func(string) (T, error)) (T, error) {
	var zero T
	switch v := v.(type) {
	case nil: // an optional field that is left out on purpose
		return zero, nil
	case string:
		return parse(v)
	case T:
		return v, nil
	}
	return zero, BadValue(name+" must be a string", name+" est une chaîne")
}

var errNoNumber = errors.New("no number")

// decimal reads a number, in whichever form it arrives from a document or from
// variables.
func decimal(v any) (float64, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case int64:
		return float64(v), nil
	case int:
		return float64(v), nil
	case json.Number:
		return v.Float64()
	}
	return 0, errNoNumber
}

// scanText reads a scalar from a text column. It was checked on the way in, so
// that a stored value stays readable when the rule becomes stricter.
func scanText[T ~string](dst *T, src any, name string) error {
	switch v := src.(type) {
	case string:
		*dst = T(v)
	case []byte:
		*dst = T(v)
	default:
		return fmt.Errorf("scan %s: unexpected %T", name, src)
	}
	return nil
}

// onlyDigits tells whether s is made of ASCII digits alone.
func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// ValueError says why a value is none of its kind, for the person who typed it.
// Where it stood is for the caller to say.
type ValueError struct{ Why Text }

// BadValue refuses a value, in both languages.
func BadValue(en, fr string) error { return &ValueError{Text{EN: en, FR: fr}} }

// TextOf is what an error has to say to a person: its own words where it has them
// in both languages, its English otherwise.
func TextOf(err error) Text {
	var bad *ValueError
	if errors.As(err, &bad) {
		return bad.Why
	}
	return Text{EN: err.Error(), FR: err.Error()}
}

// Error is the sentence in English.
func (e *ValueError) Error() string { return e.Why.EN }
