package service

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/ent/partnerappsecret"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// RegisterPartnerApp registers an app that acts for an organisation. It has no secret
// yet.
func (s *Service) RegisterPartnerApp(ctx context.Context, organisation domain.ID, settings domain.PartnerAppSettings) (*ent.PartnerApp, error) {
	granted, err := policy.RegisterPartnerApp(ctx, organisation)
	if err != nil {
		return nil, err
	}
	var app *ent.PartnerApp
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		r, err := checkApp(ctx, tx, settings)
		if err != nil {
			return err
		}
		app, err = tx.PartnerApp.Create().
			SetOrganisationID(organisation).SetName(settings.Name).SetScopes(settings.Scopes).SetReadOnly(settings.ReadOnly).
			SetOperations(settings.Operations).SetOrigins(settings.Origins).SetNetworks(settings.Networks).
			SetAudiences(settings.Audiences).SetPublicKeys(settings.PublicKeys).SetValidUntil(settings.ValidUntil).
			AddReceptionPointIDs(r.points...).AddTerritoryIDs(r.communes...).
			Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return app.Unwrap(), nil
}

// ChangePartnerApp replaces the settings of an app. A key that goes takes the tokens
// with it that may have been had by it.
func (s *Service) ChangePartnerApp(ctx context.Context, id domain.ID, version int, settings domain.PartnerAppSettings) (*ent.PartnerApp, error) {
	return s.withApp(ctx, id, policy.ChangePartnerApp, func(tx *ent.Tx, granted context.Context, app *ent.PartnerApp) (*ent.PartnerApp, error) {
		if app.Version != version {
			return nil, stale(version, app.Version)
		}
		r, err := checkApp(ctx, tx, settings)
		if err != nil {
			return nil, err
		}
		change := app.Update().
			SetName(settings.Name).SetScopes(settings.Scopes).SetReadOnly(settings.ReadOnly).
			SetOperations(settings.Operations).SetOrigins(settings.Origins).SetNetworks(settings.Networks).
			SetAudiences(settings.Audiences).SetPublicKeys(settings.PublicKeys).SetValidUntil(settings.ValidUntil).
			ClearReceptionPoints().AddReceptionPointIDs(r.points...).ClearTerritory().AddTerritoryIDs(r.communes...).
			AddVersion(1)
		if slices.ContainsFunc(app.PublicKeys, func(k string) bool { return !slices.Contains(settings.PublicKeys, k) }) {
			change.SetTokensFrom(s.nextSecond())
		}
		return change.Save(granted)
	})
}

// AddPartnerAppSecret makes a secret for an app and returns it, this once.
func (s *Service) AddPartnerAppSecret(ctx context.Context, id domain.ID) (app *ent.PartnerApp, made *ent.PartnerAppSecret, secret string, err error) {
	app, err = s.withApp(ctx, id, policy.AddPartnerAppSecret, func(tx *ent.Tx, granted context.Context, app *ent.PartnerApp) (*ent.PartnerApp, error) {
		live, err := tx.PartnerAppSecret.Query().Where(partnerappsecret.PartnerAppID(id)).Count(granted)
		if err != nil {
			return nil, err
		}
		if live >= domain.MaxLiveSecrets {
			return nil, tooManySecrets()
		}
		secret = auth.NewSecret()
		made, err = tx.PartnerAppSecret.Create().
			SetPartnerAppID(id).SetHash(auth.HashSecret(secret)).SetMadeAt(auth.FromContext(ctx).Now).Save(granted)
		return app, err
	})
	if err != nil {
		return nil, nil, "", err
	}
	return app, made.Unwrap(), secret, nil
}

// RevokePartnerAppSecret withdraws a secret, and with it the tokens of its app: which
// of them were had by it nobody knows.
func (s *Service) RevokePartnerAppSecret(ctx context.Context, id domain.ID) (*ent.PartnerApp, error) {
	secret, err := s.ent.PartnerAppSecret.Query().Where(partnerappsecret.ID(id)).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	return s.withApp(ctx, secret.PartnerAppID, policy.RevokePartnerAppSecret, func(tx *ent.Tx, granted context.Context, app *ent.PartnerApp) (*ent.PartnerApp, error) {
		if err := tx.PartnerAppSecret.DeleteOneID(id).Exec(granted); err != nil {
			return nil, notFound(err)
		}
		return app.Update().SetTokensFrom(s.nextSecond()).Save(granted)
	})
}

// RevokePartnerApp ends an app for good.
func (s *Service) RevokePartnerApp(ctx context.Context, id domain.ID, version int) (*ent.PartnerApp, error) {
	return s.withApp(ctx, id, policy.RevokePartnerApp, func(tx *ent.Tx, granted context.Context, app *ent.PartnerApp) (*ent.PartnerApp, error) {
		if app.Version != version {
			return nil, stale(version, app.Version)
		}
		if _, err := tx.PartnerAppSecret.Delete().Where(partnerappsecret.PartnerAppID(id)).Exec(granted); err != nil {
			return nil, err
		}
		return app.Update().SetRevokedAt(auth.FromContext(ctx).Now).AddVersion(1).Save(granted)
	})
}

