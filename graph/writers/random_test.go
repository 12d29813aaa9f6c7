package writers_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// queries makes operations of a contract at random: most are valid.
type queries struct {
	*rand.Rand
	schema *ast.Schema
	// leave tells fields that are not asked for, by their names.
	leave func(field string) bool
	// plain tells types whose fields keep their names, unless arguments need another.
	plain func(parent string) bool
	// scalars make values of types of which the contract tells too little.
	scalars map[string]func() any
	// argument makes the value of an argument by its name; false leaves it to its type.
	argument func(name string) (any, bool)
	// favour says how many times as often a field is asked for, by its name.
	favour map[string]int
	// most bounds the fields of one operation, and flattest to deepest its depth.
	most, flattest, deepest int

	variables   map[string]any
	declared    []string
	fragments   []string
	fieldsSoFar int
}

// operation makes one, and the values of its variables.
func (q *queries) operation(kind ast.Operation) (string, map[string]any) {
	q.variables, q.declared, q.fragments, q.fieldsSoFar = map[string]any{}, nil, nil, 0
	root := q.schema.Query
	if kind == ast.Mutation {
		root = q.schema.Mutation
	}
	body := q.selection(root, q.flattest+q.IntN(q.deepest-q.flattest+1))
	head := string(kind) + " Random"
	if len(q.declared) > 0 {
		head += "(" + strings.Join(q.declared, ", ") + ")"
	}
	return head + " " + body + "\n" + strings.Join(q.fragments, "\n"), q.variables
}

