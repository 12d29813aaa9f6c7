package policy

import (
	"context"
	"database/sql/driver"
	"slices"
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
	"github.com/guichet-logement/guichet/ent/page"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
)

// openedTo keeps the rows whose application a row of application_access opens to the
// viewer now, in all of the groups. Column names the application in the selected table.
// Its text never changes: the audiences are one array.
func openedTo(v *auth.Viewer, column string, groups domain.GroupSet) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(sql.P(isOpen(v, s.C(column), groups, ")"))) }
}

// partOf is the column by which a part names its application.
const partOf = "application_id"

// partOpenedTo is openedTo for what is a part of an application. Its rows are found by the
// applications of a page: the access is looked up for each. Without the offset PostgreSQL
// may go through all that the viewer sees instead, to find the few of the page in it.
func partOpenedTo(v *auth.Viewer, groups domain.GroupSet) func(*sql.Selector) {
	return ofPage(
		func(o opening) bool { return o.groups&groups == groups },
		func(application string) func(*sql.Builder) { return isOpen(v, application, groups, " OFFSET 0)") },
	)
}

// partOpenedBecause keeps the parts of applications that the ground opens to the viewer now.
func partOpenedBecause(v *auth.Viewer, ground domain.Ground) func(*sql.Selector) {
	return ofPage(
		func(o opening) bool { return o.ground == ground },
		func(application string) func(*sql.Builder) {
			return func(b *sql.Builder) {
				b.WriteString("EXISTS (SELECT 1")
				accessOf(b, v, application)
				b.WriteString(" AND x.ground = ").Arg(string(ground)).WriteString(")")
			}
		},
	)
}

// ofPage keeps the parts of applications of whose openings one serves. Where they are loaded
// for a page of applications, its rows have told: a look at the access for each part of each
// costs more than to read the parts. Of any other application it is looked up.
func ofPage(serves func(opening) bool, lookedUp func(application string) func(*sql.Builder)) func(*sql.Selector) {
	return func(s *sql.Selector) {
		application := s.C(partOf)
		p := page.In(s.Context())
		if p == nil {
			s.Where(sql.P(lookedUp(application)))
			return
		}
		told := page.Tells(p, openingsOf)
		serving := told.serving(serves)
		s.Where(sql.P(func(b *sql.Builder) {
			// As conditions of an index both lists would be looked for in each other.
			b.WriteString("((").Ident(application).WriteString(" = ANY(").Arg(serving).WriteString(")) IS TRUE OR (").
				Ident(application).WriteString(" <> ALL(").Arg(told.all).WriteString(")) IS TRUE AND ")
			lookedUp(application)(b)
			b.WriteString(")")
		}))
	}
}

// pageOpenings are why a viewer sees each application of a page.
type pageOpenings struct {
	applications pq.StringArray
	openings     [][]opening
	// all are the applications as they are sent, which most statements want.
	all driver.Value
}

// openingsOf reads them. Of a row that was read under a grant the page tells nothing.
func openingsOf(rows []*ent.Application) pageOpenings {
	told := pageOpenings{applications: pq.StringArray{}}
	for _, a := range rows {
		if o, seen := openingsIn(a); seen {
			told.applications = append(told.applications, string(a.ID))
			told.openings = append(told.openings, o)
		}
	}
	told.all = sent(told.applications)
	return told
}

// serving are the applications of whose openings one serves.
func (p pageOpenings) serving(serves func(opening) bool) driver.Value {
	serving := make(pq.StringArray, 0, len(p.applications))
	for i, id := range p.applications {
		if slices.ContainsFunc(p.openings[i], serves) {
			serving = append(serving, id)
		}
	}
	if len(serving) == len(p.applications) {
		return p.all
	}
	return sent(serving)
}

func sent(ids pq.StringArray) driver.Value {
	text, _ := ids.Value() // an array of texts always has one
	return text
}

