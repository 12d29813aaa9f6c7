package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/service"
)

// Commune finds a commune by its INSEE code.
func (r queryResolver) Commune(ctx context.Context, code domain.InseeCode, _ *domain.Date) (*ent.Commune, error) {
	q, err := r.ent.Commune.Query().Where(commune.InseeCode(code)).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	c, err := q.Only(ctx)
	return c, ent.MaskNotFound(err)
}

// Communes lists communes.
func (r queryResolver) Communes(
	ctx context.Context, _ *domain.Date, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.CommuneOrder, where *ent.CommuneWhereInput,
) (*ent.CommuneConnection, error) {
	return r.ent.Commune.Query().Paginate(ctx, after, first, before, last,
		ent.WithCommuneOrder(orderBy), ent.WithCommuneFilter(where.Filter))
}

// InseeCodes keeps the communes of these codes.
func (communeFilterResolver) InseeCodes(_ context.Context, where *ent.CommuneWhereInput, codes []domain.InseeCode) error {
	if codes != nil {
		where.AddPredicates(commune.InseeCodeIn(codes...))
	}
	return tooMany("where.inseeCodes", len(codes))
}

// PostalCode keeps the communes that this postal code serves.
func (communeFilterResolver) PostalCode(_ context.Context, where *ent.CommuneWhereInput, code *string) error {
	if code != nil {
		where.AddPredicates(service.ServedBy(*code))
	}
	return nil
}
