package service_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

// january is the day whose stock a file of that year states.
func january(year int) domain.Date { return domain.NewDate(year, time.January, 1) }

// flat is a dwelling of a block in Grenoble, of which tests change a value or two.
func flat(number string, floor, rooms int) stockfile.Dwelling {
	return stockfile.Dwelling{
		Commune: "38185", CommuneName: "Grenoble", PostalCode: "38000", EPCI: "200040715",
		Address: stockfile.Address{Number: number, StreetType: "RUE", Street: "DE L'ÉTOILE"},
		Rooms:   rooms, Surface: float64(20 * rooms), Floor: stockfile.Floor{Number: floor, Known: true},
		BuiltIn: 1968, LetSince: 1969, Financing: "52", Construction: "C", EnergyClass: "D",
		PriorityDistrict: domain.No, PositionQuality: "11",
		Coordinates: &domain.Coordinates{Latitude: 45.18, Longitude: 5.72},
	}
}

// with changes a dwelling.
func with(d stockfile.Dwelling, changes ...func(*stockfile.Dwelling)) stockfile.Dwelling {
	for _, change := range changes {
		change(&d)
	}
	return d
}

// stockText writes the file of these dwellings.
func stockText(t testing.TB, dwellings ...stockfile.Dwelling) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := stockfile.NewWriter(&file, stockfile.Layout2026)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dwellings {
		if err := w.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// emptyStock is a database without a stock.
func emptyStock(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", testdb.New(t))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// forgetStock empties the stock, for the next case of a table: of a few rows, which take less
// than new files for as many indexes.
func forgetStock(t *testing.T, db *sql.DB) {
	t.Helper()
	execute(t, db, "DELETE FROM stock_change; DELETE FROM stock_row; DELETE FROM ownership; DELETE FROM dwelling; DELETE FROM building; DELETE FROM stock_vintage")
}

// stockSettings are of an import which tests change.
type stockSettings struct {
	service.StockImport
	stockfile.Options
}

// importStock loads a file that states the stock of that year.
func importStock(
	ctx context.Context, t testing.TB, db *sql.DB, year int, file []byte, changes ...func(*stockSettings),
) (service.StockReport, error) {
	t.Helper()
	s := stockSettings{StockImport: service.StockImport{
		StatedOn: january(year), Source: service.OfficialStock, Territory: "test",
		SHA256:      func() (string, error) { return fmt.Sprintf("%x", sha256.Sum256(file)), nil },
		MaxRejected: 0.5, MaxLoss: 1,
	}}
	for _, change := range changes {
		change(&s)
	}
	rows, err := stockfile.Open(bytes.NewReader(file), int64(len(file)), "stock.csv", s.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	s.Rows = rows
	return service.ImportStock(ctx, db, noon, s.StockImport)
}

// load imports the stock of that year, which must succeed.
func load(t *testing.T, db *sql.DB, year int, dwellings ...stockfile.Dwelling) service.StockReport {
	t.Helper()
	report, err := importStock(t.Context(), t, db, year, stockText(t, dwellings...))
	must(t, err)
	return report
}

// everything is every row of the stock with the transaction that wrote it: two
// that are equal tell that nothing was written in between.
func everything(t *testing.T, db *sql.DB, tables ...string) string {
	t.Helper()
	if len(tables) == 0 {
		tables = []string{"stock_vintage", "stock_change", "stock_row", "building", "dwelling", "ownership"}
	}
	var all strings.Builder
	for _, table := range tables {
		fmt.Fprintln(&all, table, list(t, db, "SELECT xmin || ' ' || to_jsonb(t) FROM "+table+" t"))
	}
	return all.String()
}

// published is what readers see of the stock, as [everything].
func published(t *testing.T, db *sql.DB) string {
	t.Helper()
	return everything(t, db, "stock_vintage", "stock_change", "building", "dwelling", "ownership")
}

// stated is the stock without the file that it came from, and the times and
// transactions of its writing.
func stated(t *testing.T, db *sql.DB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"stock_vintage", "stock_change", "stock_row", "building", "dwelling", "ownership"} {
		fmt.Fprintln(&all, table, list(t, db, "SELECT (to_jsonb(t) - '{created_at,imported_at,file_sha256}'::text[])::text FROM "+table+" t"))
	}
	return all.String()
}

// list reads lines, in their order as texts.
func list(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var all string
	must(t, db.QueryRowContext(t.Context(),
		`SELECT coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), '') FROM (`+query+`) rows (line)`, args...).Scan(&all))
	return all
}
