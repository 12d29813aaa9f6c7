package odd

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
)

// World is what the roots of the contract give.
type World struct {
	Box     *Box
	Boxes   []*Box
	Thing   Thing
	Things  []Thing
	Named   Named
	Sized   []Sized
	Grid    [][]*Box
	Words   []*string
	Payload *StorePayload
}

var errPage = errors.New("a page has 1 to 10 items")

// page is the way of connections to read their arguments.
func page(boxes []*Box, first *int, after *string) ([]*Box, error) {
	if after != nil && *after != "" && *after != "start" {
		return nil, errors.New("no such cursor")
	}
	if first == nil {
		return boxes, nil
	}
	if *first < 1 || *first > 10 {
		return nil, errPage
	}
	return boxes[:min(len(boxes), *first)], nil
}

// Query resolves the roots of the contract.
type Query struct{ *World }

// The roots give what the world has.
func (q Query) Box(context.Context) (*Box, error)     { return q.World.Box, nil }
func (q Query) MustBox(context.Context) (*Box, error) { return q.World.Box, nil }
func (q Query) Boxes(_ context.Context, first *int, after *string) ([]*Box, error) {
	return page(q.World.Boxes, first, after)
}
func (q Query) MaybeBoxes(context.Context) ([]*Box, error)   { return q.World.Boxes, nil }
func (q Query) Thing(context.Context) (Thing, error)         { return q.World.Thing, nil }
func (q Query) MustThing(context.Context) (Thing, error)     { return q.World.Thing, nil }
func (q Query) Things(context.Context) ([]Thing, error)      { return q.World.Things, nil }
func (q Query) MaybeThings(context.Context) ([]Thing, error) { return q.World.Things, nil }
func (q Query) Named(context.Context) (Named, error)         { return q.World.Named, nil }
func (q Query) Sized(context.Context) ([]Sized, error)       { return q.World.Sized, nil }
func (q Query) Grid(context.Context) ([][]*Box, error)       { return q.World.Grid, nil }
func (q Query) Words(context.Context) ([]*string, error)     { return q.World.Words, nil }
func (q Query) Number(context.Context) (*int, error)         { n := len(q.World.Boxes); return &n, nil }

// Mutation resolves what can be done, which is nothing.
type Mutation struct{ *World }

// Store gives the payload of the world.
func (m Mutation) Store(_ context.Context, _ *Filter, name string) (*StorePayload, error) {
	if name == "" {
		return nil, errors.New("no name")
	}
	return m.Payload, nil
}

// Resolver resolves the fields of boxes that are not bound to them.
type Resolver struct{}

// Resolved gives a text for each box and argument.
func (Resolver) Resolved(ctx context.Context, b *Box, of *int) (*string, error) {
	s := b.Text + above(ctx)
	if of != nil && *of > 1 {
		return nil, nil
	}
	return give(ctx, b, "resolved", &s)
}

// MustResolve gives a text.
func (Resolver) MustResolve(ctx context.Context, b *Box) (string, error) {
	return give(ctx, b, "mustResolve", b.Text)
}

// Strict says of its own null that it must not be one.
func (Resolver) Strict(ctx context.Context, b *Box) (*string, error) {
	if b.Trouble["strict"] == GivesNothing {
		graphql.MarkNonNull(ctx)
	}
	return give(ctx, b, "strict", &b.Text)
}

// Aside reports errors beside its value, or an extension of the answer.
func (Resolver) Aside(ctx context.Context, b *Box) (*string, error) {
	return give(ctx, b, "aside", &b.Text)
}

// Friends is a list with a page.
func (Resolver) Friends(ctx context.Context, b *Box, first int, after *string) ([]*Box, error) {
	friends, err := page(b.Boxes, &first, after)
	if err != nil {
		return nil, err
	}
	return give(ctx, b, "friends", friends)
}

// Buddy is a box.
func (Resolver) Buddy(ctx context.Context, b *Box) (*Box, error) {
	return give(ctx, b, "buddy", b.Inner)
}

// ResolvedThing is a value of the union.
func (Resolver) ResolvedThing(ctx context.Context, b *Box, _ Colour) (Thing, error) {
	return give(ctx, b, "resolvedThing", b.Thing)
}
