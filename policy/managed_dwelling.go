package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/building"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/manageddwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/vacancy"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What is managed of a dwelling (group MANAGED) is seen by its landlord, by the holders of a
// right on it, and by the Métropole.
func installManagedDwelling() {
	guard.Register("ManagedDwelling", func(v *auth.Viewer, q *ent.ManagedDwellingQuery) {
		if p := stockReading(v).managed(v.Today()); p != nil {
			q.Where(manageddwelling.HasDwellingWith(p))
		}
		q.Order(manageddwelling.ByID())
	})
}

// stockReader is whose MANAGED and RIGHTS the viewer reads today. Both groups are an
// organisation's: whoever works for it today reads them, in whatever role, and nobody who
// does not; they name nobody who lives there. An app reads them by its scope for the stock,
// alone for its organisation, with a person for what is left of that one's assignments.
type stockReader struct {
	// everywhere: for the Métropole.
	everywhere    bool
	organisations []domain.ID
	// communes are those within which an app is held; none for everywhere.
	communes []domain.ID
}

func stockReading(v *auth.Viewer) stockReader {
	r := stockReader{organisations: []domain.ID{}}
	if !throughStockApp(v) {
		return r
	}
	if v.App != nil {
		r.communes = v.App.CommuneIDs
	}
	for _, a := range v.Assignments {
		r.everywhere = r.everywhere || a.OrganisationKind == domain.Metropole
		r.organisations = append(r.organisations, a.OrganisationID)
	}
	return r
}

// managed keeps the dwellings of which the reader sees what is managed; nil for all of them.
func (r stockReader) managed(today domain.Date) predicate.Dwelling {
	return r.held(dwelling.Or(
		dwelling.LandlordIDIn(r.organisations...),
		reservedByName(r.organisations, today),
		dwelling.HasVacanciesWith(vacancy.ClosedOnIsNil(), offeredTo(r.organisations, today)),
	))
}

// held adds to what the reader's organisations see the communes within which an app is held.
func (r stockReader) held(own predicate.Dwelling) predicate.Dwelling {
	switch {
	case r.everywhere && len(r.communes) == 0:
		return nil
	case r.everywhere:
		return r.inCommunes()
	case len(r.communes) == 0:
		return own
	}
	return dwelling.And(own, r.inCommunes())
}

func (r stockReader) inCommunes() predicate.Dwelling {
	return dwelling.HasBuildingWith(building.CommuneIDIn(r.communes...))
}

// UpdateStock decides whether the viewer may write what is managed of the dwelling, which
// carries its building: a STOCK_MANAGER of its landlord.
func UpdateStock(ctx context.Context, d *ent.Dwelling) (context.Context, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, err
	}
	if !throughStockApp(v) || !withinCommune(v.App, d.Edges.Building) || d.LandlordID == nil || !v.Holds(*d.LandlordID, domain.StockManager) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "update stock", stockTypes...), nil
}

// ImportManagedStock decides whether the viewer may send a file of what is managed, and tells
// of which landlords: those whose STOCK_MANAGER it is. An app that is held within communes
// sends none.
func ImportManagedStock(ctx context.Context) (context.Context, []domain.ID, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, nil, err
	}
	var landlords []domain.ID
	for _, a := range v.Assignments {
		if a.Role == domain.StockManager {
			landlords = append(landlords, a.OrganisationID)
		}
	}
	if app := v.App; app != nil && (app.ReadOnly || len(app.Operations) > 0 || len(app.CommuneIDs) > 0) || !throughStockApp(v) || len(landlords) == 0 {
		return nil, nil, forbidden()
	}
	return guard.Grant(ctx, "import managed stock", stockTypes...), landlords, nil
}

// SeedManagedStock writes what the landlords of a sandbox manage, and their agreements.
func SeedManagedStock(ctx context.Context) context.Context {
	return guard.Grant(ctx, "seed managed stock", append([]string{"ReservationRight"}, stockTypes...)...)
}

var stockTypes = []string{"ManagedDwelling", "ManagedChange", "Vacancy"}

// throughStockApp tells whether no app stands between, or one that is for the stock. One that
// is held at reception points has its business there: a dwelling is at none.
func throughStockApp(v *auth.Viewer) bool {
	return v.App == nil || v.App.May(domain.StockScope) && len(v.App.PointIDs) == 0
}

func withinCommune(app *auth.App, b *ent.Building) bool {
	return app == nil || len(app.CommuneIDs) == 0 || b != nil && b.CommuneID != nil && slices.Contains(app.CommuneIDs, *b.CommuneID)
}
