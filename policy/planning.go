package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy/guard"
)

// planner is of which points the viewer sees the time of the staff today.
type planner struct {
	// everywhere: it steers the network or administers the Métropole.
	everywhere bool
	// at are those where it receives or that it runs.
	at []domain.ID
	// organisations are those that it administers: the points that they operate.
	organisations []domain.ID
}

func planning(v *auth.Viewer) planner {
	p := planner{at: []domain.ID{}}
	if !throughApp(v) {
		return p
	}
	for _, a := range v.Assignments {
		switch {
		case receives(a) || a.Role == domain.PointManager:
			for _, point := range a.PointIDs {
				if within(v.App, SubjectPoint, string(point)) {
					p.at = append(p.at, point)
				}
			}
		case v.App != nil: // nothing is administered through an app
		case a.OrganisationKind == domain.Metropole && (a.Role == domain.Steering || a.Role == domain.OrgAdmin):
			p.everywhere = true
		case a.Role == domain.OrgAdmin:
			p.organisations = append(p.organisations, a.OrganisationID)
		}
	}
	return p
}

// points keeps the points.
func (p planner) points() predicate.ReceptionPoint {
	if len(p.organisations) == 0 {
		return receptionpoint.IDIn(p.at...)
	}
	return receptionpoint.Or(receptionpoint.IDIn(p.at...), receptionpoint.HasOperatorsWith(organisation.IDIn(p.organisations...)))
}

// plan decides on an act on the time of a person at the point, or of the point itself
// where no person is named: for who runs it, and for the person itself.
func plan(ctx context.Context, act string, point *ent.ReceptionPoint, person domain.ID, types ...string) (context.Context, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, err
	}
	if v.App != nil && !v.App.Reaches(point.ID, point.CommuneID) || !throughApp(v) {
		return nil, forbidden()
	}
	for _, a := range v.Assignments {
		there := slices.Contains(a.PointIDs, point.ID)
		runs := a.Role == domain.PointManager && there || a.Role == domain.OrgAdmin && v.App == nil &&
			slices.ContainsFunc(point.Edges.Operators, func(o *ent.Organisation) bool { return o.ID == a.OrganisationID })
		if runs || there && person == v.PersonID {
			return guard.Grant(ctx, act, types...), nil
		}
	}
	return nil, forbidden()
}
