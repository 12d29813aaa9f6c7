package server

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/domain"
)

// weight is what a selection costs to look at, its fragments expanded.
type weight struct{ depth, aliases, directives, fields int }

// manyTimes caps each count: a document of 1 KiB can expand to 2^60 fields.
const manyTimes = 1 << 30

func (w weight) plus(o weight) weight {
	return weight{
		depth:      max(w.depth, o.depth),
		aliases:    min(w.aliases+o.aliases, manyTimes),
		directives: min(w.directives+o.directives, manyTimes),
		fields:     min(w.fields+o.fields, manyTimes),
	}
}

// weigher weighs each fragment once, so that its work is linear in the document.
type weigher struct {
	doc   *ast.QueryDocument
	known map[string]weight
	// repeated is how often a field stands in one selection under one name, at most.
	repeated int
}

// maxRepeated bounds what the validator compares in pairs.
const maxRepeated = 100

// checkDocument bounds a document that was parsed but not validated: fragments
// may be missing or turn in circles, which the validator reports later.
func (l Limits) checkDocument(doc *ast.QueryDocument) *domain.Error {
	if n := len(doc.Operations); n > l.Operations {
		return tooComplex("OPERATIONS", "operations", "opérations", n, l.Operations)
	}
	w := &weigher{doc: doc, known: map[string]weight{}}
	literals := literalBounds{bounds: bounds{limits: l}}
	for _, op := range doc.Operations {
		total := w.selections(op.SelectionSet)
		total.directives += len(op.Directives)
		for _, v := range op.VariableDefinitions {
			total.directives += len(v.Directives)
			literals.add(v.DefaultValue, 1)
			literals.directives(v.Directives)
		}
		literals.directives(op.Directives)
		literals.selections(op.SelectionSet)
		for _, bound := range []struct {
			reason, en, fr string
			n, max         int
		}{
			{"DEPTH", "levels", "niveaux", total.depth, l.Depth},
			{"ALIASES", "aliases", "alias", total.aliases, l.Aliases},
			{"DIRECTIVES", "directives", "directives", total.directives, l.Directives},
			{"ROOT_FIELDS", "root fields", "champs à la racine", w.roots(op.SelectionSet, map[string]bool{}), l.RootFields},
			{"FIELDS", "fields", "champs", total.fields, l.Fields},
			{"REPEATED_FIELD", "repetitions of a field", "répétitions d'un champ", w.repeated, maxRepeated},
		} {
			if bound.n > bound.max {
				return tooComplex(bound.reason, bound.en, bound.fr, bound.n, bound.max)
			}
		}
	}
	for _, f := range doc.Fragments {
		literals.directives(f.Directives)
		literals.selections(f.SelectionSet)
	}
	return literals.err
}

func tooComplex(reason, en, fr string, n, limit int) *domain.Error {
	return &domain.Error{
		Code: domain.TooComplex, Reason: reason,
		Message: domain.Text{
			EN: fmt.Sprintf("The request has %d %s; %d are allowed.", n, en, limit),
			FR: fmt.Sprintf("La requête a %d %s ; %d sont admis.", n, fr, limit),
		},
	}
}

func (w *weigher) selections(set ast.SelectionSet) weight {
	var total weight
	if len(set) > maxRepeated {
		w.countRepeated(set)
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			total = total.plus(w.field(s))
		case *ast.InlineFragment:
			total = total.plus(weight{directives: len(s.Directives)}).plus(w.selections(s.SelectionSet))
		case *ast.FragmentSpread:
			total = total.plus(weight{directives: len(s.Directives)}).plus(w.fragment(s.Name))
		}
	}
	return total
}

func (w *weigher) countRepeated(set ast.SelectionSet) {
	times := map[string]int{}
	for _, selection := range set {
		if f, ok := selection.(*ast.Field); ok {
			times[f.Alias]++
			w.repeated = max(w.repeated, times[f.Alias])
		}
	}
}

func (w *weigher) field(f *ast.Field) weight {
	own := weight{fields: 1, directives: len(f.Directives)}
	if f.Alias != "" && f.Alias != f.Name {
		own.aliases = 1
	}
	total := own.plus(w.selections(f.SelectionSet))
	if introspects(f) {
		// Introspection has a depth rule of its own, made for its lists.
		total.depth = 0
	}
	total.depth++
	return total
}

