package service

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
)

// The columns of the streams, as the functions below fill them.
var (
	rowColumns = []string{
		"floor", "rooms", "surface", "construction_year", "letting_year",
		"financing", "energy_class", "construction", "accessibility", "priority_district",
	}
	buildingColumns = []string{
		"id", "insee_code", "commune_name", "address", "postal_code", "latitude", "longitude", "position_quality", "district_code",
	}
)

func (r stockRow) values() []any {
	return []any{
		int64(r.floor), int64(r.rooms), r.surface, int64(r.constructionYear), int64(r.lettingYear),
		r.financing, r.energyClass, r.construction, r.accessibility, r.priority,
	}
}

func (b stockBuilding) values() []any {
	var latitude, longitude any
	if b.placed {
		latitude, longitude = float64(b.at.Latitude), float64(b.at.Longitude)
	}
	return []any{
		string(b.id), string(b.commune), b.communeName, b.address, b.postalCode, latitude, longitude, b.positionQuality, b.district,
	}
}

// stream sends one row of the vintage.
func (i *stockImport) stream(ctx context.Context, building domain.ID, r stockRow) (err error) {
	if i.rows == nil {
		columns := append([]string{"vintage_id", "building_id", "dwelling_key"}, rowColumns...)
		if i.rows, err = i.tx.PrepareContext(ctx, copyStatement("stock_row", columns...)); err != nil {
			return err
		}
	}
	_, err = i.rows.ExecContext(ctx, append([]any{string(i.vintage), string(building), i.dwellingKey(building, r)}, r.values()...)...)
	return err
}

func (i *stockImport) endStream(ctx context.Context) error {
	if i.rows == nil {
		return nil
	}
	stream := i.rows
	i.rows = nil
	return endCopy(ctx, stream)
}

func (i *stockImport) copyBuildings(ctx context.Context) error {
	return copyRows(ctx, i.tx, "stage_description", buildingColumns, len(i.buildings), func(n int) []any { return i.buildings[n].values() })
}

func (i *stockImport) copyUnplaced(ctx context.Context) error {
	columns := append(append([]string{"line"}, buildingColumns...), rowColumns...)
	return copyRows(ctx, i.tx, "stage_unplaced", columns, len(i.unplaced), func(n int) []any {
		u := i.unplaced[n]
		return append(append([]any{int64(u.line)}, u.own.values()...), u.row.values()...)
	})
}

// place decides what each building is like, finds the building of each line
// without an address, and sends those lines after the others.
func (i *stockImport) place(ctx context.Context) error {
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{describeBuildings, nil},
		{gatherPoints, nil},
		{gatherNeighbours, []any{i.vintage}},
		{placePoints, nil},
		{describeKnown, []any{i.vintage}},
		{describeNew, nil},
	} {
		if err := i.exec(ctx, step.statement, step.args...); err != nil {
			return fmt.Errorf("place what has no address: %w", err)
		}
	}
	for line := 0; ; {
		placed, err := i.placed(ctx, line)
		if err != nil {
			return fmt.Errorf("read what was placed: %w", err)
		}
		if len(placed) == 0 {
			return nil
		}
		for _, p := range placed {
			if err := i.stream(ctx, p.own.id, p.row); err != nil {
				return err
			}
			line = p.line
		}
		if err := i.endStream(ctx); err != nil {
			return err
		}
	}
}

// placed reads the next lines that were placed, with their buildings.
func (i *stockImport) placed(ctx context.Context, after int) (placed []unplacedRow, err error) {
	rows, err := i.tx.QueryContext(ctx, placedRows, after, waitingLines)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p unplacedRow
		r := &p.row
		if err := rows.Scan(&p.line, &p.own.id, &r.floor, &r.rooms, &r.surface, &r.constructionYear, &r.lettingYear,
			&r.financing, &r.energyClass, &r.construction, &r.accessibility, &r.priority); err != nil {
			return nil, err
		}
		placed = append(placed, p)
	}
	return placed, rows.Err()
}

func (i *stockImport) exec(ctx context.Context, statement string, args ...any) error {
	_, err := i.affect(ctx, statement, args...)
	return err
}

// affect returns how many rows a statement wrote.
func (i *stockImport) affect(ctx context.Context, statement string, args ...any) (int, error) {
	return affected(i.tx.ExecContext(ctx, statement, args...))
}

// nullable is NULL for an empty identifier.
func nullable(id domain.ID) sql.NullString {
	return sql.NullString{String: string(id), Valid: id != ""}
}
