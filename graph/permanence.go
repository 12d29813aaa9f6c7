package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/permanence"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/rota"
	"github.com/guichet-logement/guichet/service"
)

// Permanences lists permanences.
func (r queryResolver) Permanences(ctx context.Context, first int, afterID *domain.ID, where *model.PermanenceFilter) ([]*ent.Permanence, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.Permanence.Query().Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(permanence.IDGT(*afterID))
	}
	if err := such(q, where); err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// such keeps the permanences that a filter asks for.
func such(q *ent.PermanenceQuery, where *model.PermanenceFilter) error {
	if where == nil {
		return nil
	}
	if where.Communes != nil {
		q.Where(permanence.HasReceptionPointWith(service.InCommunes(where.Communes...)))
	}
	if where.ReceptionPointIds != nil {
		q.Where(permanence.HasReceptionPointWith(receptionpoint.IDIn(where.ReceptionPointIds...)))
	}
	if where.States != nil {
		q.Where(permanence.StateIn(where.States...))
	}
	q.Where(service.InTime(where.From, where.Until))
	if err := tooMany("where.communes", len(where.Communes)); err != nil {
		return err
	}
	return tooMany("where.receptionPointIds", len(where.ReceptionPointIds))
}

// PermanenceCoverage tells what can be reached, and what is missing.
func (r queryResolver) PermanenceCoverage(
	ctx context.Context, from domain.Date, weeks int, communes []domain.InseeCode,
) ([]*service.CommuneCoverage, error) {
	if err := tooMany("communes", len(communes)); err != nil {
		return nil, err
	}
	return r.service.PermanenceCoverage(ctx, from, weeks, communes)
}

// ProposePermanenceStaff says who could hold what nobody holds.
func (r queryResolver) ProposePermanenceStaff(ctx context.Context, from domain.Date, days int) (*service.PermanenceProposals, error) {
	return r.service.ProposePermanenceStaff(ctx, from, days)
}

// Person is who could hold it, if the viewer sees that person.
func (r permanenceProposalResolver) Person(ctx context.Context, p *rota.Proposal) (*ent.Person, error) {
	found, err := r.ent.Person.Get(ctx, p.PersonID)
	return found, ent.MaskNotFound(err)
}

// Room is where it is held, if the viewer sees it.
func (permanenceResolver) Room(ctx context.Context, p *ent.Permanence) (*ent.Room, error) {
	room, err := p.Room(ctx)
	return room, ent.MaskNotFound(err)
}

// Days are those of a permanence.
func (permanenceResolver) Days(_ context.Context, p *ent.Permanence, from *domain.Date, days int) ([]*domain.PermanenceDay, error) {
	if days < 1 || days > maxOpeningDays {
		return nil, errTooManyDays
	}
	if from == nil {
		from = &p.FirstDay
	}
	return pointers(service.DaysOf(p, *from, from.AddDays(days))), nil
}

// Records are what became of its days, for who may know.
func (permanenceResolver) Records(ctx context.Context, p *ent.Permanence) ([]*domain.PermanenceRecord, error) {
	return pointers(service.PermanenceRecords(ctx, p)), nil
}

// PermanenceDays are the days on which permanences are held at a point.
func (receptionPointResolver) PermanenceDays(ctx context.Context, p *ent.ReceptionPoint, days int) ([]*domain.PermanenceDay, error) {
	if days < 1 || days > maxOpeningDays {
		return nil, errTooManyDays
	}
	held, err := permanencesAt(ctx, p)
	if err != nil {
		return nil, err
	}
	from := auth.FromContext(ctx).Day()
	return pointers(service.AnnouncedDays(held, from, from.AddDays(days))), nil
}

// NextPermanence is the next day on which a permanence is held at a point.
func (receptionPointResolver) NextPermanence(ctx context.Context, p *ent.ReceptionPoint) (*domain.PermanenceDay, error) {
	held, err := permanencesAt(ctx, p)
	if err != nil {
		return nil, err
	}
	return service.NextDay(held, auth.FromContext(ctx).Day()), nil
}

// permanencesAt are those that were loaded with the point.
func permanencesAt(ctx context.Context, p *ent.ReceptionPoint) ([]*ent.Permanence, error) {
	held, err := p.NamedPermanences(alias(ctx))
	if ent.IsNotLoaded(err) {
		held, err = p.QueryPermanences().All(ctx)
	}
	return held, err
}

// planOf is what an input states.
func planOf(in *model.PermanencePlanInput) domain.PermanencePlan {
	return domain.PermanencePlan{
		RoomID: valueOr(in.RoomID), Rule: valueOr(in.Rule), FirstDay: in.FirstDay, Until: dateOr(in.ValidUntil),
		Opens: in.Opens, Closes: in.Closes, Capacity: in.Capacity, Languages: append([]domain.LanguageCode{}, in.Languages...),
	}
}

// RequestPermanence asks for a permanence.
func (r mutationResolver) RequestPermanence(ctx context.Context, in model.RequestPermanenceInput) (*model.RequestPermanencePayload, error) {
	p, err := r.service.RequestPermanence(ctx, in.ReceptionPointID, in.Reason, planOf(in.Plan))
	refused, err := userErrors(ctx, err)
	return &model.RequestPermanencePayload{Permanence: p, Errors: refused}, err
}

// PlanPermanence plans a permanence.
func (r mutationResolver) PlanPermanence(ctx context.Context, in model.PlanPermanenceInput) (*model.PlanPermanencePayload, error) {
	p, err := r.service.PlanPermanence(ctx, in.ID, in.Version, in.ServingPointID, planOf(in.Plan))
	refused, err := userErrors(ctx, err)
	return &model.PlanPermanencePayload{Permanence: p, Errors: refused}, err
}

// DeclinePermanence declines a request.
func (r mutationResolver) DeclinePermanence(ctx context.Context, in model.DeclinePermanenceInput) (*model.DeclinePermanencePayload, error) {
	p, err := r.service.DeclinePermanence(ctx, in.ID, in.Version, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.DeclinePermanencePayload{Permanence: p, Errors: refused}, err
}

// StaffPermanence says who holds a permanence.
func (r mutationResolver) StaffPermanence(ctx context.Context, in model.StaffPermanenceInput) (*model.StaffPermanencePayload, error) {
	p, hit, err := r.service.StaffPermanence(ctx, in.ID, in.Version, in.PersonIds, dateOr(in.From), dateOr(in.Until))
	refused, err := userErrors(ctx, err)
	return &model.StaffPermanencePayload{Permanence: p, Hit: listed(hit), Errors: refused}, err
}

// HoldPermanence records that a permanence was held.
func (r mutationResolver) HoldPermanence(ctx context.Context, in model.HoldPermanenceInput) (*model.HoldPermanencePayload, error) {
	p, err := r.service.HoldPermanence(ctx, in.ID, in.Version, in.Day, in.Received)
	refused, err := userErrors(ctx, err)
	return &model.HoldPermanencePayload{Permanence: p, Errors: refused}, err
}

// CancelPermanence cancels a permanence, or one day of it.
func (r mutationResolver) CancelPermanence(ctx context.Context, in model.CancelPermanenceInput) (*model.CancelPermanencePayload, error) {
	p, hit, err := r.service.CancelPermanence(ctx, in.ID, in.Version, in.Day, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.CancelPermanencePayload{Permanence: p, Hit: listed(hit), Errors: refused}, err
}