func (w *weigher) fragment(name string) weight {
	if known, ok := w.known[name]; ok {
		return known
	}
	w.known[name] = weight{} // what a circle weighs does not matter: it is invalid
	fragment := w.doc.Fragments.ForName(name)
	if fragment == nil {
		return weight{}
	}
	total := w.selections(fragment.SelectionSet).plus(weight{directives: len(fragment.Directives)})
	w.known[name] = total
	return total
}

// roots counts the root fields; a fragment counts once, as it runs once.
func (w *weigher) roots(set ast.SelectionSet, seen map[string]bool) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			n++
		case *ast.InlineFragment:
			n += w.roots(s.SelectionSet, seen)
		case *ast.FragmentSpread:
			if fragment := w.doc.Fragments.ForName(s.Name); fragment != nil && !seen[s.Name] {
				seen[s.Name] = true
				n += w.roots(fragment.SelectionSet, seen)
			}
		}
	}
	return n
}

func introspects(f *ast.Field) bool { return f.Name == "__schema" || f.Name == "__type" }

// bounds measures values: literals of a document, or its variables.
type bounds struct {
	limits Limits
	values int
	err    *domain.Error // the first that was found
}

func (b *bounds) fail(reason, field, en, fr string) {
	if b.err == nil {
		b.err = badRequest(reason, field, en, fr)
	}
}

// enter counts one value at a depth, and tells whether to look into it.
func (b *bounds) enter(field string, depth int) bool {
	b.values++
	switch {
	case b.values > b.limits.Values:
		b.fail("VALUES", field,
			fmt.Sprintf("A request may carry %d values at most.", b.limits.Values),
			fmt.Sprintf("Une requête peut porter %d valeurs au plus.", b.limits.Values))
	case depth > b.limits.ValueDepth:
		b.fail("VALUE_DEPTH", field,
			fmt.Sprintf("Values may be nested %d deep at most.", b.limits.ValueDepth),
			fmt.Sprintf("Les valeurs peuvent être imbriquées sur %d niveaux au plus.", b.limits.ValueDepth))
	}
	return b.err == nil
}

func (b *bounds) list(field string, n int) {
	if n > b.limits.ListItems {
		b.fail("LIST_LENGTH", field,
			fmt.Sprintf("A list may have %d items at most.", b.limits.ListItems),
			fmt.Sprintf("Une liste peut avoir %d éléments au plus.", b.limits.ListItems))
	}
}

// text bounds a string, and refuses the one character that PostgreSQL cannot store.
func (b *bounds) text(field, s string) {
	if len(s) > b.limits.StringBytes {
		b.fail("STRING_LENGTH", field,
			fmt.Sprintf("A string may have %d bytes at most.", b.limits.StringBytes),
			fmt.Sprintf("Une chaîne peut avoir %d octets au plus.", b.limits.StringBytes))
	}
	if strings.IndexByte(s, 0) >= 0 {
		b.fail("NUL_CHARACTER", field,
			"The character U+0000 is not accepted in a string.",
			"Le caractère U+0000 n'est pas admis dans une chaîne.")
	}
}

// variable measures a variable as it was sent.
func (b *bounds) variable(field string, v any, depth int) {
	if !b.enter(field, depth) {
		return
	}
	switch v := v.(type) {
	case string:
		b.text(field, v)
	case []any:
		b.list(field, len(v))
		for _, item := range v {
			b.variable(field, item, depth+1)
		}
	case map[string]any:
		for name, item := range v {
			b.text(field, name)
			b.variable(field, item, depth+1)
		}
	}
}

// literalBounds measures the literals of a document.
type literalBounds struct{ bounds }

func (b *literalBounds) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			for _, a := range s.Arguments {
				b.add(a.Value, 1)
			}
			b.directives(s.Directives)
			b.selections(s.SelectionSet)
		case *ast.InlineFragment:
			b.directives(s.Directives)
			b.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			b.directives(s.Directives)
		}
	}
}

func (b *literalBounds) directives(list ast.DirectiveList) {
	for _, d := range list {
		for _, a := range d.Arguments {
			b.add(a.Value, 1)
		}
	}
}

func (b *literalBounds) add(v *ast.Value, depth int) {
	if v == nil || !b.enter("", depth) {
		return
	}
	switch v.Kind {
	case ast.StringValue, ast.BlockValue:
		b.text("", v.Raw)
	case ast.ListValue:
		b.list("", len(v.Children))
	default: // The others hold no text, and an object's fields follow.
	}
	for _, child := range v.Children {
		b.add(child.Value, depth+1)
	}
}
