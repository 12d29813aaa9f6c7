package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Deposits lists the receipts of the viewer.
func (r queryResolver) Deposits(ctx context.Context, first int) ([]*ent.Deposit, error) {
	return r.service.Deposits(ctx, first)
}

// DepositPiece gives in a piece for an application.
func (r mutationResolver) DepositPiece(ctx context.Context, in model.DepositPieceInput) (*model.DepositPiecePayload, error) {
	given := service.PieceGiven{Ticket: in.Ticket, Application: in.ApplicationID, Kind: domain.PieceCode(in.Kind), Members: in.MemberIds}
	if in.ReceptionPointID != nil {
		given.Point = *in.ReceptionPointID
	}
	p, receipt, err := r.service.DepositPiece(ctx, given)
	refused, err := userErrors(ctx, err)
	return &model.DepositPiecePayload{Piece: p, Deposit: receipt, Errors: refused}, err
}

// DepositPieceUnderNumber gives in a piece under a number.
func (r mutationResolver) DepositPieceUnderNumber(
	ctx context.Context, in model.DepositPieceUnderNumberInput,
) (*model.DepositPieceUnderNumberPayload, error) {
	receipt, err := r.service.DepositUnderNumber(ctx, in.Ticket, in.UniqueNumber, domain.PieceCode(in.Kind), in.ReceptionPointID)
	refused, err := userErrors(ctx, err)
	return &model.DepositPieceUnderNumberPayload{Deposit: receipt, Errors: refused}, err
}
