package domain

import (
	"fmt"
	"io"
	"slices"
)

// LanguageCode is a language in ISO 639-1: two small letters. It names the
// languages spoken at a desk, not those of the service's own words: see
// [Language].
type LanguageCode string

// ParseLanguageCode checks the shape; the desks of the network speak more
// languages than any list of ours would keep up with.
func ParseLanguageCode(s string) (LanguageCode, error) {
	if len(s) != 2 || s[0] < 'a' || s[0] > 'z' || s[1] < 'a' || s[1] > 'z' {
		return "", BadValue("language must be two small letters of ISO 639-1, such as fr", "la langue est un code ISO 639-1 de deux minuscules, comme fr")
	}
	return LanguageCode(s), nil
}

// frenchCode is the language of the service, which all of its staff speak.
const frenchCode LanguageCode = "fr"

// BesidesFrench are those of the languages that not all of the staff speak.
func BesidesFrench(languages []LanguageCode) []LanguageCode {
	return slices.DeleteFunc(slices.Clone(languages), func(l LanguageCode) bool { return l == frenchCode })
}

// CheckSpoken says what is wrong with languages that are said to be spoken, or asked for.
func CheckSpoken(languages []LanguageCode, most int) Refusals {
	if len(languages) <= most && distinct(languages) == len(languages) && !slices.Contains(languages, frenchCode) {
		return nil
	}
	return Refusals{refuse(Invalid,
		fmt.Sprintf("Name at most %d languages besides French, each once.", most),
		fmt.Sprintf("Indiquer au plus %d langues en plus du français, chacune une fois.", most), "languages")}
}

// MarshalGQL writes the code as a JSON string.
func (l LanguageCode) MarshalGQL(w io.Writer) { quote(w, string(l)) }

// UnmarshalGQL reads the code from an argument or a variable.
func (l *LanguageCode) UnmarshalGQL(v any) (err error) {
	*l, err = unmarshalText(v, "language", ParseLanguageCode)
	return err
}
