package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/piecetransfer"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The way of a piece to the national digitiser is seen by who sees the piece.
func installPieceTransfer() {
	guard.Register("PieceTransfer", func(v *auth.Viewer, q *ent.PieceTransferQuery) {
		nameApplication(q.Where(piecetransfer.HasPieceWith(SeenPieces(v))))
	})
}

// SendPieces hands pieces over to the national digitiser, and notes what became of them.
func SendPieces(ctx context.Context) context.Context {
	return guard.Grant(ctx, "send pieces", "PieceTransfer")
}
