package graph

import (
	"context"
	"errors"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/building"
	"github.com/guichet-logement/guichet/ent/predicate"
)

// Buildings lists buildings.
func (r queryResolver) Buildings(
	ctx context.Context, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.BuildingOrder, where *ent.BuildingWhereInput,
) (*ent.BuildingConnection, error) {
	return r.ent.Building.Query().Paginate(ctx, after, first, before, last,
		ent.WithBuildingOrder(orderBy), ent.WithBuildingFilter(buildingsInForce(where).Filter))
}

// Communes keeps the buildings of these communes.
func (buildingFilterResolver) Communes(_ context.Context, where *ent.BuildingWhereInput, codes []domain.InseeCode) error {
	where.InseeCodeIn = orNothing(codes)
	return tooMany("where.communes", len(codes))
}

// Within keeps the buildings inside the rectangle.
func (buildingFilterResolver) Within(_ context.Context, where *ent.BuildingWhereInput, box *domain.BoundingBox) error {
	if box == nil {
		return nil
	}
	where.LatitudeGTE, where.LatitudeLTE = &box.South, &box.North
	where.LongitudeGTE, where.LongitudeLTE = &box.West, &box.East
	return badBox(*box)
}

// DistrictCodes keeps the buildings of these priority districts.
func (buildingFilterResolver) DistrictCodes(_ context.Context, where *ent.BuildingWhereInput, codes []string) error {
	where.DistrictCodeIn = orNothing(stated(codes))
	return tooMany("where.districtCodes", len(codes))
}

// WithDwelling keeps the buildings that have such a dwelling. The stock is open:
// no row is behind a scope.
func (buildingFilterResolver) WithDwelling(_ context.Context, where *ent.BuildingWhereInput, dwelling *ent.DwellingWhereInput) error {
	if dwelling == nil {
		return nil
	}
	such, err := dwelling.P()
	if errors.Is(err, ent.ErrEmptyDwellingWhereInput) {
		where.AddPredicates(building.HasDwellings())
		return nil
	}
	if err == nil {
		where.AddPredicates(building.HasDwellingsWith(such))
	}
	return err
}

// InCurrentVintage keeps the buildings that the vintage in force has, or has not.
func (buildingFilterResolver) InCurrentVintage(_ context.Context, where *ent.BuildingWhereInput, in *bool) error {
	if in == nil {
		// Tells "whether or not" from a filter of which nothing was said.
		where.AddPredicates(predicate.Building(func(*sql.Selector) {}))
		return nil
	}
	where.LastVintageIDIsNil, where.LastVintageIDNotNil = *in, !*in
	return nil
}

// buildingsInForce are what a list has without a filter, or with null.
func buildingsInForce(where *ent.BuildingWhereInput) *ent.BuildingWhereInput {
	if where == nil {
		return &ent.BuildingWhereInput{LastVintageIDIsNil: true}
	}
	return where
}
