package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/ent/vacancy"
	"github.com/guichet-logement/guichet/policy"
)

// RecordVacancy records that a dwelling is or will be vacant.
func (s *Service) RecordVacancy(ctx context.Context, of domain.ID, dates domain.VacancyDates) (*ent.Vacancy, error) {
	v := auth.FromContext(ctx)
	var made domain.ID
	err := s.onDwelling(ctx, of, func(granted context.Context, tx *ent.Tx, d *ent.Dwelling) error {
		if err := dates.Check(v.Today()).Err(); err != nil {
			return err
		}
		if len(d.Edges.Vacancies) >= domain.MaxVacancies {
			return domain.TooManyVacancies()
		}
		if d.Edges.Managed == nil { // what is vacant is managed
			if err := writeManaged(granted, tx, d, domain.ManagedDwelling{Answers: domain.DwellingAnswers{}}); err != nil {
				return err
			}
		}
		row, err := tx.Vacancy.Create().SetDwellingID(of).SetKind(dates.Kind).SetNillableNoticeGivenOn(dates.NoticeGivenOn).
			SetVacantFrom(dates.VacantFrom).SetNillableAvailableOn(dates.AvailableOn).SetUpdatedAt(v.Now).SetUpdatedByID(v.PersonID).Save(granted)
		if err != nil {
			return err
		}
		made = row.ID
		_, err = noteChange(granted, tx, of, nil, domain.ManagedDwelling{}.Values(&dates))
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.seenVacancy(ctx, made)
}

// UpdateVacancy changes the dates of a vacancy that lasts.
func (s *Service) UpdateVacancy(ctx context.Context, id domain.ID, version int, dates domain.VacancyDates) (*ent.Vacancy, error) {
	return s.onVacancy(ctx, id, version, func(granted context.Context, tx *ent.Tx, row *ent.Vacancy) error {
		was := vacancyOf(row)
		if was.ClosedOn != nil {
			return domain.VacancyIsOver()
		}
		dates.Kind = was.Kind
		if err := dates.Check(auth.FromContext(ctx).Today()).Err(); err != nil {
			return err
		}
		return changeVacancy(granted, tx, row, dates)
	})
}

// CloseVacancy ends a vacancy.
func (s *Service) CloseVacancy(ctx context.Context, id domain.ID, version int, on domain.Date, outcome domain.VacancyOutcome) (*ent.Vacancy, error) {
	return s.onVacancy(ctx, id, version, func(granted context.Context, tx *ent.Tx, row *ent.Vacancy) error {
		next, refused := vacancyOf(row).Close(on, outcome, auth.FromContext(ctx).Today())
		if refused != nil {
			return refused
		}
		return changeVacancy(granted, tx, row, next)
	})
}

func changeVacancy(granted context.Context, tx *ent.Tx, row *ent.Vacancy, next domain.VacancyDates) error {
	v := auth.FromContext(granted)
	was := vacancyOf(row)
	if _, err := noteChange(granted, tx, row.DwellingID, domain.ManagedDwelling{}.Values(&was), domain.ManagedDwelling{}.Values(&next)); err != nil {
		return err
	}
	u := row.Update().SetVacantFrom(next.VacantFrom).SetNillableClosedOn(next.ClosedOn).SetNillableOutcome(next.Outcome).
		SetUpdatedAt(v.Now).SetUpdatedByID(v.PersonID).AddVersion(1)
	put(dateOrZero(next.NoticeGivenOn), u.SetNoticeGivenOn, u.ClearNoticeGivenOn)
	put(dateOrZero(next.AvailableOn), u.SetAvailableOn, u.ClearAvailableOn)
	return u.Exec(granted)
}

// DesignateVacancy offers a vacancy under a right of its landlord, or takes it back.
func (s *Service) DesignateVacancy(ctx context.Context, id domain.ID, version int, right *domain.ID) (*ent.Vacancy, error) {
	v := auth.FromContext(ctx)
	return s.onVacancy(ctx, id, version, func(granted context.Context, tx *ent.Tx, row *ent.Vacancy) error {
		if row.ClosedOn != nil {
			return domain.VacancyIsOver()
		}
		u := row.Update().SetUpdatedAt(v.Now).SetUpdatedByID(v.PersonID).AddVersion(1)
		if right == nil {
			return u.ClearRightID().ClearDesignatedOn().Exec(granted)
		}
		if err := mayOffer(granted, tx, row, *right, v.Today()); err != nil {
			return err
		}
		return u.SetRightID(*right).SetDesignatedOn(v.Today()).Exec(granted)
	})
}

// mayOffer refuses a right of another landlord, one that does not hold today, and one over the
// flow for a dwelling that is reserved by name.
func mayOffer(granted context.Context, tx *ent.Tx, row *ent.Vacancy, right domain.ID, today domain.Date) error {
	landlord := valueOf(row.Edges.Dwelling.LandlordID)
	named, err := tx.ReservationRight.Query().Where(
		policy.ReservationInForce(today), reservationright.LandlordID(landlord), reservationright.HasDwellingsWith(dwelling.ID(row.DwellingID)),
	).All(granted)
	if err != nil {
		return err
	}
	for _, r := range named {
		if r.ID == right {
			return nil
		}
	}
	if len(named) > 0 {
		return domain.NotDesignable()
	}
	held, err := tx.ReservationRight.Query().Where(
		policy.ReservationInForce(today), reservationright.LandlordID(landlord), reservationright.ID(right), reservationright.ModeEQ(domain.ReservedFlow),
	).Exist(granted)
	if err == nil && !held {
		return domain.NotDesignable()
	}
	return err
}

// onVacancy changes a vacancy that the viewer sees, over the version it read.
func (s *Service) onVacancy(
	ctx context.Context, id domain.ID, version int, change func(context.Context, *ent.Tx, *ent.Vacancy) error,
) (*ent.Vacancy, error) {
	seen, err := s.ent.Vacancy.Query().Where(vacancy.ID(id)).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	err = s.onDwelling(ctx, seen.DwellingID, func(granted context.Context, tx *ent.Tx, d *ent.Dwelling) error {
		for _, row := range d.Edges.Vacancies {
			if row.ID != id {
				continue
			}
			if row.Version != version {
				return stale(version, row.Version)
			}
			row.Edges.Dwelling = d
			return change(granted, tx, row)
		}
		return notFound(&ent.NotFoundError{})
	})
	if err != nil {
		return nil, err
	}
	return s.seenVacancy(ctx, id)
}

func (s *Service) seenVacancy(ctx context.Context, id domain.ID) (*ent.Vacancy, error) {
	row, err := s.ent.Vacancy.Query().Where(vacancy.ID(id)).Only(ctx)
	return row, ent.MaskNotFound(err)
}

func vacancyOf(row *ent.Vacancy) domain.VacancyDates {
	return domain.VacancyDates{
		Kind: row.Kind, NoticeGivenOn: row.NoticeGivenOn, VacantFrom: row.VacantFrom, AvailableOn: row.AvailableOn,
		ClosedOn: row.ClosedOn, Outcome: row.Outcome,
	}
}

// VacantDwelling keeps the dwellings with a vacancy that lasts or is announced, after which
// somebody can move in on that day or before; nil for whenever.
func VacantDwelling(by *domain.Date) predicate.Dwelling {
	lasting := []predicate.Vacancy{vacancy.ClosedOnIsNil()}
	if by != nil {
		lasting = append(lasting, vacancy.Or(
			vacancy.AvailableOnLTE(*by), vacancy.And(vacancy.AvailableOnIsNil(), vacancy.VacantFromLTE(*by))))
	}
	return dwelling.HasVacanciesWith(lasting...)
}
