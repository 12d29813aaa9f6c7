package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/waitingplace"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A place on the waiting list is seen as the appointment would be for which it waits: with
// the column group CONTACT, and by who received the applicant; one of a sensitive motive
// with SENSITIVE, or by who joined the list for the applicant.
func installWaitingPlace() {
	guard.Register("WaitingPlace", func(v *auth.Viewer, q *ent.WaitingPlaceQuery) {
		q.Where(
			waitingplace.Or(
				predicate.WaitingPlace(partOpenedTo(v, domain.GroupsOf(domain.GroupContact))),
				predicate.WaitingPlace(partOpenedBecause(v, domain.GroundReceived)),
			),
			waitingplace.Or(
				waitingplace.Sensitive(false),
				predicate.WaitingPlace(partOpenedTo(v, domain.GroupsOf(domain.GroupSensitive))),
				ownPlace(v),
			),
		).Order(waitingplace.ByApplicationID(), waitingplace.ByJoinedAt(), waitingplace.ByID())
		alsoSelect(q, waitingplace.FieldApplicationID, waitingplace.FieldSensitive)
	})
}

// ownPlace keeps those that the viewer took for an applicant. Applicants take none of a
// sensitive motive themselves.
func ownPlace(v *auth.Viewer) predicate.WaitingPlace {
	if v.Applicant {
		return waitingplace.IDIn()
	}
	return waitingplace.JoinedByID(v.PersonID)
}
