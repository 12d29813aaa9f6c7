package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// Services lists what an applicant can get at the agreement's level.
func (r agreementResolver) Services(ctx context.Context, a *ent.Agreement) ([]*ent.CatalogueEntry, error) {
	catalogue, err := r.catalogue(ctx)
	var services []*ent.CatalogueEntry
	for _, e := range catalogue {
		if e.Kind == domain.ServiceToApplicant && *e.Level <= a.Level {
			services = append(services, e)
		}
	}
	return services, err
}
