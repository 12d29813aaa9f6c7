package server

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// documentBytes bounds the text of the documents kept parsed, or the number of their fields
// with those of fragments where that is more; their trees take some hundred times as much.
const documentBytes = 1 << 20

// document is a parsed, bounded and valid document. It is shared by requests, so
// nobody changes it.
type document struct {
	ast *ast.QueryDocument
	// public tells that every field selected in it is marked @public.
	public bool
	// fixed are the groups of its operations, for those of which no variable changes them, and
	// fields how many these are.
	fixed  map[*ast.OperationDefinition][]group
	fields int
}

// fix finds the fixed groups of its operations.
func (d *document) fix() {
	d.fixed = make(map[*ast.OperationDefinition][]group, len(d.ast.Operations))
	for _, op := range d.ast.Operations {
		s := selector{fragments: d.ast.Fragments}
		if groups := s.groups("", op.SelectionSet); !s.varies {
			d.fixed[op] = groups
			d.fields += s.found
		}
	}
}

// groupsOf are the groups of one of its operations with these variables.
func (d *document) groupsOf(op *ast.OperationDefinition, vars map[string]any) []group {
	if fixed, ok := d.fixed[op]; ok {
		return fixed
	}
	s := selector{fragments: d.ast.Fragments, vars: vars}
	return s.groups("", op.SelectionSet)
}

// documents prepares documents: all that can be said of them without variables
// is said once.
type documents struct {
	schema        *ast.Schema
	limits        Limits
	introspection bool
	kept          *textCache[*document]
}

func newDocuments(schema *ast.Schema, limits Limits, introspection bool) *documents {
	return &documents{schema, limits, introspection, newTextCache[*document](documentBytes)}
}

// prepare parses a document, bounds it, and only then validates it: some rules of
// the validator take the square of what the limits allow.
func (d *documents) prepare(query string) (*document, gqlerror.List) {
	if known, ok := d.kept.get(query); ok {
		return known, nil
	}
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, d.limits.Tokens)
	if err != nil {
		var syntax *gqlerror.Error
		if !errors.As(err, &syntax) {
			syntax = gqlerror.Wrap(err)
		}
		syntax.Err = nil // the text stands for itself
		errcode.Set(syntax, errcode.ParseFailed)
		return nil, gqlerror.List{syntax}
	}
	if refused := d.limits.checkDocument(parsed); refused != nil {
		return nil, gqlerror.List{gqlerror.Wrap(refused)}
	}
	if errs := validator.ValidateWithRules(d.schema, parsed, validationRules(d.introspection)); len(errs) > 0 {
		for _, e := range errs {
			errcode.Set(e, errcode.ValidationFailed)
		}
		return nil, errs
	}
	prepared := &document{ast: parsed, public: public(parsed, d.introspection)}
	prepared.fix()
	d.kept.add(query, prepared, weigh)
	return prepared, nil
}

// weigh is what a document that is kept counts for.
func weigh(text string, d *document) int { return max(len(text), d.fields) }

// validationRules are those of the specification. While introspection is off,
// none of them suggests a name of the contract.
func validationRules(suggest bool) *rules.Rules {
	all := rules.NewDefaultRules()
	if suggest {
		return all
	}
	for name, silent := range map[string]validator.Rule{
		rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		all.ReplaceRule(name, silent.RuleFunc)
	}
	return all
}

type preparedKey struct{}

// preparedOnly is the query cache that gqlgen's executor sees: it always holds the
// document at hand, so that the executor never parses or validates by itself.
type preparedOnly struct{}

var _ graphql.Cache[*ast.QueryDocument] = preparedOnly{}

// Get returns the document of the request.
func (preparedOnly) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(preparedKey{}).(*ast.QueryDocument)
	return doc, ok
}

// Add keeps nothing: [documents] does.
func (preparedOnly) Add(context.Context, string, *ast.QueryDocument) {}
