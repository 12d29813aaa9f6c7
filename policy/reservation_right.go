package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A reservation right (group RIGHTS) is seen by its two parties, proposed, held and over, and
// by the Métropole; the State is a party to its own. An app that is held within communes
// sees none: an agreement is of the whole département.
func installReservationRight() {
	guard.Register("ReservationRight", func(v *auth.Viewer, q *ent.ReservationRightQuery) {
		r := stockReading(v)
		switch {
		case len(r.communes) > 0:
			q.Where(reservationright.ID(domain.Nothing(domain.ReservationRightPrefix)))
		case !r.everywhere:
			q.Where(reservationright.Or(
				reservationright.LandlordIDIn(r.organisations...), reservationright.ReservataireIDIn(r.organisations...)))
		}
		q.Order(reservationright.ByID())
	})
}

// ReservationInForce keeps the rights that both parties confirmed and that hold on that day.
func ReservationInForce(day domain.Date) predicate.ReservationRight {
	return reservationright.And(
		reservationright.StateEQ(domain.ReservationConfirmed), reservationright.ValidFromLTE(day),
		reservationright.Or(reservationright.ValidUntilIsNil(), reservationright.ValidUntilGT(day)),
	)
}

// Party is a side of a reservation right.
type Party int

// The sides: for a landlord its STOCK_MANAGER speaks, for the holder its ALLOCATION_OFFICER.
const (
	NoParty Party = iota
	LandlordParty
	ReservataireParty
)

// ProposeReservationRight decides whether the viewer may propose a right between the two, and
// for which of them it confirms it by that. MANAGED opens once the other one has, too.
func ProposeReservationRight(ctx context.Context, landlord, reservataire domain.ID) (context.Context, Party, error) {
	return agree(ctx, "propose reservation right", landlord, reservataire)
}

// ConfirmReservationRight decides whether the viewer may confirm the right for the party that
// has not yet: for another organisation, and as another person than who did.
func ConfirmReservationRight(ctx context.Context, r *ent.ReservationRight) (context.Context, Party, error) {
	landlord, reservataire := r.LandlordID, r.ReservataireID
	switch {
	case r.LandlordConfirmedByID != nil && r.ReservataireConfirmedByID == nil:
		landlord = ""
	case r.ReservataireConfirmedByID != nil && r.LandlordConfirmedByID == nil:
		reservataire = ""
	}
	granted, party, err := agree(ctx, "confirm reservation right", landlord, reservataire)
	if err != nil {
		return nil, NoParty, err
	}
	who := auth.FromContext(ctx).PersonID
	if r.LandlordConfirmedByID != nil && *r.LandlordConfirmedByID == who || r.ReservataireConfirmedByID != nil && *r.ReservataireConfirmedByID == who {
		return nil, NoParty, notYourself()
	}
	return granted, party, nil
}

// EndReservationRight decides whether the viewer may end the right, for either party.
func EndReservationRight(ctx context.Context, r *ent.ReservationRight) (context.Context, error) {
	granted, _, err := agree(ctx, "end reservation right", r.LandlordID, r.ReservataireID)
	return granted, err
}

func agree(ctx context.Context, act string, landlord, reservataire domain.ID) (context.Context, Party, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, NoParty, err
	}
	switch granted := guard.Grant(ctx, act, "ReservationRight"); {
	case landlord != "" && v.Holds(landlord, domain.StockManager):
		return granted, LandlordParty, nil
	case reservataire != "" && v.Holds(reservataire, domain.AllocationOfficer):
		return granted, ReservataireParty, nil
	}
	return nil, NoParty, forbidden()
}

// ReadBalance reads what was offered under rights that the viewer sees, closed or not, to
// count it; whole tells whether it sees all that the landlord let.
func ReadBalance(ctx context.Context, landlord domain.ID) (granted context.Context, whole bool) {
	v := auth.FromContext(ctx)
	r := stockReading(v)
	whole = len(r.communes) == 0 && r.everywhere
	for _, id := range r.organisations {
		whole = whole || len(r.communes) == 0 && id == landlord
	}
	return guard.Grant(ctx, "read balance of reservations"), whole
}
