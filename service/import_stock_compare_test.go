package service_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// changes are the rows of a comparison, one a line: building, kind, how many rows
// before and after, and the columns that differ.
const changes = `
	SELECT concat_ws(' ', split_part(b.address, ' ', 1), kind, before, '->', after, (
		SELECT string_agg(concat(d->>'column', ' ', coalesce(d->>'before', '-'), ' ', coalesce(d->>'after', '-')), ', ' ORDER BY n)
		FROM jsonb_array_elements(differences) WITH ORDINALITY AS e (d, n)
	))
	FROM stock_change c JOIN building b ON b.id = c.building_id JOIN stock_vintage v ON v.id = c.vintage_id
	WHERE v.current AND c.insee_code = b.insee_code`

// TestComparison: small pairs of vintages, and all that is said of them.
func TestComparison(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	type dwelling = stockfile.Dwelling
	type dwellings = []dwelling
	a, b, c := flat("1", 0, 2), flat("1", 1, 2), flat("1", 2, 3)
	class := func(d dwelling, e stockfile.EnergyClass) dwelling { d.EnergyClass = e; return d }
	surface := func(d dwelling, s float64) dwelling { d.Surface = s; return d }
	blank := func(d dwelling) dwelling {
		return with(d, func(d *dwelling) {
			d.Floor, d.Rooms, d.Surface, d.BuiltIn, d.LetSince = stockfile.Floor{}, 0, 0, 0, 0
			d.Financing, d.Construction, d.EnergyClass, d.PriorityDistrict = "", "", "", domain.NotKnown
		})
	}
	for name, test := range map[string]struct {
		before, after dwellings
		want          string
	}{
		"nothing":                {dwellings{a, b}, dwellings{a, b}, ""},
		"another order":          {dwellings{a, b, c}, dwellings{c, a, b}, ""},
		"equals":                 {dwellings{a, a, b}, dwellings{a, b, a}, ""},
		"moved building":         {dwellings{a, b}, dwellings{at(a, 400, 0), at(b, 400, 0)}, ""},
		"another spelling":       {dwellings{a}, dwellings{with(a, func(d *dwelling) { d.Address.Street = "de l'Etoile" })}, ""},
		"added":                  {dwellings{a}, dwellings{a, b, c}, "1 ADDED 0 -> 2"},
		"one equal more":         {dwellings{a, a}, dwellings{a, a, a}, "1 ADDED 0 -> 1"},
		"new building":           {dwellings{a}, dwellings{a, flat("2", 0, 1), flat("2", 1, 1)}, "2 ADDED 0 -> 2"},
		"removed":                {dwellings{a, b, c}, dwellings{b}, "1 REMOVED 2 -> 0"},
		"one equal less":         {dwellings{a, a}, dwellings{a}, "1 REMOVED 1 -> 0"},
		"building gone":          {dwellings{a, flat("2", 0, 1)}, dwellings{a}, "2 REMOVED 1 -> 0"},
		"one column":             {dwellings{a, b}, dwellings{class(a, "C"), b}, "1 CHANGED 1 -> 1 ENERGY_CLASS D C"},
		"one of equals":          {dwellings{a, a}, dwellings{class(a, "C"), a}, "1 CHANGED 1 -> 1 ENERGY_CLASS D C"},
		"two columns":            {dwellings{a, b}, dwellings{surface(class(a, "C"), 41.5), b}, "1 CHANGED 1 -> 1 SURFACE 40 41.5, ENERGY_CLASS D C"},
		"became known":           {dwellings{blank(a)}, dwellings{with(blank(a), func(d *dwelling) { d.Floor, d.Rooms = a.Floor, 2 })}, "1 CHANGED 1 -> 1 FLOOR - 0, ROOMS - 2"},
		"no longer known":        {dwellings{a}, dwellings{class(surface(a, 0), "")}, "1 CHANGED 1 -> 1 SURFACE 40 -, ENERGY_CLASS D -"},
		"all columns known":      {dwellings{blank(a)}, dwellings{with(a, func(d *dwelling) { d.AccessibilityCode = "1" })}, "1 AMBIGUOUS 1 -> 1 FLOOR - -, ROOMS - -, SURFACE - -, CONSTRUCTION_YEAR - -, LETTING_YEAR - -, FINANCING - -, ENERGY_CLASS - -, CONSTRUCTION - -, ACCESSIBILITY - -, PRIORITY_DISTRICT - -"},
		"three columns":          {dwellings{a}, dwellings{with(surface(class(a, "C"), 41), func(d *dwelling) { d.LetSince = 2000 })}, "1 AMBIGUOUS 1 -> 1 SURFACE - -, LETTING_YEAR - -, ENERGY_CLASS - -"},
		"two rows":               {dwellings{a, b}, dwellings{class(a, "C"), class(b, "C")}, "1 AMBIGUOUS 2 -> 2 ENERGY_CLASS - -"},
		"two rows exchanged":     {dwellings{class(a, "B"), b}, dwellings{a, class(b, "B")}, "1 AMBIGUOUS 2 -> 2"},
		"one changed, one added": {dwellings{a}, dwellings{class(a, "C"), b}, "1 AMBIGUOUS 1 -> 2 FLOOR - -, ENERGY_CLASS - -"},
		"one changed, one gone":  {dwellings{a, b}, dwellings{class(a, "C")}, "1 AMBIGUOUS 2 -> 1 FLOOR - -, ENERGY_CLASS - -"},
		"renovated":              {dwellings{a, b, c}, dwellings{surface(class(a, "B"), 38), class(b, "B"), class(c, "B")}, "1 AMBIGUOUS 3 -> 3 SURFACE - -, ENERGY_CLASS - -"},
		"several buildings": {
			dwellings{a, flat("2", 0, 1), flat("3", 0, 1), flat("4", 0, 1)},
			dwellings{a, b, class(flat("2", 0, 1), ""), flat("4", 0, 1)},
			"1 ADDED 0 -> 1\n2 CHANGED 1 -> 1 ENERGY_CLASS D -\n3 REMOVED 1 -> 0",
		},
	} {
		forgetStock(t, db)
		if report := load(t, db, 2025, test.before...); report.Comparison != nil {
			t.Errorf("%s: the first vintage is compared: %v", name, report.Comparison)
		}
		report := load(t, db, 2026, test.after...)
		have := list(t, db, changes)
		if have != test.want {
			t.Errorf("%s: have\n%s\nwant\n%s", name, have, test.want)
		}
		if want := counted(test.want); *report.Comparison != want {
			t.Errorf("%s: counted %+v, want %+v", name, *report.Comparison, want)
		}
		stored := list(t, db, "SELECT (comparison #>> '{ambiguous,buildings}') FROM stock_vintage WHERE current")
		if stored != strconv.Itoa(report.Comparison.Ambiguous.Buildings) {
			t.Errorf("%s: the vintage says %s ambiguous", name, stored)
		}
	}
}

