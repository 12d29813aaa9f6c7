package auth

import (
	"net/http"

	"golang.org/x/text/language"

	"github.com/guichet-logement/guichet/domain"
)

// maxAcceptLanguage bounds the header, in bytes: browsers send under a hundred.
const maxAcceptLanguage = 500

// languages is a constant, dear to build. The first is the answer when nothing
// matches.
var languages = language.NewMatcher([]language.Tag{language.French, language.English})

// LanguageOf returns the language in which the caller wants to be spoken to:
// French unless the header Accept-Language prefers English.
func LanguageOf(r *http.Request) domain.Language {
	wanted := r.Header.Get("Accept-Language")
	if wanted == "" || len(wanted) > maxAcceptLanguage {
		return domain.French
	}
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil {
		return domain.French
	}
	if _, n, _ := languages.Match(tags...); n == 1 {
		return domain.English
	}
	return domain.French
}
