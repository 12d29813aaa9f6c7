package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Availabilities that are not over are seen by those who receive at the point or run it,
// by the person, and those for permanences by who plans them.
func installAvailability() {
	guard.Register("Availability", func(v *auth.Viewer, q *ent.AvailabilityQuery) {
		q.Where(availability.Or(availability.ValidUntilIsNil(), availability.ValidUntilGT(v.Today())))
		if p := planning(v); !p.everywhere {
			seen := []predicate.Availability{availability.PersonID(v.PersonID), availability.HasReceptionPointWith(p.points())}
			if plansPermanences(v) {
				seen = append(seen, availability.PermanenceIDNotNil())
			}
			q.Where(availability.Or(seen...))
		}
		q.Order(availability.ByFirstDay(), availability.ByOpens(), availability.ByID())
	})
}

// PlanAvailability decides whether the viewer may open, change or end the time of that
// person at the point, which carries its operators.
func PlanAvailability(ctx context.Context, point *ent.ReceptionPoint, person domain.ID) (context.Context, error) {
	return plan(ctx, "plan availability", point, person, "Availability")
}

// SearchSlots reads the time of staff, rooms and points, to tell what is free: of that
// everybody may know, and it names nobody.
func SearchSlots(ctx context.Context) context.Context {
	return guard.Grant(ctx, "search slots")
}
