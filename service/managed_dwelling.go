package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/manageddwelling"
	"github.com/guichet-logement/guichet/ent/vacancy"
	"github.com/guichet-logement/guichet/policy"
)

// UpdateManagedDwelling writes what its landlord says of a dwelling, as a whole, over that
// version of it; nil where nothing was said before.
func (s *Service) UpdateManagedDwelling(ctx context.Context, id domain.ID, version *int, said domain.ManagedDwelling) (*ent.ManagedDwelling, error) {
	v := auth.FromContext(ctx)
	err := s.onDwelling(ctx, id, func(granted context.Context, tx *ent.Tx, d *ent.Dwelling) error {
		before := d.Edges.Managed
		if mine, theirs := valueOf(version), versionOf(before); mine != theirs {
			return stale(mine, theirs)
		}
		if err := said.Check(v.Today()).Err(); err != nil {
			return err
		}
		was := managedOf(before)
		said.Answers = said.Answers.Settled(was.Answers, v.Today())
		changed, err := noteChange(granted, tx, d.ID, was.Values(nil), said.Values(nil))
		if err != nil || !changed && before != nil {
			return err
		}
		return writeManaged(granted, tx, d, said)
	})
	if err != nil {
		return nil, err
	}
	m, err := s.ent.ManagedDwelling.Query().Where(manageddwelling.DwellingID(id)).Only(ctx)
	return m, ent.MaskNotFound(err)
}

// onDwelling changes what is managed of a dwelling, which comes with that and with the vacancy
// that lasts. Whoever writes holds the dwelling first, the import of files too.
func (s *Service) onDwelling(ctx context.Context, id domain.ID, change func(context.Context, *ent.Tx, *ent.Dwelling) error) error {
	return s.inTx(ctx, func(tx *ent.Tx) error {
		d, err := tx.Dwelling.Query().Where(dwelling.ID(id)).WithBuilding().ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := policy.UpdateStock(ctx, d)
		if err != nil {
			return err
		}
		if d.Edges.Managed, err = tx.ManagedDwelling.Query().Where(manageddwelling.DwellingID(id)).Only(granted); ent.MaskNotFound(err) != nil {
			return err
		}
		if d.Edges.Vacancies, err = tx.Vacancy.Query().Where(vacancy.DwellingID(id)).Limit(domain.MaxVacancies).All(granted); err != nil {
			return err
		}
		return change(granted, tx, d)
	})
}

func versionOf(m *ent.ManagedDwelling) int {
	if m == nil {
		return 0
	}
	return m.Version
}

func managedOf(m *ent.ManagedDwelling) domain.ManagedDwelling {
	if m == nil {
		return domain.ManagedDwelling{}
	}
	return domain.ManagedDwelling{FlatNumber: string(m.FlatNumber), Rent: m.Rent, Charges: m.Charges, Answers: m.Criteria, Works: m.Works}
}

func writeManaged(granted context.Context, tx *ent.Tx, d *ent.Dwelling, said domain.ManagedDwelling) error {
	v := auth.FromContext(granted)
	if d.Edges.Managed == nil {
		c := tx.ManagedDwelling.Create().SetID(domain.ManagedID(d.ID)).SetDwellingID(d.ID).SetFlatNumber(domain.Stated(said.FlatNumber)).
			SetNillableRent(said.Rent).SetNillableCharges(said.Charges).SetCriteria(said.Answers).
			SetSource(domain.ManagedByAPI).SetUpdatedAt(v.Now).SetUpdatedByID(v.PersonID)
		if said.Works != nil {
			c.SetWorks(said.Works)
		}
		return c.Exec(granted)
	}
	u := d.Edges.Managed.Update().SetFlatNumber(domain.Stated(said.FlatNumber)).SetCriteria(said.Answers).
		SetSource(domain.ManagedByAPI).SetUpdatedAt(v.Now).SetUpdatedByID(v.PersonID).AddVersion(1)
	put(said.Rent, func(m *domain.Money) *ent.ManagedDwellingUpdateOne { return u.SetRent(*m) }, u.ClearRent)
	put(said.Charges, func(m *domain.Money) *ent.ManagedDwellingUpdateOne { return u.SetCharges(*m) }, u.ClearCharges)
	put(said.Works, u.SetWorks, u.ClearWorks)
	return u.Exec(granted)
}

// noteChange writes down what differs, and tells whether anything does.
func noteChange(granted context.Context, tx *ent.Tx, id domain.ID, before, after domain.ManagedValues) (bool, error) {
	was, is := before.Changed(after)
	if len(was) == 0 && len(is) == 0 {
		return false, nil
	}
	v := auth.FromContext(granted)
	return true, tx.ManagedChange.Create().SetDwellingID(id).SetChangedAt(v.Now).SetChangedByID(v.PersonID).
		SetSource(domain.ManagedByAPI).SetBefore(was).SetAfter(is).Exec(granted)
}
