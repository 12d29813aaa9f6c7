package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// SlotSearch is what slots are looked for.
type SlotSearch struct {
	Motive domain.MotiveCode
	Mode   domain.AppointmentMode
	// Points are where; nil for everywhere.
	Points []domain.ID
	// From and Until bound their beginning; nil for the usual.
	From, Until *time.Time
	// After is the last slot of the page before; nil for the first page.
	After *domain.Slot
	First int
}

// SlotPage is a page of slots.
type SlotPage struct {
	Slots       []*domain.Slot
	TotalCount  int
	HasNextPage bool
}

const (
	maxSlots = 100
	// usualSlotDays is how far a search looks that does not say how far.
	usualSlotDays = 28
	maxSlotPoints = 100
)

// Slots looks for times at which an appointment can be had, in one statement whatever the
// number of points and days.
func (s *Service) Slots(ctx context.Context, search SlotSearch) (*SlotPage, error) {
	if err := domain.PageOf(search.First, maxSlots); err != nil {
		return nil, err
	}
	ask, err := search.question(auth.FromContext(ctx))
	if err != nil {
		return nil, err
	}
	found, err := s.slots(ctx, ask, search.Points)
	if err != nil {
		return nil, err
	}
	page := &SlotPage{Slots: []*domain.Slot{}, TotalCount: len(found)}
	if search.After != nil {
		found = slices.DeleteFunc(found, func(slot domain.Slot) bool { return slot.Compare(*search.After) <= 0 })
	}
	page.HasNextPage = len(found) > search.First
	for i := range found[:min(len(found), search.First)] {
		page.Slots = append(page.Slots, &found[i])
	}
	return page, nil
}

// question is what the calendar is asked.
func (search SlotSearch) question(v *auth.Viewer) (domain.SlotQuestion, error) {
	motive, unknown := domain.MotiveOn(search.Motive, v.Today())
	if unknown == nil && !slices.Contains(motive.Modes, search.Mode) {
		unknown = motive.CheckMode(search.Mode, domain.AgentBooks)
	}
	if unknown != nil {
		return domain.SlotQuestion{}, domain.UnknownValue("where."+unknown[0].Field[0], unknown[0].Message)
	}
	if len(search.Points) > maxSlotPoints {
		return domain.SlotQuestion{}, badSearch("TOO_MANY_VALUES", "where.receptionPointIds", domain.Text{
			EN: "Name at most 100 reception points.", FR: "Nommer 100 guichets au plus.",
		})
	}
	ask := domain.SlotQuestion{Motive: motive, Mode: search.Mode, From: v.Now}
	if search.From != nil && v.Now.Before(*search.From) {
		ask.From = *search.From
	}
	ask.Until = ask.From.AddDate(0, 0, usualSlotDays)
	if search.Until != nil {
		ask.Until = *search.Until
	}
	if ask.Until.Before(ask.From) || ask.Until.After(v.Now.AddDate(0, 0, domain.MaxSlotDays)) {
		return ask, badSearch("PERIOD", "where.until", domain.Text{
			EN: "Slots are looked for in the next 120 days, from an instant to a later one.",
			FR: "Les créneaux se cherchent dans les 120 jours, d'un instant à un autre.",
		})
	}
	return ask.Bookable(v.Now), nil
}

func badSearch(reason, field string, message domain.Text) error {
	return &domain.Error{Code: domain.BadRequest, Reason: reason, Field: field, Message: message}
}

// slots are those of these points, nil for all of them, that answer the question.
func (s *Service) slots(ctx context.Context, ask domain.SlotQuestion, points []domain.ID) ([]domain.Slot, error) {
	if !ask.From.Before(ask.Until) || points != nil && len(points) == 0 {
		return nil, nil
	}
	c, err := calendarOf(policy.SearchSlots(ctx), s.ent, points, domain.DateOf(ask.From), domain.DateOf(ask.Until).AddDays(1), auth.FromContext(ctx).Now)
	if err != nil {
		return nil, err
	}
	return c.Slots(ask), nil
}

// NextSlots is the next free slot of each of these points for an appointment of that level on
// site, the earliest first: for a first registration, or a personalised one.
func (s *Service) NextSlots(ctx context.Context, level int, points []*ent.ReceptionPoint) ([]domain.Slot, error) {
	search := SlotSearch{Motive: domain.FirstRegistrationMotive, Mode: domain.OnSite, Points: []domain.ID{}}
	if level == domain.SpecialisedLevel {
		search.Motive = domain.PersonalisedMotive
	}
	for _, p := range points {
		search.Points = append(search.Points, p.ID)
	}
	ask, err := search.question(auth.FromContext(ctx))
	if err != nil {
		return nil, err
	}
	found, err := s.slots(ctx, ask, search.Points)
	next := []domain.Slot{}
	for _, slot := range found {
		if !slices.ContainsFunc(next, func(n domain.Slot) bool { return n.ReceptionPointID == slot.ReceptionPointID }) {
			next = append(next, slot)
		}
	}
	return next, err
}

// alternativeDays is how far around a slot that is taken others are looked for.
const alternativeDays = 28

// withAlternatives names other slots in a refusal of one that is taken, as they are once
// the transaction that was refused is over.
func (s *Service) withAlternatives(ctx context.Context, err error, ask domain.SlotQuestion, wanted domain.Slot) error {
	var refusals domain.Refusals
	if !errors.As(err, &refusals) || len(refusals) != 1 || refusals[0].Code != domain.SlotTaken {
		return err
	}
	others, failed := s.alternatives(ctx, ask, wanted)
	if failed != nil {
		return failed
	}
	return domain.Taken(others)
}

// alternatives are the nearest to a slot: at its point, and elsewhere where that has too few.
func (s *Service) alternatives(ctx context.Context, ask domain.SlotQuestion, wanted domain.Slot) ([]domain.Slot, error) {
	v := auth.FromContext(ctx)
	ask.From, ask.Until = wanted.From.AddDate(0, 0, -alternativeDays), wanted.From.AddDate(0, 0, alternativeDays)
	if ask.From.Before(v.Now) {
		ask.From = v.Now
	}
	ask = ask.Bookable(v.Now)
	found, err := s.slots(ctx, ask, []domain.ID{wanted.ReceptionPointID})
	if others := domain.Alternatives(wanted, found); err != nil || len(others) == domain.AlternativeCount {
		return others, err
	}
	found, err = s.slots(ctx, ask, nil)
	return domain.Alternatives(wanted, found), err
}

// OfSlots keeps the points of these slots.
func (p *SlotPage) OfSlots() predicate.ReceptionPoint {
	ids := []domain.ID{}
	for _, slot := range p.Slots {
		if !slices.Contains(ids, slot.ReceptionPointID) {
			ids = append(ids, slot.ReceptionPointID)
		}
	}
	return receptionpoint.IDIn(ids...)
}
