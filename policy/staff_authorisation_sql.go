package policy

import (
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
)

// assigned keeps the authorisations whose person has such an assignment in the same
// role of the same organisation. No edge leads there: three columns do, and an index.
func assigned(such ...predicate.Assignment) predicate.StaffAuthorisation {
	return func(s *sql.Selector) {
		a := sql.Table(assignment.Table)
		held := sql.Dialect(s.Dialect()).Select(a.C(assignment.FieldID)).From(a).Where(sql.And(
			sql.ColumnsEQ(a.C(assignment.FieldPersonID), s.C(staffauthorisation.FieldPersonID)),
			sql.ColumnsEQ(a.C(assignment.FieldOrganisationID), s.C(staffauthorisation.FieldOrganisationID)),
			sql.ColumnsEQ(a.C(assignment.FieldRole), s.C(staffauthorisation.FieldRole)),
		))
		for _, p := range such {
			p(held)
		}
		s.Where(sql.Exists(held))
	}
}
