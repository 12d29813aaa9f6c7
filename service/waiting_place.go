package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/deadline"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/waitingplace"
	"github.com/guichet-logement/guichet/policy"
)

// JoinWaitingList puts an application on the waiting list. It is nil where the viewer does
// not see the place.
func (s *Service) JoinWaitingList(ctx context.Context, application domain.ID, w domain.Waiting) (*ent.WaitingPlace, error) {
	v := auth.FromContext(ctx)
	var joined domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, l, err := s.allowed(ctx, tx, application, policy.ActJoinWaiting)
		if err != nil {
			return err
		}
		motive, err := l.checkWaiting(granted, w)
		if err != nil {
			return err
		}
		place, err := tx.WaitingPlace.Create().SetApplicationID(application).SetMotive(w.Motive).SetSensitive(motive.Sensitive).SetMode(w.Mode).
			SetReceptionPointIds(append([]domain.ID{}, w.Points...)).SetUntil(w.Until).SetJoinedAt(storedInstant(v.Now)).
			SetNillableJoinedByID(optional(v.PersonID)).Save(granted)
		if err != nil {
			return err
		}
		joined = place.ID
		return s.noteAct(ctx, string(policy.ActJoinWaiting), l.by.Assignment, application)
	})
	if err != nil {
		return nil, err
	}
	return s.seenPlace(ctx, joined)
}

func (s *Service) seenPlace(ctx context.Context, id domain.ID) (*ent.WaitingPlace, error) {
	place, err := s.ent.WaitingPlace.Query().Where(waitingplace.ID(id)).Only(ctx)
	return place, ent.MaskNotFound(err)
}

// checkWaiting says what is wrong with a place, and finds its motive.
func (l *living) checkWaiting(granted context.Context, w domain.Waiting) (domain.AppointmentMotive, error) {
	motive, refused := domain.MotiveOn(w.Motive, l.today)
	if refused != nil {
		return motive, refused
	}
	had, err := l.tx.WaitingPlace.Query().Where(waitingplace.ApplicationID(l.life.ID)).Count(granted)
	if err != nil {
		return motive, err
	}
	refused = append(motive.CheckMode(w.Mode, bookerOf(l.by)), domain.CheckWaiting(l.life.State, w, had, l.today)...)
	if refused != nil {
		return motive, refused
	}
	there, err := l.tx.ReceptionPoint.Query().Where(receptionpoint.IDIn(w.Points...)).All(granted)
	if err == nil && slices.ContainsFunc(w.Points, func(id domain.ID) bool {
		return !slices.ContainsFunc(there, func(p *ent.ReceptionPoint) bool { return p.ID == id })
	}) {
		err = domain.UnknownWaitingPoint()
	}
	return motive, err
}

// LeaveWaitingList gives a place up: what is held for it is offered to the next.
func (s *Service) LeaveWaitingList(ctx context.Context, id domain.ID) (*ent.WaitingPlace, error) {
	err := s.onPlace(ctx, id, policy.ActLeaveWaiting, func(granted context.Context, l *living, p *ent.WaitingPlace) error {
		if !p.State.Live() {
			return domain.NotWaiting(p.State)
		}
		return s.release(granted, l.tx, p, domain.WaitingLeft, auth.FromContext(ctx).Now)
	})
	if err != nil {
		return nil, err
	}
	return s.seenPlace(ctx, id)
}

