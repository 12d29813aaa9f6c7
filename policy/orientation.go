package policy

import (
	"context"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/orientation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An orientation is seen by those who receive at the point that sent it and at the one
// that it was sent to: it names points and days, and nobody. Of whom it is, is of the
// column group CONTACT; of a protected application it is as little there for others as
// that is.
func installOrientation() {
	guard.Register("Orientation", func(v *auth.Viewer, q *ent.OrientationQuery) {
		q.Where(orientation.Or(
			orientation.And(OrientationsAt(v, domain.DirectionSent, domain.DirectionReceived), ofShownApplication),
			predicate.Orientation(partOpenedTo(v, domain.GroupContact.Bit())),
		)).Order(orientation.ByID())
		// What tells of its steps, whatever the caller selected.
		alsoSelect(q, orientation.FieldApplicationID, orientation.FieldState, orientation.FieldDueOn, orientation.FieldSentAt,
			orientation.FieldAcceptedAt, orientation.FieldAppointmentSetAt, orientation.FieldReceivedAt, orientation.FieldEndedAt)
		sayAbout(v, q)
	})
}

// OrientationsAt keeps what the points of the viewer sent, or were sent.
func OrientationsAt(v *auth.Viewer, directions ...domain.OrientationDirection) predicate.Orientation {
	keep := []predicate.Orientation{orientation.IDIn()}
	if slices.Contains(directions, domain.DirectionSent) {
		keep = append(keep, orientation.FromPointIDIn(holdsAt(v, domain.GroundFollowed, domain.GroundReceived)...))
	}
	if slices.Contains(directions, domain.DirectionReceived) {
		keep = append(keep, orientation.ToPointIDIn(OrientedAt(v)...))
	}
	return orientation.Or(keep...)
}

// OrientedAt are the points at which the viewer sees whom they accepted.
func OrientedAt(v *auth.Viewer) []domain.ID { return holdsAt(v, domain.GroundOriented) }

// holdsAt are the points at which one of these grounds would open something to the viewer.
func holdsAt(v *auth.Viewer, grounds ...domain.Ground) []domain.ID {
	points := []domain.ID{}
	for _, c := range Claims(v) {
		if c.Missing != "" || !slices.Contains(grounds, c.Rule.Ground) {
			continue
		}
		for _, a := range c.Audiences {
			points = append(points, domain.ID(a.Subject[strings.LastIndexByte(a.Subject, '@')+1:]))
		}
	}
	return points
}

// OrientationAct is an act on an orientation that was sent, by the name of its mutation.
type OrientationAct string

// The acts.
const (
	ActAcceptOrientation   OrientationAct = "acceptOrientation"
	ActDeclineOrientation  OrientationAct = "declineOrientation"
	ActWithdrawOrientation OrientationAct = "withdrawOrientation"
	ActOrientationReceived OrientationAct = "recordOrientationReceived"
	ActReportBack          OrientationAct = "reportBackOrientation"
)

// OnOrientation decides whether the viewer may do the act on an orientation: at the point
// that it was sent to a RECEPTION_AGENT or a SOCIAL_OFFICER, and to withdraw it a
// RECEPTION_AGENT of the point that sent it. Who accepts is another person than who sent
// it, for another organisation unless the applicant gave a code, at a point of level 3.
// What an organisation does to itself opens nothing.
func OnOrientation(
	ctx context.Context, act OrientationAct, sent *ent.Orientation, level int, coded bool,
) (context.Context, *auth.Assignment, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, nil, err
	}
	at, roles, grounds := sent.ToPointID, []domain.Role{domain.ReceptionAgent, domain.SocialOfficer}, []domain.Ground{domain.GroundOriented}
	if act == ActWithdrawOrientation {
		at, roles, grounds = sent.FromPointID, agents, []domain.Ground{domain.GroundFollowed, domain.GroundReceived}
	}
	all := Claims(v)
	i := slices.IndexFunc(all, func(c Claim) bool {
		return c.Missing == "" && slices.Contains(grounds, c.Rule.Ground) && slices.Contains(roles, c.Assignment.Role) &&
			slices.ContainsFunc(c.Audiences, func(a domain.Audience) bool { return strings.HasSuffix("@"+a.Subject, "@"+string(at)) })
	})
	if i < 0 {
		return nil, nil, forbidden()
	}
	by := all[i].Assignment
	if act == ActAcceptOrientation {
		switch {
		case level < specialisedLevel:
			return nil, nil, domain.TooLow(specialisedLevel, at)
		case v.PersonID == sent.SentByID:
			return nil, nil, notYourself()
		case by.OrganisationID == sent.OrganisationID && !coded:
			return nil, nil, sameOrganisation()
		}
	}
	return guard.Grant(ctx, string(act), append([]string{"BindingCode"}, lifeTypes...)...), by, nil
}

// SetOrientationAppointment notes with an appointment that an orientation led to it: who
// may make the one is decided where it is made.
func SetOrientationAppointment(ctx context.Context) context.Context {
	return guard.Grant(ctx, "set orientation appointment", "Orientation")
}
