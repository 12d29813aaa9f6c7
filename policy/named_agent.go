package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Who is named on a file is nobody's to read.
func installNamedAgent() {
	guard.Register("NamedAgent", func(_ *auth.Viewer, q *ent.NamedAgentQuery) { q.Where(namedagent.IDIn()) })
}

// ProtectApplication decides whether the viewer, who holds these grounds on an
// application, may protect it and name its agents: a SOCIAL_OFFICER of the point that
// follows it, with its own token.
func ProtectApplication(ctx context.Context, held []Claim) (context.Context, *Claim, error) {
	return onProtection(ctx, "protect application", held, func(c Claim) bool {
		return c.Rule.Ground == domain.GroundFollowed && c.Assignment.Role == domain.SocialOfficer
	}, "Application", "NamedAgent", "BindingCode", "HandOver", "Orientation", "OnlineRegistration", "ApplicationAccess", "Audience")
}

// ConfirmProtection decides whether the viewer may be the second person of a
// protection: a SOCIAL_OFFICER of the Métropole, neither who proposed the agents nor
// one of them.
func ConfirmProtection(ctx context.Context, held []Claim, proposed []*ent.NamedAgent) (context.Context, *Claim, error) {
	granted, by, err := onProtection(ctx, "confirm protection", held, func(c Claim) bool {
		return c.Rule.Ground == domain.GroundTerritory && c.Assignment.Role == domain.SocialOfficer &&
			c.Assignment.OrganisationKind == domain.Metropole
	}, "NamedAgent", "ApplicationAccess", "Audience")
	if err != nil {
		return nil, nil, err
	}
	v := auth.FromContext(ctx)
	for _, n := range proposed {
		if v.PersonID == n.ProposedByID || v.PersonID == n.PersonID {
			return nil, nil, notYourself()
		}
	}
	return granted, by, nil
}

// ReopenToApplicant decides whether the viewer may let an account of the applicant see a
// protected application again: an agent named on it.
func ReopenToApplicant(ctx context.Context, held []Claim) (context.Context, *Claim, error) {
	return onProtection(ctx, "reopen to applicant", held, func(c Claim) bool {
		return c.Rule.Ground == domain.GroundNamedAgent
	}, "ApplicantAccount", "ApplicationAccess", "Audience")
}

func onProtection(
	ctx context.Context, act string, held []Claim, may func(Claim) bool, types ...string,
) (context.Context, *Claim, error) {
	if _, err := inPerson(ctx); err != nil {
		return nil, nil, err
	}
	for i, c := range held {
		if c.Assignment != nil && may(c) {
			return guard.Grant(ctx, act, types...), &held[i], nil
		}
	}
	return nil, nil, forbidden()
}
