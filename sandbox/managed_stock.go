package sandbox

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// managedOn is the day on which the landlords of the sandbox said what they manage.
var managedOn = domain.NewDate(2026, 11, 2)

// seedManagedStock has the first three landlords say what they manage, by the file that a
// landlord sends, and agree on reservation rights.
func seedManagedStock(ctx context.Context, s *service.Service, db *sql.DB) error {
	for _, name := range landlords[:3] {
		key := "landlord-" + slug(name)
		landlord, dwellings, err := s.SandboxDwellings(ctx, key)
		if err != nil {
			return err
		}
		done, err := s.SeedManagedStock(ctx, db, []domain.ID{landlord}, managedOn, strings.NewReader(managedFile(dwellings)))
		if err != nil {
			return err
		}
		if done.RejectCount > 0 {
			return fmt.Errorf("seed the dwellings of %s: %s", name, done.Rejects[0])
		}
	}
	return s.SeedReservationRights(ctx, reservationRights())
}

// managedFile is what a landlord says of its dwellings.
func managedFile(dwellings []service.SandboxDwelling) string {
	var b strings.Builder
	b.WriteString("dwelling;flat_number;rent;charges;lift;step_free_entrance;wide_doors;step_free_shower;balcony;cellar;parking;basis;stated_on;" +
		"works_kind;works_from;works_until;vacancy_kind;notice_given_on;vacant_from;available_on;let_on\n")
	for n, d := range dwellings {
		dice := newDice("managed " + string(d.ID))
		answer := func(yes, known float64) string {
			switch {
			case !dice.chance(known):
				return "unknown"
			case dice.chance(yes):
				return "yes"
			}
			return "no"
		}
		rent := int(d.Surface*float64(dice.between(560, 720))) + dice.between(0, 2000)
		cells := []string{
			string(d.ID), fmt.Sprintf("%c%02d", 'A'+rune(n%4), 1+n%60), euros(rent), euros(rent/5 + dice.between(0, 1500)),
			answer(60, 95), answer(45, 80), answer(40, 60), answer(15, 70), answer(50, 95), answer(60, 90), answer(55, 90),
			[]string{"DECLARED", "MEASURED"}[dice.weighted(3, 1)], managedOn.AddDays(-dice.between(0, 900)).String(),
		}
		b.WriteString(strings.Join(append(append(cells, works(&dice)...), vacancy(&dice)...), ";") + "\n")
	}
	return b.String()
}

func works(d *dice) []string {
	if !d.chance(2) {
		return []string{"", "", ""}
	}
	from := managedOn.AddDays(d.between(-60, 90))
	kind := []string{"REFURBISHMENT", "ENERGY", "ACCESSIBILITY", "SAFETY"}[d.weighted(4, 3, 2, 1)]
	return []string{kind, from.String(), from.AddDays(d.between(20, 200)).String()}
}

// vacancy is one in thirty, a third of which were let since.
func vacancy(d *dice) []string {
	if !d.chance(3.5) {
		return []string{"", "", "", "", ""}
	}
	from := managedOn.AddDays(d.between(-200, 60))
	notice := from.AddDays(-d.between(80, 95))
	if managedOn.Before(notice) {
		notice = managedOn
	}
	let := ""
	if on := from.AddDays(d.between(20, 90)); d.chance(40) && on.Before(managedOn) {
		let = on.String()
	}
	return []string{"RELETTING", notice.String(), from.String(), from.AddDays(d.between(5, 40)).String(), let}
}

func euros(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// reservationRights are those of the first landlord: both parts of the State's, shares of the
// flow of Action Logement and the Métropole, named dwellings of the Département, and one that
// the other party has not confirmed yet.
func reservationRights() []service.SandboxReservationRight {
	since := domain.NewDate(2026, 1, 1)
	landlord, keeper := "landlord-"+slug(landlords[0]), "landlord-balcons-de-belledonne-stock"
	flow := func(holder, by string, share int, part domain.SubContingent) service.SandboxReservationRight {
		r := service.SandboxReservationRight{
			Landlord: landlord, Reservataire: holder, LandlordBy: keeper, ReservataireBy: by, Offers: share / 50,
			ReservationPlan: domain.ReservationPlan{
				Mode: domain.ReservedFlow, Share: &share, Agreement: "Convention fictive " + holder + " 2026", From: since,
			},
		}
		if part != "" {
			r.SubContingent = &part
		}
		return r
	}
	all := []service.SandboxReservationRight{
		flow("state", "state-allocation", 250, domain.PriorityContingent),
		flow("state", "state-allocation", 50, domain.CivilServantsContingent),
		flow("action-logement", "action-logement-allocation", 200, ""),
		flow("metropole", "metropole-allocation", 100, ""),
		{
			Landlord: landlord, Reservataire: "department", LandlordBy: keeper, ReservataireBy: "department-allocation", Named: 10,
			ReservationPlan: domain.ReservationPlan{Mode: domain.ReservedStock, Agreement: "Convention fictive department 2019", From: domain.NewDate(2019, 7, 1)},
		},
		flow("commune-grenoble", "", 100, ""),
	}
	for i := range all {
		r := &all[i]
		part := domain.SubContingent("")
		if r.SubContingent != nil {
			part = *r.SubContingent
		}
		r.ID = domain.DerivedID(domain.ReservationRightPrefix, epoch, fmt.Sprint(r.Landlord, r.Reservataire, part, i))
	}
	return all
}
