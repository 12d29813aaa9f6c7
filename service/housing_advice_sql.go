package service

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
)

// stockLines counts the dwellings of a query by all that an advice looks at.
func stockLines(ctx context.Context, q *ent.DwellingQuery) ([]domain.StockLine, error) {
	var rows []struct {
		InseeCode                          string `sql:"insee_code"`
		Typology, Financing, Accessibility string
		Count                              int
	}
	err := q.Modify(func(s *sql.Selector) {
		by := []string{
			s.C(dwelling.FieldInseeCode), s.C(dwelling.FieldTypology), s.C(dwelling.FieldFinancing), s.C(dwelling.FieldAccessibility),
		}
		s.Select(append(by, sql.As(sql.Count("*"), "count"))...).GroupBy(by...).Limit(maxCells + 1)
	}).Scan(ctx, &rows)
	switch {
	case err != nil:
		return nil, fmt.Errorf("count what would do: %w", err)
	case len(rows) > maxCells:
		return nil, errTooManyCells
	}
	lines := make([]domain.StockLine, len(rows))
	for i, r := range rows {
		lines[i] = domain.StockLine{
			Commune: domain.InseeCode(r.InseeCode), Typology: domain.Typology(r.Typology),
			Financing: domain.Stated(r.Financing), Accessibility: domain.Stated(r.Accessibility), Count: r.Count,
		}
	}
	return lines, nil
}
