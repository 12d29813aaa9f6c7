package service

import (
	"context"

	"github.com/guichet-logement/guichet/ent/catalogueentry"
)

// Catalogued tells whether the catalogue of services has that code. What it has is kept, as
// few as they are: an entry is never taken out.
func (s *Service) Catalogued(ctx context.Context, code string) (bool, error) {
	if _, known := s.catalogued.Load(code); known {
		return true, nil
	}
	there, err := s.ent.CatalogueEntry.Query().Where(catalogueentry.Code(code)).Exist(ctx)
	if there {
		s.catalogued.Store(code, nil)
	}
	return there, err
}
