package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/erasednumber"
	"github.com/guichet-logement/guichet/policy/guard"
)

// By what erased numbers are recognised is nobody's to read.
func installErasedNumber() {
	guard.Register("ErasedNumber", func(_ *auth.Viewer, q *ent.ErasedNumberQuery) { q.Where(erasednumber.IDIn()) })
}
