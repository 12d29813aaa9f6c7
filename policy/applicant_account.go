package policy

import (
	"github.com/guichet-logement/guichet/auth"
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
