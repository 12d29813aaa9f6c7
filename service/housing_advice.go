package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/dwelling"
)

// HousingAdvice holds what is needed against the stock of the official file and what was
// published. What is asked is kept nowhere. It is as many statements whatever is asked.
func (s *Service) HousingAdvice(ctx context.Context, need domain.HousingNeed) (*domain.HousingAdvice, error) {
	today := auth.FromContext(ctx).Today()
	communes, err := s.advisedCommunes(ctx)
	if err != nil {
		return nil, err
	}
	if err := need.Check(today, communes); err != nil {
		return nil, err
	}
	facts := domain.AdviceFacts{Communes: communes}
	if facts.Tension, err = s.Tension(ctx, nil); err != nil {
		return nil, err
	}
	rents, err := s.PublishedRents(ctx)
	if err != nil {
		return nil, err
	}
	if rents != nil {
		facts.RentsMonth, facts.Rents = &rents.Month, rents.Cells
	}
	facts.Stock, err = stockLines(ctx, s.advisedStock(communes, domain.OccupancyOn(need.Household.People(), today)))
	if err != nil {
		return nil, err
	}
	return domain.Advise(need, facts, today), nil
}

// advisedCommunes are those of the Métropole by name.
func (s *Service) advisedCommunes(ctx context.Context) ([]domain.AdvisedCommune, error) {
	rows, err := s.ent.Commune.Query().Order(ent.Asc(commune.FieldName)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("communes to advise: %w", err)
	}
	communes := make([]domain.AdvisedCommune, len(rows))
	for i, c := range rows {
		communes[i] = domain.AdvisedCommune{Code: c.InseeCode, Name: c.Name, At: domain.Coordinates{Latitude: c.Latitude, Longitude: c.Longitude}}
	}
	return communes, nil
}

// advisedStock are the dwellings in force that are not known to be too small.
func (s *Service) advisedStock(communes []domain.AdvisedCommune, o *domain.Occupancy) *ent.DwellingQuery {
	codes := make([]domain.InseeCode, len(communes))
	for i, c := range communes {
		codes[i] = c.Code
	}
	q := s.ent.Dwelling.Query().Where(dwelling.LastVintageIDIsNil(), dwelling.InseeCodeIn(codes...))
	if o != nil {
		q.Where(dwelling.Or(dwelling.SurfaceEQ(0), dwelling.SurfaceGTE(domain.Surface(o.LeastSurface))))
	}
	return q
}
