package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/manageddwelling"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// ManagedDwellings lists what is managed.
func (r queryResolver) ManagedDwellings(ctx context.Context, first int, afterID *domain.ID, where *model.ManagedDwellingFilter) ([]*ent.ManagedDwelling, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.ManagedDwelling.Query().Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(manageddwelling.IDGT(*afterID))
	}
	if err := suchManaged(q, where); err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// suchManaged keeps the managed dwellings that a filter asks for. It is put beside the scope:
// no predicate sees a row that the viewer does not.
func suchManaged(q *ent.ManagedDwellingQuery, where *model.ManagedDwellingFilter) error {
	if where == nil {
		return nil
	}
	if where.Communes != nil {
		q.Where(manageddwelling.HasDwellingWith(dwelling.InseeCodeIn(where.Communes...)))
	}
	if where.Typologies != nil {
		q.Where(manageddwelling.HasDwellingWith(dwelling.TypologyIn(where.Typologies...)))
	}
	if where.Landlords != nil {
		q.Where(manageddwelling.HasDwellingWith(dwelling.LandlordIDIn(where.Landlords...)))
	}
	if where.MaxRent != nil {
		q.Where(manageddwelling.RentLTE(*where.MaxRent))
	}
	vacant(q, where)
	meets(q, where.Criteria)
	if err := tooMany("where.communes", len(where.Communes)); err != nil {
		return err
	}
	return tooMany("where.landlords", len(where.Landlords))
}

func vacant(q *ent.ManagedDwellingQuery, where *model.ManagedDwellingFilter) {
	if where.AvailableBy != nil {
		q.Where(manageddwelling.HasDwellingWith(service.VacantDwelling(where.AvailableBy)))
	}
	if where.Vacant == nil {
		return
	}
	is := service.VacantDwelling(nil)
	if !*where.Vacant {
		is = dwelling.Not(is)
	}
	q.Where(manageddwelling.HasDwellingWith(is))
}

// meets keeps those that are known to meet all of the criteria.
func meets(q *ent.ManagedDwellingQuery, criteria []domain.DwellingCriterion) {
	for _, c := range criteria {
		known := []domain.DwellingAnswer{{Criterion: c, Answer: domain.Yes}}
		q.Where(func(s *sql.Selector) { s.Where(sqljson.ValueContains(s.C(manageddwelling.FieldCriteria), known)) })
	}
}

// Criteria are the answers to every criterion.
func (managedDwellingResolver) Criteria(_ context.Context, m *ent.ManagedDwelling) ([]*domain.DwellingAnswer, error) {
	return pointers(m.Criteria.All()), nil
}

// UpdateManagedDwelling says what a dwelling is like.
func (r mutationResolver) UpdateManagedDwelling(ctx context.Context, in model.UpdateManagedDwellingInput) (*model.UpdateManagedDwellingPayload, error) {
	answers := make(domain.DwellingAnswers, len(in.Criteria))
	for i, a := range in.Criteria {
		answers[i] = *a
	}
	m, err := r.service.UpdateManagedDwelling(ctx, in.DwellingID, in.Version, domain.ManagedDwelling{
		FlatNumber: valueOr(in.FlatNumber), Rent: in.Rent, Charges: in.Charges, Answers: answers, Works: in.Works,
	})
	refused, err := userErrors(ctx, err)
	return &model.UpdateManagedDwellingPayload{ManagedDwelling: m, Errors: refused}, err
}
