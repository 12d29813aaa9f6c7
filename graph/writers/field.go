package writers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Field is one response name of a selection set. All objects of the set share it:
// what depends on the document and its variables alone is found out once.
type Field struct {
	graphql.CollectedField
	// Context and FieldContext are there once [Field.Enter] was called.
	Context      context.Context
	FieldContext *graphql.FieldContext

	key        string          // the response name as it is written, behind a comma
	above      context.Context // that of the field around the object
	selections []selection
}

// selection is what is selected below a field on objects of one type.
type selection struct {
	typ    string
	fields []Field
}

// Enter makes the context in which gqlgen would resolve the field, and tells
// whether that worked: an argument may be unreadable.
func (f *Field) Enter(w *Writer, begin func(context.Context, graphql.CollectedField) (*graphql.FieldContext, error)) bool {
	if f.Context != nil {
		return true
	}
	fc, err := begin(f.above, f.CollectedField)
	if err != nil {
		w.GiveUp()
		return false
	}
	f.Context, f.FieldContext = graphql.WithFieldContext(f.above, fc), fc
	return true
}

// Resolved tells whether a method or resolver gave a value that can be written.
func (f *Field) Resolved(w *Writer, err error) bool {
	// A resolver may say of its own null that it must not be one.
	if err != nil || f.FieldContext != nil && f.FieldContext.NonNull {
		w.GiveUp()
		return false
	}
	return true
}

// Select returns what is selected below the field on objects of a type, which is
// and implements the named types. gqlgen collects it, so that fragments, type
// conditions, @skip and @include are its own.
func (f *Field) Select(w *Writer, typ string, satisfies []string) []Field {
	for i := range f.selections {
		if f.selections[i].typ == typ {
			return f.selections[i].fields
		}
	}
	collected := graphql.CollectFields(w.operation, f.Selections, satisfies)
	fields := make([]Field, 0, len(collected))
	seen := make(map[string]bool, len(collected))
	for _, c := range collected {
		// gqlgen collects a name once for each of several unrelated interfaces or
		// unions. It writes the first, and resolves all: that matters where one can
		// fail. A deferred field is not written here at all.
		switch {
		case seen[c.Alias] && c.Name == "__typename":
			continue
		case seen[c.Alias] || c.IsDeferred():
			w.GiveUp()
			return nil
		}
		seen[c.Alias] = true
		fields = append(fields, Field{CollectedField: c, key: `,"` + c.Alias + `":`, above: f.Context})
	}
	f.selections = append(f.selections, selection{typ, fields})
	return fields
}
