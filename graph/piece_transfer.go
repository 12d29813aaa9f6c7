package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// PieceTransfers keeps the applications with a piece whose transfer is in trouble.
func (applicationFilterResolver) PieceTransfers(ctx context.Context, where *ent.ApplicationWhereInput, troubles []domain.PieceTransferTrouble) error {
	if troubles != nil {
		where.AddPredicates(service.InTrouble(auth.FromContext(ctx), troubles))
	}
	return tooMany("where.pieceTransfers", len(troubles))
}

// ResendPiece sends a piece to the national digitiser once more.
func (r mutationResolver) ResendPiece(ctx context.Context, in model.ResendPieceInput) (*model.ResendPiecePayload, error) {
	p, err := r.service.ResendPiece(ctx, in.PieceID)
	refused, err := userErrors(ctx, err)
	return &model.ResendPiecePayload{Piece: p, Errors: refused}, err
}
