package service

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// OnAxes keeps the applications that the viewer may have counted on these axes: those of
// which it sees what each axis looks at.
func OnAxes(q *ent.ApplicationQuery, by []domain.ApplicationAxis) {
	for _, axis := range by {
		q.Where(policy.LookingAt(axis.Group()))
	}
}

// CountApplications counts the applications of a query, which carries the filter, by
// one axis or two. It returns the cells in the order of their keys, and their sum.
func CountApplications(
	ctx context.Context, q *ent.ApplicationQuery, by []domain.ApplicationAxis,
) (cells []*domain.ApplicationCell, total int, err error) {
	var rows []struct {
		First, Second *string
		Count         int
	}
	err = q.Modify(func(s *sql.Selector) {
		keys := make([]string, len(by))
		// Expressions, not columns: a row of a table says of no application why it is seen.
		s.Select().SelectExpr(sql.ExprFunc(func(b *sql.Builder) { b.WriteString("count(*) AS count") }))
		for i, axis := range by {
			key := applicationAxis(s, axis)
			s.AppendSelectExpr(sql.ExprFunc(func(b *sql.Builder) { b.WriteString(key + " AS " + [...]string{"first", "second"}[i]) }))
			keys[i] = fmt.Sprintf("(%d)", i+2)
		}
		s.GroupBy(keys...).OrderBy(keys...).Limit(maxCells + 1)
	}).Scan(ctx, &rows)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("count applications: %w", err)
	case len(rows) > maxCells:
		return nil, 0, errTooManyCells
	}
	cells = make([]*domain.ApplicationCell, len(rows))
	for i, r := range rows {
		cells[i] = &domain.ApplicationCell{Keys: []*string{r.First, r.Second}[:len(by)], Count: r.Count}
		total += r.Count
	}
	return cells, total, nil
}

// applicationAxis joins what an axis looks at, once for each axis, and returns how
// applications are grouped along it: by text, NULL where one has no value.
func applicationAxis(s *sql.Selector, axis domain.ApplicationAxis) string {
	join := func(table string, on func(t *sql.SelectTable) *sql.Predicate) *sql.SelectTable {
		t := sql.Table(table).As("axis_" + string(axis) + "_" + table)
		s.LeftJoin(t).OnP(on(t))
		return t
	}
	ofApplication := func(column string) func(*sql.SelectTable) *sql.Predicate {
		return func(t *sql.SelectTable) *sql.Predicate {
			return sql.ColumnsEQ(t.C(column), s.C(application.FieldID))
		}
	}
	byID := func(column string) func(*sql.SelectTable) *sql.Predicate {
		return func(t *sql.SelectTable) *sql.Predicate { return sql.ColumnsEQ(t.C("id"), column) }
	}
	summary := func(column string) string {
		return join(applicationsummary.Table, ofApplication(applicationsummary.FieldApplicationID)).C(column)
	}
	switch axis {
	case domain.ByState:
		return s.C(application.FieldState)
	case domain.ByYear:
		return "extract(year FROM " + summary(applicationsummary.FieldRegisteredOn) + ")::int::text"
	case domain.ByWishedCommune:
		first := join(wish.Table, func(t *sql.SelectTable) *sql.Predicate {
			return sql.And(ofApplication(wish.FieldApplicationID)(t), sql.ExprP(t.C(wish.FieldRank)+" = 1"))
		})
		return join(commune.Table, byID(first.C(wish.FieldCommuneID))).C(commune.FieldInseeCode)
	case domain.ByWishedTypology:
		return "(SELECT min(word) FROM jsonb_array_elements_text(" + summary(applicationsummary.FieldTypologies) + ") word)"
	case domain.ByHouseholdSize:
		size := summary(applicationsummary.FieldHouseholdSize)
		return fmt.Sprintf("CASE WHEN %s < %d THEN %s::text ELSE '%s' END", size, domain.LargeHouseholdFrom, size, domain.LargeHousehold)
	case domain.ByHousing:
		return join(applicationfile.Table, ofApplication(applicationfile.FieldApplicationID)).C(applicationfile.FieldHousing)
	case domain.ByFollowingPoint:
		return summary(applicationsummary.FieldFollowingPointID)
	case domain.ByFollowingCommune:
		point := join(receptionpoint.Table, byID(summary(applicationsummary.FieldFollowingPointID)))
		return join(commune.Table, byID(point.C(receptionpoint.FieldCommuneID))).C(commune.FieldInseeCode)
	case domain.ByWaiting:
		return waited(s.C(application.FieldID), s.C(application.FieldRemovedOn), summary(applicationsummary.FieldRegisteredOn))
	}
	return "(NULL::text)"
}

// waited is the class of the time from the seniority of an application until its end:
// seniority is that of the oldest of those that were merged into it, by however many steps.
func waited(id, end, registered string) string {
	var classes strings.Builder
	var last string
	for _, word := range domain.WaitingClass("").Values() {
		if months := domain.WaitingClass(word).Until(); months > 0 {
			_, _ = fmt.Fprintf(&classes, " WHEN %s < since + interval '%d months' THEN '%s'", end, months, word)
		}
		last = word
	}
	return fmt.Sprintf(`(SELECT CASE%s ELSE '%s' END FROM (SELECT least(%s, (WITH RECURSIVE merged AS (
		SELECT application_id, registered_on FROM application_summary WHERE merged_into_id = %s
		UNION SELECT m.application_id, m.registered_on FROM application_summary m JOIN merged ON m.merged_into_id = merged.application_id
	) SELECT min(registered_on) FROM merged)) AS since) waited)`, classes.String(), last, registered, id)
}
