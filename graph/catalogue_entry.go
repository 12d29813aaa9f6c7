package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// maxCatalogue bounds the reading of the catalogue, which has some twenty entries.
const maxCatalogue = 200

// ServiceCatalogue arranges the catalogue by level and kind.
func (r queryResolver) ServiceCatalogue(ctx context.Context) (*model.ServiceCatalogue, error) {
	entries, err := r.catalogue(ctx)
	c := &model.ServiceCatalogue{Levels: []*model.ServiceLevel{{Level: 1}, {Level: 2}, {Level: 3}}}
	for _, e := range entries {
		switch e.Kind {
		case domain.ServiceToApplicant:
			level := c.Levels[*e.Level-1]
			level.Services = append(level.Services, e)
		case domain.PointMission:
			c.PointMissions = append(c.PointMissions, e)
		case domain.MetropoleMission:
			c.MetropoleMissions = append(c.MetropoleMissions, e)
		}
	}
	return c, err
}

// Label is what the entry is, in the language asked or that of the viewer.
func (catalogueEntryResolver) Label(ctx context.Context, e *ent.CatalogueEntry, language *domain.Language) (string, error) {
	l := auth.FromContext(ctx).Language
	if language != nil {
		l = *language
	}
	return domain.Text{EN: e.LabelEn, FR: e.LabelFr}.In(l), nil
}

type catalogueKey struct{}

// catalogueOnce reads the catalogue at most once an operation: a page of fifty
// agreements lists their services from one statement.
type catalogueOnce struct {
	sync.Once
	entries []*ent.CatalogueEntry
	err     error
}

// ShareCatalogue gives each operation a place for the catalogue.
func ShareCatalogue(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(context.WithValue(ctx, catalogueKey{}, new(catalogueOnce)))
}

func (r *Resolver) catalogue(ctx context.Context) ([]*ent.CatalogueEntry, error) {
	once, ok := ctx.Value(catalogueKey{}).(*catalogueOnce)
	if !ok {
		once = new(catalogueOnce)
	}
	once.Do(func() { once.entries, once.err = r.ent.CatalogueEntry.Query().Limit(maxCatalogue).All(ctx) })
	return once.entries, once.err
}
