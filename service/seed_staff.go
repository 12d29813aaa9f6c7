package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/pair"
	"github.com/guichet-logement/guichet/ent/permanence"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
)

// SandboxAuthorisation is a named authorisation of a fictional member of staff.
// Person and GrantedBy are subjects, Organisation is a key of the directory.
type SandboxAuthorisation struct {
	ID                domain.ID
	Person, GrantedBy string
	Organisation      string
	Role              domain.Role
	From, Until       domain.Date
	// RevokedOn is zero for one that nobody revoked.
	RevokedOn domain.Date
	Reason    string
}

// SandboxPair is a pair of fictional members of staff. People and FormedBy are
// subjects, Point is a key of the directory.
type SandboxPair struct {
	ID       domain.ID
	Point    string
	People   []string
	FormedBy string
	From     domain.Date
}

// SandboxRoom is a room of the point with that key.
type SandboxRoom struct {
	ID          domain.ID
	Point, Name string
	StepFree    domain.TriState
}

// SandboxAvailability is when a fictional member of staff receives by appointment. Person
// is a subject, Point a key of the directory, Room the name of one of its rooms.
type SandboxAvailability struct {
	ID                  domain.ID
	Person, Point, Room string
	Rule                string
	FirstDay, Until     domain.Date
	Opens, Closes       domain.LocalTime
}

// SandboxPermanence is a permanence at the point with that key. Organisation and
// ServingPoint are keys of the directory, the people subjects; who holds it does so with an
// availability of that identifier.
type SandboxPermanence struct {
	ID, AvailabilityID      domain.ID
	Point, ServingPoint     string
	Organisation            string
	RequestedBy, AnsweredBy string
	RequestedOn             domain.Date
	Reason                  domain.PermanenceReason
	// HeldBy is the subject of who holds it; empty for nobody.
	HeldBy string
	domain.Permanence
}

// seedStaff writes what the people of a sandbox were given, once they are there.
func seedStaff(ctx context.Context, tx *ent.Tx, seed SandboxSeed) error {
	subjects, err := tx.Person.Query().Where(person.Issuer(seed.Issuer)).All(ctx)
	if err != nil {
		return err
	}
	people := map[string]domain.ID{}
	for _, p := range subjects {
		people[p.Subject] = p.ID
	}
	for _, a := range seed.Authorisations {
		if err := seedAuthorisation(ctx, tx, people, a); err != nil {
			return fmt.Errorf("authorisation of %s: %w", a.Person, err)
		}
	}
	for _, p := range seed.Pairs {
		if err := seedPair(ctx, tx, people, p); err != nil {
			return fmt.Errorf("pair at %s: %w", p.Point, err)
		}
	}
	for _, e := range seed.Employers {
		if err := seedContributingEmployer(ctx, tx, people, e); err != nil {
			return fmt.Errorf("employer %s: %w", e.Siret, err)
		}
	}
	for _, r := range seed.Rooms {
		if err := seedRoom(ctx, tx, r); err != nil {
			return fmt.Errorf("room at %s: %w", r.Point, err)
		}
	}
	for _, a := range seed.Availabilities {
		if err := seedAvailability(ctx, tx, people, a); err != nil {
			return fmt.Errorf("availability of %s: %w", a.Person, err)
		}
	}
	for _, p := range seed.Permanences {
		if err := seedPermanence(ctx, tx, people, p); err != nil {
			return fmt.Errorf("permanence at %s: %w", p.Point, err)
		}
	}
	return nil
}

