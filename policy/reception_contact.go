package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A contact is visible to those who receive at its point today, and to whom the CONTACT of
// the application is open that it was about. Which one that is, is for these alone.
func installReceptionContact() {
	guard.Register("ReceptionContact", func(v *auth.Viewer, q *ent.ReceptionContactQuery) {
		q.Where(receptioncontact.Or(ContactsAt(v), ContactsAbout(v))).Order(receptioncontact.ByID())
		alsoSelect(q, receptioncontact.FieldApplicationID)
		sayAbout(v, q)
	})
}

// ContactsAt keeps those at points where the viewer receives.
func ContactsAt(v *auth.Viewer) predicate.ReceptionContact {
	points := []domain.ID{}
	for _, a := range v.Assignments {
		for _, p := range a.PointIDs {
			if receives(a) && within(v.App, SubjectPoint, string(p)) {
				points = append(points, p)
			}
		}
	}
	return receptioncontact.ReceptionPointIDIn(points...)
}

// ContactsAbout keeps those of applications whose CONTACT is open to the viewer.
func ContactsAbout(v *auth.Viewer) predicate.ReceptionContact {
	return predicate.ReceptionContact(partOpenedTo(v, domain.GroupContact.Bit()))
}

// receives tells the roles that receive applicants at a point.
func receives(a auth.Assignment) bool {
	return a.Role == domain.ReceptionAgent || a.Role == domain.SocialOfficer
}

// throughApp tells whether the app in between, if there is one, is for applications.
func throughApp(v *auth.Viewer) bool { return v.App == nil || v.App.May(domain.ApplicationsScope) }

// RecordContact decides whether the viewer may record a contact at the point, and
// returns the assignment by which it does: RECEPTION_AGENT or SOCIAL_OFFICER there,
// authorised or not, since a contact names nobody.
func RecordContact(ctx context.Context, point *ent.ReceptionPoint) (context.Context, *auth.Assignment, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, nil, err
	}
	if v.App != nil && !v.App.Reaches(point.ID, point.CommuneID) || !throughApp(v) {
		return nil, nil, forbidden()
	}
	for i, a := range v.Assignments {
		if receives(a) && slices.Contains(a.PointIDs, point.ID) {
			return guard.Grant(ctx, "record contact", "ReceptionContact"), &v.Assignments[i], nil
		}
	}
	return nil, nil, forbidden()
}
