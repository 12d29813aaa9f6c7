package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Who opened what in an emergency is nobody's to read here: the audit trail tells it.
func installEmergencyOpening() {
	guard.Register("EmergencyOpening", func(_ *auth.Viewer, q *ent.EmergencyOpeningQuery) { q.Where(emergencyopening.IDIn()) })
}

// OpenInEmergency decides whether the viewer may open an application in an emergency,
// and returns the assignment by which it does. It is for a person with its own token: an
// emergency is no matter of programs.
func OpenInEmergency(ctx context.Context) (context.Context, *auth.Assignment, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range Claims(v) {
		if c.Rule.Ground == domain.GroundBreakGlass && c.Missing == "" {
			return guard.Grant(ctx, "open application in emergency", "EmergencyOpening", "AttemptCount", "ApplicationAccess", "Audience"), c.Assignment, nil
		}
	}
	return nil, nil, forbidden()
}
