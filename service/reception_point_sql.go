package service

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/catalogueentry"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/openinghours"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// Offers keeps the points that deliver that service of the catalogue on the
// viewer's day: their level is the service's own or above it.
func Offers(v *auth.Viewer, code string) predicate.ReceptionPoint {
	return receptionpoint.HasAgreementsWith(policy.AgreementInForce(v.Day()), func(s *sql.Selector) {
		entry := sql.Table(catalogueentry.Table)
		s.Where(sql.GTE(s.C(agreement.FieldLevel),
			sql.Select(entry.C(catalogueentry.FieldLevel)).From(entry).
				Where(sql.EQ(entry.C(catalogueentry.FieldCode), code))))
	})
}

// Speaks keeps the points where that language is spoken.
func Speaks(language domain.LanguageCode) predicate.ReceptionPoint {
	return func(s *sql.Selector) {
		s.Where(sqljson.ValueContains(receptionpoint.FieldLanguages, language))
	}
}

// ServedBy keeps the communes that a postal code serves.
func ServedBy(postalCode string) predicate.Commune {
	return func(s *sql.Selector) {
		s.Where(sqljson.ValueContains(commune.FieldPostalCodes, postalCode))
	}
}

// openDuring keeps the hours that have the doors open at that minute of the day.
func openDuring(minute domain.LocalTime) predicate.OpeningHours {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(openinghours.FieldIntervals)).WriteString(" @> CAST(").Arg(int(minute)).WriteString(" AS integer)")
		}))
	}
}

// NearestReceptionPoints returns the points nearest to a place, nearest first,
// from a query that carries the filter and the selection.
func NearestReceptionPoints(
	ctx context.Context, q *ent.ReceptionPointQuery, to domain.Coordinates, n int,
) ([]*ent.ReceptionPoint, error) {
	points, err := q.Order(nearest(to), receptionpoint.ByID()).Limit(n).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("nearest reception points: %w", err)
	}
	return points, nil
}

// nearest orders by the haversine of the distance, which grows with it.
func nearest(to domain.Coordinates) receptionpoint.OrderOption {
	return func(s *sql.Selector) {
		lat, lon := s.C(receptionpoint.FieldLatitude), s.C(receptionpoint.FieldLongitude)
		s.OrderExpr(sql.ExprFunc(func(b *sql.Builder) {
			b.WriteString("power(sin(radians(" + lat + " - ").Arg(float64(to.Latitude)).
				WriteString("::float8) / 2), 2) + cos(radians(").Arg(float64(to.Latitude)).
				WriteString("::float8)) * cos(radians(" + lat + ")) * power(sin(radians(" + lon + " - ").
				Arg(float64(to.Longitude)).WriteString("::float8) / 2), 2)")
		}))
	}
}