// TakeWaitingOffer books the slot that is held for a place.
func (s *Service) TakeWaitingOffer(ctx context.Context, id domain.ID, participants []domain.ID) (*ent.Appointment, error) {
	if err := s.KeepWaitingList(ctx); err != nil {
		return nil, err
	}
	var booked domain.ID
	err := s.onPlace(ctx, id, policy.ActTakeOffer, func(granted context.Context, l *living, p *ent.WaitingPlace) error {
		if p.State != domain.WaitingOffered {
			return domain.NotOffered()
		}
		b := Booking{
			ApplicationID: p.ApplicationID, Motive: p.Motive, Mode: p.Mode, ReceptionPointID: *p.OfferedPointID, StartsAt: *p.StartsAt, ParticipantIDs: participants,
		}
		seat := s.seatAt(ctx, b.ReceptionPointID, b.StartsAt, b.Mode)
		// Its own time is free for it.
		if err := lockDay(granted, l.tx, b.ReceptionPointID, domain.DateOf(b.StartsAt)); err != nil {
			return err
		}
		if _, err := l.tx.BookedTime.Delete().Where(bookedtime.WaitingPlaceID(id)).Exec(granted); err != nil {
			return err
		}
		made, err := l.book(granted, b, &seat)
		if err != nil {
			return err
		}
		booked = made
		return p.Update().SetState(domain.WaitingTaken).Exec(granted)
	})
	if err != nil {
		return nil, err
	}
	a, err := s.ent.Appointment.Query().Where(appointment.ID(booked)).Only(ctx)
	return a, ent.MaskNotFound(err)
}

// onPlace has somebody act on a place that it sees, by a ground on its application that
// allows it.
func (s *Service) onPlace(
	ctx context.Context, id domain.ID, act policy.ApplicationAct, do func(context.Context, *living, *ent.WaitingPlace) error,
) error {
	return s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.WaitingPlace.Query().Where(waitingplace.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, l, err := s.allowed(ctx, tx, p.ApplicationID, act)
		if err != nil {
			return err
		}
		if p, err = tx.WaitingPlace.Query().Where(waitingplace.ID(id)).ForUpdate().Only(granted); err != nil {
			return notFound(err)
		}
		if err := do(granted, l, p); err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), l.by.Assignment, p.ApplicationID)
	})
}

// release ends a place that waits or has an offer, whose time is free for the next.
func (s *Service) release(granted context.Context, tx *ent.Tx, p *ent.WaitingPlace, to domain.WaitingState, now time.Time) error {
	n, err := tx.WaitingPlace.Update().Where(waitingplace.ID(p.ID), waitingplace.StateEQ(p.State)).SetState(to).Save(granted)
	if err != nil || n == 0 || p.State != domain.WaitingOffered {
		return err
	}
	if _, err := tx.BookedTime.Delete().Where(bookedtime.WaitingPlaceID(p.ID)).Exec(granted); err != nil {
		return err
	}
	return s.offerWaiting(granted, tx, *p.OfferedPointID, domain.Period{From: *p.StartsAt, Until: *p.EndsAt}, now)
}

// leaveWaiting gives up what an application waits for that is merged.
func (l *living) leaveWaiting(granted context.Context, now time.Time) error {
	live, err := l.tx.WaitingPlace.Query().
		Where(waitingplace.ApplicationID(l.life.ID), waitingplace.StateIn(domain.WaitingForSlot, domain.WaitingOffered)).All(granted)
	for _, p := range live {
		if err == nil {
			err = l.s.release(granted, l.tx, p, domain.WaitingLeft, now)
		}
	}
	return err
}

// maxWaiting bounds the places that are looked at for a time that is free again.
const maxWaiting = 200

// offerWaiting offers time at a point that is free again to the first places of the waiting
// list that it serves, while nobody else books there on that day. It is called in the
// transaction that frees the time.
func (s *Service) offerWaiting(granted context.Context, tx *ent.Tx, point domain.ID, freed domain.Period, now time.Time) error {
	if !now.Before(freed.Until) {
		return nil
	}
	waiting, err := waitingFor(granted, tx, domain.DateOf(freed.From))
	if err != nil || len(waiting) == 0 {
		return err
	}
	day := domain.DateOf(freed.From)
	if err := lockDay(granted, tx, point, day); err != nil {
		return err
	}
	calendar := func() (domain.Calendar, error) {
		return calendarOf(policy.SearchSlots(granted), tx, []domain.ID{point}, day, day.AddDays(1), now)
	}
	c, err := calendar()
	if err != nil {
		return err
	}
	for _, w := range waiting {
		ask, slot, found := w.choose(c, freed, s.heldUntil(now), point)
		if !found {
			continue
		}
		free, err := freeThen(granted, tx, w, slot, now)
		if err != nil {
			return err
		}
		if !free {
			continue
		}
		if err := s.offer(granted, tx, w, ask, slot, c, now); err != nil {
			return err
		}
		if c, err = calendar(); err != nil {
			return err
		}
	}
	return nil
}

