package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/absence"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/policy"
)

// DeclareAbsence declares that a person, a room or a point is not there, and tells what was
// booked in it.
func (s *Service) DeclareAbsence(ctx context.Context, a domain.Absence) (*ent.Absence, []*AppointmentHit, error) {
	v := auth.FromContext(ctx)
	var declared *ent.Absence
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		if err := a.Check(v.Now).Err(); err != nil {
			if _, refused := policy.PlanAbsence(ctx, v.PersonID); refused != nil {
				return refused
			}
			return err
		}
		granted, _, err := planAbsence(ctx, tx, a)
		if err != nil {
			return err
		}
		declared, err = tx.Absence.Create().
			SetNillablePersonID(optional(a.PersonID)).SetNillableRoomID(optional(a.RoomID)).SetNillableReceptionPointID(optional(a.ReceptionPointID)).
			SetStartsAt(storedInstant(a.From)).SetEndsAt(storedInstant(a.Until)).SetReason(a.Reason).SetDeclaredByID(v.PersonID).
			Save(granted)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	hit, err := s.hits(ctx, hitSubject{person: a.PersonID, room: a.RoomID, point: a.ReceptionPointID, periods: []domain.Period{a.Period}})
	return declared.Unwrap(), hit, err
}

// planAbsence decides on an absence at the points where it matters, and says which.
func planAbsence(ctx context.Context, tx *ent.Tx, a domain.Absence) (context.Context, []domain.ID, error) {
	var where predicate.ReceptionPoint
	switch {
	case a.PersonID != "":
		where = receptionpoint.HasAssignmentsWith(assignment.PersonID(a.PersonID), policy.AssignmentInForce(auth.FromContext(ctx).Today()))
	case a.RoomID != "":
		r, err := tx.Room.Query().Where(room.ID(a.RoomID)).Only(ctx)
		if err != nil {
			return nil, nil, notFound(err)
		}
		where = receptionpoint.ID(r.ReceptionPointID)
	default:
		where = receptionpoint.ID(a.ReceptionPointID)
	}
	points, err := tx.ReceptionPoint.Query().Where(where).WithOperators().Order(receptionpoint.ByID()).All(ctx)
	if err != nil {
		return nil, nil, err
	}
	if a.ReceptionPointID != "" && len(points) == 0 {
		return nil, nil, noSuchThing()
	}
	ids := make([]domain.ID, len(points))
	for i, p := range points {
		ids[i] = p.ID
	}
	granted, err := policy.PlanAbsence(ctx, a.PersonID, points...)
	return granted, ids, err
}

