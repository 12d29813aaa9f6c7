package writers

import (
	"bytes"
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Answer writes the value of the field of the context. Generated code calls it in
// place of marshal, which is gqlgen's and writes what the writer gives up on.
func Answer[T any](
	ctx context.Context, operation *graphql.OperationContext, selections ast.SelectionSet, v T,
	write func(*Writer, *Field, T), marshal func(context.Context, ast.SelectionSet, T) graphql.Marshaler,
) graphql.Marshaler {
	a := attemptFrom(ctx)
	if a.number == 0 {
		return marshal(ctx, selections, v)
	}
	w := forOperation(operation)
	defer w.release()
	if complete(ctx, w, selections, func(f *Field) { write(w, f, v) }) {
		return w.answer()
	}
	if a.handedOver != nil {
		a.handedOver(ctx)
	}
	return marshal(a.next(ctx), selections, v)
}

// complete runs a writer and tells whether all that it did is in its buffer.
func complete(ctx context.Context, w *Writer, selections ast.SelectionSet, write func(*Field)) (done bool) {
	defer func() {
		if recover() != nil { // gqlgen meets it again, and reports it
			done = false
		}
	}()
	aside := graphql.WithResponseContext(ctx, keepQuiet, graphql.DefaultRecover)
	f := &Field{Context: aside}
	f.Selections = selections
	write(f)
	// What was reported on the side belongs into the answer: gqlgen puts it there.
	return !w.gaveUp && len(graphql.GetErrors(aside)) == 0 && len(graphql.GetExtensions(aside)) == 0
}

// keepQuiet keeps an error that gqlgen is going to present from being presented,
// and logged, twice.
func keepQuiet(_ context.Context, err error) *gqlerror.Error { return gqlerror.Wrap(err) }

func (w *Writer) answer() graphql.Marshaler {
	// Whoever is above compares with gqlgen's own null.
	if string(w.buffer) == "null" {
		return graphql.Null
	}
	return written(bytes.Clone(w.buffer))
}

// written is JSON.
type written []byte

// MarshalGQL writes it.
func (b written) MarshalGQL(w io.Writer) { _, _ = w.Write(b) }
