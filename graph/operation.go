package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// Admit asks whether the caller may send an operation at all, before anything of it
// runs. Document is the text that was sent.
func (r *Resolver) Admit(ctx context.Context, document string, op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) error {
	if v := auth.FromContext(ctx); v == nil || v.App == nil {
		return nil // spares people the walk: only apps are limited.
	}
	sum := sha256.Sum256([]byte(document))
	w := selectedTypes{fragments: fragments, seen: map[string]bool{}, spread: map[string]bool{}}
	w.walk(op.SelectionSet)
	return r.service.AdmitOperation(ctx, domain.Operation{
		SHA256: hex.EncodeToString(sum[:]), Writes: op.Operation == ast.Mutation, Types: w.names,
	})
}

// selectedTypes collects the types that an operation selects something of.
type selectedTypes struct {
	fragments ast.FragmentDefinitionList
	names     []string
	seen      map[string]bool
	spread    map[string]bool
}

func (w *selectedTypes) walk(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.ObjectDefinition != nil && s.Name != "__typename" {
				w.add(s.ObjectDefinition.Name)
			}
			w.walk(s.SelectionSet)
		case *ast.InlineFragment:
			w.walk(s.SelectionSet)
		case *ast.FragmentSpread:
			if f := w.fragments.ForName(s.Name); f != nil && !w.spread[s.Name] {
				w.spread[s.Name] = true
				w.walk(f.SelectionSet)
			}
		}
	}
}

func (w *selectedTypes) add(name string) {
	if !w.seen[name] {
		w.seen[name] = true
		w.names = append(w.names, name)
	}
}
