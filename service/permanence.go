package service

import (
	"cmp"
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/absence"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/permanence"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/policy"
)

// RequestPermanence asks the Métropole for a permanence at a point.
func (s *Service) RequestPermanence(ctx context.Context, point domain.ID, reason domain.PermanenceReason, plan domain.PermanencePlan) (*ent.Permanence, error) {
	v := auth.FromContext(ctx)
	plan = plan.Bounded()
	var made domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		at, err := lockedPoint(ctx, tx, point)
		if err != nil {
			return err
		}
		granted, by, err := policy.RequestPermanence(ctx, at)
		if err != nil {
			return err
		}
		if err := plan.Check(v.Today()).Err(); err != nil {
			return err
		}
		if err := mayHost(granted, tx, point, plan); err != nil {
			return err
		}
		open, err := tx.Permanence.Query().Where(permanence.ReceptionPointID(point), permanence.ValidUntilGT(v.Today()),
			permanence.StateIn(domain.PermanenceRequested, domain.PermanencePlanned, domain.PermanenceStaffed)).Count(granted)
		if err != nil {
			return err
		}
		if open >= domain.MaxPermanences {
			return domain.TooManyPermanences()
		}
		p, err := tx.Permanence.Create().SetReceptionPointID(point).SetNillableRoomID(optional(plan.RoomID)).
			SetOrganisationID(by.OrganisationID).SetRequestedByID(v.PersonID).SetRequestedOn(v.Today()).SetReason(reason).
			SetRule(domain.Stated(plan.Rule)).SetFirstDay(plan.FirstDay).SetValidUntil(plan.Until).
			SetOpens(plan.Opens).SetCloses(plan.Closes).SetCapacity(plan.Capacity).SetLanguages(plan.Languages).Save(granted)
		if err != nil {
			return err
		}
		made = p.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenPermanence(ctx, made)
}

// mayHost refuses a point that is not of level 1 or 2 on the first day, and a room of
// another one.
func mayHost(granted context.Context, tx *ent.Tx, point domain.ID, plan domain.PermanencePlan) error {
	level := 0
	agreed, err := tx.Agreement.Query().Where(agreement.ReceptionPointID(point), policy.AgreementInForce(plan.FirstDay)).Only(granted)
	if ent.MaskNotFound(err) != nil {
		return err
	}
	if err == nil {
		level = agreed.Level
	}
	if refused := domain.NoPermanenceThere(level); refused != nil {
		return refused
	}
	if plan.RoomID == "" {
		return nil
	}
	_, err = tx.Room.Query().Where(room.ID(plan.RoomID), room.ReceptionPointID(point)).Only(granted)
	return notFound(err)
}

// PlanPermanence answers a request with yes, or plans otherwise what nobody is to hold yet.
func (s *Service) PlanPermanence(ctx context.Context, id domain.ID, version int, serving domain.ID, plan domain.PermanencePlan) (*ent.Permanence, error) {
	v := auth.FromContext(ctx)
	plan = plan.Bounded()
	err := s.onPermanence(ctx, id, version, planning, func(granted context.Context, tx *ent.Tx, p *ent.Permanence) error {
		next, refused := PermanenceOf(p).Plan(plan, v.Today())
		if refused != nil {
			return refused
		}
		if err := mayHost(granted, tx, p.ReceptionPointID, plan); err != nil {
			return err
		}
		serves, err := tx.ReceptionPoint.Query().Where(
			receptionpoint.ID(serving), receptionpoint.IDNEQ(p.ReceptionPointID),
			receptionpoint.HasOperatorsWith(organisation.KindEQ(domain.Metropole)),
			receptionpoint.HasAgreementsWith(policy.AgreementInForce(plan.FirstDay), agreement.LevelGTE(domain.RegistrationLevel)),
		).Exist(granted)
		if err != nil {
			return err
		}
		if !serves {
			return domain.NoServingPoint()
		}
		u := p.Update().SetRule(domain.Stated(next.Rule)).SetFirstDay(next.FirstDay).SetValidUntil(next.Until).
			SetOpens(next.Opens).SetCloses(next.Closes).SetCapacity(next.Capacity).SetLanguages(next.Languages).SetServingPointID(serving).
			SetState(next.State).SetAnsweredByID(v.PersonID).SetAnsweredOn(v.Today()).AddVersion(1)
		put(next.RoomID, u.SetRoomID, u.ClearRoomID)
		return u.Exec(granted)
	})
	if err != nil {
		return nil, err
	}
	return s.seenPermanence(ctx, id)
}

