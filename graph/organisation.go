package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/organisation"
)

// Organisations lists organisations.
func (r queryResolver) Organisations(
	ctx context.Context, _ *domain.Date, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.OrganisationOrder, where *ent.OrganisationWhereInput,
) (*ent.OrganisationConnection, error) {
	return r.ent.Organisation.Query().Paginate(ctx, after, first, before, last,
		ent.WithOrganisationOrder(orderBy), ent.WithOrganisationFilter(where.Filter))
}

// Kinds keeps the organisations of these kinds.
func (organisationFilterResolver) Kinds(_ context.Context, where *ent.OrganisationWhereInput, kinds []domain.OrganisationKind) error {
	if kinds != nil {
		where.AddPredicates(organisation.KindIn(kinds...))
	}
	return tooMany("where.kinds", len(kinds))
}
