package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Who is named on a file is nobody's to read.
func installNamedAgent() {
	guard.Register("NamedAgent", func(_ *auth.Viewer, q *ent.NamedAgentQuery) { q.Where(namedagent.IDIn()) })
}
