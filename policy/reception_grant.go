package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Who received whom is nobody's to read here: the audit trail tells it.
func installReceptionGrant() {
	guard.Register("ReceptionGrant", func(_ *auth.Viewer, q *ent.ReceptionGrantQuery) { q.Where(receptiongrant.IDIn()) })
}

// ReceiveApplicant decides whether the viewer may receive an applicant on that
// contact, which carries its point, and returns the assignment by which it does: the
// one that the ground RECEIVED will be held by.
func ReceiveApplicant(ctx context.Context, contact *ent.ReceptionContact) (context.Context, *auth.Assignment, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, nil, err
	}
	if point := contact.Edges.ReceptionPoint; v.App != nil && !v.App.Reaches(point.ID, point.CommuneID) {
		return nil, nil, forbidden()
	}
	for _, c := range Claims(v) {
		if c.Rule.Ground == domain.GroundReceived && c.Missing == "" && slices.Contains(c.Assignment.PointIDs, contact.ReceptionPointID) {
			return guard.Grant(ctx, "receive applicant", "ReceptionGrant", "AttemptCount", "ApplicationAccess", "Audience"), c.Assignment, nil
		}
	}
	return nil, nil, forbidden()
}
