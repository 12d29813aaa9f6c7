package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/policy"
)

// OpenAvailability opens time of a member of staff to appointments; it is offered to who waits
// for it.
func (s *Service) OpenAvailability(ctx context.Context, a domain.Availability) (*ent.Availability, error) {
	v := auth.FromContext(ctx)
	var opened *ent.Availability
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		at, err := lockedPoint(ctx, tx, a.ReceptionPointID)
		if err != nil {
			return err
		}
		granted, err := policy.PlanAvailability(ctx, at, a.PersonID)
		if err != nil {
			return err
		}
		if err := a.Check(v.Today()).Err(); err != nil {
			return err
		}
		for _, code := range a.Motives {
			if _, unknown := domain.MotiveOn(code, v.Today()); unknown != nil {
				return unknown
			}
		}
		if err := mayReceive(granted, tx, a, v.Today()); err != nil {
			return err
		}
		c := tx.Availability.Create().SetPersonID(a.PersonID).SetReceptionPointID(a.ReceptionPointID).
			SetRule(domain.Stated(a.Rule)).SetFirstDay(a.FirstDay).SetNillableValidUntil(optional(a.Until)).
			SetOpens(a.Opens).SetCloses(a.Closes).SetNillableRoomID(optional(a.RoomID))
		if len(a.Motives) > 0 {
			c.SetMotives(a.Motives)
		}
		if len(a.Modes) > 0 {
			c.SetModes(a.Modes)
		}
		if opened, err = c.Save(granted); err != nil {
			return err
		}
		open := domain.Period{From: a.FirstDay.At(0), Until: a.Until.At(0)}
		if a.Until.IsZero() {
			open.Until = v.Today().AddDays(domain.MaxSlotDays).At(0)
		}
		return s.offerOpened(ctx, tx, []domain.ID{a.ReceptionPointID}, open)
	})
	if err != nil {
		return nil, err
	}
	return opened.Unwrap(), nil
}

// mayReceive refuses somebody who does not work at the point on the first day, a room of
// another point, and one availability more than may be.
func mayReceive(granted context.Context, tx *ent.Tx, a domain.Availability, today domain.Date) error {
	there, err := tx.Person.Query().Where(person.ID(a.PersonID), person.HasAssignmentsWith(
		policy.AssignmentInForce(a.FirstDay), assignment.HasReceptionPointsWith(receptionpoint.ID(a.ReceptionPointID)),
	)).Exist(granted)
	if err != nil {
		return err
	}
	if !there {
		return domain.DoesNotWorkThere()
	}
	if a.RoomID != "" {
		if _, err := tx.Room.Query().Where(room.ID(a.RoomID), room.ReceptionPointID(a.ReceptionPointID)).Only(granted); err != nil {
			return notFound(err)
		}
	}
	n, err := tx.Availability.Query().Where(
		availability.PersonID(a.PersonID), availability.Or(availability.ValidUntilIsNil(), availability.ValidUntilGT(today)),
	).Count(granted)
	if err == nil && n >= domain.MaxAvailabilities {
		return domain.TooManyAvailabilities()
	}
	return err
}

// ChangeOccurrence changes one day of an availability, and tells what was booked in the
// time that is no more.
func (s *Service) ChangeOccurrence(ctx context.Context, id domain.ID, version int, c domain.OccurrenceChange) (*ent.Availability, []*AppointmentHit, error) {
	return s.onAvailability(ctx, id, version, func(granted context.Context, tx *ent.Tx, a *ent.Availability) (*ent.Availability, []domain.Period, error) {
		was := availabilityOf(a)
		if refused := was.CheckChange(c, auth.FromContext(ctx).Today()); refused != nil {
			return nil, nil, refused
		}
		changed, err := a.Update().SetChanges(was.Changed(c)).AddVersion(1).Save(granted)
		if err != nil {
			return nil, nil, err
		}
		gone := []domain.Period{{From: c.Day.At(0), Until: c.Day.At(c.Opens)}, {From: c.Day.At(c.Closes), Until: c.Day.AddDays(1).At(0)}}
		return changed, gone, s.offerOpened(ctx, tx, []domain.ID{a.ReceptionPointID}, domain.Period{From: c.Day.At(c.Opens), Until: c.Day.At(c.Closes)})
	})
}

// EndAvailability ends an availability on that day, today when it is zero, and tells what
// was booked from then on. One that has not begun disappears, and nil is returned.
func (s *Service) EndAvailability(ctx context.Context, id domain.ID, version int, end domain.Date) (*ent.Availability, []*AppointmentHit, error) {
	end = today(ctx, end)
	return s.onAvailability(ctx, id, version, func(granted context.Context, tx *ent.Tx, a *ent.Availability) (*ent.Availability, []domain.Period, error) {
		now := auth.FromContext(ctx).Today()
		if refused := domain.CheckEnd(a.FirstDay, dateOrZero(a.ValidUntil), end, now); refused != nil {
			return nil, nil, refused
		}
		gone := []domain.Period{{From: end.At(0), Until: end.AddDays(domain.MaxSlotDays).At(0)}}
		if !a.FirstDay.Before(end) {
			return nil, gone, tx.Availability.DeleteOne(a).Exec(granted)
		}
		ended, err := a.Update().SetValidUntil(end).AddVersion(1).Save(granted)
		return ended, gone, err
	})
}

// onAvailability has somebody who may plan it change an availability of that version.
func (s *Service) onAvailability(
	ctx context.Context, id domain.ID, version int,
	change func(context.Context, *ent.Tx, *ent.Availability) (*ent.Availability, []domain.Period, error),
) (*ent.Availability, []*AppointmentHit, error) {
	var changed *ent.Availability
	var subject hitSubject
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		a, err := tx.Availability.Query().Where(availability.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		at, err := lockedPoint(ctx, tx, a.ReceptionPointID)
		if err != nil {
			return err
		}
		granted, err := policy.PlanAvailability(ctx, at, a.PersonID)
		if err != nil {
			return err
		}
		// Read again under the lock of the point, which every writer takes.
		if a, err = tx.Availability.Query().Where(availability.ID(id)).Only(granted); err != nil {
			return notFound(err)
		}
		if a.Version != version {
			return stale(version, a.Version)
		}
		if a.PermanenceID != nil {
			return domain.OfPermanence()
		}
		subject = hitSubject{person: a.PersonID, point: a.ReceptionPointID}
		changed, subject.periods, err = change(granted, tx, a)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	hit, err := s.hits(ctx, subject)
	if err != nil || changed == nil {
		return nil, hit, err
	}
	return changed.Unwrap(), hit, nil
}

// availabilityOf is what the rules look at.
func availabilityOf(a *ent.Availability) domain.Availability {
	return domain.Availability{
		ID: a.ID, PersonID: a.PersonID, ReceptionPointID: a.ReceptionPointID, RoomID: valueOf(a.RoomID), Rule: string(a.Rule),
		FirstDay: a.FirstDay, Until: dateOrZero(a.ValidUntil), Opens: a.Opens, Closes: a.Closes,
		Motives: a.Motives, Modes: a.Modes, Changes: a.Changes, PermanenceID: valueOf(a.PermanenceID),
	}
}
