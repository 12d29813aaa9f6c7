package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/sandboxclock"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The stored clock is nobody's to read: callers read the time itself.
func installSandboxClock() {
	guard.Register("SandboxClock", func(_ *auth.Viewer, q *ent.SandboxClockQuery) {
		q.Where(sandboxclock.IDIn())
	})
}

// SetSandboxClock decides whether the viewer may move the clock: any known
// caller of a sandbox, nobody anywhere else.
func SetSandboxClock(ctx context.Context, sandbox bool) (context.Context, error) {
	if _, err := identified(ctx); err != nil {
		return nil, err
	}
	if !sandbox {
		return nil, &domain.Error{
			Code: domain.Forbidden, Reason: "SANDBOX_ONLY",
			Message: domain.Text{
				EN: "The clock can be moved in a sandbox only.",
				FR: "L'horloge ne peut être déplacée que dans un bac à sable.",
			},
		}
	}
	return guard.Grant(ctx, "set sandbox clock", "SandboxClock"), nil
}
