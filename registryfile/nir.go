package registryfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/guichet-logement/guichet/domain"
)

// cutNIR takes social security numbers out of an element: what is named after one, with
// all that is in it, and what is one anywhere. It counts them by the name of the element.
func (e *Element) cutNIR(cut map[string]int) {
	attributes := e.Attributes[:0]
	for _, a := range e.Attributes {
		if namesNIR(a.Name.Local) {
			cut[e.Name.Local]++
			continue
		}
		a.Value = e.withoutNIR(a.Value, cut)
		attributes = append(attributes, a)
	}
	e.Attributes = attributes
	nodes := e.Nodes[:0]
	for _, n := range e.Nodes {
		switch {
		case n.Element == nil:
			if n.Text = e.withoutNIR(n.Text, cut); n.Text == "" {
				continue
			}
		case namesNIR(n.Element.Name.Local):
			cut[n.Element.Name.Local]++
			continue
		default:
			n.Element.cutNIR(cut)
		}
		nodes = append(nodes, n)
	}
	e.Nodes = nodes
}

func (e *Element) withoutNIR(text string, cut map[string]int) string {
	rest, n := domain.CutNIR(text)
	if n > 0 {
		cut[e.Name.Local] += n
	}
	return rest
}

// namesNIR tells a name that announces a social security number: nir, numeroNIR,
// numSecuriteSociale. That of "venir" does not.
func namesNIR(name string) bool {
	words := camelWords(name)
	return slices.Contains(words, "nir") || slices.Contains(words, "nss") ||
		slices.ContainsFunc(words, func(w string) bool { return w == "secu" || w == "securite" }) &&
			(slices.Contains(words, "sociale") || strings.HasPrefix(words[0], "num"))
}

// camelWords are the words of a name, in small letters.
func camelWords(name string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	var before rune
	for _, r := range name {
		if !unicode.IsLetter(r) || unicode.IsUpper(r) && unicode.IsLower(before) {
			flush()
		}
		if unicode.IsLetter(r) {
			word.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	flush()
	return words
}