// selection makes a selection set on a type.
func (q *queries) selection(d *ast.Definition, depth int) string {
	var parts []string
	most := 3 + min(len(d.Fields), 9)
	if d == q.schema.Query {
		most = 4
	}
	for range 1 + q.IntN(most) {
		switch n := q.IntN(20); {
		case n == 0:
			parts = append(parts, "__typename"+q.conditions())
		case n < 3 && depth > 0:
			parts = append(parts, "..."+q.conditions()+" "+q.selection(d, depth-1))
		case n < 6 && depth > 0:
			on := q.overlapping(d)
			parts = append(parts, "... on "+on.Name+q.conditions()+" "+q.selection(on, depth-1))
		case n < 8 && depth > 0:
			on := q.overlapping(d)
			name := fmt.Sprintf("F%d", len(q.fragments))
			q.fragments = append(q.fragments, "") // its place, before those within it
			place := len(q.fragments) - 1
			q.fragments[place] = "fragment " + name + " on " + on.Name + " " + q.selection(on, depth-1)
			parts = append(parts, "..."+name+q.conditions())
			if q.IntN(3) == 0 {
				parts = append(parts, "..."+name)
			}
		default:
			if part := q.field(d, depth); part != "" {
				parts = append(parts, part)
				if q.IntN(8) == 0 {
					parts = append(parts, part)
				}
			}
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "__typename")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// overlapping is a type that objects of the other may have.
func (q *queries) overlapping(d *ast.Definition) *ast.Definition {
	var all []*ast.Definition
	for _, possible := range q.schema.GetPossibleTypes(d) {
		all = append(append(all, possible), q.schema.GetImplements(possible)...)
	}
	return all[q.IntN(len(all))]
}

// conditions are @skip and @include, mostly none.
func (q *queries) conditions() string {
	if q.IntN(12) > 0 {
		return ""
	}
	value := "true"
	switch q.IntN(3) {
	case 0:
		value = "false"
	case 1:
		value = q.variable("Boolean!", q.IntN(2) == 0)
	}
	return []string{" @skip(if: ", " @include(if: "}[q.IntN(2)] + value + ")"
}

// variable declares one with its value.
func (q *queries) variable(typ string, value any) string {
	name := fmt.Sprintf("v%d", len(q.declared))
	declaration := "$" + name + ": " + typ
	absent := false
	if !strings.HasSuffix(typ, "!") {
		switch q.IntN(4) {
		case 0:
			absent = true
		case 1:
			value = nil
		case 2:
			if value != nil {
				declaration += " = " + literal(value)
				absent = q.IntN(2) == 0
			}
		}
	}
	q.declared = append(q.declared, declaration)
	if !absent {
		q.variables[name] = plain(value)
	}
	return "$" + name
}

// field makes the selection of one field, or nothing.
func (q *queries) field(d *ast.Definition, depth int) string {
	var choice []*ast.FieldDefinition
	for _, f := range d.Fields {
		leaf := q.schema.Types[f.Type.Name()].IsLeafType()
		if !strings.HasPrefix(f.Name, "__") && (leaf || depth > 0) && (q.leave == nil || !q.leave(f.Name)) {
			choice = append(choice, slices.Repeat([]*ast.FieldDefinition{f}, max(q.favour[f.Name], 1))...)
			if len(f.Arguments) > 0 { // where most goes wrong
				choice = append(choice, f, f)
			}
			if !leaf {
				choice = append(choice, f)
			}
		}
	}
	if len(choice) == 0 || q.fieldsSoFar >= q.most {
		return ""
	}
	q.fieldsSoFar++
	f := choice[q.IntN(len(choice))]
	arguments := q.arguments(f)
	alias := ""
	if arguments != "" || q.IntN(4) == 0 && (q.plain == nil || !q.plain(d.Name)) {
		// One name for one meaning, or fields would not merge.
		h := fnv.New32a()
		_, _ = h.Write([]byte(d.Name + f.Name + arguments))
		alias = fmt.Sprintf("%s_%x: ", f.Name, h.Sum32())
	}
	part := alias + f.Name + arguments + q.conditions()
	if below := q.schema.Types[f.Type.Name()]; !below.IsLeafType() {
		part += " " + q.selection(below, depth-1)
	}
	return part
}

func (q *queries) arguments(f *ast.FieldDefinition) string {
	var parts []string
	for _, a := range f.Arguments {
		value, ours := any(nil), false
		if q.argument != nil {
			value, ours = q.argument(a.Name)
		}
		required := a.Type.NonNull && a.DefaultValue == nil
		if !ours {
			if !required && q.IntN(2) == 0 {
				continue
			}
			value = q.any(a.Type, 3)
		}
		if value == absent {
			continue
		}
		text := literal(value)
		if q.IntN(3) == 0 && (value != nil || !a.Type.NonNull) {
			text = q.variable(a.Type.String(), value)
		}
		parts = append(parts, a.Name+": "+text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// word is a value that stands without quotes; absent is one that does not stand.
type word string

const absent = word("")

// any makes a value of a type, mostly a good one.
func (q *queries) any(t *ast.Type, depth int) any {
	if !t.NonNull && q.IntN(5) == 0 {
		return nil
	}
	if t.Elem != nil {
		list := make([]any, q.IntN(3))
		for i := range list {
			list[i] = q.any(t.Elem, depth-1)
		}
		return list
	}
	d := q.schema.Types[t.Name()]
	if scalar, ok := q.scalars[d.Name]; ok {
		return scalar()
	}
	switch {
	case d.Kind == ast.Enum:
		return word(d.EnumValues[q.IntN(len(d.EnumValues))].Name)
	case d.Kind == ast.InputObject:
		fields := map[string]any{}
		for _, f := range d.Fields {
			if f.Type.NonNull || depth > 0 && q.IntN(3) == 0 {
				fields[f.Name] = q.any(f.Type, depth-1)
			}
		}
		return fields
	case d.Name == "Int":
		return []int{-1, 0, 1, 2, 3, 5, 200}[q.IntN(7)]
	case d.Name == "Boolean":
		return q.IntN(2) == 0
	}
	return []string{"", "start", "nonsense", `a"b`}[q.IntN(4)]
}

// literal writes a value as a document has it.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case word:
		return string(v)
	case string:
		return strconv.Quote(v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = literal(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+": "+literal(v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}

// plain is a value as a variable has it.
func plain(v any) any {
	switch v := v.(type) {
	case word:
		return string(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	case map[string]any:
		fields := map[string]any{}
		for name, field := range v {
			fields[name] = plain(field)
		}
		return fields
	}
	return v
}
