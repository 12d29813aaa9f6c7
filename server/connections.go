package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
)

// inspection looks at one operation with its variables, before anything runs. It
// must: nested lists are read from the document in one go with their parent, and
// what is wrong in their arguments is dropped there without a word.
type inspection struct {
	ctx         context.Context //nolint:containedctx // an inspection lives as long as one call.
	vars        map[string]any
	arguments   arguments
	page        int
	checkCursor func(context.Context, *ast.Field, string, map[string]any) error

	// inputs are the input objects that gqlgen itself must read once.
	inputs []inputObject
	err    *gqlerror.Error // the first that was found
}

// inputObject is the value of an argument that is an input object.
type inputObject struct {
	path, typ string
	value     any
	at        *ast.Position
}

// nodes walks groups and returns how many rows they may ask for.
func (i *inspection) nodes(groups []group) int {
	total := 0
	for _, g := range groups {
		pages := 0
		for _, f := range g.fields {
			if f.Definition == nil {
				continue // __typename
			}
			pages = max(pages, i.field(f, g.path))
			if i.err != nil {
				return 0
			}
		}
		i.connection(g)
		below := i.nodes(g.below)
		if pages > 0 {
			below = times(pages, below+1)
		}
		total = min(total+below, manyTimes)
	}
	return total
}

func times(a, b int) int {
	if a > manyTimes/b {
		return manyTimes
	}
	return a * b
}

// field checks the arguments of one field and returns how many rows it asks for
// by itself, 0 when it is not a list of pages.
func (i *inspection) field(f *ast.Field, path string) int {
	if len(f.Definition.Arguments) == 0 {
		return 0
	}
	for _, arg := range f.Arguments {
		def := f.Definition.Arguments.ForName(arg.Name)
		if def == nil {
			continue
		}
		value, err := literal(arg.Name, arg.Value)
		if err == nil {
			err = i.arguments.check(arg.Name, def.Type, value)
		}
		if err != nil {
			i.fail(arg.Position, err)
			return 0
		}
	}
	// Literals that gqlgen cannot read would make this panic; there are none now.
	values := f.ArgumentMap(i.vars)
	i.cursors(f, values)
	i.collectInputs(f, path, values)
	if ids, ok := values["ids"].([]any); ok {
		return len(ids)
	}
	if f.Definition.Arguments.ForName("first") != nil {
		return i.pageSize(f, values)
	}
	return 0
}

// pageSize wants a page of a bounded size: without one there is no LIMIT.
func (i *inspection) pageSize(f *ast.Field, values map[string]any) int {
	limit := i.page
	if bounded := f.Definition.Directives.ForName("bounded"); bounded != nil {
		if top := bounded.Arguments.ForName("max"); top != nil {
			limit = number(top.Value.Raw)
		}
	}
	given, name := values["first"], "first"
	if values["last"] != nil {
		if given != nil {
			i.fail(f.Position, pageSize(f.Name, limit))
			return 0
		}
		given, name = values["last"], "last"
	}
	n := number(digits(given))
	if n < 1 || n > limit {
		if f.Definition.Arguments.ForName("last") == nil {
			refusal := domain.FirstAlone(limit)
			refusal.Field = f.Name + "." + name
			i.fail(f.Position, refusal)
			return 0
		}
		i.fail(f.Position, pageSize(f.Name+"."+name, limit))
		return 0
	}
	return n
}

// number reads a whole number, 0 for anything else: it is out of every bound.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func pageSize(field string, limit int) *domain.Error {
	return &domain.Error{
		Code: domain.PageSize, Field: field,
		Message: domain.Text{
			EN: fmt.Sprintf("Give either first or last, from 1 to %d.", limit),
			FR: fmt.Sprintf("Donnez soit first, soit last, de 1 à %d.", limit),
		},
	}
}

func (i *inspection) cursors(f *ast.Field, values map[string]any) {
	for _, name := range []string{"after", "before"} {
		cursor, ok := values[name].(string)
		if !ok || i.checkCursor == nil {
			continue
		}
		err := i.checkCursor(i.ctx, f, cursor, i.vars)
		if err == nil {
			continue
		}
		coded := &domain.Error{Code: domain.InvalidCursor, Cause: err}
		var ours *domain.Error
		if errors.As(err, &ours) {
			*coded = *ours
		}
		if coded.Field == "" {
			coded.Field = f.Name + "." + name
		}
		i.fail(f.Position, coded)
	}
}

// collectInputs notes the input objects that only gqlgen's own code can judge,
// with the rules between their fields.
func (i *inspection) collectInputs(f *ast.Field, path string, values map[string]any) {
	for _, def := range f.Definition.Arguments {
		if i.arguments.schema.Types[def.Type.Name()].Kind != ast.InputObject {
			continue
		}
		items, ok := values[def.Name].([]any)
		if !ok {
			items = []any{values[def.Name]}
		}
		for _, item := range items {
			if item != nil {
				i.inputs = append(i.inputs, inputObject{path + "." + def.Name, def.Type.Name(), item, f.Position})
			}
		}
	}
}

// connection refuses a page that is asked for under two names: the rows are
// collected for one of them alone, and the other would be wrong.
func (i *inspection) connection(g group) {
	typ := g.fields[0].Definition
	if typ == nil || !strings.HasSuffix(typ.Type.Name(), "Connection") {
		return
	}
	i.oneName(g, g.below, "edges", "pageInfo", "totalCount")
	for _, child := range g.below {
		if child.fields[0].Name == "edges" {
			i.oneName(g, child.below, "node")
		}
	}
}

func (i *inspection) oneName(g group, children []group, names ...string) {
	for _, name := range names {
		n := 0
		for _, child := range children {
			if child.fields[0].Name == name {
				n++
			}
		}
		if n > 1 {
			i.fail(g.fields[0].Position, badRequest("CONNECTION_ALIAS", g.path+"."+name,
				"Ask for "+name+" of one list under one name.",
				"Demandez "+name+" d'une même liste sous un seul nom."))
		}
	}
}

func (i *inspection) fail(at *ast.Position, err *domain.Error) {
	if i.err != nil {
		return
	}
	i.err = gqlerror.Wrap(err)
	if at != nil {
		i.err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
}
