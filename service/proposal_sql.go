package service

import (
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/proposal"
)

// refusedOften keeps the applications of which so many proposals were refused from that day on.
func refusedOften(from domain.Date, least int) predicate.Application {
	return func(s *sql.Selector) {
		p := sql.Table(proposal.Table)
		often := sql.Dialect(s.Dialect()).Select(p.C(proposal.FieldApplicationID)).From(p).
			Where(sql.And(sql.NotNull(p.C(proposal.FieldRefusedFor)), sql.GTE(p.C(proposal.FieldAnsweredOn), from))).
			GroupBy(p.C(proposal.FieldApplicationID)).
			Having(sql.P(func(b *sql.Builder) { b.WriteString("count(*) >= ").Arg(least) }))
		s.Where(sql.In(s.C(application.FieldID), often))
	}
}
