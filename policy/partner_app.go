package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/ent/partnerappsecret"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An app is visible to the administrators of its organisation, with their own
// tokens: through an app nobody learns of apps.
func installPartnerApp() {
	guard.Register("PartnerApp", func(v *auth.Viewer, q *ent.PartnerAppQuery) { q.Where(administered(v)) })
	guard.Register("PartnerAppSecret", func(v *auth.Viewer, q *ent.PartnerAppSecretQuery) {
		q.Where(partnerappsecret.HasPartnerAppWith(administered(v))).
			Order(partnerappsecret.ByMadeAt(), partnerappsecret.ByID())
	})
}

func administered(v *auth.Viewer) predicate.PartnerApp {
	organisations := []domain.ID{}
	if v.App == nil {
		for _, a := range v.Assignments {
			if a.Role == domain.OrgAdmin {
				organisations = append(organisations, a.OrganisationID)
			}
		}
	}
	return partnerapp.OrganisationIDIn(organisations...)
}

// RegisterPartnerApp decides whether the viewer may register an app that acts for
// that organisation.
func RegisterPartnerApp(ctx context.Context, organisation domain.ID) (context.Context, error) {
	return managePartnerApp(ctx, "register partner app", organisation)
}

// ChangePartnerApp decides whether the viewer may change the settings of the app.
func ChangePartnerApp(ctx context.Context, app *ent.PartnerApp) (context.Context, error) {
	return managePartnerApp(ctx, "change partner app", app.OrganisationID)
}

// AddPartnerAppSecret decides whether the viewer may have a secret made for the app.
func AddPartnerAppSecret(ctx context.Context, app *ent.PartnerApp) (context.Context, error) {
	return managePartnerApp(ctx, "add partner app secret", app.OrganisationID)
}

// RevokePartnerAppSecret decides whether the viewer may withdraw a secret of the app.
func RevokePartnerAppSecret(ctx context.Context, app *ent.PartnerApp) (context.Context, error) {
	return managePartnerApp(ctx, "revoke partner app secret", app.OrganisationID)
}

// RevokePartnerApp decides whether the viewer may end the app.
func RevokePartnerApp(ctx context.Context, app *ent.PartnerApp) (context.Context, error) {
	return managePartnerApp(ctx, "revoke partner app", app.OrganisationID)
}

// managePartnerApp wants the person itself: an app that could make apps would give
// itself what it was not given.
func managePartnerApp(ctx context.Context, act string, organisation domain.ID) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !v.Holds(organisation, domain.OrgAdmin) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, act, "PartnerApp", "PartnerAppSecret"), nil
}

// Through leaves of a person what an app of that organisation may do for it: the
// assignments at that organisation, at the app's points where the role is held point
// by point. It widens nothing.
func Through(v *auth.Viewer, app *auth.App) *auth.Viewer {
	narrowed := *v
	narrowed.App = app
	narrowed.Assignments = nil
	for _, a := range v.Assignments {
		if a.OrganisationID != app.OrganisationID {
			continue
		}
		if len(app.PointIDs) > 0 && a.Role.PointByPoint() {
			a.PointIDs = slices.DeleteFunc(slices.Clone(a.PointIDs), func(id domain.ID) bool { return !slices.Contains(app.PointIDs, id) })
			if len(a.PointIDs) == 0 {
				continue
			}
		}
		narrowed.Assignments = append(narrowed.Assignments, a)
	}
	return &narrowed
}

// ExchangeToken decides whether the app may act for the person: it has the scope,
// and the person works for the app's organisation today, or came through the portal
// of that organisation.
func ExchangeToken(app *auth.App, person *auth.Viewer) bool {
	if !app.May(domain.ActForPersonScope) {
		return false
	}
	if person.Applicant {
		return person.PortalID == app.OrganisationID
	}
	return len(Through(person, app).Assignments) > 0
}
