package service

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// The statements of the import, by the name that stands before each of them.
//
//go:embed import_stock.sql
var stockStatements string

func stockStatement(name string) string { return namedStatement(stockStatements, name) }

// namedStatement finds a statement by the name that stands before it.
func namedStatement(statements, name string) string {
	_, rest, found := strings.Cut(statements, "\n-- name: "+name+"\n")
	if !found {
		panic("no statement " + name) //nolint:forbidigo // it is compiled in
	}
	statement, _, _ := strings.Cut(rest, "\n-- name: ")
	return statement
}

var (
	prepareTables  = stockStatement("prepare tables")
	findInForce    = stockStatement("find the vintage in force")
	announce       = stockStatement("announce the vintage")
	forgetRows     = stockStatement("forget the rows of other vintages")
	placeBuildings = stockStatement("place what has no address")
	placedRows     = stockStatement("read what was placed")
	countRows      = stockStatement("count rows")
	countBuildings = stockStatement("count buildings")
	countDwellings = stockStatement("count dwellings")

	countStagedBuildings = stockStatement("count buildings of the file")
	countStagedDwellings = stockStatement("count dwellings of the file")

	writeBuildings = stockStatement("write buildings")
	numberDwelling = stockStatement("number dwellings")
	writeDwellings = stockStatement("write dwellings")
	absentBuilding = stockStatement("mark absent buildings")
	absentDwelling = stockStatement("mark absent dwellings")
	forgetChanges  = stockStatement("forget changes")
	writeChanges   = stockStatement("write changes")
	countChanges   = stockStatement("count changes")
	lowerVintage   = stockStatement("lower the vintage in force")
	finishVintage  = stockStatement("finish the vintage")
	analyse        = stockStatement("analyse")
)

// vintageInForce is the current vintage before the import; its id is empty when
// there is none.
type vintageInForce struct {
	id, previous domain.ID
	statedOn     domain.Date
	dwellings    int
}

var errImportUnderWay = &domain.Error{Code: domain.BadRequest, Reason: "IMPORT_UNDER_WAY", Message: domain.Text{
	EN: "Another import of the stock is under way; wait for its end.",
	FR: "Un autre import du parc est en cours ; attendez sa fin.",
}}

// stockLock is the advisory lock that one import at a time holds.
const stockLock int64 = 0x73746f636b // "stock"

// importSettings hold for the transaction of an import: a country takes longer
// than what a statement of the API may.
const importSettings = `SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL work_mem = '64MB'`

// inImport runs an import of the stock in one transaction, alone.
func inImport(ctx context.Context, db *sql.DB, use func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	var alone bool
	if _, err = tx.ExecContext(ctx, importSettings); err == nil {
		err = tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", stockLock).Scan(&alone)
	}
	if err == nil && !alone {
		err = errImportUnderWay
	}
	if err == nil {
		err = use(tx)
	}
	if err != nil {
		// The first error says why; a failed rollback adds nothing to it.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// prepare makes the tables of the import and announces the vintage.
func (i *stockImport) prepare(ctx context.Context) error {
	if _, err := i.tx.ExecContext(ctx, prepareTables); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	var previous sql.NullString
	f := &i.inForce
	err := i.tx.QueryRowContext(ctx, findInForce).Scan(&f.id, &previous, &f.statedOn, &f.dwellings)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("vintage in force: %w", err)
	}
	f.previous = domain.ID(previous.String)
	i.vintage, i.before = importedID(domain.StockVintagePrefix, i.StatedOn), f.id
	switch {
	case f.id == i.vintage:
		i.before = f.previous
	case i.StatedOn.Before(f.statedOn):
		return refuseStock("OLDER_VINTAGE",
			fmt.Sprintf("The vintage in force states the stock on %s: older files are not loaded after it.", f.statedOn),
			fmt.Sprintf("Le millésime en vigueur décrit le parc au %s : un fichier plus ancien n'est plus chargé.", f.statedOn))
	}
	if err := i.exec(ctx, announce, i.vintage, i.StatedOn, i.Source, i.Rows.Layout(), i.Territory, i.now); err != nil {
		return fmt.Errorf("announce vintage: %w", err)
	}
	return i.exec(ctx, forgetRows, i.before)
}

func (i *stockImport) exec(ctx context.Context, statement string, args ...any) error {
	_, err := i.affect(ctx, statement, args...)
	return err
}

// affect returns how many rows a statement wrote.
func (i *stockImport) affect(ctx context.Context, statement string, args ...any) (int, error) {
	return affected(i.tx.ExecContext(ctx, statement, args...))
}

func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

func (i *stockImport) count(ctx context.Context, statement string, args ...any) (n int, err error) {
	err = i.tx.QueryRowContext(ctx, statement, args...).Scan(&n)
	return n, err
}

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
	return []any{
		string(b.id), string(b.commune), b.communeName, b.address, b.postalCode, b.latitude, b.longitude, b.positionQuality, b.district,
	}
}

