package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Agreements are public; a viewer sees those in force on the day it reads.
func installAgreement() {
	guard.Register("Agreement", func(v *auth.Viewer, q *ent.AgreementQuery) {
		q.Where(AgreementInForce(v.Day()))
	})
}

// AgreementInForce keeps the agreements in force on that day. Filters on edges,
// which no scope reaches, apply it themselves.
func AgreementInForce(day domain.Date) predicate.Agreement {
	return agreement.And(
		agreement.ValidFromLTE(day),
		agreement.Or(agreement.ValidUntilIsNil(), agreement.ValidUntilGT(day)),
	)
}