// DeclinePermanence answers a request with no.
func (s *Service) DeclinePermanence(ctx context.Context, id domain.ID, version int, reason domain.PermanenceRefusal) (*ent.Permanence, error) {
	v := auth.FromContext(ctx)
	err := s.onPermanence(ctx, id, version, planning, func(granted context.Context, _ *ent.Tx, p *ent.Permanence) error {
		next, refused := PermanenceOf(p).Decline(reason)
		if refused != nil {
			return refused
		}
		return p.Update().SetState(next.State).SetDeclinedFor(next.DeclinedFor).
			SetAnsweredByID(v.PersonID).SetAnsweredOn(v.Today()).AddVersion(1).Exec(granted)
	})
	if err != nil {
		return nil, err
	}
	return s.seenPermanence(ctx, id)
}

// StaffPermanence says who holds a permanence within [from, until), and tells what was
// booked in the time of those who do not any more. A zero from is today or its first day, a
// zero until its end.
func (s *Service) StaffPermanence(
	ctx context.Context, id domain.ID, version int, people []domain.ID, from, until domain.Date,
) (*ent.Permanence, []*AppointmentHit, error) {
	today := auth.FromContext(ctx).Today()
	var released []hitSubject
	err := s.onPermanence(ctx, id, version, planning, func(granted context.Context, tx *ent.Tx, p *ent.Permanence) error {
		if from.IsZero() {
			if from = p.FirstDay; from.Before(today) {
				from = today
			}
		}
		next, received, refused := PermanenceOf(p).Staff(people, from, until, today)
		if refused != nil {
			return refused
		}
		staff := staffing{tx: tx, permanence: p, received: received}
		for _, person := range slices.Sorted(slices.Values(people)) {
			if err := staff.mayHold(granted, person); err != nil {
				return err
			}
		}
		var err error
		if released, err = staff.release(granted, people, from, received.Until); err != nil {
			return err
		}
		for _, person := range people {
			if err := staff.give(granted, person); err != nil {
				return err
			}
		}
		if err := p.Update().SetState(next.State).AddVersion(1).Exec(granted); err != nil {
			return err
		}
		return s.offerOpened(ctx, tx, []domain.ID{p.ReceptionPointID}, domain.Period{From: from.At(0), Until: received.Until.At(0)})
	})
	if err != nil {
		return nil, nil, err
	}
	return s.seenWithHits(ctx, id, released)
}

// staffing gives a permanence to people in some time of it.
type staffing struct {
	tx         *ent.Tx
	permanence *ent.Permanence
	received   domain.Availability
	// already hold it through all of that time.
	already []domain.ID
}

// mayHold refuses somebody who is no mutualised agent of the point that serves, is away on
// all of its days, or has something else to do on one of them. It holds the person until the
// transaction ends, as all who staff permanences do.
func (s staffing) mayHold(granted context.Context, who domain.ID) error {
	found, err := s.tx.Person.Query().Where(person.ID(who), person.HasAssignmentsWith(
		policy.AssignmentInForce(s.received.FirstDay), assignment.RoleEQ(domain.ReceptionAgent),
		assignment.HasOrganisationWith(organisation.KindEQ(domain.Metropole)),
		assignment.HasReceptionPointsWith(receptionpoint.ID(valueOf(s.permanence.ServingPointID))),
	)).ForUpdate().All(granted)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return domain.NotMutualised()
	}
	others, err := s.tx.Availability.Query().Where(availability.PersonID(who), availability.FirstDayLT(s.received.Until),
		availability.Or(availability.ValidUntilIsNil(), availability.ValidUntilGT(s.received.FirstDay)),
	).All(granted)
	if err != nil {
		return err
	}
	for _, other := range others {
		if valueOf(other.PermanenceID) == s.permanence.ID {
			continue
		}
		if day, clash := s.received.Clash(availabilityOf(other), s.received.FirstDay, s.received.Until); clash {
			return domain.ReceivesElsewhere(day)
		}
	}
	if len(others) >= domain.MaxAvailabilities {
		return domain.TooManyAvailabilities()
	}
	return s.isThere(granted, who)
}