// withApp runs a command on an app that the viewer sees, in its transaction: the app
// is locked, the decision is taken, and one that was ended is left alone.
func (s *Service) withApp(
	ctx context.Context, id domain.ID,
	decide func(context.Context, *ent.PartnerApp) (context.Context, error),
	use func(*ent.Tx, context.Context, *ent.PartnerApp) (*ent.PartnerApp, error),
) (*ent.PartnerApp, error) {
	var app *ent.PartnerApp
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		row, err := tx.PartnerApp.Query().Where(partnerapp.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := decide(ctx, row)
		if err != nil {
			return err
		}
		if row.RevokedAt != nil {
			return ended()
		}
		app, err = use(tx, granted, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	return app.Unwrap(), nil
}

// nextSecond is when tokens are good again after a withdrawal: they tell their time
// in whole seconds.
func (s *Service) nextSecond() time.Time {
	return s.clock.tokens().Truncate(time.Second).Add(time.Second)
}

// appReferences are what the settings of an app refer to.
type appReferences struct{ points, communes []domain.ID }

// checkApp checks settings whole, and finds what they refer to.
func checkApp(ctx context.Context, tx *ent.Tx, settings domain.PartnerAppSettings) (appReferences, error) {
	refusals := settings.Announce(auth.FromContext(ctx).Today())
	for i, key := range settings.PublicKeys {
		if err := auth.CheckClientKey(key); err != nil {
			refusals = append(refusals, badKey(i))
		}
	}
	if err := refusals.Err(); err != nil {
		return appReferences{}, err
	}
	points, err := tx.ReceptionPoint.Query().Where(receptionpoint.IDIn(settings.ReceptionPointIDs...)).IDs(ctx)
	if err != nil {
		return appReferences{}, err
	}
	communes, err := tx.Commune.Query().Where(commune.InseeCodeIn(settings.Territory...)).IDs(ctx)
	if err != nil {
		return appReferences{}, err
	}
	if len(points) < len(settings.ReceptionPointIDs) {
		refusals = append(refusals, unknownReference("receptionPointIds"))
	}
	if len(communes) < len(settings.Territory) {
		refusals = append(refusals, unknownReference("territory"))
	}
	return appReferences{points, communes}, refusals.Err()
}

func badKey(i int) *domain.Refusal {
	return &domain.Refusal{
		Code: domain.Invalid, Field: []string{"settings", "publicKeys", strconv.Itoa(i)},
		Message: domain.Text{
			EN: "This is no public key that signs: a JWK of Ed25519, P-256 or RSA of 2048 to 8192 bits, without its private part.",
			FR: "Ce n'est pas une clé publique de signature : un JWK Ed25519, P-256 ou RSA de 2048 à 8192 bits, sans sa partie privée.",
		},
	}
}

func unknownReference(field string) *domain.Refusal {
	return &domain.Refusal{
		Code: domain.Unknown, Field: []string{"settings", field},
		Message: domain.Text{EN: "One of them does not exist.", FR: "L'un d'eux n'existe pas."},
	}
}

func tooManySecrets() error {
	return domain.Refusals{{
		Code:    domain.Invalid,
		Message: domain.Text{EN: "The app has two live secrets.", FR: "L'application a deux secrets valables."},
		Help:    domain.Text{EN: "Revoke the one that is no longer used.", FR: "Révoquer celui qui ne sert plus."},
	}}
}

func ended() error {
	return domain.Refusals{{
		Code:    domain.Invalid,
		Message: domain.Text{EN: "The app was ended for good.", FR: "L'application a été arrêtée définitivement."},
		Help:    domain.Text{EN: "Register another one.", FR: "En enregistrer une autre."},
	}}
}

// AdmitOperation decides whether the caller may send the operation at all.
func (s *Service) AdmitOperation(ctx context.Context, op domain.Operation) error {
	return policy.SendOperation(ctx, op)
}

// originsFor is how long the origins of apps are kept: that of an app that is ended
// goes within it.
const originsFor = 5 * time.Second

// appOrigins keeps the origins of all apps, which are asked for before a browser
// sends its credential.
type appOrigins struct {
	mu    sync.Mutex
	known []string
	read  time.Time
}

// KnowsOrigin tells whether an app that is not over has pages of that origin.
func (s *Service) KnowsOrigin(ctx context.Context, origin string) (bool, error) {
	o := &s.origins
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := s.clock.tokens(); o.read.IsZero() || now.Sub(o.read).Abs() >= originsFor {
		rows, err := s.ent.PartnerApp.Query().
			Where(partnerapp.RevokedAtIsNil(), partnerapp.ValidUntilGT(domain.DateOf(s.clock.Now()))).
			Select(partnerapp.FieldOrigins).All(policy.RecogniseCaller(ctx))
		if err != nil {
			return false, err
		}
		o.known, o.read = nil, now
		for _, row := range rows {
			o.known = append(o.known, row.Origins...)
		}
	}
	return slices.Contains(o.known, origin), nil
}
