package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/graph/model"
)

// PartnerApps lists the apps that the viewer administers.
func (r queryResolver) PartnerApps(
	ctx context.Context, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.PartnerAppOrder, where *ent.PartnerAppWhereInput,
) (*ent.PartnerAppConnection, error) {
	return r.ent.PartnerApp.Query().Paginate(ctx, after, first, before, last,
		ent.WithPartnerAppOrder(orderBy), ent.WithPartnerAppFilter(where.Filter))
}

// Organisations keeps the apps of these organisations.
func (partnerAppFilterResolver) Organisations(_ context.Context, where *ent.PartnerAppWhereInput, ids []domain.ID) error {
	where.OrganisationIDIn = orNothing(ids)
	return tooMany("where.organisations", len(ids))
}

// Revoked keeps the apps that were ended, or those that were not.
func (partnerAppFilterResolver) Revoked(_ context.Context, where *ent.PartnerAppWhereInput, revoked *bool) error {
	switch {
	case revoked == nil:
	case *revoked:
		where.AddPredicates(partnerapp.RevokedAtNotNil())
	default:
		where.AddPredicates(partnerapp.RevokedAtIsNil())
	}
	return nil
}

// Notice is what is to be said of the app's end today.
func (partnerAppResolver) Notice(ctx context.Context, app *ent.PartnerApp) (*domain.AppNotice, error) {
	n := domain.NoticeOf(app.ValidUntil, auth.FromContext(ctx).Today())
	if n == "" {
		return nil, nil
	}
	return &n, nil
}

// ReceptionPoints lists the points to which the app is limited, in a fixed order.
func (partnerAppResolver) ReceptionPoints(ctx context.Context, app *ent.PartnerApp) ([]*ent.ReceptionPoint, error) {
	points, err := app.NamedReceptionPoints(alias(ctx))
	if ent.IsNotLoaded(err) {
		points, err = app.QueryReceptionPoints().All(ctx)
	}
	return sorted(points, func(p *ent.ReceptionPoint) domain.ID { return p.ID }), err
}

// Territory lists the communes to which the app is limited, in a fixed order.
func (partnerAppResolver) Territory(ctx context.Context, app *ent.PartnerApp) ([]*ent.Commune, error) {
	communes, err := app.NamedTerritory(alias(ctx))
	if ent.IsNotLoaded(err) {
		communes, err = app.QueryTerritory().All(ctx)
	}
	return sorted(communes, func(c *ent.Commune) domain.ID { return c.ID }), err
}

// Secrets lists the live secrets, the oldest first.
func (partnerAppResolver) Secrets(ctx context.Context, app *ent.PartnerApp) ([]*ent.PartnerAppSecret, error) {
	secrets, err := app.NamedSecrets(alias(ctx))
	if ent.IsNotLoaded(err) {
		secrets, err = app.QuerySecrets().All(ctx)
	}
	return sorted(secrets, func(s *ent.PartnerAppSecret) domain.ID { return s.ID }), err
}

// RegisterPartnerApp registers an app.
func (r mutationResolver) RegisterPartnerApp(
	ctx context.Context, in model.RegisterPartnerAppInput,
) (*model.RegisterPartnerAppPayload, error) {
	app, err := r.service.RegisterPartnerApp(ctx, in.OrganisationID, *in.Settings)
	refused, err := userErrors(ctx, err)
	return &model.RegisterPartnerAppPayload{PartnerApp: app, Errors: refused}, err
}

// ChangePartnerApp replaces the settings of an app.
func (r mutationResolver) ChangePartnerApp(ctx context.Context, in model.ChangePartnerAppInput) (*model.ChangePartnerAppPayload, error) {
	app, err := r.service.ChangePartnerApp(ctx, in.ID, in.Version, *in.Settings)
	refused, err := userErrors(ctx, err)
	return &model.ChangePartnerAppPayload{PartnerApp: app, Errors: refused}, err
}

// AddPartnerAppSecret makes a secret and shows it.
func (r mutationResolver) AddPartnerAppSecret(
	ctx context.Context, in model.AddPartnerAppSecretInput,
) (*model.AddPartnerAppSecretPayload, error) {
	app, made, secret, err := r.service.AddPartnerAppSecret(ctx, in.PartnerAppID)
	refused, err := userErrors(ctx, err)
	return &model.AddPartnerAppSecretPayload{
		PartnerApp: app, PartnerAppSecret: made, Secret: unlessEmpty(secret), Errors: refused,
	}, err
}

// RevokePartnerAppSecret withdraws a secret.
func (r mutationResolver) RevokePartnerAppSecret(
	ctx context.Context, in model.RevokePartnerAppSecretInput,
) (*model.RevokePartnerAppSecretPayload, error) {
	app, err := r.service.RevokePartnerAppSecret(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.RevokePartnerAppSecretPayload{PartnerApp: app, Errors: refused}, err
}

// RevokePartnerApp ends an app.
func (r mutationResolver) RevokePartnerApp(ctx context.Context, in model.RevokePartnerAppInput) (*model.RevokePartnerAppPayload, error) {
	app, err := r.service.RevokePartnerApp(ctx, in.ID, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.RevokePartnerAppPayload{PartnerApp: app, Errors: refused}, err
}
