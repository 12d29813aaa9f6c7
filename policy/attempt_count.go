package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/attemptcount"
	"github.com/guichet-logement/guichet/policy/guard"
)

// How attempts went is nobody's to read.
func installAttemptCount() {
	guard.Register("AttemptCount", func(_ *auth.Viewer, q *ent.AttemptCountQuery) { q.Where(attemptcount.IDIn()) })
}

// ForgetAttempts removes counts that no limit looks at any more.
func ForgetAttempts(ctx context.Context) context.Context {
	return guard.Grant(ctx, "forget attempts", "AttemptCount")
}
