package policy

import (
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/predicate"
)

// ownParticipant keeps the appointments to which the person is to come to whom the
// viewer's account is bound.
func ownParticipant(v *auth.Viewer) predicate.Appointment {
	return func(s *sql.Selector) {
		a := sql.Table(applicantaccount.Table)
		own := sql.Dialect(s.Dialect()).Select(a.C(applicantaccount.FieldMemberID)).From(a)
		ownAccount(v)(own)
		own.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(appointment.FieldParticipants)).WriteString(" @> jsonb_build_array(jsonb_build_object('memberId', ").
				Ident(a.C(applicantaccount.FieldMemberID)).WriteString("))")
		}))
		s.Where(sql.Exists(own))
	}
}
