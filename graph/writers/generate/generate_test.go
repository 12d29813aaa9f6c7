package main

import (
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"
)

// executor is what gqlgen writes for one field.
const executor = `package gen

func (ec *executionContext) _Query_box(ctx context.Context, field graphql.CollectedField) (ret graphql.Marshaler) {
	return graphql.ResolveField(
		func(ctx context.Context, selections ast.SelectionSet, v *Box) graphql.Marshaler {
			return ec.marshalOBox2string(ctx, selections, v)
		},
	)
}

func (ec *executionContext) _Query_other(ctx context.Context, field graphql.CollectedField) (ret graphql.Marshaler) {
	return graphql.ResolveField(
		func(ctx context.Context, selections ast.SelectionSet, v *Box) graphql.Marshaler {
			return ec.marshalOBox2string(ctx, selections, v)
		},
	)
}
`

// Each place is found exactly once, or nothing is generated.
func TestInsertFindsEachPlaceOnce(t *testing.T) {
	t.Parallel()
	const call = "\t\t\treturn ec.marshalOBox2string(ctx, selections, v)\n"
	for name, source := range map[string]string{
		"no method":        strings.ReplaceAll(executor, "_Query_box", "_Query_boxes"),
		"other parameters": strings.Replace(executor, "field graphql.CollectedField", "f graphql.CollectedField", 1),
		"two methods":      executor + executor,
		"no call":          strings.Replace(executor, call, "", 1),
		"two calls":        strings.Replace(executor, call, call+call, 1),
		"another call":     strings.Replace(executor, "ctx, selections, v)", "ctx, sel, v)", 1),
		"no end":           strings.ReplaceAll(executor, "\n}\n", "\n"),
	} {
		if _, err := insertAt(source, "Query_box", "marshalOBox2string"); err == nil {
			t.Errorf("%s: inserted", name)
		}
	}
	got, err := insertAt(executor, "Query_box", "marshalOBox2string")
	if want := strings.Replace(executor, "ec.marshalOBox", "ec.answerOBox", 1); err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	// The file is left alone when one of its places is not there.
	file := filepath.Join(t.TempDir(), "exec.go")
	if err := os.WriteFile(file, []byte(executor), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := insert(file, []*codegen.Field{hook("box"), hook("gone")}); err == nil {
		t.Error("a place was missing, and nobody said so")
	}
	if left, err := os.ReadFile(file); err != nil || string(left) != executor {
		t.Errorf("%v\n%s", err, left)
	}
}

func hook(name string) *codegen.Field {
	definition := &ast.Definition{Name: "Box", Kind: ast.Object}
	return &codegen.Field{
		FieldDefinition: &ast.FieldDefinition{Name: name},
		Object:          &codegen.Object{Definition: &ast.Definition{Name: "Query", Kind: ast.Object}},
		TypeReference:   &config.TypeReference{Definition: definition, GQL: ast.NamedType("Box", nil), GO: types.Typ[types.String]},
	}
}

// What runs around fields refuses generation, unless it has no run time.
func TestDirectivesAreRefused(t *testing.T) {
	t.Parallel()
	at := func(skip bool, where ast.DirectiveLocation) *codegen.Directive {
		return &codegen.Directive{
			DirectiveDefinition: &ast.DirectiveDefinition{Name: "upper", Locations: []ast.DirectiveLocation{where}},
			Name:                "upper", DirectiveConfig: config.DirectiveConfig{SkipRuntime: skip},
		}
	}
	for _, c := range []struct {
		directive *codegen.Directive
		refused   bool
	}{
		{at(false, ast.LocationFieldDefinition), true},
		{at(false, ast.LocationObject), true},
		{at(true, ast.LocationFieldDefinition), false},
	} {
		f := hook("box")
		f.Directives = []*codegen.Directive{c.directive}
		f.Object.Fields = []*codegen.Field{f}
		if err := refuseDirectives(&codegen.Data{Objects: codegen.Objects{f.Object}}); (err != nil) != c.refused {
			t.Errorf("%+v: %v", c.directive, err)
		}
	}
	inOperations := &codegen.Data{AllDirectives: codegen.DirectiveList{"upper": at(false, ast.LocationField)}}
	if err := refuseDirectives(inOperations); err == nil {
		t.Error("one on the fields of operations was let through")
	}
}
