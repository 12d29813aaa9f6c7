package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/stockmap"
)

// The bounds of what is counted.
const (
	// maxCells is that of one table.
	maxCells = 10_000
	// maxFacetValues is that of one axis.
	maxFacetValues = 1000
)

// stockAxis is how dwellings are grouped along an axis: by text, NULL where the
// source does not tell.
func stockAxis(axis domain.StockAxis) string {
	known := func(column, unknown string) string {
		return fmt.Sprintf("nullif(%q.%q, '%s')", dwelling.Table, column, unknown)
	}
	switch axis {
	case domain.ByCommune:
		return known(dwelling.FieldInseeCode, "")
	case domain.ByTypology:
		return known(dwelling.FieldTypology, string(domain.UnknownTypology))
	case domain.ByFinancing:
		return known(dwelling.FieldFinancing, "")
	case domain.ByEnergyClass:
		return known(dwelling.FieldEnergyClass, string(domain.UnknownEnergyClass))
	case domain.ByDecade:
		return fmt.Sprintf("nullif(%q.%q / 10 * 10, 0)::text", dwelling.Table, dwelling.FieldConstructionYear)
	case domain.ByLandlord:
		return known(dwelling.FieldLandlordID, "")
	case domain.ByConstruction:
		return known(dwelling.FieldConstruction, "")
	case domain.ByAccessibility:
		return known(dwelling.FieldAccessibility, "")
	case domain.ByPriorityDistrict:
		return known(dwelling.FieldPriorityDistrict, string(domain.NotKnown))
	}
	return "(NULL::text)"
}

// CountStock counts dwellings by one axis or two. It returns the cells in the order of
// their keys, and their sum.
func (s *Service) CountStock(
	ctx context.Context, by []domain.StockAxis, where ent.DwellingWhereInput,
) (cells []*domain.StockCell, total int, err error) {
	counted := false
	if filter, axes := mapFilter(where); axes {
		stock, err := s.stockInMemory(ctx)
		if err != nil {
			return nil, 0, err
		}
		if stock != nil {
			cells, counted = stock.Count(by, filter)
		}
	}
	if !counted {
		if cells, err = s.countDwellings(ctx, by, where); err != nil {
			return nil, 0, err
		}
	}
	if len(cells) > maxCells {
		return nil, 0, errTooManyCells
	}
	for _, c := range cells {
		total += c.Count
	}
	return cells, total, nil
}

// countDwellings counts them one by one, and one cell more than a table may have.
func (s *Service) countDwellings(ctx context.Context, by []domain.StockAxis, where ent.DwellingWhereInput) ([]*domain.StockCell, error) {
	q, err := where.Filter(s.ent.Dwelling.Query())
	if err != nil {
		return nil, err
	}
	var rows []struct {
		First, Second *string
		Count         int
	}
	keys := make([]string, len(by))
	for i, axis := range by {
		keys[i] = stockAxis(axis)
	}
	err = q.Modify(func(s *sql.Selector) {
		s.Select(sql.As(keys[0], "first"), sql.As(sql.Count("*"), "count"))
		if len(keys) > 1 {
			s.AppendSelect(sql.As(keys[1], "second"))
		}
		s.GroupBy(keys...).Limit(maxCells + 1)
		for _, key := range keys {
			s.OrderBy("(" + key + `) COLLATE "C"`)
		}
	}).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count stock: %w", err)
	}
	cells := make([]*domain.StockCell, len(rows))
	for i, r := range rows {
		cells[i] = &domain.StockCell{Keys: []*string{r.First, r.Second}[:len(by)], Count: r.Count}
	}
	return cells, nil
}

var errTooManyCells = &domain.Error{Code: domain.TooComplex, Reason: "TOO_MANY_CELLS", Field: "by", Message: domain.Text{
	EN: "The table has more than 10000 cells: filter, or count by one axis.",
	FR: "Le tableau a plus de 10000 cellules : filtrer, ou compter selon un seul axe.",
}}

// StockFacet is an axis with its values, the most frequent first.
type StockFacet struct {
	Axis       domain.StockAxis
	Values     []*StockFacetValue
	TotalCount int
}

// StockFacetValue is a value of an axis, nil where the source does not tell.
type StockFacetValue struct {
	Key   *string
	Count int
}

// StockFacets counts, for each axis, the dwellings of each of its values under all
// conditions but those on the axis itself.
func (s *Service) StockFacets(ctx context.Context, axes []domain.StockAxis, where ent.DwellingWhereInput) ([]*StockFacet, error) {
	facets := make([]*StockFacet, len(axes))
	for i, axis := range axes {
		facets[i] = &StockFacet{Axis: axis}
	}
	counted := false
	if filter, onAxes := mapFilter(where); onAxes {
		stock, err := s.stockInMemory(ctx)
		if err != nil {
			return nil, err
		}
		counted = stock != nil && facetsInMemory(stock, filter, facets)
	}
	if !counted {
		if err := s.facetsOfDwellings(ctx, axes, where, facets); err != nil {
			return nil, err
		}
	}
	for _, f := range facets {
		slices.SortStableFunc(f.Values, func(a, b *StockFacetValue) int { return cmp.Compare(b.Count, a.Count) })
		f.Values = f.Values[:min(len(f.Values), maxFacetValues)]
	}
	return facets, nil
}

