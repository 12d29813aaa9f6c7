package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/publishedfigures"
	"github.com/guichet-logement/guichet/graph/model"
)

// maxPublishedMonths is ten years.
const maxPublishedMonths = 120

// PublishedFigures finds a table of a month, or of the last one.
func (r queryResolver) PublishedFigures(
	ctx context.Context, crossing domain.Crossing, month *domain.Date,
) (*ent.PublishedFigures, error) {
	q := r.ent.PublishedFigures.Query().Where(publishedfigures.CrossingEQ(crossing))
	if month != nil {
		q.Where(publishedfigures.Month(domain.MonthOf(*month)))
	}
	f, err := q.Order(ent.Desc(publishedfigures.FieldMonth)).First(ctx)
	return f, ent.MaskNotFound(err)
}

// PublishedMonths lists the tables that there are.
func (r queryResolver) PublishedMonths(ctx context.Context) ([]*model.PublishedMonth, error) {
	rows, err := r.ent.PublishedFigures.Query().Select(publishedfigures.FieldMonth, publishedfigures.FieldCrossing).
		Order(ent.Desc(publishedfigures.FieldMonth), ent.Asc(publishedfigures.FieldID)).
		Limit(maxPublishedMonths * len(domain.Crossing("").Values())).All(ctx)
	months := []*model.PublishedMonth{}
	for _, f := range rows {
		if len(months) == 0 || months[len(months)-1].Month != f.Month {
			months = append(months, &model.PublishedMonth{Month: f.Month})
		}
		last := months[len(months)-1]
		last.Crossings = append(last.Crossings, f.Crossing)
	}
	return months[:min(len(months), maxPublishedMonths)], err
}

// Axes are the rows and the columns, each with its totals.
func (publishedFiguresResolver) Axes(_ context.Context, f *ent.PublishedFigures) ([]*model.PublishedAxis, error) {
	axes := make([]*model.PublishedAxis, len(f.Table.Axes))
	for i, axis := range f.Table.Axes {
		axes[i] = &model.PublishedAxis{Axis: domain.ApplicationAxis(axis.Name), Categories: figures(f.Table.Margins[i], axis)}
	}
	return axes, nil
}

// Cells are all, hidden or not.
func (publishedFiguresResolver) Cells(_ context.Context, f *ent.PublishedFigures) ([]*model.PublishedCell, error) {
	return figures(f.Table.Cells, f.Table.Axes...), nil
}

// TotalCount is that of the whole Métropole.
func (publishedFiguresResolver) TotalCount(_ context.Context, f *ent.PublishedFigures) (*int, error) {
	return f.Table.Total, nil
}

// figures are counts over axes, each with its categories: the last axis changes first.
func figures(counts []*int, axes ...domain.CountAxis) []*model.PublishedCell {
	cells := make([]*model.PublishedCell, len(counts))
	for n, count := range counts {
		cells[n] = &model.PublishedCell{Keys: make([]*string, len(axes)), Count: count}
		for i := len(axes) - 1; i >= 0; i-- {
			size := len(axes[i].Categories)
			if key := axes[i].Categories[n%size]; key != domain.NoCategory {
				cells[n].Keys[i] = &key
			}
			n /= size
		}
	}
	return cells
}
