package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/deposit"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Receipts are looked for by who holds them, see [ReadReceipts].
func installDeposit() {
	guard.Register("Deposit", func(_ *auth.Viewer, q *ent.DepositQuery) { q.Where(deposit.IDIn()) })
}

// DepositBlindly decides whether the viewer may give in a piece at the point under a
// number, whosever it is: a RECEPTION_AGENT there.
func DepositBlindly(ctx context.Context, point *ent.ReceptionPoint) (context.Context, *auth.Assignment, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, nil, err
	}
	if v.App != nil && !v.App.Reaches(point.ID, point.CommuneID) || !throughApp(v) {
		return nil, nil, forbidden()
	}
	for i, a := range v.Assignments {
		if a.Role == domain.ReceptionAgent && slices.Contains(a.PointIDs, point.ID) {
			return guard.Grant(ctx, "deposit blindly", "Upload", "Deposit"), &v.Assignments[i], nil
		}
	}
	return nil, nil, forbidden()
}

// ReadReceipts lets a caller read the receipts of what it gave in itself.
func ReadReceipts(ctx context.Context) (context.Context, error) {
	v := auth.FromContext(ctx)
	if v == nil || v.Anonymous() {
		return nil, unauthenticated()
	}
	if !throughApp(v) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "read receipts"), nil
}
