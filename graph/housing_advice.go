package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// HousingAdvice holds a need against what is known to everybody.
func (r queryResolver) HousingAdvice(ctx context.Context, input domain.HousingNeed) (*domain.HousingAdvice, error) {
	return r.service.HousingAdvice(ctx, input)
}

// Vintage is the one that dwellings are counted in.
func (r housingAdviceResolver) Vintage(ctx context.Context, _ *domain.HousingAdvice) (*ent.StockVintage, error) {
	return r.vintageInForce(ctx)
}

// Disclaimer says what advice is not.
func (housingAdviceResolver) Disclaimer(ctx context.Context, _ *domain.HousingAdvice) (string, error) {
	return domain.AdviceDisclaimer.In(auth.FromContext(ctx).Language), nil
}

// Text names the category as the order does.
func (householdCategoryResolver) Text(ctx context.Context, c *domain.HouseholdCategory) (string, error) {
	return c.Words.In(auth.FromContext(ctx).Language), nil
}

// Text says why a typology is one for the household, or is none.
func (typologyAdviceResolver) Text(ctx context.Context, t *domain.TypologyAdvice) (string, error) {
	return t.Words.In(auth.FromContext(ctx).Language), nil
}

// Text explains what would change.
func (broadeningResolver) Text(ctx context.Context, b *domain.Broadening) (string, error) {
	return b.Words.In(auth.FromContext(ctx).Language), nil
}

// Text says what is not known.
func (adviceUnknownResolver) Text(ctx context.Context, u *domain.AdviceUnknown) (string, error) {
	return u.Words.In(auth.FromContext(ctx).Language), nil
}
