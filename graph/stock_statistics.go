package graph

import (
	"cmp"
	"context"
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// The axes of one table and of all facets together.
const (
	maxAxes   = 2
	maxFacets = 9
)

// StockStatistics counts dwellings by one axis or two.
func (r queryResolver) StockStatistics(
	ctx context.Context, by []domain.StockAxis, where *ent.DwellingWhereInput,
) (*model.StockStatistics, error) {
	if err := checkAxes("by", by, maxAxes); err != nil {
		return nil, err
	}
	cells, total, err := r.service.CountStock(ctx, by, *dwellingsInForce(where))
	if err != nil {
		return nil, err
	}
	return &model.StockStatistics{By: by, Cells: cells, TotalCount: total}, nil
}

// Vintage is the one that the figures are of.
func (r stockStatisticsResolver) Vintage(ctx context.Context, _ *model.StockStatistics) (*ent.StockVintage, error) {
	return r.vintageInForce(ctx)
}

// StockFacets counts what each value of each axis would leave.
func (r queryResolver) StockFacets(
	ctx context.Context, axes []domain.StockAxis, where *ent.DwellingWhereInput,
) ([]*service.StockFacet, error) {
	if err := checkAxes("axes", axes, maxFacets); err != nil {
		return nil, err
	}
	return r.service.StockFacets(ctx, axes, *dwellingsInForce(where))
}

// checkAxes wants one axis at least, each once.
func checkAxes[T cmp.Ordered](field string, axes []T, most int) error {
	once := slices.Compact(slices.Sorted(slices.Values(axes)))
	if len(axes) >= 1 && len(axes) <= most && len(once) == len(axes) {
		return nil
	}
	return &domain.Error{Code: domain.BadRequest, Reason: "BAD_AXES", Field: field, Message: domain.Text{
		EN: "Name one axis at least, each once, and not more than the field takes.",
		FR: "Nommer au moins un axe, chacun une fois, sans dépasser ce que le champ accepte.",
	}}
}
