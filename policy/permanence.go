package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/permanence"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Permanences that are planned, staffed or held are public, as opening hours are: they name
// no person. What is only asked for, or does not take place, is seen by who plans the time
// of the point and by the administrators of its operators.
func installPermanence() {
	guard.Register("Permanence", func(v *auth.Viewer, q *ent.PermanenceQuery) {
		if p := planning(v); !p.everywhere && !plansPermanences(v) {
			q.Where(permanence.Or(
				permanence.StateIn(domain.PermanencePlanned, domain.PermanenceStaffed, domain.PermanenceHeld),
				permanence.HasReceptionPointWith(p.points()),
			))
		}
		q.Order(permanence.ByID())
		// What its days follow from, whatever the caller selected.
		alsoSelect(q, permanence.FieldReceptionPointID, permanence.FieldRule, permanence.FieldFirstDay, permanence.FieldValidUntil,
			permanence.FieldOpens, permanence.FieldCloses, permanence.FieldState, permanence.FieldRecords)
	})
}

// plansPermanences tells whether the viewer answers for the Métropole in person.
func plansPermanences(v *auth.Viewer) bool {
	return v.App == nil && slices.ContainsFunc(v.Assignments, metropolePlans)
}

func metropolePlans(a auth.Assignment) bool {
	return a.OrganisationKind == domain.Metropole && (a.Role == domain.Steering || a.Role == domain.PointManager)
}

// SeesRecords tells whether the viewer sees how many people were received in a permanence at
// that point.
func SeesRecords(v *auth.Viewer, point domain.ID) bool {
	p := planning(v)
	return plansPermanences(v) || p.everywhere || slices.Contains(p.at, point)
}

// RequestPermanence decides whether the viewer may ask for a permanence at the point, which
// carries its operators: a RECEPTION_AGENT or POINT_MANAGER there or the ORG_ADMIN for an
// operator, and the Métropole's own. It returns the assignment by which it does.
func RequestPermanence(ctx context.Context, point *ent.ReceptionPoint) (context.Context, *auth.Assignment, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i, a := range v.Assignments {
		operates := slices.ContainsFunc(point.Edges.Operators, func(o *ent.Organisation) bool { return o.ID == a.OrganisationID })
		there := slices.Contains(a.PointIDs, point.ID) && (a.Role == domain.ReceptionAgent || a.Role == domain.PointManager)
		if metropolePlans(a) || operates && (there || a.Role == domain.OrgAdmin) {
			return guard.Grant(ctx, "request permanence", "Permanence"), &v.Assignments[i], nil
		}
	}
	return nil, nil, forbidden()
}

// PlanPermanence decides whether the viewer may answer requests, staff permanences and
// cancel them: STEERING or a POINT_MANAGER of the Métropole. No ground rests on who holds
// one: whom they register their own point follows.
func PlanPermanence(ctx context.Context) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !plansPermanences(v) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "plan permanence", "Permanence", "Availability"), nil
}

// CancelPermanence decides whether the viewer may cancel a permanence in that state at the
// point, which carries its operators: who plans it, and who may ask for it while it is only
// asked for.
func CancelPermanence(ctx context.Context, point *ent.ReceptionPoint, state domain.PermanenceState) (context.Context, error) {
	granted, err := PlanPermanence(ctx)
	if err != nil && state == domain.PermanenceRequested {
		granted, _, err = RequestPermanence(ctx, point)
	}
	return granted, err
}

// HoldPermanence decides whether the viewer may record that a permanence was held: who holds
// it, and who plans it.
func HoldPermanence(ctx context.Context, holders []domain.ID) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !plansPermanences(v) && !slices.Contains(holders, v.PersonID) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "hold permanence", "Permanence"), nil
}

// WhoHolds reads who holds a permanence, to decide on what that is for.
func WhoHolds(ctx context.Context) context.Context { return guard.Grant(ctx, "who holds a permanence") }