// isThere refuses somebody with an appointment elsewhere on one of the days, or absent on
// all of them.
func (s staffing) isThere(granted context.Context, who domain.ID) error {
	begins, ends := s.received.FirstDay.At(0), s.received.Until.At(0)
	booked, err := s.tx.BookedTime.Query().Where(bookedtime.PersonID(who), bookedtime.EndsAtGT(begins), bookedtime.StartsAtLT(ends),
		bookedtime.ReceptionPointIDNEQ(s.permanence.ReceptionPointID)).All(granted)
	if err != nil {
		return err
	}
	away, err := s.tx.Absence.Query().Where(absence.PersonID(who), absence.EndsAtGT(begins), absence.StartsAtLT(ends)).All(granted)
	if err != nil {
		return err
	}
	there := false
	for _, p := range s.received.Periods(s.received.FirstDay, s.received.Until) {
		if slices.ContainsFunc(booked, func(b *ent.BookedTime) bool {
			return p.Overlaps(domain.Period{From: b.StartsAt, Until: b.EndsAt})
		}) {
			return domain.ReceivesElsewhere(domain.DateOf(p.From))
		}
		there = there || !slices.ContainsFunc(away, func(a *ent.Absence) bool {
			return p.Overlaps(domain.Period{From: a.StartsAt, Until: a.EndsAt})
		})
	}
	if !there {
		return domain.AwayFromPermanence()
	}
	return nil
}

// release takes that time from all who hold the permanence, and tells whose is no more:
// from its end on, or day by day where it goes on afterwards.
func (s *staffing) release(granted context.Context, keep []domain.ID, from, until domain.Date) ([]hitSubject, error) {
	held, err := s.tx.Availability.Query().Where(availability.PermanenceID(s.permanence.ID), availability.FirstDayLT(until),
		availability.ValidUntilGT(from)).All(granted)
	if err != nil {
		return nil, err
	}
	var released []hitSubject
	for _, a := range held {
		if slices.Contains(keep, a.PersonID) && len(a.Changes) == 0 && !from.Before(a.FirstDay) && !dateOrZero(a.ValidUntil).Before(until) {
			s.already = append(s.already, a.PersonID)
			continue
		}
		was := availabilityOf(a)
		if !slices.Contains(keep, a.PersonID) {
			released = append(released, hitSubject{person: a.PersonID, point: a.ReceptionPointID, periods: was.Periods(from, until)})
		}
		switch ends := !until.Before(was.Until); {
		case ends && !a.FirstDay.Before(from):
			err = s.tx.Availability.DeleteOne(a).Exec(granted)
		case ends:
			err = a.Update().SetValidUntil(from).AddVersion(1).Exec(granted)
		default:
			err = a.Update().SetChanges(closed(was, from, until)).AddVersion(1).Exec(granted)
		}
		if err != nil {
			return nil, err
		}
	}
	return released, nil
}

// closed are the changes of an availability that has no day within [from, until).
func closed(a domain.Availability, from, until domain.Date) []domain.OccurrenceChange {
	for _, p := range a.Periods(from, until) {
		day := domain.DateOf(p.From)
		a.Changes = a.Changed(domain.OccurrenceChange{Day: day, Opens: a.Opens, Closes: a.Opens})
	}
	return a.Changes
}

// give has somebody receive there, who does not yet.
func (s *staffing) give(granted context.Context, who domain.ID) error {
	if slices.Contains(s.already, who) {
		return nil
	}
	a := s.received
	c := s.tx.Availability.Create().SetPersonID(who).SetReceptionPointID(s.permanence.ReceptionPointID).
		SetNillableRoomID(s.permanence.RoomID).SetPermanenceID(s.permanence.ID).SetRule(domain.Stated(a.Rule)).
		SetFirstDay(a.FirstDay).SetValidUntil(a.Until).SetOpens(a.Opens).SetCloses(a.Closes)
	if len(a.Changes) > 0 {
		c.SetChanges(a.Changes)
	}
	return c.Exec(granted)
}

