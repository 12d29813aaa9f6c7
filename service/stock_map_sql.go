package service

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strconv"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/building"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/mapfacet"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/stockmap"
)

// inDwellings counts the dwellings of a query, which carries the filter.
type inDwellings struct{ q *ent.DwellingQuery }

// spotRow is a spot as it is selected: dwellings by typology, and the sums of the steps of
// their places, or the place itself.
type spotRow struct {
	Cell                        int64
	Building                    domain.ID
	Latitude, Longitude         float64
	T1, T2, T3, T4, T5, T6, Not int
}

func (r *spotRow) counts() stockmap.Counts {
	return stockmap.Counts{r.T1, r.T2, r.T3, r.T4, r.T5, r.T6, r.Not}
}

// spotColumns are what spots are selected from.
type spotColumns struct{ key, building, latitude, longitude, typology string }

// placed joins dwellings with where they are.
func placed(s *sql.Selector) spotColumns {
	b := sql.Table(building.Table)
	s.Join(b).On(s.C(dwelling.FieldBuildingID), b.C(building.FieldID))
	return spotColumns{
		b.C(building.FieldZkey), b.C(building.FieldID), b.C(building.FieldLatitude), b.C(building.FieldLongitude),
		s.C(dwelling.FieldTypology),
	}
}

func (d inDwellings) clusters(ctx context.Context, area stockmap.Area, shift int) ([]stockmap.Spot, error) {
	var rows []spotRow
	err := d.q.Modify(func(s *sql.Selector) { selectClusters(s, placed(s), area, shift) }).Scan(ctx, &rows)
	return clustersOf(rows, err)
}

func (d inDwellings) buildings(ctx context.Context, area stockmap.Area, most int) ([]stockmap.Spot, error) {
	var rows []spotRow
	err := d.q.Modify(func(s *sql.Selector) { selectBuildings(s, placed(s), area, most) }).Scan(ctx, &rows)
	return buildingsOf(rows, err)
}

// within leaves what is in the area.
func within(s *sql.Selector, c spotColumns, area stockmap.Area) {
	if len(area.Ranges) == 1 {
		r := area.Ranges[0]
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(c.key + " BETWEEN ").Arg(r.Low).WriteString(" AND ").Arg(r.High)
		}))
	} else {
		low, high := bounds(area)
		ranges := sql.Dialect(s.Dialect()).SelectExpr(sql.ExprFunc(func(b *sql.Builder) {
			b.WriteString("unnest(").Arg(low).WriteString("::bigint[]) AS low, unnest(").
				Arg(high).WriteString("::bigint[]) AS high")
		})).As("ranges")
		s.Join(ranges).OnP(sql.P(func(b *sql.Builder) { b.WriteString(c.key + ` BETWEEN "ranges"."low" AND "ranges"."high"`) }))
	}
	if area.Box == nil {
		return
	}
	for _, edge := range []struct {
		column string
		lowest float64
		most   float64
	}{
		{c.latitude, float64(area.Box.South), float64(area.Box.North)},
		{c.longitude, float64(area.Box.West), float64(area.Box.East)},
	} {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(edge.column + " BETWEEN ").Arg(edge.lowest).WriteString("::float8 AND ").Arg(edge.most).WriteString("::float8")
		}))
	}
}

// selectCounts counts dwellings by typology, in columns of the names of a row.
func selectCounts(s *sql.Selector, c spotColumns) {
	for i, name := range []string{"t1", "t2", "t3", "t4", "t5", "t6", "not"} {
		s.AppendSelect(sql.As(fmt.Sprintf("count(*) FILTER (WHERE %s = '%s')", c.typology, domain.Typology("").Values()[i]), name))
	}
}

func selectClusters(s *sql.Selector, c spotColumns, area stockmap.Area, shift int) {
	within(s, c, area)
	cell := c.key + " >> " + strconv.Itoa(shift)
	// Whole numbers of steps have one sum, in whatever order; see [stockmap.Micro].
	steps := func(column string) string { return "sum(round(" + column + " * 1000000))" }
	s.Select(sql.As(cell, "cell"), sql.As(steps(c.latitude), "latitude"), sql.As(steps(c.longitude), "longitude"))
	selectCounts(s, c)
	s.GroupBy("(1)").OrderBy("(1)")
}

func clustersOf(rows []spotRow, err error) ([]stockmap.Spot, error) {
	if err != nil {
		return nil, fmt.Errorf("cluster stock: %w", err)
	}
	var found []stockmap.Spot
	for i := range rows {
		counts := rows[i].counts()
		found = append(found, stockmap.Spot{
			Cell: rows[i].Cell, Counts: counts, At: stockmap.Middle(rows[i].Latitude, rows[i].Longitude, counts.Total()),
		})
	}
	return found, nil
}