func seedAuthorisation(ctx context.Context, tx *ent.Tx, people map[string]domain.ID, a SandboxAuthorisation) error {
	there, err := tx.StaffAuthorisation.Query().Where(staffauthorisation.ID(a.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	employer, err := tx.Organisation.Query().Where(organisation.Key(a.Organisation)).OnlyID(ctx)
	if err != nil {
		return err
	}
	create := tx.StaffAuthorisation.Create().SetID(a.ID).
		SetPersonID(people[a.Person]).SetOrganisationID(employer).SetRole(a.Role).
		SetGrantedByID(people[a.GrantedBy]).SetGrantedOn(a.From).SetValidFrom(a.From).SetValidUntil(a.Until)
	if !a.RevokedOn.IsZero() {
		create.SetRevokedOn(a.RevokedOn).SetRevokedByID(people[a.GrantedBy]).SetRevocationReason(a.Reason)
	}
	return create.Exec(ctx)
}

func seedPair(ctx context.Context, tx *ent.Tx, people map[string]domain.ID, p SandboxPair) error {
	there, err := tx.Pair.Query().Where(pair.ID(p.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	point, err := tx.ReceptionPoint.Query().Where(receptionpoint.Key(p.Point)).OnlyID(ctx)
	if err != nil {
		return err
	}
	plan := domain.PairPlan{From: p.From}
	for _, subject := range p.People {
		plan.People = append(plan.People, people[subject])
	}
	return tx.Pair.Create().SetID(p.ID).SetReceptionPointID(point).
		AddMemberIDs(plan.People...).SetMemberIds(plan.Members()).
		SetFormedByID(people[p.FormedBy]).SetValidFrom(p.From).
		Exec(ctx)
}

func seedRoom(ctx context.Context, tx *ent.Tx, r SandboxRoom) error {
	there, err := tx.Room.Query().Where(room.ID(r.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	point, err := tx.ReceptionPoint.Query().Where(receptionpoint.Key(r.Point)).OnlyID(ctx)
	if err != nil {
		return err
	}
	return tx.Room.Create().SetID(r.ID).SetReceptionPointID(point).SetName(r.Name).SetStepFree(r.StepFree).Exec(ctx)
}

func seedAvailability(ctx context.Context, tx *ent.Tx, people map[string]domain.ID, a SandboxAvailability) error {
	there, err := tx.Availability.Query().Where(availability.ID(a.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	point, err := tx.ReceptionPoint.Query().Where(receptionpoint.Key(a.Point)).OnlyID(ctx)
	if err != nil {
		return err
	}
	c := tx.Availability.Create().SetID(a.ID).SetPersonID(people[a.Person]).SetReceptionPointID(point).
		SetRule(domain.Stated(a.Rule)).SetFirstDay(a.FirstDay).SetNillableValidUntil(optional(a.Until)).
		SetOpens(a.Opens).SetCloses(a.Closes)
	if a.Room != "" {
		in, err := tx.Room.Query().Where(room.ReceptionPointID(point), room.Name(a.Room)).OnlyID(ctx)
		if err != nil {
			return err
		}
		c.SetRoomID(in)
	}
	return c.Exec(ctx)
}

func seedPermanence(ctx context.Context, tx *ent.Tx, people map[string]domain.ID, p SandboxPermanence) error {
	there, err := tx.Permanence.Query().Where(permanence.ID(p.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	point, err := tx.ReceptionPoint.Query().Where(receptionpoint.Key(p.Point)).OnlyID(ctx)
	if err != nil {
		return err
	}
	serving, err := tx.ReceptionPoint.Query().Where(receptionpoint.Key(p.ServingPoint)).OnlyID(ctx)
	if err != nil {
		return err
	}
	asked, err := tx.Organisation.Query().Where(organisation.Key(p.Organisation)).OnlyID(ctx)
	if err != nil {
		return err
	}
	c := tx.Permanence.Create().SetID(p.ID).SetReceptionPointID(point).SetOrganisationID(asked).SetRequestedByID(people[p.RequestedBy]).
		SetRequestedOn(p.RequestedOn).SetReason(p.Reason).SetRule(domain.Stated(p.Rule)).SetFirstDay(p.FirstDay).SetValidUntil(p.Until).
		SetOpens(p.Opens).SetCloses(p.Closes).SetCapacity(p.Capacity).SetState(p.State).
		SetNillableDeclinedFor(optional(p.DeclinedFor)).SetNillableCancelledFor(optional(p.CancelledFor))
	if p.State != domain.PermanenceRequested {
		c.SetAnsweredByID(people[p.AnsweredBy]).SetAnsweredOn(p.RequestedOn)
	}
	if p.State != domain.PermanenceRequested && p.State != domain.PermanenceDeclined {
		c.SetServingPointID(serving)
	}
	if len(p.Records) > 0 {
		c.SetRecords(p.Records)
	}
	if err := c.Exec(ctx); err != nil {
		return err
	}
	return seedHolder(ctx, tx, people, p, point)
}

// seedHolder gives a permanence to who holds it.
func seedHolder(ctx context.Context, tx *ent.Tx, people map[string]domain.ID, p SandboxPermanence, point domain.ID) error {
	if p.HeldBy == "" {
		return nil
	}
	_, held, refused := p.Staff([]domain.ID{people[p.HeldBy]}, p.FirstDay, p.Until, p.FirstDay)
	if refused != nil {
		return refused
	}
	c := tx.Availability.Create().SetID(p.AvailabilityID).SetPersonID(people[p.HeldBy]).SetReceptionPointID(point).SetPermanenceID(p.ID).
		SetRule(domain.Stated(held.Rule)).SetFirstDay(held.FirstDay).SetValidUntil(held.Until).SetOpens(held.Opens).SetCloses(held.Closes)
	if len(held.Changes) > 0 {
		c.SetChanges(held.Changes)
	}
	return c.Exec(ctx)
}
