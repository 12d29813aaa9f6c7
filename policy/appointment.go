package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An appointment is seen with the column group CONTACT, and by who received the applicant:
// no ground opens it because it takes place at a point. One of a sensitive motive is seen
// by them only with SENSITIVE, or who holds it or booked it; by an applicant, one of its own.
func installAppointment() {
	guard.Register("Appointment", func(v *auth.Viewer, q *ent.AppointmentQuery) {
		q.Where(SeenAppointments(v)).Order(appointment.ByApplicationID(), appointment.ByStartsAt(), appointment.ByID())
		alsoSelect(q, appointment.FieldApplicationID, appointment.FieldSensitive)
		sayWhyPart(v, q)
	})
}

// SeenAppointments keeps the appointments that the viewer sees.
func SeenAppointments(v *auth.Viewer) predicate.Appointment {
	return appointment.And(
		appointment.Or(
			predicate.Appointment(partOpenedTo(v, domain.GroupsOf(domain.GroupContact))),
			predicate.Appointment(partOpenedBecause(v, domain.GroundReceived)),
		),
		appointment.Or(
			appointment.Sensitive(false),
			predicate.Appointment(partOpenedTo(v, domain.GroupsOf(domain.GroupSensitive))),
			ownAppointment(v),
		),
	)
}

// ownAppointment keeps those that the viewer holds, booked, or is to come to.
func ownAppointment(v *auth.Viewer) predicate.Appointment {
	if v.Applicant {
		return ownParticipant(v)
	}
	return appointment.Or(appointment.BookedByID(v.PersonID), appointment.HasStaffWith(person.ID(v.PersonID)))
}

// appointmentTypes are what an act on an appointment writes, besides what steps of a life do:
// time that it frees is offered to who waits for it.
var appointmentTypes = []string{"Appointment", "BookedTime", "WaitingPlace"}

// OverbookAt decides whether one may book beside another appointment at that point, who runs
// the one that follows the application: nowhere else.
func OverbookAt(point, following domain.ID) error {
	if point != following {
		return forbidden()
	}
	return nil
}