// isOpen holds where a row opens the application in all of the groups.
func isOpen(v *auth.Viewer, application string, groups domain.GroupSet, end string) func(*sql.Builder) {
	return func(b *sql.Builder) {
		set := strconv.Itoa(int(groups))
		b.WriteString("EXISTS (SELECT 1")
		accessOf(b, v, application)
		b.WriteString(" AND x.groups & ").WriteString(set).WriteString(" = ").WriteString(set).WriteString(end)
	}
}

// looksAt are the groups that the filters and the order of a statement look at.
type looksAt struct{}

// lookingAt notes in the statement that it looks at a group, for [scopeOfApplications].
func lookingAt(group domain.ColumnGroup) func(*sql.Selector) {
	return func(s *sql.Selector) {
		groups, _ := s.Context().Value(looksAt{}).(domain.GroupSet)
		s.WithContext(context.WithValue(s.Context(), looksAt{}, groups|group.Bit()))
	}
}

// scopeOfApplications keeps the applications that are open to the viewer, and open in
// each group that the statement looks at. What opens a group opens the identity, so that
// one look at the access answers both: as two conditions the database takes them for
// independent, expects few rows and goes through all of them again for each.
func scopeOfApplications(v *auth.Viewer) func(*sql.Selector) {
	return func(s *sql.Selector) {
		identity := domain.GroupIdentity.Bit()
		groups, _ := s.Context().Value(looksAt{}).(domain.GroupSet)
		for _, g := range groups.Groups() {
			openedTo(v, application.FieldID, identity|g.Bit())(s)
		}
		if groups == 0 {
			openedTo(v, application.FieldID, identity)(s)
		}
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

// OpenAmong keeps those of these applications that are open to the viewer. What is open
// is looked up before the applications are: one that is not there and one that is hidden
// are looked for in the same places, and found in none.
func OpenAmong(v *auth.Viewer, ids ...domain.ID) predicate.Application {
	if len(ids) == 1 {
		return openOne(v, func(b *sql.Builder) { b.Arg(ids[0]) })
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(application.FieldID)).WriteString(" = ANY(ARRAY(")
			identityOpened(b, v, func(b *sql.Builder) { b.WriteString("ANY(").Arg(pq.Array(ids)).WriteString(")") })
			b.WriteString("))")
		}))
	}
}

// OpenByNumber keeps the application of that national number, as [OpenAmong] does: what is
// looked up is the first one that does not come before it in their order. Of a number that
// nobody has that is another application, of which as much is read as of a hidden one: its
// access is looked up for each audience of the viewer, so that those of others are not met.
func OpenByNumber(v *auth.Viewer, number domain.UniqueNumber) predicate.Application {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(application.FieldID)).WriteString(" = (SELECT s.application_id FROM unnest((SELECT ").Arg(pq.Int64Array(v.Audiences)).
				WriteString("::bigint[])) AS a (id) CROSS JOIN LATERAL (SELECT x.application_id FROM ").Ident(applicationaccess.Table).
				WriteString(" AS x WHERE x.audience_id = a.id AND x.application_id = (SELECT n.id FROM ").Ident(application.Table).
				WriteString(" AS n WHERE n.unique_number >= ").Arg(string(number)).WriteString(" ORDER BY n.unique_number LIMIT 1) AND x.groups & ").
				WriteString(strconv.Itoa(int(domain.GroupIdentity.Bit()))).WriteString(" <> 0")
			holdsNow(b, v)
			// No index may look for the number instead.
			b.WriteString(" OFFSET 0) AS s LIMIT 1) AND coalesce(").Ident(s.C(application.FieldUniqueNumber)).WriteString(", '') = ").Arg(string(number))
		}))
	}
}

// openOne looks one up. Of a list PostgreSQL expects ten rows, and then plans the
// statement anew for each caller, which takes four times as long as to run it.
func openOne(v *auth.Viewer, asked func(*sql.Builder)) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(application.FieldID)).WriteString(" = (")
			identityOpened(b, v, asked)
			b.WriteString(" LIMIT 1)")
		}))
	}
}

