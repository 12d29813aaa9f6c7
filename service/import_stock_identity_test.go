package service_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

// at moves a dwelling by that many metres.
func at(d stockfile.Dwelling, north, east float64) stockfile.Dwelling {
	const degree = 111195 // metres, of latitude
	c := *d.Coordinates
	c.Longitude += domain.Longitude(east / (degree * math.Cos(float64(c.Latitude)*math.Pi/180)))
	c.Latitude += domain.Latitude(north / degree)
	d.Coordinates = &c
	return d
}

// point is a dwelling without an address, so many metres from those of [flat].
func point(label int, north, east float64) stockfile.Dwelling {
	d := at(flat("", 0, 2), north, east)
	d.Address, d.BuiltIn = stockfile.Address{}, label
	return d
}

// labelled is a flat with an address, told apart by its year.
func labelled(d stockfile.Dwelling, label int) stockfile.Dwelling {
	d.BuiltIn = label
	return d
}

func TestBuildingsKeepTheirIdentifiers(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	first := with(flat("0012", 0, 2), func(d *stockfile.Dwelling) {
		d.Address = stockfile.Address{Number: "0012", Repetition: "B", StreetType: "AV", Street: "JEAN JAURÈS", Complement: "Bât A"}
	})
	for name, c := range map[string]struct {
		again stockfile.Dwelling
		same  bool
	}{
		"another commune":        {with(first, func(d *stockfile.Dwelling) { d.Commune = "38421" }), false},
		"another number":         {with(first, func(d *stockfile.Dwelling) { d.Address.Number = "14" }), false},
		"no index":               {with(first, func(d *stockfile.Dwelling) { d.Address.Repetition = "" }), false},
		"another kind of street": {with(first, func(d *stockfile.Dwelling) { d.Address.StreetType = "RUE" }), false},
		"the same":               {first, true},
		"another spelling": {with(first, func(d *stockfile.Dwelling) {
			d.Address = stockfile.Address{Number: "12", Repetition: "bis", StreetType: "Avenue", Street: "Jean-Jaures"}
		}), true},
		"all in the street":  {with(first, func(d *stockfile.Dwelling) { d.Address = stockfile.Address{Street: "12bis avenue Jean Jaurès"} }), true},
		"as a locality":      {with(first, func(d *stockfile.Dwelling) { d.Address = stockfile.Address{Locality: "12 B AV. JEAN JAURES"} }), true},
		"another complement": {with(first, func(d *stockfile.Dwelling) { d.Address.Complement = "Bât B" }), true},
		"moved by 300 m":     {at(first, 300, 0), true},
		"no longer placed":   {with(first, func(d *stockfile.Dwelling) { d.Coordinates, d.PositionQuality = nil, "" }), true},
		"another postal code, another name of the commune": {with(first, func(d *stockfile.Dwelling) { d.PostalCode, d.CommuneName = "38100", "GRENOBLE" }), true},
	} {
		forgetStock(t, db)
		load(t, db, 2024, first)
		want := list(t, db, "SELECT id FROM building")
		load(t, db, 2025, c.again)
		have := list(t, db, "SELECT id FROM building WHERE last_vintage_id IS NULL")
		if (have == want) != c.same {
			t.Errorf("%s: was %s, is %s", name, want, have)
		}
		if name == "no longer placed" {
			if quality := list(t, db, "SELECT position_quality || latitude FROM building"); quality != "1145.18" {
				t.Errorf("the place is forgotten: %s", quality)
			}
		}
	}
}

