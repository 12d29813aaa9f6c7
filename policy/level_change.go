package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/levelchange"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A request is seen by the managers of its point, the administrators of the organisation
// for which it was made, and the Métropole's people who answer.
func installLevelChange() {
	guard.Register("LevelChange", func(v *auth.Viewer, q *ent.LevelChangeQuery) {
		q.Order(levelchange.ByID())
		points, organisations := []domain.ID{}, []domain.ID{}
		for _, a := range v.Assignments {
			if answersLevels(a) {
				return
			}
			switch a.Role {
			case domain.PointManager:
				points = append(points, a.PointIDs...)
			case domain.OrgAdmin:
				organisations = append(organisations, a.OrganisationID)
			default:
			}
		}
		q.Where(levelchange.Or(levelchange.ReceptionPointIDIn(points...), levelchange.OrganisationIDIn(organisations...)))
	})
}

// answersLevels tells who answers for the Métropole: levels are its to set.
func answersLevels(a auth.Assignment) bool {
	return a.OrganisationKind == domain.Metropole && (a.Role == domain.Steering || a.Role == domain.PointManager)
}

// RequestLevelChange decides whether the viewer may ask for another level of the point,
// which carries its operators: a POINT_MANAGER there, or the ORG_ADMIN of an operator. It
// returns the assignment by which it does.
func RequestLevelChange(ctx context.Context, point *ent.ReceptionPoint) (context.Context, *auth.Assignment, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i, a := range v.Assignments {
		operates := slices.ContainsFunc(point.Edges.Operators, func(o *ent.Organisation) bool { return o.ID == a.OrganisationID })
		if operates && (a.Role == domain.OrgAdmin || a.Role == domain.PointManager && slices.Contains(a.PointIDs, point.ID)) {
			return guard.Grant(ctx, "request level change", "LevelChange"), &v.Assignments[i], nil
		}
	}
	return nil, nil, forbidden()
}

// AnswerLevelChange decides whether the viewer may answer a request: STEERING or a
// POINT_MANAGER of the Métropole, another person than who asked.
func AnswerLevelChange(ctx context.Context, asked *ent.LevelChange) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(v.Assignments, answersLevels) {
		return nil, forbidden()
	}
	if v.PersonID == asked.RequestedByID {
		return nil, notYourself()
	}
	return guard.Grant(ctx, "answer level change", "LevelChange", "Agreement"), nil
}
