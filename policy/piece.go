package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/piecefile"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Pieces are of the column group DOCUMENTS, and sensitive ones of SENSITIVE too. Who
// received the applicant sees kinds and states of ordinary ones, and what it gave in.
func installPiece() {
	guard.Register("Piece", func(v *auth.Viewer, q *ent.PieceQuery) {
		q.Where(SeenPieces(v)).Order(piece.ByApplicationID(), piece.ByID())
		// What the trail asks for, and what tells the state on a day.
		alsoSelect(q, piece.FieldApplicationID, piece.FieldSensitive, piece.FieldKind, piece.FieldState, piece.FieldIssuedOn, piece.FieldExpiresOn)
	})
	guard.Register("PieceFile", func(v *auth.Viewer, q *ent.PieceFileQuery) {
		nameApplication(q.Where(piecefile.HasPieceWith(piece.Or(documentsOpen(v), piece.And(ofReceived(v), ownDeposit(v))))))
	})
}

// SeenPieces keeps the pieces that the viewer sees: a filter that looks at pieces says so,
// for it must not tell of others.
func SeenPieces(v *auth.Viewer) predicate.Piece {
	return piece.Or(documentsOpen(v), piece.And(ofReceived(v), piece.Or(piece.Sensitive(false), ownDeposit(v))))
}

// documentsOpen keeps the pieces that a ground opens. An applicant sees of the sensitive
// ones those of the person to whom its account is bound.
func documentsOpen(v *auth.Viewer) predicate.Piece {
	opened := func(groups ...domain.ColumnGroup) predicate.Piece {
		return predicate.Piece(partOpenedTo(v, domain.GroupsOf(groups...)))
	}
	shown := piece.Or(
		piece.And(piece.Sensitive(false), opened(domain.GroupDocuments)),
		opened(domain.GroupDocuments, domain.GroupSensitive),
	)
	if !v.Applicant {
		return shown
	}
	return piece.Or(shown, piece.And(opened(domain.GroupDocuments), piece.HasMembersWith(ownMember(v))))
}

// ofReceived keeps the pieces of applications whose applicant the viewer received.
func ofReceived(v *auth.Viewer) predicate.Piece {
	return predicate.Piece(partOpenedBecause(v, domain.GroundReceived))
}

// ownDeposit keeps what the viewer gave in.
func ownDeposit(v *auth.Viewer) predicate.Piece { return piece.DepositedByID(v.PersonID) }

// DepositPiece decides whether the viewer, who holds these grounds on an application, may
// give in a piece for it at that point, and returns the claim by which it does: a
// RECEPTION_AGENT of the point who follows, received or was sent the applicant, or that one, at no point.
func DepositPiece(ctx context.Context, held []Claim, point domain.ID) (context.Context, *Claim, error) {
	return onPieces(ctx, "deposit piece", held, func(c Claim) bool {
		switch c.Rule.Ground {
		case domain.GroundSelf:
			return point == ""
		case domain.GroundFollowed, domain.GroundReceived, domain.GroundOriented:
			return c.Assignment.Role == domain.ReceptionAgent && slices.Contains(c.Assignment.PointIDs, point)
		default:
			return false
		}
	}, "Upload", "Piece", "PieceFile", "Deposit")
}

// CheckPiece decides whether the viewer, who holds these grounds on an application, may
// accept or refuse its pieces, or send them to the national digitiser once more: a
// RECEPTION_AGENT of the point that follows, or that was sent the applicant, which must
// be of level 2 or 3.
func CheckPiece(ctx context.Context, held []Claim, at Places) (context.Context, *Claim, error) {
	return onPieces(ctx, "check piece", held, func(c Claim) bool {
		return (c.Rule.Ground == domain.GroundFollowed || c.Rule.Ground == domain.GroundOriented) &&
			c.Assignment.Role == domain.ReceptionAgent && !at.former(c) && at.reach(c.Rule.Ground, checkingLevel) == nil
	}, append([]string{"Piece", "PieceTransfer"}, lifeTypes...)...)
}

// checkingLevel is that from which on a point checks pieces.
const checkingLevel = 2

func onPieces(ctx context.Context, act string, held []Claim, may func(Claim) bool, types ...string) (context.Context, *Claim, error) {
	if v := auth.FromContext(ctx); v == nil || v.Anonymous() {
		return nil, nil, unauthenticated()
	}
	for i, c := range held {
		if may(c) {
			return guard.Grant(ctx, act, types...), &held[i], nil
		}
	}
	return nil, nil, forbidden()
}
