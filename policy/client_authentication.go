package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/lockout"
	"github.com/guichet-logement/guichet/ent/usedassertion"
	"github.com/guichet-logement/guichet/policy/guard"
)

// How authentications went is nobody's to read.
func installClientAuthentication() {
	guard.Register("LockOut", func(_ *auth.Viewer, q *ent.LockOutQuery) { q.Where(lockout.IDIn()) })
	guard.Register("UsedAssertion", func(_ *auth.Viewer, q *ent.UsedAssertionQuery) { q.Where(usedassertion.IDIn()) })
}
