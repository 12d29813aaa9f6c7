package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/internal/testapi"
)

func contract(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../schema.graphql")
	must(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	must(t, err)
	return schema
}

// documentNames lists the documented operations that read.
func documentNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", documents, "*.graphql"))
	must(t, err)
	schema := contract(t)
	var names []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(t, err)
		doc, errs := gqlparser.LoadQueryWithRules(schema, string(text), nil)
		if errs != nil {
			t.Fatalf("%s: %v", f, errs)
		}
		if doc.Operations[0].Operation == ast.Query {
			names = append(names, strings.TrimSuffix(filepath.Base(f), ".graphql"))
		}
	}
	if len(names) < 5 {
		t.Fatalf("only %v", names)
	}
	return names
}

// edgesBelow counts the edges selected between the rows of one table and another:
// fields of an entity that lead to entities, or to days made of their rows.
func edgesBelow(schema *ast.Schema, set ast.SelectionSet) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.InlineFragment:
			n += edgesBelow(schema, s.SelectionSet)
		case *ast.Field:
			of := s.Definition.Type.Name()
			if entity(schema, s.ObjectDefinition.Name) && (entity(schema, of) || strings.HasSuffix(of, "Connection") || of == "OpeningDay") {
				n++
			}
			n += edgesBelow(schema, s.SelectionSet)
		}
	}
	return n
}

func entity(schema *ast.Schema, name string) bool {
	return slices.Contains(schema.Types[name].Interfaces, "Node")
}

// An operation sends at most one statement for its rows, one for their number or
// their reader, and one for each edge: the same for 1 row as for 100.
func TestStatementsDoNotGrowWithRows(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	api := testapi.NewWithStock(t, larger(200))
	e := &engine{name: "api", url: api.URL}
	count := func(o operation, v variables) int {
		_, failed := e.ask(t.Context(), o, v) // what is looked up once for all is kept
		must(t, failed)
		sent := api.Statements(func() { _, failed = e.ask(t.Context(), o, v) })
		must(t, failed)
		return len(sent)
	}
	few, many := documented(t, api.DB, 1), documented(t, api.DB, 100)
	for i, o := range many {
		doc, errs := gqlparser.LoadQueryWithRules(schema, o.document, nil)
		if errs != nil {
			t.Fatal(errs)
		}
		edges := edgesBelow(schema, doc.Operations[0].SelectionSet)
		// A row may lack an edge, and saves its statement: the case with the most counts.
		most := func(o operation) int {
			n := 0
			for _, v := range o.cases {
				n = max(n, count(o, v)-max(kindsAsked(v)-1, 0))
			}
			return n
		}
		one, hundred := most(few[i]), most(o)
		if one != hundred || hundred > 2+edges {
			t.Errorf("%s: %d statements for 1 row, %d for 100, %d edges", o.name, one, hundred, edges)
		}
		t.Logf("%s: %d edges, %d statements", o.name, edges, hundred)
	}
}

// kindsAsked is how many tables the identifiers of nodes(ids:) are in: each needs
// a statement of its own.
func kindsAsked(v variables) int {
	ids, _ := v.values["ids"].([]string)
	kinds := map[string]bool{}
	for _, id := range ids {
		kinds[id[:3]] = true
	}
	return len(kinds)
}