// counted sums up lines as [changes] gives them.
func counted(lines string) (c domain.StockComparison) {
	tallies := map[string]*domain.StockTally{"ADDED": &c.Added, "REMOVED": &c.Removed, "CHANGED": &c.Changed, "AMBIGUOUS": &c.Ambiguous}
	for line := range strings.Lines(lines) {
		var building, kind string
		var before, after int
		if _, err := fmt.Sscanf(line, "%s %s %d -> %d", &building, &kind, &before, &after); err == nil {
			t := tallies[kind]
			t.Buildings++
			t.Before += before
			t.After += after
		}
	}
	return c
}

// TestComparisonOfAnyVintages: against a comparison that strikes out equal rows
// one by one.
func TestComparisonOfAnyVintages(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	draw := rapid.Custom(func(t *rapid.T) stockfile.Dwelling {
		// Few values, so that rows have equals.
		d := flat(rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6"}).Draw(t, "building"),
			rapid.IntRange(0, 1).Draw(t, "floor"), rapid.IntRange(1, 2).Draw(t, "rooms"))
		d.EnergyClass = stockfile.EnergyClass(rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "class"))
		d.Surface = rapid.SampledFrom([]float64{0, 20, 20.5}).Draw(t, "surface")
		if rapid.IntRange(0, 3).Draw(t, "adapted") == 0 {
			d.AccessibilityCode = "1"
		}
		return d
	})
	before := []stockfile.Dwelling{flat("1", 0, 1)}
	year := 2000
	load(t, db, year, before...)
	rapid.Check(t, func(rt *rapid.T) {
		after := slices.Clone(before)
		// Mostly the same rows, else everything is ambiguous.
		for range rapid.IntRange(0, 8).Draw(rt, "changes") {
			at := rapid.IntRange(0, len(after)-1).Draw(rt, "at")
			switch rapid.IntRange(0, 4).Draw(rt, "change") {
			case 0:
				after = append(after, rapid.SliceOfN(draw, 1, 6).Draw(rt, "added")...)
			case 1:
				if len(after) > 1 {
					after = slices.Delete(after, at, at+1)
				}
			case 2:
				after[at] = draw.Draw(rt, "replaced")
			case 3:
				after[at].EnergyClass = "C"
			case 4:
				after = after[:min(len(after), 30)]
			}
		}
		// The next vintage each time: what one check leaves, the next one begins with.
		year++
		report := load(t, db, year, rapid.Permutation(after).Draw(rt, "order")...)
		want := naiveComparison(before, after)
		before = after
		if have := list(t, db, changes); have != want {
			rt.Fatalf("have\n%s\nwant\n%s", have, want)
		}
		if want := counted(want); *report.Comparison != want {
			rt.Fatalf("counted %+v, want %+v", *report.Comparison, want)
		}
	})
}

