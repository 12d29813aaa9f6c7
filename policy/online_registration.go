package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What waits in the queue is seen by all who follow applications at some point, what was
// taken by those of the point that took it. A registration names nobody: the application
// itself is seen by who has a ground.
func installOnlineRegistration() {
	guard.Register("OnlineRegistration", func(v *auth.Viewer, q *ent.OnlineRegistrationQuery) {
		points := followsAt(v)
		if len(points) == 0 {
			q.Where(onlineregistration.IDIn())
			return
		}
		q.Where(onlineregistration.Handled(false),
			onlineregistration.Or(onlineregistration.ReceptionPointIDIsNil(), onlineregistration.ReceptionPointIDIn(points...)))
	})
}

// RegisterOnline decides whether the viewer may deposit an application by its portal: an
// applicant, whose account it is bound to.
func RegisterOnline(ctx context.Context) (context.Context, error) {
	return withAccount(ctx, "register online", append(formTypes, "ApplicantAccount", "OnlineRegistration")...)
}

// TakeOnlineRegistration decides whether the viewer may take a registration that waits
// for its point: a RECEPTION_AGENT at a point of level 3.
func TakeOnlineRegistration(ctx context.Context, point domain.ID, level int) (context.Context, *auth.Assignment, error) {
	by, err := atPoint(ctx, point, specialisedLevel, level)
	if err != nil {
		return nil, nil, err
	}
	return guard.Grant(ctx, "take online registration", append([]string{"OnlineRegistration"}, lifeTypes...)...), by, nil
}
