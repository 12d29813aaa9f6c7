package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/publishedrents"
	"github.com/guichet-logement/guichet/policy"
)

// publishRents makes of the rents that landlords state what anyone may read, and stores it.
func (s *Service) publishRents(ctx context.Context, tx *ent.Tx, month domain.Date) error {
	stated, err := statedRents(ctx, tx)
	if err != nil {
		return err
	}
	last, err := tx.PublishedRents.Query().Where(publishedrents.MonthLT(month)).Order(ent.Desc(publishedrents.FieldMonth)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("rents of before: %w", err)
	}
	var before []*domain.PublishedRent
	if last != nil {
		before = last.Cells
	}
	rule := s.rentRule()
	err = tx.PublishedRents.Create().SetMonth(month).SetPublishedAt(s.clock.Now()).
		SetThreshold(rule.Threshold).SetLandlords(rule.Landlords).SetShare(rule.Share).SetMonths(rule.Months).SetBase(rule.Base).
		SetCells(rule.Publish(stated, before, month)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store rents: %w", err)
	}
	return nil
}

func (s *Service) rentRule() domain.RentRule {
	settings := policy.SettingsOn(domain.DateOf(s.clock.Now()))
	return domain.RentRule{
		Threshold: settings.PublicationThreshold, Landlords: settings.RentLandlords, Share: settings.RentShare,
		Months: settings.RentMonths, Base: domain.Money(settings.RentBase),
	}
}

// PublishedRents are the last ones; nil where none were published.
func (s *Service) PublishedRents(ctx context.Context) (*ent.PublishedRents, error) {
	rents, err := s.ent.PublishedRents.Query().Order(ent.Desc(publishedrents.FieldMonth)).First(ctx)
	return rents, ent.MaskNotFound(err)
}