// naiveComparison says the same as [changes].
func naiveComparison(before, after []stockfile.Dwelling) string {
	var lines []string
	for number := 1; number <= 6; number++ {
		of := func(all []stockfile.Dwelling) (rows [][]string) {
			for _, d := range all {
				if d.Address.Number == strconv.Itoa(number) {
					rows = append(rows, cells(d))
				}
			}
			return rows
		}
		old, young := of(before), of(after)
		for i := 0; i < len(old); i++ {
			if at := slices.IndexFunc(young, func(y []string) bool { return slices.Equal(old[i], y) }); at >= 0 {
				old, young = slices.Delete(old, i, i+1), slices.Delete(young, at, at+1)
				i--
			}
		}
		var differ []string
		for c, name := range domain.StockColumn("").Values() {
			column := func(rows [][]string) (values []string) {
				for _, r := range rows {
					values = append(values, r[c])
				}
				slices.Sort(values)
				return values
			}
			was, is := column(old), column(young)
			if len(was) != len(is) {
				was, is = slices.Compact(was), slices.Compact(is)
			}
			switch {
			case len(old) == 0 || len(young) == 0 || slices.Equal(was, is):
			default:
				differ = append(differ, fmt.Sprintf("%s %s %s", name, was[0], is[0]))
			}
		}
		kind := "AMBIGUOUS"
		switch {
		case len(old) == 0 && len(young) == 0:
			continue
		case len(old) == 0:
			kind = "ADDED"
		case len(young) == 0:
			kind = "REMOVED"
		case len(old) == 1 && len(young) == 1 && len(differ) <= 2:
			kind = "CHANGED"
		}
		for i := range differ {
			if name, _, _ := strings.Cut(differ[i], " "); kind != "CHANGED" {
				differ[i] = name + " - -"
			}
		}
		line := fmt.Sprintf("%d %s %d -> %d", number, kind, len(old), len(young))
		if len(differ) > 0 {
			line += " " + strings.Join(differ, ", ")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// cells are the columns of a row, a dash for what is not known.
func cells(d stockfile.Dwelling) []string {
	values := []string{
		strconv.Itoa(d.Floor.Number), strconv.Itoa(d.Rooms), strconv.FormatFloat(d.Surface, 'f', -1, 64), strconv.Itoa(d.BuiltIn),
		strconv.Itoa(d.LetSince), d.Financing, string(d.EnergyClass), d.Construction, d.AccessibilityCode, string(d.PriorityDistrict),
	}
	for i, v := range values {
		if v == "" || v == "0" && i > 0 {
			values[i] = "-"
		}
	}
	return values
}
