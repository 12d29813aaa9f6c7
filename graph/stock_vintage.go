package graph

import (
	"context"

	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/stockvintage"
)

// StockVintages lists the imported editions of the stock file.
func (r queryResolver) StockVintages(
	ctx context.Context, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.StockVintageOrder, where *ent.StockVintageWhereInput,
) (*ent.StockVintageConnection, error) {
	return r.ent.StockVintage.Query().Paginate(ctx, after, first, before, last,
		ent.WithStockVintageOrder(orderBy), ent.WithStockVintageFilter(where.Filter))
}

// vintageInForce is the vintage that figures are of; nil before the first import.
func (r *Resolver) vintageInForce(ctx context.Context) (*ent.StockVintage, error) {
	v, err := r.ent.StockVintage.Query().Where(stockvintage.Current(true)).Only(ctx)
	return v, ent.MaskNotFound(err)
}
