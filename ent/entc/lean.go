package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc/gen"
)

// Package ent is the one on which everything waits that is compiled. What nothing of this
// program could ever call is not generated: for inserts that may conflict a method instead
// of three types for each entity, and filters for the entities alone that have one in the
// contract.

// conflicts replaces the types of the feature "sql/upsert": what is to be done on a
// conflict is an option, and the builder stays what it is.
var conflicts = gen.MustParse(gen.NewTemplate("lean").Parse(`
{{ define "helper/upsertone" }}{{ template "helper/conflict" $ }}{{ end }}
{{ define "helper/upsertbulk" }}{{ template "helper/conflict" $ }}{{ end }}
{{ define "helper/conflict" }}
{{ $builder := pascal $.Scope.Builder }}
{{ $receiver := $.Scope.Receiver }}
// OnConflict says what becomes of a row that would conflict with another one.
func ({{ $receiver }} *{{ $builder }}) OnConflict(options ...sql.ConflictOption) *{{ $builder }} {
	{{ $receiver }}.conflict = options
	return {{ $receiver }}
}
{{ end }}
`))

// boundFilter is a filter that the contract is bound to.
var boundFilter = regexp.MustCompile(`/ent\.(\w+)WhereInput\b`)

// filterBound generates filters for the entities that gqlgen.yml names, and for no other.
func filterBound(next gen.Generator) gen.Generator {
	return gen.GenerateFunc(func(g *gen.Graph) error {
		binding, err := os.ReadFile("gqlgen.yml")
		if err != nil {
			return fmt.Errorf("filters: %w", err)
		}
		bound := map[string]bool{}
		for _, m := range boundFilter.FindAllStringSubmatch(string(binding), -1) {
			bound[m[1]] = true
		}
		for _, node := range g.Nodes {
			if bound[node.Name] {
				continue
			}
			if err := skipFilter(node); err != nil {
				return fmt.Errorf("filters: %s: %w", node.Name, err)
			}
		}
		return next.Generate(g)
	})
}

// skipFilter adds to what a schema says of itself, in the form in which schemas are
// loaded: templates read numbers of JSON.
func skipFilter(node *gen.Type) error {
	var a entgql.Annotation
	if known, ok := node.Annotations[a.Name()]; ok {
		if err := a.Decode(known); err != nil {
			return err
		}
	}
	a.Skip |= entgql.SkipWhereInput
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	var loaded map[string]any
	if err := json.Unmarshal(text, &loaded); err != nil {
		return err
	}
	if node.Annotations == nil {
		node.Annotations = gen.Annotations{}
	}
	node.Annotations[a.Name()] = loaded
	return nil
}
