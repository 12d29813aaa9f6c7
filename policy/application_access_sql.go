package policy

import (
	"strconv"

	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationaccess"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
)

// openedTo keeps the rows whose application a row of application_access opens to the
// viewer now, in at least one of the groups. Column names the application in the
// selected table. Its text never changes: the audiences are one array.
func openedTo(v *auth.Viewer, column string, groups domain.GroupSet) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("EXISTS (SELECT 1")
			accessOf(b, v, s.C(column))
			b.WriteString(" AND x.groups & ").WriteString(strconv.Itoa(int(groups))).WriteString(" <> 0)")
		}))
	}
}

// openedBy is why the viewer sees the row now: each ground with the set of the groups
// that it opens.
func openedBy(v *auth.Viewer, column string) func(*sql.Selector) sql.Querier {
	return func(s *sql.Selector) sql.Querier {
		return sql.P(func(b *sql.Builder) {
			b.WriteString("SELECT string_agg(x.ground || ' ' || x.groups, ',')")
			accessOf(b, v, s.C(column))
		})
	}
}

func accessOf(b *sql.Builder, v *auth.Viewer, application string) {
	b.WriteString(" FROM ").Ident(applicationaccess.Table).WriteString(" AS x WHERE x.application_id = ").Ident(application)
	b.WriteString(" AND x.audience_id = ANY(").Arg(pq.Int64Array(v.Audiences)).WriteString(")")
	b.WriteString(" AND (x.valid_from IS NULL OR x.valid_from <= ").Arg(v.Now).WriteString(")")
	b.WriteString(" AND (x.valid_until IS NULL OR x.valid_until > ").Arg(v.Now).WriteString(")")
}

// ownRecord keeps the records of the person to whom the viewer's account is bound.
func ownRecord(v *auth.Viewer) predicate.SensitiveRecord {
	return func(s *sql.Selector) {
		a := sql.Table(applicantaccount.Table)
		own := sql.Dialect(s.Dialect()).Select(a.C(applicantaccount.FieldMemberID)).From(a)
		ownAccount(v)(own)
		s.Where(sql.In(s.C(sensitiverecord.FieldMemberID), own))
	}
}

// selects tells a statement that reads rows from one that counts them.
func selects(s *sql.Selector) bool { return len(s.SelectedColumns()) > 0 }

// sayWhy has the rows of the query carry why the viewer sees them.
func sayWhy(v *auth.Viewer, q *ent.ApplicationQuery) {
	q.Modify(func(s *sql.Selector) {
		if selects(s) {
			s.AppendSelectExprAs(openedBy(v, application.FieldID)(s), openedColumn)
		}
	})
}

// nameApplication has rows that hang on a member name their application all the same:
// the audit trail asks for it, whatever the caller selected.
func nameApplication[S any](q modified[S]) {
	q.Modify(func(s *sql.Selector) {
		if selects(s) {
			s.AppendSelect(s.C(householdmember.FieldApplicationID))
		}
	})
}

// modified is a query of any type, which takes further words of SQL.
type modified[S any] interface {
	Modify(words ...func(*sql.Selector)) S
}
