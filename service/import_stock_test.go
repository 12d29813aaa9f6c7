package service_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
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

// importStock loads a file that states the stock of that year.
func importStock(ctx context.Context, t testing.TB, db *sql.DB, year int, file []byte) (service.StockReport, error) {
	t.Helper()
	rows, err := stockfile.Open(bytes.NewReader(file), int64(len(file)), "stock.csv", stockfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	return service.ImportStock(ctx, db, func() time.Time { return noon() }, service.StockImport{
		Rows: rows, StatedOn: january(year), Source: service.OfficialStock, Territory: "test", SHA256: func() string { return fmt.Sprintf("%x", sha256.Sum256(file)) }, MaxRejected: 0.5, MaxLoss: 0.9,
	})
}

func TestQuick(t *testing.T) {
	db, err := sql.Open("postgres", testdb.New(t))
	must(t, err)
	defer db.Close()
	var all []stockfile.Dwelling
	for i := range 60000 {
		d := flat(fmt.Sprint(i/8), i%9, 1+i%5)
		d.Coordinates = &domain.Coordinates{Latitude: 45.1 + domain.Latitude(i/8%1000)/1e4, Longitude: 5.7 + domain.Longitude(i/8000)/1e4}
		all = append(all, d)
	}
	file := stockText(t, all...)
	start := time.Now()
	r, err := importStock(t.Context(), t, db, 2025, file)
	fmt.Println(time.Since(start), r, err)
	start = time.Now()
	r, err = importStock(t.Context(), t, db, 2025, file)
	fmt.Println(time.Since(start), r, err)
	all[0].EnergyClass = "A"
	all[10000].EnergyClass = "A"
	all[10000].Surface = 3
	file = stockText(t, all[:50000]...)
	start = time.Now()
	r, err = importStock(t.Context(), t, db, 2026, file)
	fmt.Println(time.Since(start), r, r.Comparison, err)
	_ = errors.Is
}
