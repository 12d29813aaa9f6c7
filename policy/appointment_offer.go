package policy

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointmentoffer"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Offers of appointments are seen with the column group CONTACT, as the appointments are.
func installAppointmentOffer() {
	guard.Register("AppointmentOffer", func(v *auth.Viewer, q *ent.AppointmentOfferQuery) {
		q.Where(predicate.AppointmentOffer(partOpenedTo(v, domain.GroupsOf(domain.GroupContact)))).
			Order(appointmentoffer.ByApplicationID(), appointmentoffer.ByOfferedOn(sql.OrderDesc()), appointmentoffer.ByID())
		alsoSelect(q, appointmentoffer.FieldApplicationID, appointmentoffer.FieldAppointmentState, appointmentoffer.FieldDeclinedOn, appointmentoffer.FieldBookBy)
	})
}

// OfferAppointment writes the offers that come with the acts on an application, and what
// became of them: the decision on the act is made before.
func OfferAppointment(ctx context.Context) context.Context {
	return guard.Grant(ctx, "offer appointment", "AppointmentOffer")
}
