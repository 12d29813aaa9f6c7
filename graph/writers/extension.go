package writers

import (
	"context"
	"errors"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
)

// ErrInterceptor says that something is registered around fields: writers would
// leave it out.
var ErrInterceptor = errors.New("a field interceptor is registered, around which generated writers go: remove it, or turn the writers off")

// Install turns the writers on for the operations of an executor; without it all
// goes through gqlgen. Nothing may be registered around fields by then or later.
//
// HandedOver, which may be nil, is told of each value that goes back to gqlgen. The
// context has the operation and the field.
func Install(e *executor.Executor, schema graphql.ExecutableSchema, handedOver func(context.Context)) error {
	if middleware(e) != middleware(executor.New(schema)) {
		return ErrInterceptor
	}
	e.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return next(context.WithValue(ctx, attemptKey{}, attempt{1, handedOver}))
	})
	return nil
}

// middleware identifies the function that an executor calls around fields: each
// without interceptors has the same. The context it makes is complete in this,
// whatever comes of the empty request.
func middleware(e *executor.Executor) uintptr {
	ctx := graphql.StartOperationTrace(context.Background()) //nolint:forbidigo // a probe: nothing runs in it
	operation, _ := e.CreateOperationContext(ctx, &graphql.RawParams{})
	return reflect.ValueOf(operation.ResolverMiddleware).Pointer()
}

// attempt counts how often the writers tried on the way down to a field. Below a
// value that was handed over they try again, since most of it may be complete; but
// not each time, since a hostile operation would have all paid for at each level.
type attempt struct {
	number     int
	handedOver func(context.Context)
}

const maxAttempts = 2

type attemptKey struct{}

// attemptFrom is the zero attempt where no writer is to be tried.
func attemptFrom(ctx context.Context) attempt {
	a, _ := ctx.Value(attemptKey{}).(attempt)
	return a
}

// next is the context below a value that was handed over.
func (a attempt) next(ctx context.Context) context.Context {
	a.number++
	if a.number > maxAttempts {
		a = attempt{}
	}
	return context.WithValue(ctx, attemptKey{}, a)
}
