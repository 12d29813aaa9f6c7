package policy

import (
	"strconv"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/application"
)

// ofShownApplication keeps the parts of applications that are neither protected nor
// erased. For who does not see those they are not there, whatever else of them is.
func ofShownApplication(s *sql.Selector) {
	s.Where(sql.P(func(b *sql.Builder) {
		b.WriteString("EXISTS (SELECT 1 FROM ").Ident(application.Table).WriteString(" AS n WHERE n.id = ").Ident(s.C(partOf)).
			WriteString(" AND NOT n.protected AND n.erased_on IS NULL)")
	}))
}

// aboutColumn is the name under which a row that is not of the record carries whether the
// viewer may know of which application it is.
const aboutColumn = "about_open"

// sayAbout has the rows of the query carry it: the column group CONTACT of the application
// is open.
func sayAbout[S any](v *auth.Viewer, q modified[S]) {
	q.Modify(func(s *sql.Selector) {
		if !selects(s) {
			return
		}
		s.AppendSelectExprAs(sql.P(func(b *sql.Builder) {
			b.WriteString("SELECT count(*)")
			accessOf(b, v, s.C(partOf))
			b.WriteString(" AND x.groups & " + strconv.Itoa(int(domain.GroupContact.Bit())) + " <> 0")
		}), aboutColumn)
	})
}

// About is a row that may be about an application.
type About interface {
	Value(name string) (ent.Value, error)
}

// AboutOpen tells of such a row whether the viewer may know of which application it is.
func AboutOpen(row About) bool {
	v, err := row.Value(aboutColumn)
	if err != nil {
		return false
	}
	n, counted := v.(int64)
	return counted && n > 0
}
