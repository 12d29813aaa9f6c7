package service

import (
	"context"
	"errors"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// Booking is an appointment that somebody asks for.
type Booking struct {
	ApplicationID    domain.ID
	Motive           domain.MotiveCode
	Mode             domain.AppointmentMode
	ReceptionPointID domain.ID
	StartsAt         time.Time
	// ParticipantIDs are people of the household; none for the adults.
	ParticipantIDs []domain.ID
	// OverbookedFor is why it is given beside another one; empty where a slot is free.
	OverbookedFor string
}

// BookAppointment books an appointment for an application. It is nil where the viewer does
// not see what it booked.
func (s *Service) BookAppointment(ctx context.Context, b Booking) (*ent.Appointment, error) {
	act := policy.ActBook
	if b.OverbookedFor != "" {
		act = policy.ActOverbook
	}
	seat := s.seatAt(ctx, b.ReceptionPointID, b.StartsAt, b.Mode)
	seat.overbooked = b.OverbookedFor != ""
	var booked *ent.Appointment
	book := func(tx *ent.Tx) error {
		granted, a, err := s.actingOn(ctx, tx, b.ApplicationID, act)
		if err != nil {
			return err
		}
		if seat.overbooked {
			if err := policy.OverbookAt(b.ReceptionPointID, a.point); err != nil {
				return err
			}
		}
		made, err := a.book(granted, b, &seat)
		if err != nil {
			return err
		}
		if booked, err = shownAppointment(ctx, tx, made); err != nil {
			return err
		}
		return s.noteShown(ctx, string(act), a.by.Assignment, b.ApplicationID)
	}
	err := s.inTx(ctx, book)
	if errors.Is(err, errHeldTimeLapsed) {
		if err = s.KeepWaitingList(ctx); err == nil {
			err = s.inTx(ctx, book)
		}
	}
	if err != nil {
		return nil, s.withAlternatives(ctx, err, seat.ask, seat.at)
	}
	return unwrapped(booked), nil
}

// shownAppointment is an appointment as the viewer sees it, nil where it does not: read in the
// transaction of the act, it goes on record beside the act. What hangs on it is read after the
// commit, while nobody waits for the locks.
func shownAppointment(ctx context.Context, tx *ent.Tx, id domain.ID) (*ent.Appointment, error) {
	a, err := tx.Appointment.Query().Where(appointment.ID(id)).Only(ctx)
	return a, ent.MaskNotFound(err)
}

func unwrapped(a *ent.Appointment) *ent.Appointment {
	if a == nil {
		return nil
	}
	return a.Unwrap()
}

// errHeldTimeLapsed: the waiting list has to be kept before somebody books.
var errHeldTimeLapsed = errors.New("time is held for somebody who let it lapse")

// book makes the appointment, and takes the time of whom and what it needs. It is what the
// network does most, and all wait for it who want the same day: what it rests on is read in
// two statements and what it makes written in one.
func (a *acting) book(granted context.Context, b Booking, seat *seat) (domain.ID, error) {
	facts, err := a.factsOf(granted, b, seat)
	if err != nil {
		return "", err
	}
	if facts.lapsed {
		return "", errHeldTimeLapsed
	}
	participants, err := a.checkBooking(b, seat, facts)
	if err != nil {
		return "", err
	}
	if !facts.there {
		return "", noSuchThing()
	}
	team, err := seat.team(granted, a.tx)
	if err != nil {
		return "", err
	}
	made := &ent.Appointment{
		ID: appointment.DefaultID(), ApplicationID: b.ApplicationID, Motive: b.Motive, Mode: b.Mode,
		Sensitive: seat.ask.Motive.Sensitive, State: domain.AppointmentUpcoming,
		ReceptionPointID: b.ReceptionPointID, RoomID: optional(team.RoomID), StartsAt: seat.at.From, EndsAt: seat.at.Until,
		Participants: participants, BookedAt: storedInstant(seat.now), BookedByID: optional(auth.FromContext(granted).PersonID),
		OverbookedFor: optional(b.OverbookedFor),
	}
	told := a.newsOf(granted, domain.MessageAppointmentBooked, made)
	if err := forgetOldest(policy.TellApplicant(granted), a.tx, b.ApplicationID, facts.messages+len(told)-domain.MaxMessages); err != nil {
		return "", err
	}
	if err := a.store(granted, made, team, seat.overbooked, told); err != nil {
		return "", err
	}
	if facts.sent {
		if err := a.s.OrientationAppointmentSet(granted, a.tx, b.ApplicationID, b.ReceptionPointID); err != nil {
			return "", err
		}
	}
	if facts.offered {
		err = a.takeOffer(granted, made.ID, b.Motive)
	}
	return made.ID, err
}

// checkBooking says what is wrong with a booking, reads its motive into the seat, and says who
// is to come.
func (a *acting) checkBooking(b Booking, seat *seat, facts bookingFacts) ([]domain.Participant, error) {
	motive, refused := domain.MotiveOn(b.Motive, a.today)
	if refused != nil {
		return nil, refused
	}
	seat.with(motive)
	refused = motive.CheckMode(b.Mode, bookerOf(a.by))
	if seat.overbooked {
		refused = append(refused, domain.CheckOverbooking(b.OverbookedFor)...)
	}
	then := domain.Period{From: seat.at.From, Until: seat.at.Until}
	refused = append(refused, domain.CheckBooking(a.application.State, then, facts.upcoming, facts.had)...)
	participants, more := domain.Participants(b.ParticipantIDs, facts.adults, facts.members)
	return participants, append(refused, more...).Err()
}

// appointmentsOf are when an application is to come, besides to that appointment, and how
// many it ever had besides.
func appointmentsOf(
	granted context.Context, tx *ent.Tx, application domain.ID, now time.Time, besides domain.ID,
) (upcoming []domain.Period, had int, err error) {
	all, err := tx.Appointment.Query().Where(appointment.ApplicationID(application), appointment.IDNEQ(besides)).All(granted)
	for _, a := range all {
		if a.State == domain.AppointmentUpcoming && now.Before(a.EndsAt) {
			upcoming = append(upcoming, domain.Period{From: a.StartsAt, Until: a.EndsAt})
		}
	}
	return upcoming, len(all), err
}

// bookerOf is as who somebody books.
func bookerOf(by *policy.Claim) domain.AppointmentBooker {
	if by.Rule.Ground == domain.GroundSelf {
		return domain.ApplicantBooks
	}
	return domain.AgentBooks
}

// seat is a slot that somebody wants.
type seat struct {
	ask        domain.SlotQuestion
	at         domain.Slot
	now        time.Time
	overbooked bool
}

func (s *Service) seatAt(ctx context.Context, point domain.ID, from time.Time, mode domain.AppointmentMode) seat {
	from = storedInstant(from)
	return seat{
		ask: domain.SlotQuestion{Mode: mode}, now: auth.FromContext(ctx).Now,
		at: domain.Slot{ReceptionPointID: point, From: from, Until: from},
	}
}

// with is for which motive.
func (w *seat) with(m domain.AppointmentMotive) {
	w.ask.Motive, w.at.Until = m, w.at.From.Add(m.Length())
}

// take finds who receives at that time, and has nobody else book there on that day.
func (w *seat) take(granted context.Context, tx *ent.Tx) (domain.Team, error) {
	if _, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(w.at.ReceptionPointID)).Only(granted); err != nil {
		return domain.Team{}, notFound(err)
	}
	if err := lockDay(granted, tx, w.at.ReceptionPointID, domain.DateOf(w.at.From)); err != nil {
		return domain.Team{}, err
	}
	return w.team(granted, tx)
}