// TestPointsJoinBuildings: which dwellings share a building, when some of them
// have no address. Each dwelling is told by its year, buildings by a bar.
func TestPointsJoinBuildings(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	type dwellings = []stockfile.Dwelling
	elsewhere := func(d stockfile.Dwelling) stockfile.Dwelling { d.Commune = "38421"; return d }
	block := labelled(flat("1", 0, 2), 1901)
	for name, c := range map[string]struct {
		before, file dwellings
		want         string
	}{
		"16 m from one with an address":       {nil, dwellings{block, point(1902, 16, 0)}, "1901|1902"},
		"16 m east":                           {nil, dwellings{block, point(1902, 0, 16)}, "1901|1902"},
		"12 m north and 12 m east":            {nil, dwellings{block, point(1902, 12, 12)}, "1901|1902"},
		"in another commune":                  {nil, dwellings{block, elsewhere(point(1902, 1, 0))}, "1901|1902"},
		"16 m from one without":               {nil, dwellings{point(1901, 0, 0), point(1902, 16, 0)}, "1901|1902"},
		"16 m from a known one":               {dwellings{block}, dwellings{point(1902, 16, 0)}, "1901|1902"},
		"near where the building was":         {dwellings{block}, dwellings{at(block, 300, 0), point(1902, 1, 0)}, "1901|1902"},
		"14 m from one with an address":       {nil, dwellings{block, point(1902, 14, 0)}, "1901 1902"},
		"14 m east":                           {nil, dwellings{block, point(1902, 0, -14)}, "1901 1902"},
		"10 m north and 10 m east":            {nil, dwellings{block, point(1902, 10, 10)}, "1901 1902"},
		"14 m from one without":               {nil, dwellings{point(1901, 0, 0), point(1902, 14, 0)}, "1901 1902"},
		"14 m from a known one":               {dwellings{block}, dwellings{point(1902, 14, 0)}, "1901 1902"},
		"14 m from a known one without":       {dwellings{point(1901, 0, 0)}, dwellings{point(1902, -14, 0)}, "1901 1902"},
		"the nearest of two":                  {nil, dwellings{block, labelled(at(flat("2", 0, 2), 20, 0), 1902), point(1903, 12, 0)}, "1901|1902 1903"},
		"a chain":                             {nil, dwellings{point(1901, 0, 0), point(1902, 14, 0), point(1903, 28, 0), point(1904, 29, 0)}, "1901 1902|1903 1904"},
		"a chain, its middle nearest the end": {nil, dwellings{point(1901, 0, 0), point(1902, 14, 0), point(1903, 20, 0)}, "1901 1902|1903"},
		"with a building that lost its place": {dwellings{block}, dwellings{with(block, func(d *stockfile.Dwelling) { d.Coordinates = nil }), point(1902, 2, 0)}, "1901 1902"},
		"placed by a later line":              {nil, dwellings{with(block, func(d *stockfile.Dwelling) { d.Coordinates = nil }), block, point(1902, 2, 0)}, "1901 1901 1902"},
		"an address of a number alone":        {nil, dwellings{block, with(point(1902, 2, 0), func(d *stockfile.Dwelling) { d.Address.Number = "9" })}, "1901 1902"},
	} {
		for seed := range uint64(min(2, len(c.file))) { // one line has one order
			forgetStock(t, db)
			if c.before != nil {
				load(t, db, 2024, c.before...)
			}
			file := slices.Clone(c.file)
			rand.New(rand.NewPCG(seed, 0)).Shuffle(len(file), func(i, j int) { file[i], file[j] = file[j], file[i] })
			load(t, db, 2025, file...)
			have := strings.ReplaceAll(list(t, db, `SELECT string_agg(construction_year::text, ' ' ORDER BY construction_year) FROM dwelling GROUP BY building_id`), "\n", "|")
			if have != c.want {
				t.Errorf("%s, order %d: %s, want %s", name, seed, have, c.want)
			}
			before := published(t, db)
			load(t, db, 2025, file...)
			if published(t, db) != before {
				t.Errorf("%s, order %d: the same file again writes something", name, seed)
			}
		}
	}
}

// TestOrderOfLinesDoesNotMatter: not even where lines of a building disagree on
// how it is written and where it is.
func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	var file []stockfile.Dwelling
	for i := range 60 {
		d := flat(fmt.Sprint(i%7), i%3, 1+i%2)
		switch i % 5 {
		case 0:
			d.Address.Street, d.PositionQuality = "de l'Etoile", "33"
		case 1:
			d = at(d, float64(i), 0)
		case 2:
			d.Coordinates, d.PositionQuality = nil, ""
		case 3:
			d = point(1950+i%3, float64(7*i), 3)
		}
		d.EnergyClass = stockfile.EnergyClass(rune('A' + i%4))
		file = append(file, d)
	}
	known := slices.Clone(file[:40])
	var want string
	for seed := range uint64(5) {
		dice := rand.New(rand.NewPCG(seed, 1))
		for _, lines := range [][]stockfile.Dwelling{known, file} {
			dice.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		}
		forgetStock(t, db)
		load(t, db, 2024, known...)
		load(t, db, 2025, file...)
		have := stated(t, db)
		if want == "" {
			want = have
		}
		if have != want {
			t.Fatalf("order %d: have\n%s\nwant\n%s", seed, have, want)
		}
	}
}