// WithdrawAbsence takes an absence back; its time is offered to who waits for it.
func (s *Service) WithdrawAbsence(ctx context.Context, id domain.ID) (domain.ID, error) {
	return id, s.inTx(ctx, func(tx *ent.Tx) error {
		a, err := tx.Absence.Query().Where(absence.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, points, err := planAbsence(ctx, tx, domain.Absence{
			PersonID: valueOf(a.PersonID), RoomID: valueOf(a.RoomID), ReceptionPointID: valueOf(a.ReceptionPointID),
		})
		if err != nil {
			return err
		}
		if err := tx.Absence.DeleteOne(a).Exec(granted); err != nil {
			return err
		}
		return s.offerOpened(ctx, tx, points, domain.Period{From: a.StartsAt, Until: a.EndsAt})
	})
}

// AbsentFrom keeps the absences that matter at a point: its own, of its rooms, and of those
// who work there today.
func AbsentFrom(ctx context.Context, point domain.ID) predicate.Absence {
	return absence.Or(
		absence.ReceptionPointID(point), absence.HasRoomWith(room.ReceptionPointID(point)),
		absence.HasPersonWith(person.HasAssignmentsWith(
			policy.AssignmentInForce(auth.FromContext(ctx).Today()), assignment.HasReceptionPointsWith(receptionpoint.ID(point)))),
	)
}

// AppointmentHit is an appointment in a time that is no more. Appointment is nil, and there
// are no alternatives, unless the viewer sees it.
type AppointmentHit struct {
	domain.Period
	ReceptionPointID domain.ID
	Appointment      *ent.Appointment
	Alternatives     []*domain.Slot
}

// hitSubject is whose time is no more, and when: a person, at a point or everywhere, a
// room, or a whole point.
type hitSubject struct {
	person, room, point domain.ID
	periods             []domain.Period
}

// maxHits bounds what is told at once.
const maxHits = 100

// hits are the appointments in the time that is no more, as far as the viewer sees that time:
// who runs one point is told nothing of another at which the person works too. Those that it
// sees come with slots to which they can be moved; no two are offered the same one.
func (s *Service) hits(ctx context.Context, of hitSubject) ([]*AppointmentHit, error) {
	v := auth.FromContext(ctx)
	booked, err := s.ent.BookedTime.Query().Where(of.predicate(), bookedtime.StartsAtGT(v.Now), bookedtime.AppointmentIDNotNil()).Limit(maxHits).All(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]domain.ID, len(booked))
	for i, b := range booked {
		ids[i] = *b.AppointmentID
	}
	seen, err := s.ent.Appointment.Query().Where(appointment.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	calendars := map[domain.ID]domain.Calendar{}
	offered := map[domain.Slot]bool{}
	hit := []*AppointmentHit{}
	for i, b := range booked {
		if slices.Contains(ids[:i], ids[i]) { // a pair is hit once
			continue
		}
		h := &AppointmentHit{Period: domain.Period{From: b.StartsAt, Until: b.EndsAt}, ReceptionPointID: b.ReceptionPointID, Alternatives: []*domain.Slot{}}
		if n := slices.IndexFunc(seen, func(a *ent.Appointment) bool { return a.ID == ids[i] }); n >= 0 {
			h.Appointment = seen[n]
			if err := s.proposeMoves(ctx, h, calendars, offered); err != nil {
				return nil, err
			}
		}
		hit = append(hit, h)
	}
	return hit, nil
}

func (of hitSubject) predicate() predicate.BookedTime {
	var within []predicate.BookedTime
	for _, p := range of.periods {
		within = append(within, bookedtime.And(bookedtime.StartsAtLT(p.Until), bookedtime.EndsAtGT(p.From)))
	}
	overlaps := bookedtime.Or(within...)
	switch {
	case of.room != "":
		return bookedtime.And(overlaps, bookedtime.RoomID(of.room))
	case of.person == "":
		return bookedtime.And(overlaps, bookedtime.ReceptionPointID(of.point), bookedtime.PersonIDNotNil())
	case of.point == "":
		return bookedtime.And(overlaps, bookedtime.PersonID(of.person))
	}
	return bookedtime.And(overlaps, bookedtime.PersonID(of.person), bookedtime.ReceptionPointID(of.point))
}

// proposeMoves names slots of the same point for an appointment that is hit, near to it and
// not offered to another one. The calendar of a point is read once.
func (s *Service) proposeMoves(ctx context.Context, h *AppointmentHit, calendars map[domain.ID]domain.Calendar, offered map[domain.Slot]bool) error {
	v := auth.FromContext(ctx)
	motive, gone := domain.MotiveOn(h.Appointment.Motive, v.Today())
	if gone != nil { // it is given no more
		return nil
	}
	ask := domain.SlotQuestion{Motive: motive, Mode: h.Appointment.Mode, From: v.Now, Until: v.Now.AddDate(0, 0, domain.MaxSlotDays)}.Bookable(v.Now)
	c, read := calendars[h.ReceptionPointID]
	if !read {
		var err error
		c, err = calendarOf(policy.SearchSlots(ctx), s.ent, []domain.ID{h.ReceptionPointID}, v.Today(), v.Today().AddDays(domain.MaxSlotDays), v.Now)
		if err != nil {
			return err
		}
		calendars[h.ReceptionPointID] = c
	}
	free := slices.DeleteFunc(c.Slots(ask), func(slot domain.Slot) bool { return offered[slot] })
	for _, slot := range domain.Alternatives(domain.Slot{ReceptionPointID: h.ReceptionPointID, From: h.From}, free) {
		offered[slot] = true
		h.Alternatives = append(h.Alternatives, &slot)
	}
	return nil
}
