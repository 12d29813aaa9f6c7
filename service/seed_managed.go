package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/ent/vacancy"
	"github.com/guichet-logement/guichet/policy"
)

// SandboxDwelling is a fictional dwelling of a landlord.
type SandboxDwelling struct {
	ID      domain.ID
	Surface float64
}

// SandboxReservationRight is a reservation right of a sandbox. Landlord and Reservataire are
// keys of the directory, who confirmed it subjects; the second one is empty where the holder
// has not yet.
type SandboxReservationRight struct {
	ID                         domain.ID
	Landlord, Reservataire     string
	LandlordBy, ReservataireBy string
	domain.ReservationPlan
	// Named is how many of the landlord's dwellings it names, Offers how many vacancies are
	// offered under it.
	Named, Offers int
}

// SandboxDwellings are the dwellings of the landlord with that key, in the order of their
// identifiers.
func (s *Service) SandboxDwellings(ctx context.Context, landlord string) (domain.ID, []SandboxDwelling, error) {
	ctx = policy.SeedManagedStock(ctx)
	id, err := s.ent.Organisation.Query().Where(organisation.Key(landlord)).OnlyID(ctx)
	if err != nil {
		return "", nil, err
	}
	rows, err := s.ent.Dwelling.Query().Where(dwelling.LandlordID(id)).Order(dwelling.ByID()).
		Select(dwelling.FieldID, dwelling.FieldSurface).All(ctx)
	if err != nil {
		return "", nil, err
	}
	all := make([]SandboxDwelling, len(rows))
	for i, d := range rows {
		all[i] = SandboxDwelling{d.ID, float64(d.Surface)}
	}
	return id, all, nil
}

// SeedReservationRights writes the rights of a sandbox, once, and offers vacancies under them.
func (s *Service) SeedReservationRights(ctx context.Context, rights []SandboxReservationRight) error {
	ctx = policy.SeedManagedStock(ctx)
	return s.inTx(ctx, func(tx *ent.Tx) error {
		for _, r := range rights {
			if err := seedRight(ctx, tx, r); err != nil {
				return fmt.Errorf("right %s over %s: %w", r.Reservataire, r.Landlord, err)
			}
		}
		return nil
	})
}

func seedRight(ctx context.Context, tx *ent.Tx, r SandboxReservationRight) error {
	there, err := tx.ReservationRight.Query().Where(reservationright.ID(r.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	landlord, err := tx.Organisation.Query().Where(organisation.Key(r.Landlord)).OnlyID(ctx)
	if err != nil {
		return err
	}
	holder, err := tx.Organisation.Query().Where(organisation.Key(r.Reservataire)).OnlyID(ctx)
	if err != nil {
		return err
	}
	by, err := tx.Person.Query().Where(person.SubjectIn(r.LandlordBy, r.ReservataireBy)).All(ctx)
	if err != nil {
		return err
	}
	c := tx.ReservationRight.Create().SetID(r.ID).SetLandlordID(landlord).SetReservataireID(holder).SetMode(r.Mode).SetNillableShare(r.Share).
		SetNillableSubContingent(r.SubContingent).SetAgreement(r.Agreement).SetValidFrom(r.From).SetNillableValidUntil(optional(r.Until))
	for _, p := range by {
		if p.Subject == r.LandlordBy {
			c.SetLandlordConfirmedByID(p.ID).SetLandlordConfirmedOn(r.From)
		} else {
			c.SetReservataireConfirmedByID(p.ID).SetReservataireConfirmedOn(r.From).SetState(domain.ReservationConfirmed)
		}
	}
	if r.Named > 0 {
		named, err := tx.Dwelling.Query().Where(dwelling.LandlordID(landlord)).Order(dwelling.ByID()).Limit(r.Named).IDs(ctx)
		if err != nil {
			return err
		}
		c.AddDwellingIDs(named...)
	}
	if err := c.Exec(ctx); err != nil || r.ReservataireBy == "" || r.Offers == 0 {
		return err
	}
	offered, err := tx.Vacancy.Query().Where(vacancy.RightIDIsNil(), vacancy.HasDwellingWith(dwelling.LandlordID(landlord))).
		Order(vacancy.ByID()).Limit(r.Offers).All(ctx)
	if err != nil {
		return err
	}
	for _, v := range offered {
		on := v.VacantFrom
		if on.Before(r.From) {
			on = r.From
		}
		if err := v.Update().SetRightID(r.ID).SetDesignatedOn(on).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