// HoldPermanence records that a permanence was held on a day, and how many were received.
func (s *Service) HoldPermanence(ctx context.Context, id domain.ID, version int, day domain.Date, received int) (*ent.Permanence, error) {
	holding := func(ctx context.Context, tx *ent.Tx, _ *ent.ReceptionPoint, p *ent.Permanence) (context.Context, error) {
		held, err := tx.Availability.Query().Where(availability.PermanenceID(p.ID)).All(policy.WhoHolds(ctx))
		if err != nil {
			return nil, err
		}
		var people []domain.ID
		for _, a := range held {
			if len(availabilityOf(a).Periods(day, day.AddDays(1))) > 0 {
				people = append(people, a.PersonID)
			}
		}
		return policy.HoldPermanence(ctx, people)
	}
	err := s.onPermanence(ctx, id, version, holding, func(granted context.Context, _ *ent.Tx, p *ent.Permanence) error {
		next, refused := PermanenceOf(p).Hold(day, received, auth.FromContext(ctx).Today())
		if refused != nil {
			return refused
		}
		return store(p, next).Exec(granted)
	})
	if err != nil {
		return nil, err
	}
	return s.seenPermanence(ctx, id)
}

// CancelPermanence cancels a permanence, or one day of it, and tells what was booked then.
func (s *Service) CancelPermanence(
	ctx context.Context, id domain.ID, version int, day *domain.Date, reason domain.PermanenceRefusal,
) (*ent.Permanence, []*AppointmentHit, error) {
	today := auth.FromContext(ctx).Today()
	var released []hitSubject
	cancelling := func(ctx context.Context, _ *ent.Tx, at *ent.ReceptionPoint, p *ent.Permanence) (context.Context, error) {
		return policy.CancelPermanence(ctx, at, p.State)
	}
	err := s.onPermanence(ctx, id, version, cancelling, func(granted context.Context, tx *ent.Tx, p *ent.Permanence) error {
		next, refused := PermanenceOf(p).Cancel(day, reason, today)
		if refused != nil {
			return refused
		}
		from, until := today, p.ValidUntil
		if day != nil {
			from, until = *day, day.AddDays(1)
		}
		if from.Before(until) && p.State != domain.PermanenceRequested {
			var err error
			if released, err = (&staffing{tx: tx, permanence: p}).release(granted, nil, from, until); err != nil {
				return err
			}
		}
		return store(p, next).Exec(granted)
	})
	if err != nil {
		return nil, nil, err
	}
	return s.seenWithHits(ctx, id, released)
}

// store notes where a permanence stands, and what became of its days.
func store(p *ent.Permanence, next domain.Permanence) *ent.PermanenceUpdateOne {
	u := p.Update().SetState(next.State).SetNillableCancelledFor(optional(next.CancelledFor)).AddVersion(1)
	if len(next.Records) > 0 {
		u.SetRecords(next.Records)
	}
	return u
}

// planning decides for who answers for the Métropole.
func planning(ctx context.Context, _ *ent.Tx, _ *ent.ReceptionPoint, _ *ent.Permanence) (context.Context, error) {
	return policy.PlanPermanence(ctx)
}

// onPermanence has somebody who may change a permanence of that version, under the lock of
// its point.
func (s *Service) onPermanence(
	ctx context.Context, id domain.ID, version int,
	decide func(context.Context, *ent.Tx, *ent.ReceptionPoint, *ent.Permanence) (context.Context, error),
	change func(context.Context, *ent.Tx, *ent.Permanence) error,
) error {
	return s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.Permanence.Query().Where(permanence.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		at, err := lockedPoint(ctx, tx, p.ReceptionPointID)
		if err != nil {
			return err
		}
		// Read again under the lock of the point, which every writer takes.
		if p, err = tx.Permanence.Query().Where(permanence.ID(id)).Only(ctx); err != nil {
			return notFound(err)
		}
		granted, err := decide(ctx, tx, at, p)
		if err != nil {
			return err
		}
		if p.Version != version {
			return stale(version, p.Version)
		}
		return change(granted, tx, p)
	})
}

