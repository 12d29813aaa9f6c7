package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Booked time is seen by those who receive at the point or run it, and by the person whose
// it is. It names no applicant: whose the appointment is follows from the application.
func installBookedTime() {
	guard.Register("BookedTime", func(v *auth.Viewer, q *ent.BookedTimeQuery) {
		if p := planning(v); !p.everywhere {
			q.Where(bookedtime.Or(bookedtime.PersonID(v.PersonID), bookedtime.HasReceptionPointWith(p.points())))
		}
		q.Order(bookedtime.ByStartsAt(), bookedtime.ByID())
	})
}