// TestDwellingsKeepTheirIdentifiers counts the identifiers that a dwelling of the
// block has before and after.
func TestDwellingsKeepTheirIdentifiers(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	type dwelling = stockfile.Dwelling
	type dwellings = []dwelling
	a := flat("1", 1, 2)
	changed := func(change func(*dwelling)) dwelling { return with(a, change) }
	for name, c := range map[string]struct {
		before, after dwellings
		kept, added   int
	}{
		"another floor":             {dwellings{a}, dwellings{changed(func(d *dwelling) { d.Floor.Number = 2 })}, 0, 1},
		"floor no longer known":     {dwellings{a}, dwellings{changed(func(d *dwelling) { d.Floor = stockfile.Floor{} })}, 0, 1},
		"one room more":             {dwellings{a}, dwellings{changed(func(d *dwelling) { d.Rooms++ })}, 0, 1},
		"measured again":            {dwellings{a}, dwellings{changed(func(d *dwelling) { d.Surface += 0.1 })}, 0, 1},
		"another construction year": {dwellings{a}, dwellings{changed(func(d *dwelling) { d.BuiltIn++ })}, 0, 1},
		"another letting year":      {dwellings{a}, dwellings{changed(func(d *dwelling) { d.LetSince++ })}, 0, 1},
		"another financing":         {dwellings{a}, dwellings{changed(func(d *dwelling) { d.Financing = "13" })}, 0, 1},
		"another building":          {dwellings{a}, dwellings{changed(func(d *dwelling) { d.Address.Number = "2" })}, 0, 1},
		"an equal more":             {dwellings{a}, dwellings{a, a}, 1, 1},
		"an equal less":             {dwellings{a, a, a}, dwellings{a, a}, 2, 0},
		"equals of other classes":   {dwellings{a, changed(func(d *dwelling) { d.EnergyClass = "B" })}, dwellings{a, changed(func(d *dwelling) { d.EnergyClass = "A" })}, 2, 0},
		"another energy class":      {dwellings{a}, dwellings{changed(func(d *dwelling) { d.EnergyClass = "A" })}, 1, 0},
		"all that is no mark": {dwellings{a}, dwellings{changed(func(d *dwelling) {
			d.EnergyClass, d.Construction, d.AccessibilityLabel, d.PriorityDistrict, d.PositionQuality = "", "I", "Accessible", domain.Yes, "33"
		})}, 1, 0},
		"forty equals": {repeat(a, 40), repeat(a, 40), 40, 0},
	} {
		forgetStock(t, db)
		load(t, db, 2024, c.before...)
		report := load(t, db, 2025, c.after...)
		both := len(strings.Fields(list(t, db, "SELECT d.id FROM dwelling d JOIN stock_vintage v ON v.id = first_vintage_id WHERE NOT current AND last_vintage_id IS NULL")))
		if both != c.kept || report.Dwellings.Added != c.added || report.AbsentDwellings != len(c.before)-c.kept {
			t.Errorf("%s: %d kept, %+v", name, both, report)
		}
	}
}

func repeat(d stockfile.Dwelling, n int) []stockfile.Dwelling {
	all := make([]stockfile.Dwelling, n)
	for i := range all {
		all[i] = d
	}
	return all
}

// TestComesBack: what is absent from a vintage has its identifier when it is there
// again, and was never called new.
func TestComesBack(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	a, b, c := flat("1", 0, 2), flat("1", 1, 2), flat("2", 0, 2)
	state := func() string {
		return list(t, db, `SELECT concat_ws(' ', right(d.id, 6), d.floor, f.stated_on, coalesce(l.stated_on::text, 'there'), b.dwelling_count, coalesce(bl.stated_on::text, 'there'))
			FROM dwelling d JOIN building b ON b.id = d.building_id JOIN stock_vintage f ON f.id = d.first_vintage_id
			LEFT JOIN stock_vintage l ON l.id = d.last_vintage_id LEFT JOIN stock_vintage bl ON bl.id = b.last_vintage_id`)
	}
	load(t, db, 2023, a, b, c)
	before := state()
	load(t, db, 2024, a)
	load(t, db, 2025, a)
	for _, want := range []string{"1 2023-01-01 2023-01-01 1 there", "0 2023-01-01 2023-01-01 0 2023-01-01", "0 2023-01-01 there 1 there"} {
		if !strings.Contains(state(), want) {
			t.Errorf("no %q in\n%s", want, state())
		}
	}
	load(t, db, 2026, a, b, c)
	if after := state(); after != before || strings.Count(after, "there") != 6 {
		t.Errorf("was\n%s\nis\n%s", before, after)
	}
}

// TestIdentifiersArePinned: they are published, and must never change by accident.
func TestIdentifiersArePinned(t *testing.T) {
	t.Parallel()
	s, db := landlords(t)
	a := flat("12", 1, 2)
	load(t, db, 2025, a, a, point(1902, 500, 500))
	load(t, db, 2026, a, point(1902, 500, 500))
	own(t, db, s, "38185;12 rue de l'Étoile;;000000018;;;acte;2026-01-01")
	have := list(t, db, `
		SELECT id || rtrim(' ' || address) FROM building UNION ALL SELECT id FROM dwelling UNION ALL
		SELECT id FROM stock_vintage UNION ALL SELECT id FROM stock_change UNION ALL SELECT id FROM ownership`)
	const want = `bld_01AQ3WVJ00QJ84BQNV2TTE1HWR 12 RUE DE L'ÉTOILE
bld_01AQ3WVJ00SW94WF3SBZ7G3W91
chg_01KDVA7EC0QJ84BQNV2TTE1HWR
dwl_01AQ3WVJ00A0YVZQXKHWNZ0000
dwl_01AQ3WVJ00XYY1TNW426BF0000
dwl_01AQ3WVJ00XYY1TNW426BF0001
own_01AQ3WVJ00M1EQ8WCYBX6F16NV
vin_01AQ3WVJ005V5N1Z30F7MPEB36
vin_01AQ3WVJ005VCHNWXBC5KH3TTR`
	if have != want {
		t.Errorf("have\n%s", have)
	}
	if id := service.BuildingID("38185", domain.NormaliseAddress("12, rue de l'Etoile")); !strings.Contains(have, string(id)) {
		t.Errorf("%s", id)
	}
}
