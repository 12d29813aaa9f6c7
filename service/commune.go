package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/commune"
)

// communeIDs are the identifiers of the communes of those codes; a code of none has none.
// They are kept, as few as there are communes: a commune keeps its code for life.
func (s *Service) communeIDs(ctx context.Context, codes []domain.InseeCode) ([]domain.ID, error) {
	ids := make([]domain.ID, 0, len(codes))
	var unknown []domain.InseeCode
	for _, c := range codes {
		if id, known := s.communes.Load(c); known {
			ids = append(ids, id.(domain.ID)) //nolint:forcetypeassert // nothing else is stored
		} else {
			unknown = append(unknown, c)
		}
	}
	if len(unknown) == 0 {
		return ids, nil
	}
	found, err := s.ent.Commune.Query().Where(commune.InseeCodeIn(unknown...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("communes of codes: %w", err)
	}
	for _, c := range found {
		s.communes.Store(c.InseeCode, c.ID)
		ids = append(ids, c.ID)
	}
	return ids, nil
}