// identityOpened are the accesses of the viewer to what is asked for that open its identity.
func identityOpened(b *sql.Builder, v *auth.Viewer, asked func(*sql.Builder)) {
	identity := strconv.Itoa(int(domain.GroupIdentity.Bit()))
	b.WriteString("SELECT x.application_id FROM ").Ident(applicationaccess.Table).WriteString(" AS x WHERE x.application_id = ")
	asked(b)
	b.WriteString(" AND x.groups & ").WriteString(identity).WriteString(" = ").WriteString(identity)
	inForceFor(b, v)
}

// Named keeps the applications that are open to the viewer and whose applicant bears names that
// begin with each of these words, which are letters and digits alone.
func Named(v *auth.Viewer, words ...string) predicate.Application {
	return openWhose(v, domain.GroupIdentity, "application AS t ON t.id = x.application_id", func(b *sql.Builder) {
		for i, w := range words {
			if i > 0 {
				b.WriteString(" AND ")
			}
			b.WriteString("t.name_key LIKE ").Arg("% " + w + "%")
		}
	})
}

// Reachable keeps the applications of which the viewer sees the contact, with that telephone.
func Reachable(v *auth.Viewer, phone domain.PhoneNumber) predicate.Application {
	return openWhose(v, domain.GroupContact, "application_contact AS t ON t.application_id = x.application_id", func(b *sql.Builder) {
		b.WriteString("t.phone = ").Arg(string(phone))
	})
}

// Resembling keeps the applications of which the viewer sees the contact and that are worth a
// comparison with somebody: a word of a name in common, the telephone, or the day of birth.
func Resembling(v *auth.Viewer, i domain.Identity) predicate.Application {
	const whole = "application AS t ON t.id = x.application_id LEFT JOIN application_contact AS c ON c.application_id = t.id" +
		" LEFT JOIN household_member AS m ON m.application_id = t.id AND m.link = 'APPLICANT' LEFT JOIN member_particulars AS p ON p.member_id = m.id"
	return openWhose(v, domain.GroupContact, whole, func(b *sql.Builder) {
		b.WriteString("false")
		for _, w := range domain.NameWords(i.BirthName + " " + i.UsualName) {
			b.WriteString(" OR t.name_key LIKE ").Arg("% " + w + "%")
		}
		for _, phone := range i.Phones {
			b.WriteString(" OR c.phone = ").Arg(string(phone))
		}
		if !i.BornOn.IsZero() {
			b.WriteString(" OR p.born_on = ").Arg(i.BornOn)
		}
	})
}

// openWhose keeps the applications that are open to the viewer in that group and of which
// something holds that tells who somebody is. Of those that are hidden it is not asked: if it
// were asked of all, what is then looked up of those of which it holds would take time, which
// tells that somebody bears a name. The CASE needs a row of the access, and so comes after it.
func openWhose(v *auth.Viewer, group domain.ColumnGroup, of string, holds func(*sql.Builder)) predicate.Application {
	groups := strconv.Itoa(int(domain.GroupIdentity.Bit() | group.Bit()))
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			open := "x.groups & " + groups + " = " + groups
			b.Ident(s.C(application.FieldID)).WriteString(" = ANY(ARRAY(SELECT x.application_id FROM application_access AS x JOIN " + of + " WHERE " + open)
			inForceFor(b, v)
			b.WriteString(" AND CASE WHEN " + open + " THEN ")
			holds(b)
			b.WriteString(" END))")
		}))
	}
}

func accessOf(b *sql.Builder, v *auth.Viewer, application string) {
	b.WriteString(" FROM ").Ident(applicationaccess.Table).WriteString(" AS x WHERE x.application_id = ").Ident(application)
	inForceFor(b, v)
}

func inForceFor(b *sql.Builder, v *auth.Viewer) {
	b.WriteString(" AND x.audience_id = ANY(").Arg(pq.Int64Array(v.Audiences)).WriteString(")")
	holdsNow(b, v)
}

