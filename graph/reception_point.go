package graph

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// ReceptionPoints lists reception points.
func (r queryResolver) ReceptionPoints(
	ctx context.Context, _ *domain.Date, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.ReceptionPointOrder, where *ent.ReceptionPointWhereInput,
) (*ent.ReceptionPointConnection, error) {
	return r.ent.ReceptionPoint.Query().Paginate(ctx, after, first, before, last,
		ent.WithReceptionPointOrder(orderBy), ent.WithReceptionPointFilter(where.Filter))
}

// NearestReceptionPoints lists the points nearest to a place.
func (r queryResolver) NearestReceptionPoints(
	ctx context.Context, to domain.Coordinates, first int, _ *domain.Date, where *ent.ReceptionPointWhereInput,
) ([]*model.NearestReceptionPoint, error) {
	q, err := where.Filter(r.ent.ReceptionPoint.Query())
	if err != nil {
		return nil, err
	}
	if q, err = collectBelow(ctx, q, "receptionPoint"); err != nil {
		return nil, err
	}
	points, err := service.NearestReceptionPoints(ctx, q, to, first)
	nearest := make([]*model.NearestReceptionPoint, len(points))
	for i, p := range points {
		metres := domain.DistanceMetres(to, domain.Coordinates{Latitude: p.Latitude, Longitude: p.Longitude})
		nearest[i] = &model.NearestReceptionPoint{DistanceMetres: int(math.Round(metres)), ReceptionPoint: p}
	}
	return nearest, err
}

// collectBelow loads what is selected on a field below the current one, under
// each response name that the document gives it. The point's place is needed too,
// to compute the distance from: a field that entgql does not know makes it load
// every column.
func collectBelow(ctx context.Context, q *ent.ReceptionPointQuery, name string) (*ent.ReceptionPointQuery, error) {
	for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, nil) {
		if f.Name != name {
			continue
		}
		f.Selections = append(slices.Clip(f.Selections), &ast.Field{Alias: "place", Name: "place"})
		var err error
		if q, err = q.CollectFields(graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: f})); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// Operators lists the organisations that operate the point.
func (receptionPointResolver) Operators(ctx context.Context, p *ent.ReceptionPoint) ([]*ent.Organisation, error) {
	operators, err := p.NamedOperators(alias(ctx))
	if ent.IsNotLoaded(err) {
		operators, err = p.QueryOperators().All(ctx)
	}
	return sorted(operators, func(o *ent.Organisation) domain.ID { return o.ID }), err
}

// Agreement is the one in force on the viewer's day: the scope leaves no other.
func (receptionPointResolver) Agreement(ctx context.Context, p *ent.ReceptionPoint) (*ent.Agreement, error) {
	agreements, err := p.NamedAgreements(alias(ctx))
	if ent.IsNotLoaded(err) {
		agreements, err = p.QueryAgreements().All(ctx)
	}
	if err != nil || len(agreements) == 0 {
		return nil, err
	}
	return agreements[0], nil
}

// Communes keeps the points that stand in these communes.
func (receptionPointFilterResolver) Communes(_ context.Context, where *ent.ReceptionPointWhereInput, codes []domain.InseeCode) error {
	if codes != nil {
		where.AddPredicates(service.InCommunes(codes...))
	}
	return tooMany("where.communes", len(codes))
}

// Levels keeps the points at these levels on the viewer's day.
func (receptionPointFilterResolver) Levels(ctx context.Context, where *ent.ReceptionPointWhereInput, levels []int) error {
	if levels != nil {
		where.AddPredicates(service.AtLevels(auth.FromContext(ctx), levels...))
	}
	for i, level := range levels {
		if level < domain.InformationLevel || level > domain.SpecialisedLevel {
			return domain.UnknownValue(fmt.Sprintf("where.levels[%d]", i), domain.Text{
				EN: "Levels of service are 1, 2 and 3.", FR: "Les niveaux de service sont 1, 2 et 3.",
			})
		}
	}
	return tooMany("where.levels", len(levels))
}

// InNetwork keeps the points that are in the network on the viewer's day, or not.
func (receptionPointFilterResolver) InNetwork(ctx context.Context, where *ent.ReceptionPointWhereInput, in *bool) error {
	if in != nil {
		where.AddPredicates(service.InNetwork(auth.FromContext(ctx), *in))
	}
	return nil
}

// ServiceOffered keeps the points that deliver the service on the viewer's day.
func (r receptionPointFilterResolver) ServiceOffered(ctx context.Context, where *ent.ReceptionPointWhereInput, code *string) error {
	if code == nil {
		return nil
	}
	where.AddPredicates(service.Offers(auth.FromContext(ctx), *code))
	there, err := r.service.Catalogued(ctx, *code)
	if err == nil && !there {
		err = domain.UnknownValue("where.serviceOffered", domain.Text{
			EN: "Use a code of the catalogue of services (`serviceCatalogue`).", FR: "Utiliser un code du catalogue des services (`serviceCatalogue`).",
		})
	}
	return err
}

// OpenAt keeps the points whose doors are open at that instant.
func (receptionPointFilterResolver) OpenAt(_ context.Context, where *ent.ReceptionPointWhereInput, at *time.Time) error {
	if at != nil {
		where.AddPredicates(service.OpenAt(*at))
	}
	return nil
}

// Language keeps the points where the language is spoken.
func (receptionPointFilterResolver) Language(_ context.Context, where *ent.ReceptionPointWhereInput, language *domain.LanguageCode) error {
	if language != nil {
		where.AddPredicates(service.Speaks(*language))
	}
	return nil
}

// Within keeps the points inside the rectangle.
func (receptionPointFilterResolver) Within(_ context.Context, where *ent.ReceptionPointWhereInput, box *domain.BoundingBox) error {
	if box == nil {
		return nil
	}
	where.AddPredicates(service.Within(*box))
	return badBox(*box)
}

// alias is the response name of the current field, under which entgql keeps what
// it loaded for it.
func alias(ctx context.Context) string { return graphql.GetFieldContext(ctx).Field.Alias }
