package domain

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// enum is a closed list of words, spelt in the contract as in the database.
type enum interface {
	~string
	Values() []string
}

func marshalEnum[T enum](w io.Writer, value T) {
	_, _ = io.WriteString(w, strconv.Quote(string(value)))
}

func unmarshalEnum[T enum](v any, into *T) error {
	s, ok := v.(string)
	if !ok || !slices.Contains((*into).Values(), s) {
		return fmt.Errorf("must be one of %s", strings.Join((*into).Values(), ", "))
	}
	*into = T(s)
	return nil
}
