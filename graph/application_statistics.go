package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// ApplicationStatistics counts the applications that the viewer sees by one axis or two.
func (r queryResolver) ApplicationStatistics(
	ctx context.Context, by []domain.ApplicationAxis, where *ent.ApplicationWhereInput,
) (*model.ApplicationStatistics, error) {
	if err := checkAxes("by", by, maxAxes); err != nil {
		return nil, err
	}
	q, err := where.Filter(r.ent.Application.Query())
	if err != nil {
		return nil, err
	}
	service.OnAxes(q, by)
	cells, total, err := service.CountApplications(ctx, q, by)
	if err != nil {
		return nil, err
	}
	return &model.ApplicationStatistics{By: by, Cells: cells, TotalCount: total}, nil
}
