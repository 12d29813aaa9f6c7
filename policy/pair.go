package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/pair"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person sees the pairs that it is in today; who runs the point, or administers an
// operator of it, sees those in force and announced on the day read.
func installPair() {
	guard.Register("Pair", func(v *auth.Viewer, q *ent.PairQuery) {
		m, current := managing(v), pairNotEnded(v.Day())
		seen := []predicate.Pair{
			pair.And(pair.HasMembersWith(person.ID(v.PersonID)), pair.ValidFromLTE(v.Today()), pairNotEnded(v.Today())),
		}
		if m.everywhere {
			seen = append(seen, current)
		}
		if len(m.organisations) > 0 {
			seen = append(seen, pair.And(current, pair.HasReceptionPointWith(
				receptionpoint.HasOperatorsWith(organisation.IDIn(m.organisations...)))))
		}
		if len(m.points) > 0 {
			seen = append(seen, pair.And(current, pair.ReceptionPointIDIn(m.points...)))
		}
		q.Where(pair.Or(seen...)).Order(pair.ByValidFrom(), pair.ByID())
	})
}

func pairNotEnded(day domain.Date) predicate.Pair {
	return pair.Or(pair.ValidUntilIsNil(), pair.ValidUntilGT(day))
}

// FormPair decides whether the viewer may form a pair at the point. The point
// carries its operators.
func FormPair(ctx context.Context, point *ent.ReceptionPoint) (context.Context, error) {
	return managePairs(ctx, "form pair", point)
}

// EndPair decides whether the viewer may end a pair of the point. The point carries
// its operators.
func EndPair(ctx context.Context, point *ent.ReceptionPoint) (context.Context, error) {
	return managePairs(ctx, "end pair", point)
}

// managePairs is for an ORG_ADMIN of an operator of the point and for who runs it. A
// pair gives no right: one may be of it oneself.
func managePairs(ctx context.Context, act string, point *ent.ReceptionPoint) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	for _, operator := range point.Edges.Operators {
		if v.Holds(operator.ID, domain.OrgAdmin) || v.HoldsAtPoint(operator.ID, point.ID, domain.PointManager) {
			return guard.Grant(ctx, act, "Pair"), nil
		}
	}
	return nil, forbidden()
}
