package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An applicant sees the account by which it came.
func installApplicantAccount() {
	guard.Register("ApplicantAccount", func(v *auth.Viewer, q *ent.ApplicantAccountQuery) { q.Where(ownAccount(v)) })
}

// ownAccount keeps the account by which the viewer came.
func ownAccount(v *auth.Viewer) predicate.ApplicantAccount {
	if !v.Applicant {
		return applicantaccount.IDIn()
	}
	return applicantaccount.And(
		applicantaccount.Issuer(v.Issuer), applicantaccount.Subject(v.Subject), applicantaccount.UnboundAtIsNil())
}

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
