package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/openinghours"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Opening hours are public; a viewer sees those of the day it reads and those
// announced for later, in the order of the week and then of time.
func installOpeningHours() {
	guard.Register("OpeningHours", func(v *auth.Viewer, q *ent.OpeningHoursQuery) {
		q.Where(openinghours.Or(openinghours.ValidUntilIsNil(), openinghours.ValidUntilGT(v.Day()))).
			Order(openinghours.ByWeekday(), openinghours.ByValidFrom(), openinghours.ByID())
	})
}

// DeclareOpeningException decides whether the viewer may declare that the point
// departs from its weekly hours. The point carries its operators.
func DeclareOpeningException(ctx context.Context, point *ent.ReceptionPoint) (context.Context, error) {
	return changeOpeningHours(ctx, "declare opening exception", point)
}

// WithdrawOpeningException decides whether the viewer may withdraw an exception
// of the point. The point carries its operators.
func WithdrawOpeningException(ctx context.Context, point *ent.ReceptionPoint) (context.Context, error) {
	return changeOpeningHours(ctx, "withdraw opening exception", point)
}

func changeOpeningHours(ctx context.Context, act string, point *ent.ReceptionPoint) (context.Context, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, err
	}
	if v.App != nil && !v.App.Reaches(point.ID, point.CommuneID) {
		return nil, forbidden()
	}
	for _, operator := range point.Edges.Operators {
		if v.Holds(operator.ID, domain.OrgAdmin) || v.HoldsAtPoint(operator.ID, point.ID, domain.PointManager) {
			return guard.Grant(ctx, act, "OpeningHours"), nil
		}
	}
	return nil, forbidden()
}
