package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// AsOf carries the argument "on" of a root field to everything below it: the
// viewer of that field reads the state of that day. It runs before the other
// arguments are read, because filters such as "level on the day" need the day. A
// value that is no date is left to the arguments' own reading, which refuses it.
func AsOf(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field := graphql.GetRootFieldContext(ctx).Field
	if field.Definition == nil || field.Definition.Arguments.ForName("on") == nil {
		return next(ctx)
	}
	var day domain.Date
	v := auth.FromContext(ctx)
	raw, given := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)["on"]
	if v == nil || !given || raw == nil || day.UnmarshalGQL(raw) != nil {
		return next(ctx)
	}
	return next(auth.NewContext(ctx, v.AsOf(day)))
}
