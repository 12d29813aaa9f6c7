package domain

import "fmt"

// unmarshalText reads a scalar that travels as a string. Generated code also
// hands over values that are of the scalar's own type already.
func unmarshalText[T any](v any, name string, parse func(string) (T, error)) (T, error) {
	switch v := v.(type) {
	case T:
		return v, nil
	case string:
		return parse(v)
	}
	var zero T
	return zero, fmt.Errorf("%s must be a string", name)
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
