package service_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

// landlords is a service over a database with the communes and three landlords.
func landlords(t *testing.T) (*service.Service, *sql.DB) {
	t.Helper()
	s, db := loaded(t)
	var d service.Directory
	for i, siren := range []domain.Siren{"000000018", "000000026", "000000034"} {
		d.Organisations = append(d.Organisations, directoryfile.Organisation{
			Key: fmt.Sprintf("landlord-%d", i+1), Kind: domain.Landlord, Name: fmt.Sprintf("Bailleur %d", i+1), Siren: siren,
		})
	}
	_, err := s.ImportDirectory(t.Context(), d, nil)
	must(t, err)
	return s, db
}

// ownerships reads lines of landlords.csv, as the program does.
func ownerships(t *testing.T, s *service.Service, lines ...string) []directoryfile.Ownership {
	t.Helper()
	known, err := s.KnownDirectory(t.Context())
	must(t, err)
	file := "commune;address;building;siren;share;floors;source;date\n" + strings.Join(lines, "\n") + "\n"
	parsed, err := directoryfile.ParseOwnerships(strings.NewReader(file), directoryfile.UTF8, known)
	must(t, err)
	if parsed.RejectCount > 0 {
		t.Fatal(parsed.Rejects)
	}
	return parsed.Rows
}

// own loads lines of landlords.csv.
func own(t *testing.T, db *sql.DB, s *service.Service, lines ...string) (service.OwnershipReport, error) {
	t.Helper()
	return service.ImportOwnerships(t.Context(), db, ownerships(t, s, lines...))
}

// whose tells, dwelling by dwelling, the building, the floor and the landlord.
const whose = `
	SELECT concat_ws(' ', split_part(b.address, ' ', 1), nullif(d.floor, -100), coalesce(right(o.key, 1), '-'))
	FROM dwelling d JOIN building b ON b.id = d.building_id LEFT JOIN organisation o ON o.id = d.landlord_id`

// first, second and third are the landlords in lines of the file.
const (
	first  = "000000018"
	second = "000000026"
	third  = "000000034"
)

func TestWhoseDwellingsAre(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	block := []stockfile.Dwelling{flat("1", 0, 2), flat("1", 1, 2), flat("1", -1, 1), with(flat("1", 0, 4), func(d *stockfile.Dwelling) { d.Floor = stockfile.Floor{} })}
	other := flat("2", 0, 2)
	line := func(number, siren, share, floors string) string {
		return fmt.Sprintf("38185;%s RUE DE L'ETOILE;;%s;%s;%s;acte;2026-01-01", number, siren, share, floors)
	}
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"nobody":               {nil, "1 -,1 -1 -,1 0 -,1 1 -,2 0 -"},
		"an unknown building":  {[]string{line("77", first, "", "")}, "1 -,1 -1 -,1 0 -,1 1 -,2 0 -"},
		"a share":              {[]string{line("1", first, "60", "")}, "1 -,1 -1 -,1 0 -,1 1 -,2 0 -"},
		"shares of two":        {[]string{line("1", first, "60", ""), line("1", second, "40", "")}, "1 -,1 -1 -,1 0 -,1 1 -,2 0 -"},
		"floors there are not": {[]string{line("1", first, "", "7-9")}, "1 -,1 -1 -,1 0 -,1 1 -,2 0 -"},
		"floors":               {[]string{line("1", first, "", "-1,RC")}, "1 -,1 -1 1,1 0 1,1 1 -,2 0 -"},
		"floors of two":        {[]string{line("1", first, "", "RC"), line("1", second, "", "1-4")}, "1 -,1 -1 -,1 0 1,1 1 2,2 0 -"},
		"whole":                {[]string{line("1", first, "", "")}, "1 -1 1,1 0 1,1 1,1 1 1,2 0 -"},
		"a share of 100":       {[]string{line("1", first, "100", "")}, "1 -1 1,1 0 1,1 1,1 1 1,2 0 -"},
		"two buildings":        {[]string{line("1", first, "", ""), line("2", second, "", "")}, "1 -1 1,1 0 1,1 1,1 1 1,2 0 2"},
	} {
		want := strings.ReplaceAll(c.want, ",", "\n")
		// Told after the stock, and before: the vintage that follows asks as well.
		forgetStock(t, db)
		load(t, db, 2025, append(block, other)...)
		told := ownerships(t, s, c.lines...)
		report, err := service.ImportOwnerships(t.Context(), db, told)
		must(t, err)
		if have := list(t, db, whose); have != want {
			t.Errorf("%s, told after: have\n%s\nwant\n%s", name, have, want)
		}
		if told := 5 - strings.Count(want+"\n", " -\n"); report.Dwellings != told {
			t.Errorf("%s: %d were told, not %d", name, report.Dwellings, told)
		}
		before := published(t, db)
		report, err = own(t, db, s, c.lines...)
		if err != nil || report.Dwellings != 0 || report.Ownerships.Added+report.Ownerships.Changed != 0 || published(t, db) != before {
			t.Errorf("%s, told again: %+v, %v", name, report, err)
		}
		after := stated(t, db)
		forgetStock(t, db)
		loaded, err := importStock(t.Context(), t, db, 2025, stockText(t, append(block, other)...), func(o *stockSettings) { o.Landlords = told })
		must(t, err)
		if have := stated(t, db); have != after {
			t.Errorf("%s, told with the stock: have\n%s\nwant\n%s", name, have, after)
		}
		if l := loaded.Landlords; l.Dwellings != 0 || l.Ownerships.Added+len(l.Rejects) != len(c.lines) {
			t.Errorf("%s, told with the stock: %+v", name, l)
		}
		forgetStock(t, db)
		load(t, db, 2024, flat("1", 5, 5), flat("2", 5, 5))
		_, err = own(t, db, s, c.lines...)
		must(t, err)
		load(t, db, 2025, append(block, other)...)
		if have := list(t, db, whose+" WHERE d.last_vintage_id IS NULL"); have != want {
			t.Errorf("%s, told before: have\n%s\nwant\n%s", name, have, want)
		}
	}
}