func holdsNow(b *sql.Builder, v *auth.Viewer) {
	b.WriteString(" AND (x.valid_from IS NULL OR x.valid_from <= ").Arg(v.Now).WriteString(")")
	b.WriteString(" AND (x.valid_until IS NULL OR x.valid_until > ").Arg(v.Now).WriteString(")")
}

// Span is a part of a list in the order of identifiers: at most so many rows, from one
// end of what lies between After and Before, which are empty for no bound.
type Span struct {
	After, Before domain.ID
	Most          int
	// FromEnd takes the last ones.
	FromEnd bool
}

// Within has a list in the order of identifiers look for its page where the page can be:
// among the first rows of each audience of the viewer, which an index has in that order.
// It only takes away what the page would not show, and leaves counts alone. The page is
// an array, which is looked up row by row: a join would go through all that lies between.
// The plan does not know how many audiences there are, and the length of the page is a part of
// the text: a plan for one caller is no better then than the one for all, which is made once.
func Within(v *auth.Viewer, q *ent.ApplicationQuery, span Span) {
	q.Modify(func(s *sql.Selector) {
		if selects(s) {
			s.Where(sql.P(func(b *sql.Builder) {
				b.Ident(s.C(application.FieldID)).WriteString(" = ANY(ARRAY(SELECT DISTINCT s.application_id FROM unnest((SELECT ").
					Arg(pq.Int64Array(v.Audiences)).WriteString("::bigint[])) AS a (id) CROSS JOIN LATERAL (SELECT x.application_id FROM ").
					Ident(applicationaccess.Table).WriteString(" AS x WHERE x.audience_id = a.id AND x.groups & ").
					WriteString(strconv.Itoa(int(domain.GroupIdentity.Bit()))).WriteString(" <> 0")
				holdsNow(b, v)
				if span.After != "" {
					b.WriteString(" AND x.application_id > ").Arg(span.After)
				}
				if span.Before != "" {
					b.WriteString(" AND x.application_id < ").Arg(span.Before)
				}
				span.end(b, "x")
				b.WriteString(") AS s")
				span.end(b, "s")
				b.WriteString("))")
			}))
		}
	})
}

// end orders and cuts, inside and outside alike. The length is a part of the text, as that of
// the page is: of a length that it does not know PostgreSQL expects a tenth of everything.
func (s Span) end(b *sql.Builder, table string) {
	b.WriteString(" ORDER BY ").WriteString(table).WriteString(".application_id")
	if s.FromEnd {
		b.WriteString(" DESC")
	}
	b.WriteString(" LIMIT ").WriteString(strconv.Itoa(s.Most))
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

// ownMember keeps the member of a household to whom the viewer's account is bound.
func ownMember(v *auth.Viewer) predicate.HouseholdMember {
	return func(s *sql.Selector) {
		a := sql.Table(applicantaccount.Table)
		own := sql.Dialect(s.Dialect()).Select(a.C(applicantaccount.FieldMemberID)).From(a)
		ownAccount(v)(own)
		s.Where(sql.In(s.C(householdmember.FieldID), own))
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

// sayWhyPart has the rows of a part carry why the viewer sees its application.
func sayWhyPart[S any](v *auth.Viewer, q modified[S]) {
	q.Modify(func(s *sql.Selector) {
		if selects(s) {
			s.AppendSelectExprAs(openedBy(v, partOf)(s), openedColumn)
		}
	})
}

// nameApplication has rows that hang on a member name their application all the same:
// the audit trail asks for it, whatever the caller selected.
func nameApplication[S any](q modified[S]) { alsoSelect(q, householdmember.FieldApplicationID) }

// alsoSelect has rows carry these columns, whatever the caller selected.
func alsoSelect[S any](q modified[S], columns ...string) {
	q.Modify(func(s *sql.Selector) {
		if selects(s) {
			s.AppendSelect(s.Columns(columns...)...)
		}
	})
}

// modified is a query of any type, which takes further words of SQL.
type modified[S any] interface {
	Modify(words ...func(*sql.Selector)) S
}