// add counts a value.
func (f *StockFacet) add(key *string, count int) {
	f.Values = append(f.Values, &StockFacetValue{key, count})
	f.TotalCount += count
}

// facetsInMemory counts in the snapshot.
func facetsInMemory(stock *stockmap.Snapshot, filter stockmap.Filter, facets []*StockFacet) bool {
	for _, f := range facets {
		cells, ok := stock.Count([]domain.StockAxis{f.Axis}, filter.Without(f.Axis))
		if !ok {
			return false
		}
		for _, c := range cells {
			f.add(c.Keys[0], c.Count)
		}
	}
	return true
}

// facetsOfDwellings counts by one statement that reads each dwelling once.
func (s *Service) facetsOfDwellings(
	ctx context.Context, axes []domain.StockAxis, where ent.DwellingWhereInput, facets []*StockFacet,
) error {
	own := make([]predicate.Dwelling, len(axes))
	for i, axis := range axes {
		var err error
		if own[i], err = takeAxis(&where, axis); err != nil {
			return err
		}
	}
	q, err := where.Filter(s.ent.Dwelling.Query())
	if err != nil {
		return err
	}
	var rows []struct {
		Axis  int
		Key   *string
		Count int
	}
	if err := q.Modify(func(s *sql.Selector) { selectFacets(s, axes, own) }).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("count facets: %w", err)
	}
	for _, r := range rows {
		if r.Count > 0 {
			facets[r.Axis].add(r.Key, r.Count)
		}
	}
	return nil
}

// selectFacets groups once by each axis, and counts on each what the conditions on
// the others leave.
func selectFacets(s *sql.Selector, axes []domain.StockAxis, own []predicate.Dwelling) {
	keys := make([]string, len(axes))
	sets := make([]string, len(axes))
	for i, axis := range axes {
		keys[i] = stockAxis(axis)
		sets[i] = "(" + keys[i] + ")"
	}
	list := strings.Join(keys, ", ")
	// The bit of the axis that a row is grouped by is 0, those of the others are 1.
	grouping := func(axis int) string { return strconv.Itoa(1<<len(axes) - 1 - 1<<(len(axes)-1-axis)) }
	s.Select().SelectExpr(sql.ExprFunc(func(b *sql.Builder) {
		b.WriteString("CASE grouping(" + list + ")")
		for i := range axes {
			b.WriteString(" WHEN " + grouping(i) + " THEN " + strconv.Itoa(i))
		}
		b.WriteString(" END AS axis, coalesce(" + list + ") AS key, CASE grouping(" + list + ")")
		for i := range axes {
			b.WriteString(" WHEN " + grouping(i) + " THEN count(*)")
			others := slices.Concat(own[:i], own[i+1:])
			if condition := all(others); condition != nil {
				b.WriteString(" FILTER (WHERE ").Join(condition).WriteString(")")
			}
		}
		b.WriteString(" END AS count")
	}))
	s.GroupBy("GROUPING SETS (" + strings.Join(sets, ", ") + ")").OrderBy(`(coalesce(` + list + `)) COLLATE "C"`)
}

// all joins the conditions that there are into one; nil for none. It is made anew
// for each place: a condition keeps the numbers of its arguments.
func all(conditions []predicate.Dwelling) *sql.Predicate {
	s := sql.Dialect(dialect.Postgres).Select().From(sql.Table(dwelling.Table))
	for _, condition := range conditions {
		if condition != nil {
			condition(s)
		}
	}
	return s.P()
}

// takeAxis moves the conditions on an axis out of a filter; nil when it has none.
func takeAxis(where *ent.DwellingWhereInput, axis domain.StockAxis) (predicate.Dwelling, error) {
	var taken ent.DwellingWhereInput
	switch axis {
	case domain.ByCommune:
		move(&taken.InseeCodeIn, &where.InseeCodeIn)
	case domain.ByTypology:
		move(&taken.TypologyIn, &where.TypologyIn)
	case domain.ByFinancing:
		move(&taken.FinancingIn, &where.FinancingIn)
	case domain.ByEnergyClass:
		move(&taken.EnergyClassIn, &where.EnergyClassIn)
	case domain.ByDecade:
		move(&taken.ConstructionYearGT, &where.ConstructionYearGT)
		move(&taken.ConstructionYearGTE, &where.ConstructionYearGTE)
		move(&taken.ConstructionYearLTE, &where.ConstructionYearLTE)
	case domain.ByLandlord:
		move(&taken.LandlordIDIn, &where.LandlordIDIn)
	case domain.ByConstruction:
		move(&taken.ConstructionIn, &where.ConstructionIn)
	case domain.ByAccessibility:
		move(&taken.AccessibilityIn, &where.AccessibilityIn)
	case domain.ByPriorityDistrict:
		move(&taken.PriorityDistrictIn, &where.PriorityDistrictIn)
	}
	condition, err := taken.P()
	if errors.Is(err, ent.ErrEmptyDwellingWhereInput) {
		return nil, nil
	}
	return condition, err
}

func move[T any](into, from *T) {
	var nothing T
	*into, *from = *from, nothing
}
