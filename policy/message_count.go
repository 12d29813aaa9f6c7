package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/messagecount"
	"github.com/guichet-logement/guichet/policy/guard"
)

// How many messages went out is told to who administers the points for which they did or runs
// them, and of all to who steers the network: for each month and each of few kinds, and never
// of less than the threshold of published figures, since none of them sees whom it is about.
func installMessageCount() {
	guard.Register("MessageCount", func(v *auth.Viewer, q *ent.MessageCountQuery) {
		if !planning(v).everywhere {
			q.Where(messagecount.HasReceptionPointWith(managing(v).ownPoints()))
		}
	})
}