func (s *Service) seenPermanence(ctx context.Context, id domain.ID) (*ent.Permanence, error) {
	p, err := s.ent.Permanence.Query().Where(permanence.ID(id)).Only(ctx)
	return p, ent.MaskNotFound(err)
}

// seenWithHits is a permanence with what was booked in time that is no more.
func (s *Service) seenWithHits(ctx context.Context, id domain.ID, released []hitSubject) (*ent.Permanence, []*AppointmentHit, error) {
	all := []*AppointmentHit{}
	for _, of := range released {
		if len(of.periods) == 0 {
			continue
		}
		hit, err := s.hits(ctx, of)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, hit...)
	}
	p, err := s.seenPermanence(ctx, id)
	return p, all[:min(len(all), maxHits)], err
}

// PermanenceOf is what the rules look at.
func PermanenceOf(p *ent.Permanence) domain.Permanence {
	return domain.Permanence{
		PermanencePlan: domain.PermanencePlan{
			RoomID: valueOf(p.RoomID), Rule: string(p.Rule), FirstDay: p.FirstDay, Until: p.ValidUntil,
			Opens: p.Opens, Closes: p.Closes, Capacity: p.Capacity, Languages: p.Languages,
		},
		State: p.State, Records: p.Records, CancelledFor: valueOf(p.CancelledFor), DeclinedFor: valueOf(p.DeclinedFor),
	}
}

// DaysOf are the days of a permanence within [from, until).
func DaysOf(p *ent.Permanence, from, until domain.Date) []domain.PermanenceDay {
	days := PermanenceOf(p).Days(from, until)
	for i := range days {
		days[i].PermanenceID = p.ID
	}
	return days
}

// AnnouncedDays are the days within [from, until) of those of the permanences that
// everybody may know of, in the order of time: the same for everybody.
func AnnouncedDays(held []*ent.Permanence, from, until domain.Date) []domain.PermanenceDay {
	var all []domain.PermanenceDay
	for _, p := range held {
		if p.State.Announced() || p.State == domain.PermanenceHeld {
			all = append(all, DaysOf(p, from, until)...)
		}
	}
	slices.SortFunc(all, func(a, b domain.PermanenceDay) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Opens, b.Opens), cmp.Compare(a.PermanenceID, b.PermanenceID))
	})
	return all
}

// NextDay is the first of these days that still takes place; nil for none.
func NextDay(held []*ent.Permanence, from domain.Date) *domain.PermanenceDay {
	for _, d := range AnnouncedDays(held, from, from.AddDays(domain.MaxPermanenceDays)) {
		if d.State.Announced() {
			return &d
		}
	}
	return nil
}

// PermanenceRecords are what became of the days of a permanence, for who may know.
func PermanenceRecords(ctx context.Context, p *ent.Permanence) []domain.PermanenceRecord {
	if !policy.SeesRecords(auth.FromContext(ctx), p.ReceptionPointID) {
		return nil
	}
	return p.Records
}

// InTime keeps the permanences that are not over on the first day and begun before the
// other one, where these are given.
func InTime(from, until *domain.Date) predicate.Permanence {
	all := []predicate.Permanence{}
	if from != nil {
		all = append(all, permanence.ValidUntilGT(*from))
	}
	if until != nil {
		all = append(all, permanence.FirstDayLT(*until))
	}
	return permanence.And(all...)
}

// servingPoint is the point of the Métropole that serves a permanence which the viewer holds
// at that point at this hour, and the point itself where it holds none.
func servingPoint(ctx context.Context, tx *ent.Tx, at domain.ID) (domain.ID, error) {
	v := auth.FromContext(ctx)
	held, err := tx.Availability.Query().Where(
		availability.ReceptionPointID(at), availability.PersonID(v.PersonID), availability.PermanenceIDNotNil(),
	).WithPermanence().All(policy.WhoHolds(ctx))
	if err != nil {
		return "", err
	}
	for _, a := range held {
		if serving := a.Edges.Permanence.ServingPointID; serving != nil && availabilityOf(a).OpenAt(v.Now) {
			return *serving, nil
		}
	}
	return at, nil
}
