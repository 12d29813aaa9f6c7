package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/publishedrents"
)

// PublishedRents finds the rents of a month, or the last ones.
func (r queryResolver) PublishedRents(ctx context.Context, month *domain.Date) (*ent.PublishedRents, error) {
	q := r.ent.PublishedRents.Query()
	if month != nil {
		q.Where(publishedrents.Month(domain.MonthOf(*month)))
	}
	rents, err := q.Order(ent.Desc(publishedrents.FieldMonth)).First(ctx)
	return rents, ent.MaskNotFound(err)
}
