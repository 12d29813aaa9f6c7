package service_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// TestSameFileAgain changes no row: neither what it says nor by whom it was
// written.
func TestSameFileAgain(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	old := []stockfile.Dwelling{flat("1", 0, 2), flat("1", 0, 2), flat("1", 1, 3), flat("2", 0, 4), point(1901, 90, 0), point(1902, 104, 0), point(1903, 110, 0)}
	young := append([]stockfile.Dwelling{flat("3", 0, 1)}, old[1:6]...)
	young[2].EnergyClass = "A"
	for year, file := range [][]stockfile.Dwelling{old, young} {
		load(t, db, 2024+year, file...)
		if year == 0 {
			_, err := own(t, db, s, "38185;1 rue de l'Étoile;;"+first+";;;acte;2026-01-01")
			must(t, err)
		}
		before, rows := published(t, db), list(t, db, "SELECT to_jsonb(r)::text FROM stock_row r")
		report := load(t, db, 2024+year, file...)
		if published(t, db) != before {
			t.Errorf("%d: something was written", 2024+year)
		}
		if list(t, db, "SELECT to_jsonb(r)::text FROM stock_row r") != rows {
			t.Errorf("%d: other rows are kept for the comparison", 2024+year)
		}
		if report.Dwellings.Added+report.Dwellings.Changed+report.Buildings.Added+report.Buildings.Changed+report.AbsentBuildings+report.AbsentDwellings != 0 ||
			report.Dwellings.Unchanged != len(file) {
			t.Errorf("%d: %+v", 2024+year, report)
		}
	}
}

// TestAnotherFileOfTheSameDay replaces the vintage: what is left is what the
// second file alone would have made, whatever the first one said.
func TestAnotherFileOfTheSameDay(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	a, b, c, d := flat("1", 0, 2), flat("1", 1, 2), flat("2", 0, 2), flat("3", 0, 2)
	for name, history := range map[string]struct{ before, wrong, right []stockfile.Dwelling }{
		"first vintage":            {nil, []stockfile.Dwelling{a, c, d}, []stockfile.Dwelling{a, b}},
		"had too much":             {[]stockfile.Dwelling{a, b}, []stockfile.Dwelling{a, a, b, c, point(1901, 50, 0)}, []stockfile.Dwelling{a, b}},
		"had too little":           {[]stockfile.Dwelling{a, b, c}, []stockfile.Dwelling{a}, []stockfile.Dwelling{a, b, c, d}},
		"had both":                 {[]stockfile.Dwelling{a, b, c}, []stockfile.Dwelling{a, d, point(1901, 50, 0)}, []stockfile.Dwelling{a, b}},
		"had another energy class": {[]stockfile.Dwelling{a}, []stockfile.Dwelling{with(a, func(d *stockfile.Dwelling) { d.EnergyClass = "A" })}, []stockfile.Dwelling{with(a, func(d *stockfile.Dwelling) { d.EnergyClass = "B" })}},
		"had nothing of it":        {[]stockfile.Dwelling{a, b}, []stockfile.Dwelling{c, d}, []stockfile.Dwelling{a, b, point(1901, 14, 0)}},
	} {
		importAll := func(files ...[]stockfile.Dwelling) string {
			forgetStock(t, db)
			if history.before != nil {
				load(t, db, 2024, history.before...)
			}
			for i, file := range files {
				load(t, db, 2025, file...)
				if i < len(files)-1 {
					_, err := own(t, db, s, "38185;3 rue de l'Étoile;;"+first+";;;acte;2026-01-01")
					must(t, err)
					// What was said of what only that file had goes with it.
					execute(t, db, `INSERT INTO managed_dwelling (id, dwelling_id, criteria, source, updated_at)
						SELECT 'mgd' || substr(id, 4), id, '[]', 'FILE', now() FROM dwelling ON CONFLICT DO NOTHING`)
				}
			}
			return stated(t, db)
		}
		want := importAll(history.right)
		have := importAll(history.wrong, history.right)
		if have != want {
			t.Errorf("%s: have\n%s\nwant\n%s", name, have, want)
		}
	}
}

// TestOddValues: what a file can hold, a database can: no value of a line breaks
// the import.
func TestOddValues(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	dice := rand.New(rand.NewPCG(1, 2))
	// Compression makes no room in an index for this.
	long := func(bytes int) string {
		text := make([]byte, bytes)
		for i := range text {
			text[i] = byte('!' + dice.IntN(90))
		}
		return strings.TrimSpace(string(text))
	}
	file := []stockfile.Dwelling{
		with(flat("1", 0, 1), func(d *stockfile.Dwelling) {
			d.Address = stockfile.Address{Number: long(300), Repetition: long(300), StreetType: long(200), Street: long(221), Complement: long(1024), Locality: long(1024)}
			d.CommuneName, d.AccessibilityCode, d.AccessibilityLabel = long(1024), long(1024), long(1024)
			d.DistrictCode, d.PositionQuality, d.EPCI = long(1024), long(1024), long(1024)
		}),
		with(flat("2", 0, 1), func(d *stockfile.Dwelling) { d.Address.Street = strings.Repeat("é", 500) }),
		with(flat("3", 0, 1), func(d *stockfile.Dwelling) { d.Address.Street = `\.` }),
		with(flat("4", 0, 1), func(d *stockfile.Dwelling) { d.Address.Street, d.AccessibilityCode = `\N`, `\N` }),
		with(flat("5", 0, 1), func(d *stockfile.Dwelling) { d.Address.Street = "A\tB \x01\x1f\u2028\ufffe\U0001f3e0 東京" }),
		with(flat("6", 0, 1), func(d *stockfile.Dwelling) { d.AccessibilityLabel = "\"'; DROP TABLE dwelling; --" }),
		with(flat("7", -99, 50), func(d *stockfile.Dwelling) { d.Surface, d.BuiltIn, d.LetSince = 2000, 1000, 2199 }),
		with(flat("8", 99, 0), func(d *stockfile.Dwelling) { d.Surface = 1e-9 }),
		with(flat("9", 0, 0), func(d *stockfile.Dwelling) {
			d.Floor, d.Surface, d.BuiltIn, d.LetSince, d.Financing, d.Construction, d.EnergyClass = stockfile.Floor{}, 0, 0, 0, "", "", ""
			d.CommuneName, d.PostalCode, d.EPCI, d.PositionQuality, d.PriorityDistrict = "", "", "", "", domain.NotKnown
		}),
	}
	report := load(t, db, 2024, file...)
	if report.Rejected != 0 || report.Dwellings.Added != len(file) {
		t.Errorf("%+v", report)
	}
	for i := range file {
		file[i].EnergyClass, file[i].AccessibilityLabel = "A", file[i].AccessibilityLabel+"."
		if len(file[i].AccessibilityLabel) > 1024 {
			file[i].AccessibilityLabel = long(1023)
		}
	}
	report = load(t, db, 2025, file...)
	if c := report.Comparison.Changed; c.Buildings != len(file) {
		t.Errorf("%+v", report.Comparison)
	}
	if have := list(t, db, "SELECT address FROM building WHERE address LIKE '3 %' OR address LIKE '4 %' OR address LIKE '5 %'"); have !=
		"3 RUE \\.\n4 RUE \\N\n5 RUE A\tB \x01\x1f\u2028\ufffe\U0001f3e0 東京" {
		t.Errorf("%q", have)
	}
}
