package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// WishedCommunes keeps the applications that wish one of these communes.
func (r applicationFilterResolver) WishedCommunes(ctx context.Context, where *ent.ApplicationWhereInput, codes []domain.InseeCode) error {
	if err := tooMany("where.wishedCommunes", len(codes)); err != nil || codes == nil {
		return err
	}
	wishing, err := r.service.Wishing(ctx, codes)
	if err == nil {
		where.AddPredicates(wishing)
	}
	return err
}
