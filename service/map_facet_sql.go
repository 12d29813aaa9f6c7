package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/stockmap"
)

// mapVersion is the number that grows whenever what a map shows is written.
func (s *Service) mapVersion(ctx context.Context) (version int64, err error) {
	if err := policy.SeeMap(ctx); err != nil {
		return 0, err
	}
	rows, err := s.ent.QueryContext(ctx, "SELECT version FROM map_version")
	if err != nil {
		return 0, fmt.Errorf("version of the map: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(&version); err != nil {
			return 0, fmt.Errorf("version of the map: %w", err)
		}
	}
	return version, rows.Err()
}

// inFacets counts in the facets.
type inFacets struct {
	db     querier
	filter stockmap.Filter
}

// facetCounts are dwellings by typology, one column each.
var facetCounts = func() string {
	var columns strings.Builder
	for _, typology := range domain.Typology("").Values() {
		columns.WriteString(", coalesce(sum(dwelling_count) FILTER (WHERE typology = '" + typology + "'), 0)")
	}
	return columns.String()
}()

func (f inFacets) clusters(ctx context.Context, area stockmap.Area, shift int) (found []stockmap.Spot, err error) {
	var q facetQuery
	// Whole numbers of steps have one sum, in whatever order; see [stockmap.Micro].
	q.arg("SELECT zkey >> ", shift, "int")
	q.write(", sum(dwelling_count * round(latitude * 1000000)), sum(dwelling_count * round(longitude * 1000000))" + facetCounts)
	q.from(area, f.filter)
	q.write(" GROUP BY 1 ORDER BY 1")
	var latitudes, longitudes float64
	err = f.read(ctx, &q, func(s *stockmap.Spot) []any { return []any{&s.Cell, &latitudes, &longitudes} }, func(s *stockmap.Spot) {
		s.At = stockmap.Middle(latitudes, longitudes, s.Counts.Total())
		found = append(found, *s)
	})
	return found, err
}

func (f inFacets) buildings(ctx context.Context, area stockmap.Area, most int) (found []stockmap.Spot, err error) {
	var q facetQuery
	q.write("SELECT zkey, building_id, latitude, longitude" + facetCounts)
	q.from(area, f.filter)
	q.arg(" GROUP BY 1, 2, 3, 4 ORDER BY 1, 2 LIMIT ", most, "int")
	var building string
	var latitude, longitude float64
	err = f.read(ctx, &q, func(s *stockmap.Spot) []any { return []any{&s.Cell, &building, &latitude, &longitude} }, func(s *stockmap.Spot) {
		s.Building = domain.ID(building)
		s.At = domain.Coordinates{Latitude: domain.Latitude(latitude), Longitude: domain.Longitude(longitude)}
		found = append(found, *s)
	})
	return found, err
}

// read takes the spots of a statement, one after the other in the same place: into gives
// where its first columns go, those before the counts.
func (f inFacets) read(ctx context.Context, q *facetQuery, into func(s *stockmap.Spot) []any, take func(s *stockmap.Spot)) (err error) {
	if err := policy.SeeMap(ctx); err != nil {
		return err
	}
	rows, err := f.db.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return fmt.Errorf("read facets: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var s stockmap.Spot
	columns := into(&s)
	for i := range s.Counts {
		columns = append(columns, &s.Counts[i])
	}
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return fmt.Errorf("read facets: %w", err)
		}
		take(&s)
	}
	return rows.Err()
}

// facetQuery is a statement over facets, by hand: a map is many small reads, each of which
// takes less time than to put a statement together and to plan it.
//
// It is one text for all tiles under conditions of one kind, and what a condition compares with
// tells the database of no other plan: it cannot look into (SELECT $1). So it keeps the plan,
// which is that of the index in any case, where it would otherwise plan each small tile anew.
type facetQuery struct {
	text strings.Builder
	args []any
}

// write adds words.
func (q *facetQuery) write(words string) { q.text.WriteString(words) }

// arg adds words and an argument of that type.
func (q *facetQuery) arg(words string, value any, typ string) {
	q.args = append(q.args, value)
	q.text.WriteString(words + "$" + strconv.Itoa(len(q.args)) + "::" + typ)
}

// than adds a condition and what it compares with.
func (q *facetQuery) than(words string, value any, typ string) {
	q.arg(words+"(SELECT ", value, typ)
	q.write(")")
}

// from leaves what is in the area and what the filter leaves.
func (q *facetQuery) from(area stockmap.Area, filter stockmap.Filter) {
	q.write(" FROM map_facet")
	if len(area.Ranges) == 1 {
		q.than(" WHERE zkey BETWEEN ", area.Ranges[0].Low, "bigint")
		q.than(" AND ", area.Ranges[0].High, "bigint")
	} else {
		low, high := bounds(area)
		q.than(", unnest(", low, "bigint[]")
		q.than(", ", high, "bigint[]")
		q.write(") AS ranges (low, high) WHERE zkey BETWEEN low AND high")
	}
	if box := area.Box; box != nil {
		q.than(" AND latitude >= ", float64(box.South), "float8")
		q.than(" AND latitude <= ", float64(box.North), "float8")
		q.than(" AND longitude >= ", float64(box.West), "float8")
		q.than(" AND longitude <= ", float64(box.East), "float8")
	}
	for _, column := range facetColumns() {
		if words := filter.In[column.axis]; words != nil {
			q.than(" AND "+column.name+" = ANY(", pq.Array(words), "text[]")
			q.write("::text[])")
		}
	}
	if built := filter.Built; built != nil {
		q.write(" AND construction_year > 0")
		if built.Min != nil {
			q.than(" AND construction_year >= ", *built.Min, "int")
		}
		if built.Max != nil {
			q.than(" AND construction_year <= ", *built.Max, "int")
		}
	}
}

// bounds are the lower and the upper ends of the stretches of an area.
func bounds(area stockmap.Area) (low, high any) {
	lows, highs := make([]int64, len(area.Ranges)), make([]int64, len(area.Ranges))
	for i, r := range area.Ranges {
		lows[i], highs[i] = r.Low, r.High
	}
	return pq.Array(lows), pq.Array(highs)
}

// facetColumn is where a facet has its value on an axis.
type facetColumn struct {
	axis domain.StockAxis
	name string
}

// facetColumns are those of words, in one order: a text is a plan.
func facetColumns() []facetColumn {
	return []facetColumn{
		{domain.ByCommune, "insee_code"},
		{domain.ByTypology, "typology"},
		{domain.ByFinancing, "financing"},
		{domain.ByEnergyClass, "energy_class"},
		{domain.ByConstruction, "construction"},
		{domain.ByAccessibility, "accessibility"},
		{domain.ByPriorityDistrict, "priority_district"},
		{domain.ByLandlord, "landlord_id"},
	}
}
