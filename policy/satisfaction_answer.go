package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/satisfactionanswer"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What people thought of a point is counted for who receives there or runs it, and for who
// steers the network.
func installSatisfactionAnswer() {
	guard.Register("SatisfactionAnswer", func(v *auth.Viewer, q *ent.SatisfactionAnswerQuery) {
		if p := planning(v); !p.everywhere {
			q.Where(satisfactionanswer.HasReceptionPointWith(p.points()))
		}
	})
}

// AnswerSatisfaction lets everybody answer who has a code.
func AnswerSatisfaction(ctx context.Context) context.Context {
	return guard.Grant(ctx, "answer satisfaction", "SatisfactionAnswer")
}
