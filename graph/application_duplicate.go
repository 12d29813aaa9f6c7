package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// ApplicationDuplicates lists what looks like an application of the same person.
func (r queryResolver) ApplicationDuplicates(ctx context.Context, applicationID domain.ID) ([]*service.ApplicationDuplicate, error) {
	all, err := r.service.ApplicationDuplicates(ctx, applicationID)
	return pointers(all), err
}
