package domain

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// particles are words of names that people write, leave out or join as they like.
var particles = []string{"de", "du", "des", "d", "la", "le", "les", "l", "van", "von", "der", "ben", "el", "al"}

// NameKey folds names for search: every name of a person, in small letters without
// accents, each word after a space, without particles. What is searched for is folded
// by [NameWords], so that both sides agree.
func NameKey(names ...string) string {
	var key strings.Builder
	for _, word := range NameWords(strings.Join(names, " ")) {
		key.WriteString(" " + word)
	}
	return key.String()
}

// NameWords are the folded words of a name, each once, in alphabetical order. A name
// made of particles alone keeps them.
func NameWords(name string) []string {
	words := strings.FieldsFunc(folded(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(particles, w) })
	if len(kept) == 0 {
		kept = words
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// letters without a decomposition, as French keyboards write them out.
var letters = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

func folded(s string) string {
	return letters.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s)))
}
