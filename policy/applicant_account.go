package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// BindAccount decides whether the viewer may bind its account to a person of an
// application: an applicant, by a code.
func BindAccount(ctx context.Context) (context.Context, error) {
	return withAccount(ctx, "bind account", "ApplicantAccount", "BindingCode", "AttemptCount", "ApplicationAccess", "Audience")
}

// UnbindAccount decides whether the viewer may unbind its account.
func UnbindAccount(ctx context.Context) (context.Context, error) {
	return withAccount(ctx, "unbind account", "ApplicantAccount", "ApplicationAccess", "Audience")
}

func withAccount(ctx context.Context, act string, types ...string) (context.Context, error) {
	v := auth.FromContext(ctx)
	if v == nil || v.Anonymous() {
		return nil, unauthenticated()
	}
	if !v.Applicant || !throughApp(v) {
		return nil, &domain.Error{
			Code: domain.Forbidden, Reason: "APPLICANT",
			Message: domain.Text{
				EN: "This is done with an applicant's account of a portal.",
				FR: "Cela se fait avec le compte d'un demandeur sur un portail.",
			},
		}
	}
	return guard.Grant(ctx, act, types...), nil
}
