package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// State is what came of the piece, today.
func (pieceResolver) State(ctx context.Context, p *ent.Piece) (domain.PieceState, error) {
	return service.PieceOf(p).On(auth.FromContext(ctx).Today()), nil
}

// ServesUntil is the last day on which the piece serves.
func (pieceResolver) ServesUntil(_ context.Context, p *ent.Piece) (*domain.Date, error) {
	last := service.PieceOf(p).LastDay()
	if p.State != domain.PieceAccepted || last.IsZero() {
		return nil, nil
	}
	return &last, nil
}

// Completeness tells how far the pieces of an application have come.
func (r applicationResolver) Completeness(ctx context.Context, a *ent.Application, on *domain.Date) (*service.Completeness, error) {
	day := auth.FromContext(ctx).Today()
	if on != nil {
		day = *on
	}
	return r.service.Completeness(ctx, a, day)
}

// PieceTicket gives a ticket for the file of a piece.
func (r queryResolver) PieceTicket(ctx context.Context, id domain.ID) (*service.PieceTicket, error) {
	return r.service.PieceTicket(ctx, id)
}

// AcceptPiece takes a piece as proof.
func (r mutationResolver) AcceptPiece(ctx context.Context, in model.AcceptPieceInput) (*model.AcceptPiecePayload, error) {
	p, err := r.service.AcceptPiece(ctx, service.PieceAccepted{
		Piece: in.PieceID, IssuedOn: in.IssuedOn, ExpiresOn: in.ExpiresOn, Members: in.MemberIds,
	})
	refused, err := userErrors(ctx, err)
	return &model.AcceptPiecePayload{Piece: p, Errors: refused}, err
}

// RefusePiece refuses a piece.
func (r mutationResolver) RefusePiece(ctx context.Context, in model.RefusePieceInput) (*model.RefusePiecePayload, error) {
	p, err := r.service.RefusePiece(ctx, in.PieceID, in.Reason, in.DueOn)
	refused, err := userErrors(ctx, err)
	return &model.RefusePiecePayload{Piece: p, Errors: refused}, err
}
