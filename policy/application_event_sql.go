package policy

import (
	"strconv"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/ent/applicationevent"
	"github.com/guichet-logement/guichet/ent/proposedchange"
)

// What the contract shows of one application at most.
const (
	maxHistory         = 500
	maxProposedChanges = 50
)

// latestEvents keeps the last events of each application.
func latestEvents(s *sql.Selector) {
	s.Where(sql.P(func(b *sql.Builder) {
		b.Ident(s.C(applicationevent.FieldPosition)).WriteString(" > (SELECT max(e.position) - " + strconv.Itoa(maxHistory) + " FROM ").
			Ident(applicationevent.Table).WriteString(" AS e WHERE e.application_id = ").Ident(s.C(applicationevent.FieldApplicationID)).WriteString(")")
	}))
}

// firstProposed keeps the changes of each application that have waited longest.
func firstProposed(s *sql.Selector) {
	s.Where(sql.P(func(b *sql.Builder) {
		b.Ident(s.C(proposedchange.FieldID)).WriteString(" = ANY(ARRAY(SELECT p.id FROM ").Ident(proposedchange.Table).
			WriteString(" AS p WHERE p.application_id = ").Ident(s.C(proposedchange.FieldApplicationID)).
			WriteString(" ORDER BY p.id LIMIT " + strconv.Itoa(maxProposedChanges) + "))")
	}))
}