// TestStockWithLandlords: what comes with a vintage is told to dwellings that it lacks too, and
// what refuses the one refuses the other.
func TestStockWithLandlords(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	load(t, db, 2024, flat("1", 0, 2), flat("1", 1, 2))
	address := "38185;1 RUE DE L'ETOILE;;" + first + ";;;acte;2026-01-01"
	known, err := own(t, db, s, address)
	must(t, err)
	if known.Dwellings != 2 {
		t.Fatalf("%+v", known)
	}
	building := list(t, db, "SELECT id FROM building")
	before := everything(t, db)
	importWith := func(lines ...string) (service.StockReport, error) {
		return importStock(t.Context(), t, db, 2025, stockText(t, flat("1", 0, 2)), func(o *stockSettings) { o.Landlords = ownerships(t, s, lines...) })
	}
	_, err = importWith(address, ";;"+building+";"+second+";;;lettre;2026-01-01")
	if reasonOf(err) != "BUILDING_NAMED_TWICE" || everything(t, db) != before {
		t.Errorf("a building named in two ways: %v", err)
	}
	report, err := importWith("38185;1 RUE DE L'ETOILE;;" + second + ";;;lettre;2026-01-01")
	must(t, err)
	if l := report.Landlords; l.Dwellings != 1 || report.AbsentDwellings != 1 || list(t, db, whose) != "1 0 2\n1 1 2" {
		t.Errorf("%+v\n%s", report, list(t, db, whose))
	}
}