// team finds who receives at that time, while nobody else books there on that day.
func (w *seat) team(granted context.Context, tx *ent.Tx) (domain.Team, error) {
	day := domain.DateOf(w.at.From)
	bounds := domain.SlotQuestion{Motive: w.ask.Motive, From: w.at.From, Until: w.at.From.Add(time.Nanosecond)}.Bookable(w.now)
	if !bounds.From.Equal(w.at.From) || !bounds.From.Before(bounds.Until) {
		return domain.Team{}, domain.NotBookableNow(w.ask.Motive)
	}
	c, err := calendarOf(policy.SearchSlots(granted), tx, []domain.ID{w.at.ReceptionPointID}, day, day.AddDays(1), w.now)
	if err != nil {
		return domain.Team{}, err
	}
	if !c.Reaches(w.at.ReceptionPointID, day, w.ask.Motive.Level) {
		return domain.Team{}, domain.TooLow(w.ask.Motive.Level, w.at.ReceptionPointID)
	}
	if w.overbooked {
		c.Away, c.Taken, c.Booked = nil, nil, nil
	}
	team, free := c.TeamAt(w.ask, w.at.ReceptionPointID, w.at.From)
	if !free {
		return domain.Team{}, domain.Taken(nil)
	}
	return team, nil
}

// book takes the time of the team and of its room.
func (w *seat) book(granted context.Context, tx *ent.Tx, id domain.ID, team domain.Team) error {
	return takeTime(granted, tx, w.at, team, func(b *ent.BookedTimeCreate) { b.SetAppointmentID(id).SetOverbooked(w.overbooked) })
}

