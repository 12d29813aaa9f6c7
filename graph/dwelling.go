package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/building"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
)

// Dwellings lists dwellings.
func (r queryResolver) Dwellings(
	ctx context.Context, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.DwellingOrder, where *ent.DwellingWhereInput,
) (*ent.DwellingConnection, error) {
	return r.ent.Dwelling.Query().Paginate(ctx, after, first, before, last,
		ent.WithDwellingOrder(orderBy), ent.WithDwellingFilter(dwellingsInForce(where).Filter))
}

// Communes keeps the dwellings of these communes.
func (dwellingFilterResolver) Communes(_ context.Context, where *ent.DwellingWhereInput, codes []domain.InseeCode) error {
	where.InseeCodeIn = orNothing(codes)
	return tooMany("where.communes", len(codes))
}

// Typologies keeps the dwellings of these typologies.
func (dwellingFilterResolver) Typologies(_ context.Context, where *ent.DwellingWhereInput, typologies []domain.Typology) error {
	where.TypologyIn = orNothing(typologies)
	return tooMany("where.typologies", len(typologies))
}

// Surface keeps the dwellings whose living area is known and in the range.
func (dwellingFilterResolver) Surface(_ context.Context, where *ent.DwellingWhereInput, r *domain.SurfaceRange) error {
	if r != nil {
		unknown := domain.Surface(0)
		where.SurfaceGT, where.SurfaceGTE, where.SurfaceLTE = &unknown, (*domain.Surface)(r.Min), (*domain.Surface)(r.Max)
	}
	return nil
}

// Floor keeps the dwellings whose storey is known and in the range.
func (dwellingFilterResolver) Floor(_ context.Context, where *ent.DwellingWhereInput, r *domain.IntRange) error {
	if r != nil {
		unknown := domain.UnknownFloor
		where.FloorGT, where.FloorGTE, where.FloorLTE = &unknown, (*domain.Floor)(r.Min), (*domain.Floor)(r.Max)
	}
	return nil
}

// ConstructionYear keeps the dwellings of buildings known to be finished in the range.
func (dwellingFilterResolver) ConstructionYear(_ context.Context, where *ent.DwellingWhereInput, r *domain.IntRange) error {
	if r != nil {
		unknown := domain.Year(0)
		where.ConstructionYearGT, where.ConstructionYearGTE, where.ConstructionYearLTE = &unknown, (*domain.Year)(r.Min), (*domain.Year)(r.Max)
	}
	return nil
}

// LettingYear keeps the dwellings known to be first let in the range.
func (dwellingFilterResolver) LettingYear(_ context.Context, where *ent.DwellingWhereInput, r *domain.IntRange) error {
	if r != nil {
		unknown := domain.Year(0)
		where.LettingYearGT, where.LettingYearGTE, where.LettingYearLTE = &unknown, (*domain.Year)(r.Min), (*domain.Year)(r.Max)
	}
	return nil
}

// Financings keeps the dwellings of these fundings.
func (dwellingFilterResolver) Financings(_ context.Context, where *ent.DwellingWhereInput, codes []string) error {
	where.FinancingIn = orNothing(stated(codes))
	return ofCodeList("where.financings", "financing", codes)
}

// EnergyClasses keeps the dwellings of these energy labels.
func (dwellingFilterResolver) EnergyClasses(_ context.Context, where *ent.DwellingWhereInput, classes []domain.EnergyClass) error {
	where.EnergyClassIn = orNothing(classes)
	return tooMany("where.energyClasses", len(classes))
}

// Constructions keeps the dwellings in these kinds of building.
func (dwellingFilterResolver) Constructions(_ context.Context, where *ent.DwellingWhereInput, codes []string) error {
	where.ConstructionIn = orNothing(stated(codes))
	return ofCodeList("where.constructions", "construction", codes)
}

// Accessibilities keeps the dwellings of which the file has these words.
func (dwellingFilterResolver) Accessibilities(_ context.Context, where *ent.DwellingWhereInput, words []string) error {
	where.AccessibilityIn = orNothing(stated(words))
	return tooMany("where.accessibilities", len(words))
}

// PriorityDistrict keeps the dwellings declared so.
func (dwellingFilterResolver) PriorityDistrict(_ context.Context, where *ent.DwellingWhereInput, answers []domain.TriState) error {
	where.PriorityDistrictIn = orNothing(answers)
	return tooMany("where.priorityDistrict", len(answers))
}

// Landlords keeps the dwellings known to be of these landlords.
func (dwellingFilterResolver) Landlords(_ context.Context, where *ent.DwellingWhereInput, ids []domain.ID) error {
	where.LandlordIDIn = orNothing(ids)
	return tooMany("where.landlords", len(ids))
}

// Within keeps the dwellings of buildings inside the rectangle.
func (dwellingFilterResolver) Within(_ context.Context, where *ent.DwellingWhereInput, box *domain.BoundingBox) error {
	if box == nil {
		return nil
	}
	where.AddPredicates(dwelling.HasBuildingWith(
		building.LatitudeGTE(box.South), building.LatitudeLTE(box.North),
		building.LongitudeGTE(box.West), building.LongitudeLTE(box.East),
	))
	return badBox(*box)
}

// InCurrentVintage keeps the dwellings that the vintage in force has, or has not.
func (dwellingFilterResolver) InCurrentVintage(_ context.Context, where *ent.DwellingWhereInput, in *bool) error {
	if in == nil {
		// Tells "whether or not" from a filter of which nothing was said.
		where.AddPredicates(predicate.Dwelling(func(*sql.Selector) {}))
		return nil
	}
	where.LastVintageIDIsNil, where.LastVintageIDNotNil = *in, !*in
	return nil
}

// dwellingsInForce are what a list has without a filter, or with null.
func dwellingsInForce(where *ent.DwellingWhereInput) *ent.DwellingWhereInput {
	if where == nil {
		return &ent.DwellingWhereInput{LastVintageIDIsNil: true}
	}
	return where
}
