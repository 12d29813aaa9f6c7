package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What the national registry is told is nobody's to read here.
func installRegistryEvent() {
	guard.Register("RegistryEvent", func(_ *auth.Viewer, q *ent.RegistryEventQuery) { q.Where(registryevent.IDIn()) })
}

// HearRegistry does here what the national registry tells that others did.
func HearRegistry(ctx context.Context) context.Context {
	return guard.Grant(ctx, "hear the registry", lifeTypes...)
}

// ImportRegistry takes over what an extract of the national registry states.
func ImportRegistry(ctx context.Context) context.Context {
	return guard.Grant(ctx, "import from the registry", formTypes...)
}

// TellRegistry sends the national registry what it is to be told.
func TellRegistry(ctx context.Context) context.Context {
	return guard.Grant(ctx, "tell the registry", "RegistryEvent")
}
