package domain

import "io"

// TriState is a fact that may be unknown. Unknown means "ask", never "no".
type TriState string

// The three values.
const (
	Yes      TriState = "YES"
	No       TriState = "NO"
	NotKnown TriState = "UNKNOWN"
)

// Values lists the three values in the order of the contract.
func (TriState) Values() []string { return []string{string(Yes), string(No), string(NotKnown)} }

// MarshalGQL writes the word of the contract.
func (t TriState) MarshalGQL(w io.Writer) { marshalEnum(w, t) }

// UnmarshalGQL reads the word of the contract.
func (t *TriState) UnmarshalGQL(v any) error { return unmarshalEnum(v, t) }