// takeTime takes the time of a slot from a team and its room, for what is set of each row.
func takeTime(granted context.Context, tx *ent.Tx, at domain.Slot, team domain.Team, set func(*ent.BookedTimeCreate)) error {
	var rows []*ent.BookedTimeCreate
	row := func() *ent.BookedTimeCreate {
		c := tx.BookedTime.Create().SetReceptionPointID(at.ReceptionPointID).SetStartsAt(at.From).SetEndsAt(at.Until)
		set(c)
		rows = append(rows, c)
		return c
	}
	for _, p := range team.People {
		row().SetPersonID(p)
	}
	if team.RoomID != "" {
		row().SetRoomID(team.RoomID)
	}
	return tx.BookedTime.CreateBulk(rows...).Exec(granted)
}

// MoveAppointment moves an appointment to another slot; an empty point or mode is as before.
func (s *Service) MoveAppointment(
	ctx context.Context, id domain.ID, version int, point domain.ID, from time.Time, mode domain.AppointmentMode,
) (*ent.Appointment, error) {
	if err := s.KeepWaitingList(ctx); err != nil {
		return nil, err
	}
	seat := s.seatAt(ctx, point, from, mode)
	moved, err := s.onAppointment(ctx, id, version, policy.ActMove, func(granted context.Context, l *living, a *ent.Appointment) error {
		if refused := appointmentOf(a).CheckOpen(seat.now); refused != nil {
			return refused
		}
		if seat.at.ReceptionPointID == "" {
			seat.at.ReceptionPointID = a.ReceptionPointID
		}
		if seat.ask.Mode == "" {
			seat.ask.Mode = a.Mode
		}
		motive, refused := domain.MotiveOn(a.Motive, l.today)
		if refused != nil {
			return refused
		}
		seat.with(motive)
		if refused := motive.CheckMode(seat.ask.Mode, bookerOf(l.by)); refused != nil {
			return refused
		}
		upcoming, had, err := appointmentsOf(granted, l.tx, a.ApplicationID, seat.now, id)
		if err != nil {
			return err
		}
		if refused := domain.CheckBooking(l.life.State, domain.Period{From: seat.at.From, Until: seat.at.Until}, upcoming, had); refused != nil {
			return refused
		}
		// Its own time is free for it.
		if _, err := l.tx.BookedTime.Delete().Where(bookedtime.AppointmentID(id)).Exec(granted); err != nil {
			return err
		}
		team, err := seat.take(granted, l.tx)
		if err != nil {
			return err
		}
		u := a.Update().SetReceptionPointID(seat.at.ReceptionPointID).SetMode(seat.ask.Mode).SetStartsAt(seat.at.From).SetEndsAt(seat.at.Until).
			ClearStaff().AddStaffIDs(team.People...).ClearOverbookedFor().AddVersion(1)
		put(team.RoomID, u.SetRoomID, u.ClearRoomID)
		if err := u.Exec(granted); err != nil {
			return err
		}
		if err := seat.book(granted, l.tx, id, team); err != nil {
			return err
		}
		if err := s.offerWaiting(granted, l.tx, a.ReceptionPointID, domain.Period{From: a.StartsAt, Until: a.EndsAt}, seat.now); err != nil {
			return err
		}
		return l.tellOfAppointment(granted, domain.MessageAppointmentMoved, id)
	})
	return moved, s.withAlternatives(ctx, err, seat.ask, seat.at)
}

// CancelAppointment cancels an appointment: its time is free again.
func (s *Service) CancelAppointment(ctx context.Context, id domain.ID, version int) (*ent.Appointment, error) {
	now := auth.FromContext(ctx).Now
	return s.onAppointment(ctx, id, version, policy.ActCancel, func(granted context.Context, l *living, a *ent.Appointment) error {
		if refused := appointmentOf(a).CheckOpen(now); refused != nil {
			return refused
		}
		if motive, refused := domain.MotiveOn(a.Motive, l.today); refused == nil && !motive.BookedBy(bookerOf(l.by)) {
			return motive.CheckMode(a.Mode, bookerOf(l.by))
		}
		if _, err := l.tx.BookedTime.Delete().Where(bookedtime.AppointmentID(id)).Exec(granted); err != nil {
			return err
		}
		if err := l.cancel(granted, a, bookerOf(l.by)); err != nil {
			return err
		}
		return s.offerWaiting(granted, l.tx, a.ReceptionPointID, domain.Period{From: a.StartsAt, Until: a.EndsAt}, now)
	})
}

