package domain

import (
	"io"
	"slices"
	"strings"
)

// enum is a closed list of words, spelt in the contract as in the database.
type enum interface {
	~string
	Values() []string
}

func marshalEnum[T enum](w io.Writer, value T) {
	quote(w, string(value))
}

func unmarshalEnum[T enum](v any, into *T) error {
	s, ok := v.(string)
	if !ok || !slices.Contains((*into).Values(), s) {
		words := strings.Join((*into).Values(), ", ")
		return BadValue("must be one of "+words, "doit être l'un de "+words)
	}
	*into = T(s)
	return nil
}
