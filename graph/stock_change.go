package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// Communes keeps the changes of buildings in these communes.
func (stockChangeFilterResolver) Communes(_ context.Context, where *ent.StockChangeWhereInput, codes []domain.InseeCode) error {
	where.InseeCodeIn = orNothing(codes)
	return tooMany("where.communes", len(codes))
}

// Kinds keeps the changes of these kinds.
func (stockChangeFilterResolver) Kinds(_ context.Context, where *ent.StockChangeWhereInput, kinds []domain.StockChangeKind) error {
	where.KindIn = orNothing(kinds)
	return tooMany("where.kinds", len(kinds))
}
