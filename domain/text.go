package domain

import "io"

// Language is a language in which the service speaks to its callers.
type Language string

// The languages of messages and labels.
const (
	French  Language = "FR"
	English Language = "EN"
)

// Values lists the languages, in the order of the contract.
func (Language) Values() []string { return []string{string(French), string(English)} }

// Text is a sentence in each of the languages. Codes are for programs and never
// change; texts are for people and may be reworded at any time.
type Text struct{ EN, FR string }

// In returns the sentence in the language asked, or in French, the language of
// the field, for any other.
func (t Text) In(l Language) string {
	if l == English {
		return t.EN
	}
	return t.FR
}

// String returns the English sentence: logs are in English.
func (t Text) String() string { return t.EN }

// MarshalGQL writes the word of the contract.
func (l Language) MarshalGQL(w io.Writer) { marshalEnum(w, l) }

// UnmarshalGQL reads the word of the contract.
func (l *Language) UnmarshalGQL(v any) error { return unmarshalEnum(v, l) }
