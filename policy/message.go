package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/message"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What an applicant was told is seen with the column group CONTACT; what is of a sensitive
// appointment with SENSITIVE besides.
func installMessage() {
	guard.Register("Message", func(v *auth.Viewer, q *ent.MessageQuery) {
		q.Where(predicate.Message(partOpenedTo(v, domain.GroupsOf(domain.GroupContact)))).
			Where(message.Or(message.Sensitive(false), predicate.Message(partOpenedTo(v, domain.GroupsOf(domain.GroupSensitive))))).
			Order(message.ByApplicationID(), message.ByDueAt(), message.ByID())
		alsoSelect(q, message.FieldApplicationID, message.FieldSensitive)
	})
}

// TellApplicant writes what applicants are told, reads where that goes, counts it, and makes
// the place of an answer. Who acts sees nothing of it by that.
func TellApplicant(ctx context.Context) context.Context {
	return guard.Grant(ctx, "tell applicant", "Message", "MessageCount", "SatisfactionAnswer")
}
