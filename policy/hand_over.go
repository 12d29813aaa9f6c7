package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An open hand-over is seen by those who follow applications at either point. It names
// the points and a day, and nobody.
func installHandOver() {
	guard.Register("HandOver", func(v *auth.Viewer, q *ent.HandOverQuery) {
		points := followsAt(v)
		q.Where(handover.AcceptedAtIsNil(), handover.Or(handover.ToPointIDIn(points...), handover.FromPointIDIn(points...))).
			Order(handover.ByID())
	})
}

// followsAt are the points at which the viewer would see what they follow.
func followsAt(v *auth.Viewer) []domain.ID { return holdsAt(v, domain.GroundFollowed) }

// AcceptHandOver decides whether the viewer may accept what was offered to its point:
// another person than who offered it, and for another organisation unless the applicant
// gave a code. What an organisation does to itself opens nothing.
func AcceptHandOver(ctx context.Context, offered *ent.HandOver, level int, coded bool) (context.Context, *auth.Assignment, error) {
	by, err := atPoint(ctx, offered.ToPointID, registrationLevel, level)
	if err != nil {
		return nil, nil, err
	}
	if auth.FromContext(ctx).PersonID == offered.OfferedByID {
		return nil, nil, notYourself()
	}
	if by.OrganisationID == offered.OrganisationID && !coded {
		return nil, nil, sameOrganisation()
	}
	return guard.Grant(ctx, "accept hand-over", append([]string{"HandOver", "BindingCode", "OnlineRegistration"}, lifeTypes...)...), by, nil
}

// DeclineHandOver decides whether the viewer may take an offer away: a RECEPTION_AGENT
// of the point that it was made to, or of the one that made it.
func DeclineHandOver(ctx context.Context, offered *ent.HandOver) (context.Context, *auth.Assignment, error) {
	by, err := atPoint(ctx, offered.ToPointID, 0, 0)
	if err != nil {
		by, err = atPoint(ctx, offered.FromPointID, 0, 0)
	}
	if err != nil {
		return nil, nil, err
	}
	return guard.Grant(ctx, "decline hand-over", "HandOver"), by, nil
}
