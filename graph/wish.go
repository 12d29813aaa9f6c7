package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/service"
)

// WishedCommunes keeps the applications that wish one of these communes.
func (applicationFilterResolver) WishedCommunes(ctx context.Context, where *ent.ApplicationWhereInput, codes []domain.InseeCode) error {
	if codes != nil {
		where.AddPredicates(service.Wishing(auth.FromContext(ctx), codes))
	}
	return tooMany("where.wishedCommunes", len(codes))
}
