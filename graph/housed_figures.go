package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/housedfigures"
)

// maxTensionYears is as far back as anybody looks.
const maxTensionYears = 50

// Tension finds that of a year, or of the last one.
func (r queryResolver) Tension(ctx context.Context, year *int) (*domain.Tension, error) {
	return r.service.Tension(ctx, year)
}

// TensionYears lists the years of which there is one, the last one first.
func (r queryResolver) TensionYears(ctx context.Context) ([]int, error) {
	return r.ent.HousedFigures.Query().Order(ent.Desc(housedfigures.FieldYear)).Limit(maxTensionYears).Select(housedfigures.FieldYear).Ints(ctx)
}

// Formula is how it is computed, in the viewer's language.
func (tensionResolver) Formula(ctx context.Context, _ *domain.Tension) (string, error) {
	return domain.TensionFormula.In(auth.FromContext(ctx).Language), nil
}