// cancel cancels an appointment whose time is free, and tells the applicant.
func (l *living) cancel(granted context.Context, a *ent.Appointment, by domain.AppointmentBooker) error {
	next := appointmentOf(a).Cancel(by)
	if err := l.becomes(granted, a, next); err != nil {
		return err
	}
	return l.tellOfAppointment(granted, domain.MessageAppointmentCancelled, a.ID)
}

// becomes stores what became of an appointment.
func (l *living) becomes(granted context.Context, a *ent.Appointment, next domain.Appointment) error {
	if err := a.Update().SetState(next.State).SetParticipants(next.Participants).AddVersion(1).Exec(granted); err != nil {
		return err
	}
	return l.followOffer(granted, a.ID, next.State)
}

// RecordAttendance records who came. A personalised appointment that was held starts the
// delay of the single file.
func (s *Service) RecordAttendance(ctx context.Context, id domain.ID, version int, told []domain.Participant) (*ent.Appointment, error) {
	now := auth.FromContext(ctx).Now
	a, err := s.ent.Appointment.Query().Where(appointment.ID(id)).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	act := policy.ActAttendance
	if a.Motive == domain.PersonalisedMotive {
		act = policy.ActHoldAppointment
	}
	return s.onAppointment(ctx, id, version, act, func(granted context.Context, l *living, a *ent.Appointment) error {
		next, refused := appointmentOf(a).Record(told, now)
		if refused != nil {
			return refused
		}
		if err := l.becomes(granted, a, next); err != nil {
			return err
		}
		if next.State == domain.AppointmentHeld {
			if err := l.askWhatItThinks(granted, a); err != nil {
				return err
			}
		}
		if next.State != domain.AppointmentHeld || a.Motive != domain.PersonalisedMotive || !l.life.PersonalisedAppointmentOn.IsZero() {
			return nil
		}
		if err := l.noticed(granted, domain.NoticeOfAppointment, domain.DateOf(a.StartsAt)); err != nil {
			return err
		}
		if err := l.completeSingleFile(granted); err != nil {
			return err
		}
		return l.settle(granted)
	})
}

// onAppointment has somebody act on an appointment of that version that it sees, by a
// ground on its application that allows it.
func (s *Service) onAppointment(
	ctx context.Context, id domain.ID, version int, act policy.ApplicationAct,
	do func(context.Context, *living, *ent.Appointment) error,
) (*ent.Appointment, error) {
	var shown *ent.Appointment
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		a, err := tx.Appointment.Query().Where(appointment.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, l, err := s.allowed(ctx, tx, a.ApplicationID, act)
		if err != nil {
			return err
		}
		// Read again under the lock of the application, which every writer takes.
		if a, err = tx.Appointment.Query().Where(appointment.ID(id)).Only(granted); err != nil {
			return notFound(err)
		}
		if a.Version != version {
			return stale(version, a.Version)
		}
		if err := do(granted, l, a); err != nil {
			return err
		}
		if shown, err = shownAppointment(ctx, tx, id); err != nil {
			return err
		}
		return s.noteShown(ctx, string(act), l.by.Assignment, a.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	return unwrapped(shown), nil
}

// cancelUpcoming cancels what an application that is merged had before it: the survivor has
// its own.
func (l *living) cancelUpcoming(granted context.Context) error {
	upcoming, err := l.tx.Appointment.Query().
		Where(appointment.ApplicationID(l.life.ID), appointment.StateEQ(domain.AppointmentUpcoming)).All(granted)
	if err != nil {
		return err
	}
	now := l.at(granted)
	for _, a := range upcoming {
		if _, err := l.tx.BookedTime.Delete().Where(bookedtime.AppointmentID(a.ID)).Exec(granted); err != nil {
			return err
		}
		if err := l.cancel(granted, a, domain.AgentBooks); err != nil {
			return err
		}
		if err := l.s.offerWaiting(granted, l.tx, a.ReceptionPointID, domain.Period{From: a.StartsAt, Until: a.EndsAt}, now); err != nil {
			return err
		}
	}
	return l.leaveWaiting(granted, now)
}

// ParticipantsOf are the participants of an appointment that the viewer read, none unless it
// sees the household.
func ParticipantsOf(a *ent.Appointment) []domain.Participant {
	if opened, seen := policy.OpenedBy(a); !seen || !opened.Groups.Opens(domain.GroupFile) {
		return nil
	}
	return a.Participants
}

// appointmentOf is what the rules look at.
func appointmentOf(a *ent.Appointment) domain.Appointment {
	return domain.Appointment{State: a.State, Motive: a.Motive, From: a.StartsAt, Until: a.EndsAt, Participants: a.Participants}
}