func selectBuildings(s *sql.Selector, c spotColumns, area stockmap.Area, most int) {
	within(s, c, area)
	s.Select(sql.As(c.key, "cell"), sql.As(c.building, "building"), sql.As(c.latitude, "latitude"), sql.As(c.longitude, "longitude"))
	selectCounts(s, c)
	s.GroupBy("(1)", "(2)", "(3)", "(4)").OrderBy("(1)", "(2)").Limit(most)
}

func buildingsOf(rows []spotRow, err error) ([]stockmap.Spot, error) {
	if err != nil {
		return nil, fmt.Errorf("place stock: %w", err)
	}
	var found []stockmap.Spot
	for i := range rows {
		found = append(found, stockmap.Spot{
			Cell: rows[i].Cell, Building: rows[i].Building, Counts: rows[i].counts(),
			At: domain.Coordinates{Latitude: domain.Latitude(rows[i].Latitude), Longitude: domain.Longitude(rows[i].Longitude)},
		})
	}
	return found, nil
}

// readMap reads all that maps show, at one instant, or all but the stock. Stock that does
// not fit comes back as an error beside the rest.
func readMap(ctx context.Context, client *ent.Client, day domain.Date, lean bool) (*loadedMap, error) {
	tx, err := client.BeginTx(ctx, &stdsql.TxOptions{Isolation: stdsql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("load map: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it wrote nothing
	version, err := tx.MapVersion.Query().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("version of the map: %w", err)
	}
	m := &loadedMap{version: version.Version, day: day}
	if m.places, err = readPlaces(ctx, tx.Client(), day); err != nil || lean {
		return m, err
	}
	b := stockmap.NewBuilder(version.Version)
	next := int64(stockmap.Unplaced)
	for {
		page, err := tx.MapFacet.Query().Where(mapfacet.ZkeyGTE(next)).
			Order(mapfacet.ByZkey(), mapfacet.ByBuildingID()).Limit(loadedAtOnce).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("load stock: %w", err)
		}
		whole := page
		if len(page) == loadedAtOnce { // the last place may go on
			for next = page[len(page)-1].Zkey; len(whole) > 0 && whole[len(whole)-1].Zkey == next; {
				whole = whole[:len(whole)-1]
			}
		}
		for _, f := range whole {
			if err := b.Add(facetOf(f)); err != nil {
				return m, fmt.Errorf("load stock: %w", err)
			}
		}
		if len(page) < loadedAtOnce {
			m.stock = b.Snapshot()
			return m, nil
		}
		if len(whole) == 0 {
			return m, fmt.Errorf("load stock: more than %d facets at one place", loadedAtOnce)
		}
	}
}

// loadedAtOnce are so many facets: some megabytes.
const loadedAtOnce = 20_000

func facetOf(f *ent.MapFacet) stockmap.Facet {
	return stockmap.Facet{
		Key: f.Zkey, Building: f.BuildingID, At: domain.Coordinates{Latitude: f.Latitude, Longitude: f.Longitude},
		Commune: string(f.InseeCode), Built: f.ConstructionYear, Count: f.DwellingCount,
		In: [7]string{
			string(f.Typology), string(f.Financing), string(f.EnergyClass), string(f.Construction),
			string(f.Accessibility), string(f.PriorityDistrict), string(f.LandlordID),
		},
	}
}

// readPlaces reads the communes, and the points that have a level on that day.
func readPlaces(ctx context.Context, client *ent.Client, day domain.Date) (*stockmap.Places, error) {
	inForce := policy.AgreementInForce(day)
	points, err := client.ReceptionPoint.Query().Where(receptionpoint.HasAgreementsWith(inForce)).WithCommune().
		WithAgreements(func(q *ent.AgreementQuery) { q.Where(inForce).Order(agreement.ByValidFrom()) }).
		Order(receptionpoint.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("points of the map: %w", err)
	}
	all, err := client.Commune.Query().Order(commune.ByInseeCode()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("communes of the map: %w", err)
	}
	outlined := make([]stockmap.Commune, len(all))
	for i, c := range all {
		outlined[i] = stockmap.Commune{Code: c.InseeCode, Name: c.Name, Boundary: c.Boundary}
	}
	shown := make([]stockmap.ReceptionPoint, len(points))
	for i, p := range points {
		shown[i] = stockmap.ReceptionPoint{
			ID: p.ID, Name: p.Name, Commune: p.Edges.Commune.Name, Level: p.Edges.Agreements[0].Level,
			At: domain.Coordinates{Latitude: p.Latitude, Longitude: p.Longitude},
		}
	}
	return stockmap.NewPlaces(outlined, shown)
}
