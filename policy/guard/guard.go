package guard

import (
	"context"
	"fmt"
	"sync"

	"entgo.io/ent"
	"entgo.io/ent/privacy"

	"github.com/guichet-logement/guichet/auth"
)

// Policy is the line that every Ent schema carries:
//
//	func (Commune) Policy() ent.Policy { return guard.Policy{Type: "Commune"} }
//
// It decides nothing. It refuses a read that has no viewer or no registered
// scope, and a write that has no grant, so that forgetting fails a test instead
// of leaking a row.
type Policy struct{ Type string }

// EvalQuery adds the registered scope of the type to the query.
func (p Policy) EvalQuery(ctx context.Context, q ent.Query) error {
	if g := grantFrom(ctx); g != nil {
		return nil
	}
	v := auth.FromContext(ctx)
	if v == nil {
		return fmt.Errorf("read %s without a viewer: %w", p.Type, privacy.Deny)
	}
	scope := lookup(p.Type)
	if scope == nil {
		return fmt.Errorf("read %s without a registered scope: %w", p.Type, privacy.Deny)
	}
	return scope(v, q)
}

// EvalMutation refuses a write that no decision of package policy granted.
func (p Policy) EvalMutation(ctx context.Context, _ ent.Mutation) error {
	g := grantFrom(ctx)
	if g == nil {
		return fmt.Errorf("write %s without a decision: %w", p.Type, privacy.Deny)
	}
	if !g.writes[p.Type] {
		return fmt.Errorf("write %s under the decision %q, which does not cover it: %w", p.Type, g.act, privacy.Deny)
	}
	return nil
}

// registry holds one scope a type. It is filled by policy.Install and only read
// afterwards; the lock is for tests that add a type.
var registry = struct {
	sync.RWMutex
	scopes map[string]func(*auth.Viewer, ent.Query) error
}{scopes: map[string]func(*auth.Viewer, ent.Query) error{}}

func lookup(typ string) func(*auth.Viewer, ent.Query) error {
	registry.RLock()
	defer registry.RUnlock()
	return registry.scopes[typ]
}

// Register sets the scope of a type: what is added to every query on it. Q is
// the generated query type; a scope that meets another type refuses the read.
func Register[Q ent.Query](typ string, scope func(*auth.Viewer, Q)) {
	registry.Lock()
	defer registry.Unlock()
	registry.scopes[typ] = func(v *auth.Viewer, q ent.Query) error {
		typed, ok := q.(Q)
		if !ok {
			return fmt.Errorf("scope of %s got a %T: %w", typ, q, privacy.Deny)
		}
		scope(v, typed)
		return nil
	}
}

// Registered lists the types that have a scope.
func Registered() []string {
	registry.RLock()
	defer registry.RUnlock()
	types := make([]string, 0, len(registry.scopes))
	for t := range registry.scopes {
		types = append(types, t)
	}
	return types
}

// grant is one decision: the act it allows and the types it lets the act write.
type grant struct {
	act    string
	writes map[string]bool
}

type grantKey struct{}

func grantFrom(ctx context.Context) *grant {
	g, _ := ctx.Value(grantKey{}).(*grant)
	return g
}

// Grant returns a context under which the named act may read every row and write
// the listed types. Only package policy calls it, once it has decided.
func Grant(ctx context.Context, act string, types ...string) context.Context {
	g := &grant{act: act, writes: make(map[string]bool, len(types))}
	for _, t := range types {
		g.writes[t] = true
	}
	return context.WithValue(ctx, grantKey{}, g)
}

// Granted refuses a statement by hand that reads whole rows, unless under a decision: no
// scope is added to it.
func Granted(ctx context.Context) error {
	if grantFrom(ctx) == nil {
		return fmt.Errorf("read by hand without a decision: %w", privacy.Deny)
	}
	return nil
}