// offerOpened offers time at these points, in a fixed order, that is open again, or for the
// first time, to who waits for it: day by day, as far ahead as anybody waits.
func (s *Service) offerOpened(ctx context.Context, tx *ent.Tx, points []domain.ID, opened domain.Period) error {
	granted, now := policy.KeepWaitingList(ctx), auth.FromContext(ctx).Now
	last, err := tx.WaitingPlace.Query().Where(waitingplace.StateEQ(domain.WaitingForSlot), waitingplace.UntilGTE(domain.DateOf(now))).
		Order(waitingplace.ByUntil(sql.OrderDesc())).First(granted)
	if err != nil {
		return ent.MaskNotFound(err)
	}
	if opened.From.Before(now) {
		opened.From = now
	}
	for _, end := range []time.Time{last.Until.AddDays(1).At(0), now.AddDate(0, 0, domain.MaxSlotDays)} {
		if end.Before(opened.Until) {
			opened.Until = end
		}
	}
	for freed := opened; freed.From.Before(opened.Until); freed.From = freed.Until {
		freed.Until = domain.DateOf(freed.From).AddDays(1).At(0)
		if opened.Until.Before(freed.Until) {
			freed.Until = opened.Until
		}
		for _, point := range points {
			if err := s.offerWaiting(granted, tx, point, freed, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// offerOpenDays offers the time of a point on the days of an exception of its hours.
func (s *Service) offerOpenDays(ctx context.Context, tx *ent.Tx, point domain.ID, from, until domain.Date) error {
	return s.offerOpened(ctx, tx, []domain.ID{point}, domain.Period{From: from.At(0), Until: until.At(0)})
}

// heldUntil is until when a slot is held that is offered now.
func (s *Service) heldUntil(now time.Time) time.Time {
	return now.Add(policy.SettingsOn(domain.DateOf(now)).WaitingOffer)
}

// waitingPlace is a place that waits, with what decides on its turn.
type waitingPlace struct {
	domain.Waiting
	application *ent.Application
}

// waitingFor are the places that wait for a slot on that day, in the order in which they are
// served.
func waitingFor(granted context.Context, tx *ent.Tx, day domain.Date) ([]waitingPlace, error) {
	rows, err := tx.WaitingPlace.Query().Where(waitingplace.StateEQ(domain.WaitingForSlot), waitingplace.UntilGTE(day)).
		WithApplication().Order(waitingplace.ByJoinedAt()).All(granted)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]domain.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ApplicationID
	}
	due, err := tx.Deadline.Query().Where(deadline.ApplicationIDIn(ids...), deadline.Passed(false)).All(granted)
	if err != nil {
		return nil, err
	}
	nearest := map[domain.ID]domain.Date{}
	for _, d := range due {
		if first, known := nearest[d.ApplicationID]; !known || d.DueOn.Before(first) {
			nearest[d.ApplicationID] = d.DueOn
		}
	}
	all := make([]waitingPlace, len(rows))
	for i, r := range rows {
		all[i] = waitingPlace{domain.Waiting{
			ID: r.ID, Motive: r.Motive, Mode: r.Mode, Points: r.ReceptionPointIds, Until: r.Until,
			Deadline: nearest[r.ApplicationID], JoinedAt: r.JoinedAt,
		}, r.Edges.Application}
	}
	slices.SortFunc(all, func(a, b waitingPlace) int { return a.Compare(b.Waiting) })
	return all[:min(len(all), maxWaiting)], nil
}

// choose is the first slot in the time that is free again that the place wants, and that can
// still be booked when it has been held for as long as it is.
func (w waitingPlace) choose(c domain.Calendar, freed domain.Period, held time.Time, point domain.ID) (domain.SlotQuestion, domain.Slot, bool) {
	motive, gone := domain.MotiveOn(w.Motive, domain.DateOf(held))
	if gone != nil || !w.Wants(domain.Slot{ReceptionPointID: point, From: freed.From}) {
		return domain.SlotQuestion{}, domain.Slot{}, false
	}
	ask := domain.SlotQuestion{Motive: motive, Mode: w.Mode, From: freed.From.Add(-motive.Length()), Until: freed.Until}.Bookable(held)
	slots := slices.DeleteFunc(c.Slots(ask), func(slot domain.Slot) bool {
		return !freed.Overlaps(domain.Period{From: slot.From, Until: slot.Until})
	})
	if len(slots) == 0 {
		return ask, domain.Slot{}, false
	}
	// What begins in it leaves the time before as it was.
	return ask, slots[max(0, slices.IndexFunc(slots, func(slot domain.Slot) bool { return !slot.From.Before(freed.From) }))], true
}

// freeThen tells whether the application may have the appointment that would be offered.
func freeThen(granted context.Context, tx *ent.Tx, w waitingPlace, slot domain.Slot, now time.Time) (bool, error) {
	upcoming, had, err := appointmentsOf(granted, tx, w.application.ID, now, "")
	return domain.CheckBooking(w.application.State, domain.Period{From: slot.From, Until: slot.Until}, upcoming, had) == nil, err
}

// offer holds a slot for a place.
func (s *Service) offer(
	granted context.Context, tx *ent.Tx, w waitingPlace, ask domain.SlotQuestion, slot domain.Slot, c domain.Calendar, now time.Time,
) error {
	team, free := c.TeamAt(ask, slot.ReceptionPointID, slot.From)
	if !free {
		return nil
	}
	held := storedInstant(s.heldUntil(now))
	n, err := tx.WaitingPlace.Update().Where(waitingplace.ID(w.ID), waitingplace.StateEQ(domain.WaitingForSlot)).
		SetState(domain.WaitingOffered).SetOfferedPointID(slot.ReceptionPointID).SetStartsAt(slot.From).SetEndsAt(slot.Until).SetHeldUntil(held).
		Save(granted)
	if err != nil || n == 0 { // it was given up meanwhile
		return err
	}
	if err := takeTime(granted, tx, slot, team, func(b *ent.BookedTimeCreate) { b.SetWaitingPlaceID(w.ID).SetHeldUntil(held) }); err != nil {
		return err
	}
	told := news{
		kind: domain.MessageSlotHeld, point: slot.ReceptionPointID, sensitive: ask.Motive.Sensitive,
		about: slot.From, due: storedInstant(now), worthless: held,
	}
	if err := s.queue(granted, tx, w.application.ID, told); err != nil {
		return err
	}
	if s.audit == nil {
		return errNoAudit
	}
	return s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "offerWaitingPlace", ApplicationIDs: []domain.ID{w.application.ID}})
}

// keptWaiting is how many offers one round ends.
const keptWaiting = 100

// KeepWaitingList ends the offers that nobody took in time, and offers their slots to the
// next. It may be cut short, and run as often as one likes.
func (s *Service) KeepWaitingList(ctx context.Context) error {
	now := s.Now()
	if v := auth.FromContext(ctx); v != nil {
		now = v.Now
	}
	ctx = policy.KeepWaitingList(ctx)
	for {
		over, err := s.ent.WaitingPlace.Query().Where(waitingplace.StateEQ(domain.WaitingOffered), waitingplace.HeldUntilLTE(now)).
			Order(waitingplace.ByHeldUntil()).Limit(keptWaiting).All(ctx)
		if err != nil || len(over) == 0 {
			return err
		}
		for _, p := range over {
			err := s.inTx(ctx, func(tx *ent.Tx) error {
				if err := lockDay(ctx, tx, *p.OfferedPointID, domain.DateOf(*p.StartsAt)); err != nil {
					return err
				}
				return s.release(ctx, tx, p, domain.WaitingLapsed, now)
			})
			if err != nil {
				return fmt.Errorf("keep the waiting list: %w", err)
			}
		}
	}
}
