package service

import (
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/openinghours"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// InCommunes keeps the points that stand in one of these communes.
func InCommunes(codes ...domain.InseeCode) predicate.ReceptionPoint {
	return receptionpoint.HasCommuneWith(commune.InseeCodeIn(codes...))
}

// AtLevels keeps the points that deliver one of these levels on the viewer's day.
func AtLevels(v *auth.Viewer, levels ...int) predicate.ReceptionPoint {
	return receptionpoint.HasAgreementsWith(policy.AgreementInForce(v.Day()), agreement.LevelIn(levels...))
}

// InNetwork keeps the points that deliver any level on the viewer's day, or those
// that deliver none.
func InNetwork(v *auth.Viewer, in bool) predicate.ReceptionPoint {
	has := receptionpoint.HasAgreementsWith(policy.AgreementInForce(v.Day()))
	if in {
		return has
	}
	return receptionpoint.Not(has)
}

// OpenAt keeps the points whose doors are open at that instant: the exception of
// the day decides where there is one, public holidays close, and the rule of the
// weekday decides on every other day. It says in SQL what domain.OpeningHours
// says in Go; a property test holds the two together.
func OpenAt(at time.Time) predicate.ReceptionPoint {
	day, minute := domain.DateOf(at), domain.LocalTimeOf(at)
	covers := openinghours.And(
		openinghours.ValidFromLTE(day),
		openinghours.Or(openinghours.ValidUntilIsNil(), openinghours.ValidUntilGT(day)),
	)
	exception := openinghours.And(openinghours.WeekdayIsNil(), covers)
	byException := receptionpoint.HasOpeningHoursWith(exception, openDuring(minute))
	if _, holiday := domain.HolidayOn(day); holiday {
		return byException
	}
	rule := openinghours.And(openinghours.Weekday(domain.WeekdayOf(day.Weekday())), covers)
	return receptionpoint.Or(
		byException,
		receptionpoint.And(
			receptionpoint.Not(receptionpoint.HasOpeningHoursWith(exception)),
			receptionpoint.HasOpeningHoursWith(rule, openDuring(minute)),
		),
	)
}

// Within keeps the points inside the box, edges included.
func Within(box domain.BoundingBox) predicate.ReceptionPoint {
	return receptionpoint.And(
		receptionpoint.LatitudeGTE(box.South), receptionpoint.LatitudeLTE(box.North),
		receptionpoint.LongitudeGTE(box.West), receptionpoint.LongitudeLTE(box.East),
	)
}