// stream sends one row of the vintage.
func (i *stockImport) stream(ctx context.Context, building domain.ID, r stockRow) (err error) {
	if i.rows == nil {
		columns := append([]string{"vintage_id", "building_id", "dwelling_key"}, rowColumns...)
		if i.rows, err = i.tx.PrepareContext(ctx, pq.CopyIn("stock_row", columns...)); err != nil {
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

func endCopy(ctx context.Context, stream *sql.Stmt) error {
	_, err := stream.ExecContext(ctx)
	return errors.Join(err, stream.Close())
}

func (i *stockImport) copyBuildings(ctx context.Context) error {
	return i.copy(ctx, "stage_building", buildingColumns, len(i.buildings), func(n int) []any { return i.buildings[n].values() })
}

func (i *stockImport) copyUnplaced(ctx context.Context) error {
	columns := append(append([]string{"line"}, buildingColumns...), rowColumns...)
	return i.copy(ctx, "stage_unplaced", columns, len(i.unplaced), func(n int) []any {
		u := i.unplaced[n]
		return append(append([]any{int64(u.line)}, u.own.values()...), u.row.values()...)
	})
}

func (i *stockImport) copy(ctx context.Context, table string, columns []string, rows int, values func(int) []any) error {
	if rows == 0 {
		return nil
	}
	stream, err := i.tx.PrepareContext(ctx, pq.CopyIn(table, columns...))
	if err != nil {
		return err
	}
	for n := range rows {
		if _, err := stream.ExecContext(ctx, values(n)...); err != nil {
			return errors.Join(err, stream.Close())
		}
	}
	return endCopy(ctx, stream)
}

// place finds the building of each line without an address, and sends those lines
// after the others.
func (i *stockImport) place(ctx context.Context) error {
	if _, err := i.tx.ExecContext(ctx, placeBuildings); err != nil {
		return fmt.Errorf("place what has no address: %w", err)
	}
	for line := 0; ; {
		placed, err := i.placed(ctx, line)
		if err != nil {
			return fmt.Errorf("read what was placed: %w", err)
		}
		if len(placed) == 0 {
			return i.endStream(ctx)
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

// writeBuildings brings the table of buildings to what the file says.
func (i *stockImport) writeBuildings(ctx context.Context) (err error) {
	i.report.Buildings, i.report.AbsentBuildings, err = i.bring(ctx, countBuildings, writeBuildings, absentBuilding, countStagedBuildings)
	if err != nil {
		return fmt.Errorf("write buildings: %w", err)
	}
	return nil
}

// writeDwellings does the same for dwellings, once each has its identifier.
func (i *stockImport) writeDwellings(ctx context.Context) error {
	err := i.exec(ctx, numberDwelling, i.vintage, domain.DerivedStem(domain.DwellingPrefix, directoryEpoch))
	if err != nil {
		return fmt.Errorf("number dwellings: %w", err)
	}
	i.report.Dwellings, i.report.AbsentDwellings, err = i.bring(ctx, countDwellings, writeDwellings, absentDwelling, countStagedDwellings)
	if err != nil {
		return fmt.Errorf("write dwellings: %w", err)
	}
	return nil
}

// bring writes what is new or changed, marks the rest absent, and counts.
func (i *stockImport) bring(ctx context.Context, count, write, absent, staged string) (t Tally, gone int, err error) {
	before, err := i.count(ctx, count)
	if err != nil {
		return t, 0, err
	}
	written, err := i.affect(ctx, write, i.vintage)
	if err != nil {
		return t, 0, err
	}
	after, err := i.count(ctx, count)
	if err != nil {
		return t, 0, err
	}
	all, err := i.count(ctx, staged)
	if err != nil {
		return t, 0, err
	}
	t = Tally{Added: after - before, Changed: written - (after - before), Unchanged: all - written}
	if i.inForce.id != "" {
		gone, err = i.affect(ctx, absent, i.inForce.id)
	}
	return t, gone, err
}

// compare writes what changed since the vintage before.
func (i *stockImport) compare(ctx context.Context) error {
	if err := i.exec(ctx, forgetChanges, i.vintage); err != nil || i.before == "" {
		return err
	}
	stem := domain.DerivedStem(domain.StockChangePrefix, i.StatedOn.At(0))
	if err := i.exec(ctx, writeChanges, i.vintage, i.before, stem); err != nil {
		return fmt.Errorf("compare vintages: %w", err)
	}
	rows, err := i.tx.QueryContext(ctx, countChanges, i.vintage)
	if err != nil {
		return fmt.Errorf("count changes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	c := new(domain.StockComparison)
	tallies := map[domain.StockChangeKind]*domain.StockTally{
		domain.DwellingsAdded: &c.Added, domain.DwellingsRemoved: &c.Removed,
		domain.DwellingChanged: &c.Changed, domain.AmbiguousChange: &c.Ambiguous,
	}
	for rows.Next() {
		var kind domain.StockChangeKind
		var t domain.StockTally
		if err := rows.Scan(&kind, &t.Buildings, &t.Before, &t.After); err != nil {
			return fmt.Errorf("count changes: %w", err)
		}
		*tallies[kind] = t
	}
	i.report.Comparison = c
	return rows.Err()
}

// finish puts the vintage in force.
func (i *stockImport) finish(ctx context.Context) error {
	if err := i.exec(ctx, lowerVintage, i.vintage); err != nil {
		return fmt.Errorf("lower the vintage in force: %w", err)
	}
	comparison, err := json.Marshal(i.report.Comparison)
	if err != nil {
		return err
	}
	if err := i.exec(ctx, finishVintage, i.vintage, optional(i.before), i.SHA256(), i.report.Read, i.report.Rejected, string(comparison),
		i.Rows.Layout(), i.Territory, i.now); err != nil {
		return fmt.Errorf("finish vintage: %w", err)
	}
	_, err = i.tx.ExecContext(ctx, analyse)
	return err
}