// TestOwnershipsAreReplacedByBuilding: what a file says of a building stands
// alone, what it does not speak of stays.
func TestOwnershipsAreReplacedByBuilding(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	load(t, db, 2025, flat("1", 0, 2), flat("1", 1, 2), flat("2", 0, 2), flat("3", 0, 2))
	for _, c := range []struct {
		lines       []string
		tally       service.Tally
		dwellings   int
		rejected    string
		whose, held string
	}{
		{
			[]string{"38185;1 rue de l'Étoile;;" + first + ";;RC;acte;2026-01-01", "38185;1 rue de l'Étoile;;" + second + ";;1;acte;2026-01-01", "38185;2 rue de l'Étoile;;" + third + ";;;acte;2026-01-01"},
			service.Tally{Added: 3},
			3, "", "1 0 1,1 1 2,2 0 3,3 0 -", "1 1 [0],1 2 [1],2 3",
		},
		{
			[]string{"38185;1 rue de l'Étoile;;" + first + ";50;;acte;2026-01-01", "38185;1 rue de l'Étoile;;" + third + ";50;;acte;2026-01-01"},
			service.Tally{Added: 1, Changed: 1},
			2, "", "1 0 -,1 1 -,2 0 3,3 0 -", "1 1 50,1 3 50,2 3",
		},
		{
			[]string{"38185;1 rue de l'Étoile;;" + first + ";50;;acte;2026-01-02", "38185;9 rue de l'Étoile;;" + first + ";;;acte;2026-01-01", ";;bld_01JD8Q6Y2V0000000000000000;" + first + ";;;acte;2026-01-01"},
			service.Tally{Changed: 1},
			0, "line 3 address 9 rue de l'Étoile,line 4 building bld_01JD8Q6Y2V0000000000000000", "1 0 -,1 1 -,2 0 3,3 0 -", "1 1 50,2 3",
		},
		{
			[]string{";;%3;" + second + ";;;lettre;2026-01-01"},
			service.Tally{Added: 1},
			1, "", "1 0 -,1 1 -,2 0 3,3 0 2", "1 1 50,2 3,3 2",
		},
		{
			[]string{"38185;03 RUE DE L'ETOILE;;" + second + ";;;lettre;2026-01-01"},
			service.Tally{Unchanged: 1},
			0, "", "1 0 -,1 1 -,2 0 3,3 0 2", "1 1 50,2 3,3 2",
		},
	} {
		for i, l := range c.lines {
			c.lines[i] = strings.Replace(l, "%3", buildingAt(t, db, "3"), 1)
		}
		report, err := own(t, db, s, c.lines...)
		must(t, err)
		var rejected []string
		for _, r := range report.Rejects {
			rejected = append(rejected, fmt.Sprintf("line %d %s %s", r.Line, r.ColumnName, r.Value))
		}
		if report.Ownerships != c.tally || report.Dwellings != c.dwellings || strings.Join(rejected, ",") != c.rejected {
			t.Errorf("%v: %+v", c.lines, report)
		}
		if have := strings.ReplaceAll(list(t, db, whose), "\n", ","); have != c.whose {
			t.Errorf("%v: dwellings %s, want %s", c.lines, have, c.whose)
		}
		held := strings.ReplaceAll(list(t, db, `SELECT concat_ws(' ', split_part(b.address, ' ', 1), right(l.key, 1), share, floors)
			FROM ownership o JOIN building b ON b.id = building_id JOIN organisation l ON l.id = o.landlord_id`), "\n", ",")
		if held != c.held {
			t.Errorf("%v: ownerships %s, want %s", c.lines, held, c.held)
		}
	}
	before := everything(t, db)
	_, err := own(t, db, s, "38185;1 rue de l'Étoile;;"+first+";50;;acte;2026-01-01", ";;"+buildingAt(t, db, "1")+";"+second+";50;;acte;2026-01-01")
	if reasonOf(err) != "BUILDING_NAMED_TWICE" || everything(t, db) != before {
		t.Errorf("named in two ways: %v", err)
	}
	report, err := own(t, db, s, "38421;;"+buildingAt(t, db, "1")+";"+second+";;;acte;2026-01-01")
	must(t, err)
	if len(report.Rejects) != 1 || everything(t, db) != before {
		t.Errorf("a building of another commune: %+v", report)
	}
}

// buildingAt is the building with that number in the street.
func buildingAt(t *testing.T, db *sql.DB, number string) string {
	t.Helper()
	return list(t, db, "SELECT id FROM building WHERE address LIKE $1 || ' %'", number)
}

// TestOwnershipsBeforeDwellings: a landlord is told to what later vintages add to a
// building, and stays that of a building that was away.
func TestOwnershipsBeforeDwellings(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	load(t, db, 2024, flat("1", 0, 2), flat("2", 0, 2), flat("3", 0, 2))
	_, err := own(t, db, s, "38185;1 rue de l'Étoile;;"+first+";;;acte;2026-01-01", "38185;2 rue de l'Étoile;;"+second+";;RC,1;acte;2026-01-01",
		"38185;3 rue de l'Étoile;;"+third+";100;;acte;2026-01-01")
	must(t, err)
	load(t, db, 2025, flat("1", 0, 2), flat("1", 7, 2), flat("2", 1, 2), flat("2", 2, 2))
	if have := strings.ReplaceAll(list(t, db, whose+" WHERE d.last_vintage_id IS NULL"), "\n", ","); have != "1 0 1,1 7 1,2 1 2,2 2 -" {
		t.Error(have)
	}
	load(t, db, 2026, flat("3", 0, 2), flat("3", 1, 2))
	if have := strings.ReplaceAll(list(t, db, whose+" WHERE d.last_vintage_id IS NULL"), "\n", ","); have != "3 0 3,3 1 3" {
		t.Error(have)
	}
}
