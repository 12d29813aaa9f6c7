package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// dwellingFilters are the fields of DwellingFilter with what they may be asked; an
// empty list means nothing and null no filter.
var dwellingFilters = map[string][]any{
	"communes":         {nil, []string{}, []string{"38179"}, []string{"38562", "38071"}, []string{"75056"}},
	"typologies":       {nil, []string{}, []string{"T3"}, []string{"T1", "T2", "T6_PLUS"}, []string{"UNKNOWN"}},
	"surface":          {nil, map[string]any{}, map[string]any{"min": 60}, map[string]any{"max": 45.5}, map[string]any{"min": 50, "max": 70}, map[string]any{"min": 9, "max": 1}},
	"floor":            {nil, map[string]any{"max": 0}, map[string]any{"min": 2, "max": 4}, map[string]any{"min": -3}},
	"constructionYear": {nil, map[string]any{"max": 1975}, map[string]any{"min": 2000}},
	"lettingYear":      {nil, map[string]any{"min": 1990, "max": 2010}},
	"financings":       {nil, []string{}, []string{"13"}, []string{"52", "12"}, []string{""}},
	"energyClasses":    {nil, []string{}, []string{"D", "E"}, []string{"UNKNOWN"}},
	"constructions":    {nil, []string{"I"}, []string{"C", "E"}},
	"accessibilities":  {nil, []string{}, []string{"Accessible"}, []string{""}},
	"priorityDistrict": {nil, []string{}, []string{"YES"}, []string{"NO", "UNKNOWN"}},
	"landlords":        {nil, []string{}, []string{"org_" + strings.Repeat("0", 26)}},
	"within":           {nil, map[string]any{"south": 45.1, "west": 5.6, "north": 45.2, "east": 5.8}},
	"inCurrentVintage": {nil, true, false},
}

// drawFilter takes some of the fields, each with one of its values.
func drawFilter(rt *rapid.T) map[string]any {
	where := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(dwellingFilters)) {
		// Few at once: most combinations of many leave nothing.
		if rapid.IntRange(0, 4).Draw(rt, name) == 0 {
			where[name] = rapid.SampledFrom(dwellingFilters[name]).Draw(rt, name+" value")
		}
	}
	return where
}

// Tables over every pair of axes and facets count what the list counts, under any
// filter, and are the same from memory and from the database.
func TestStockCountsAgree(t *testing.T) {
	t.Parallel()
	api, memory := mapped(t, testapi.SharedWithStock)
	axes := domain.StockAxis("").Values()
	const query = `query($by: [StockAxis!]!, $axes: [StockAxis!]!, $where: DwellingFilter) {
		dwellings(first: 1, where: $where) { totalCount }
		stockStatistics(by: $by, where: $where) { totalCount cells { keys count } }
		stockFacets(axes: $axes, where: $where) { axis totalCount values { key count } }
	}`
	agree := func(t interface {
		Fatalf(format string, args ...any)
	}, a testapi.Answer, asked any,
	) {
		if len(a.Errors) > 0 {
			t.Fatalf("%v: %s", asked, a.Body)
		}
		var answer struct {
			Data struct {
				Dwellings       struct{ TotalCount int }
				StockStatistics struct {
					TotalCount int
					Cells      []struct {
						Keys  []*string
						Count int
					}
				}
			}
		}
		must(t, json.Unmarshal([]byte(a.Body), &answer))
		sum, seen := 0, map[string]bool{}
		for _, c := range answer.Data.StockStatistics.Cells {
			sum += c.Count
			keys, _ := json.Marshal(c.Keys)
			if seen[string(keys)] || c.Count < 1 {
				t.Fatalf("%v: cell %s comes twice, or is empty", asked, keys)
			}
			seen[string(keys)] = true
		}
		if d := answer.Data; sum != d.Dwellings.TotalCount || sum != d.StockStatistics.TotalCount {
			t.Fatalf("%v: cells %d, table %d, list %d", asked, sum, d.StockStatistics.TotalCount, d.Dwellings.TotalCount)
		}
	}
	same := func(rt rapid.TB, variables map[string]any) testapi.Answer {
		one, other := api.Query(t, "", query, variables), memory.Query(t, "", query, variables)
		if one.Body != other.Body {
			rt.Fatalf("%v:\ndatabase %s\nmemory   %s", variables, one.Body, other.Body)
		}
		agree(rt, one, variables)
		return one
	}
	for i, first := range axes {
		for _, second := range axes[i:] {
			same(t, map[string]any{"by": slices.Compact([]string{first, second}), "axes": axes})
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		where := drawFilter(rt)
		by := rapid.SliceOfNDistinct(rapid.SampledFrom(axes), 1, 2, rapid.ID[string]).Draw(rt, "by")
		facetsAgree(t, rt, api, same(rt, map[string]any{"by": by, "axes": axes, "where": where}), where)
	})
}

// filterOf names the field of the filter that an axis is filtered by.
var filterOf = map[string]string{
	"COMMUNE": "communes", "TYPOLOGY": "typologies", "FINANCING": "financings", "ENERGY_CLASS": "energyClasses",
	"DECADE": "constructionYear", "LANDLORD": "landlords", "CONSTRUCTION": "constructions",
	"ACCESSIBILITY": "accessibilities", "PRIORITY_DISTRICT": "priorityDistrict",
}

// facetsAgree counts a facet once more, as a table under all other filters.
func facetsAgree(t *testing.T, rt *rapid.T, api *testapi.API, a testapi.Answer, where map[string]any) {
	t.Helper()
	facet := rapid.SampledFrom(dig(t, a.Data, "stockFacets").([]any)).Draw(rt, "facet")
	axis := text(t, facet, "axis")
	others := maps.Clone(where)
	delete(others, filterOf[axis])
	table := api.Query(t, "", `query($by: [StockAxis!]!, $where: DwellingFilter) { stockStatistics(by: $by, where: $where) { totalCount cells { keys count } } }`,
		map[string]any{"by": []string{axis}, "where": others})
	want := map[string]any{}
	for _, cell := range dig(t, table.Data, "stockStatistics", "cells").([]any) {
		want[fmt.Sprint(dig(t, cell, "keys", 0))] = dig(t, cell, "count")
	}
	got := map[string]any{}
	for _, value := range dig(t, facet, "values").([]any) {
		got[fmt.Sprint(dig(t, value, "key"))] = dig(t, value, "count")
	}
	if !maps.Equal(got, want) || dig(t, facet, "totalCount") != dig(t, table.Data, "stockStatistics", "totalCount") {
		rt.Fatalf("%s under %v:\nfacet %v\ntable %v", axis, where, got, want)
	}
}

// must stops a test, plain or of a property.
func must(t interface {
	Fatalf(format string, args ...any)
}, err error,
) {
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// total asks how many dwellings a filter leaves.
func total(t *testing.T, api *testapi.API, where any) float64 {
	t.Helper()
	a := api.Query(t, "", `query($where: DwellingFilter) { dwellings(first: 1, where: $where) { totalCount } }`, map[string]any{"where": where})
	n, ok := dig(t, a.Data, "dwellings", "totalCount").(float64)
	if !ok {
		t.Fatalf("%v: %s", where, a.Body)
	}
	return n
}

// In a filter null is none and an empty list is nothing, for each list there is.
func TestNullIsNoFilterAndEmptyIsNothing(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	all := total(t, api, nil)
	if all < 2000 {
		t.Fatalf("only %v dwellings", all)
	}
	lists := 0
	for name, values := range dwellingFilters {
		if name == "inCurrentVintage" {
			continue // its default is not null
		}
		if n := total(t, api, map[string]any{name: nil, "inCurrentVintage": true}); n != all {
			t.Errorf("%s: null leaves %v of %v", name, n, all)
		}
		if !slices.ContainsFunc(values, func(v any) bool { l, ok := v.([]string); return ok && len(l) > 0 }) {
			continue
		}
		lists++
		if n := total(t, api, map[string]any{name: []string{}}); n != 0 {
			t.Errorf("%s: an empty list leaves %v", name, n)
		}
	}
	if lists < 8 {
		t.Errorf("only %d lists were looked at", lists)
	}
	present, absent, both := total(t, api, map[string]any{}), total(t, api, map[string]any{"inCurrentVintage": false}), total(t, api, map[string]any{"inCurrentVintage": nil})
	if present != all || absent == 0 || present+absent != both {
		t.Errorf("in the vintage %v, absent %v, both %v", present, absent, both)
	}
}

// Every order, with some filter, walks pages of any size, both ways, to each row
// once.
func TestStockPagesVisitEachRowOnce(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	small := `{communes: ["38071"], typologies: [T2, T3, T4]}`
	type list struct{ field, order, where string }
	var lists []list
	for _, order := range []string{"COMMUNE", "ROOMS", "SURFACE", "FLOOR", "CONSTRUCTION_YEAR", "LETTING_YEAR", "ENERGY_CLASS"} {
		lists = append(lists, list{"dwellings", "{field: " + order + "}", small}, list{"dwellings", "{field: " + order + ", direction: DESC}", small})
	}
	for _, where := range []string{
		`{communes: ["38071", "38170"], surface: {min: 60, max: 70}}`, `{communes: ["38071"], floor: {min: 0, max: 1}}`,
		`{communes: ["38071"], constructionYear: {max: 1980}}`, `{communes: ["38071"], lettingYear: {min: 1980}}`,
		`{communes: ["38071"], financings: ["52", ""]}`, `{communes: ["38071"], energyClasses: [D, UNKNOWN]}`,
		`{communes: ["38071"], constructions: ["I"]}`, `{communes: ["38071"], accessibilities: [""]}`,
		`{communes: ["38071"], priorityDistrict: [NO, UNKNOWN]}`, `{communes: ["38071"], within: {south: 45, west: 5.5, north: 45.09, east: 5.9}}`,
		`{inCurrentVintage: false}`,
	} {
		lists = append(lists, list{"dwellings", "{field: SURFACE, direction: DESC}", where}, list{"dwellings", "null", where})
	}
	for _, order := range []string{"COMMUNE", "ADDRESS", "DWELLING_COUNT"} {
		lists = append(lists, list{"buildings", "{field: " + order + "}", `{communes: ["38071", "38170"]}`},
			list{"buildings", "{field: " + order + ", direction: DESC}", `{withDwelling: {typologies: [T5], surface: {min: 80}}}`})
	}
	lists = append(lists, list{"buildings", "null", `{within: {south: 45.1, west: 5.6, north: 45.2, east: 5.8}, inCurrentVintage: null}`},
		list{"stockVintages", "{field: STATED_ON}", "null"}, list{"stockVintages", "{field: STATED_ON, direction: DESC}", "{current: false}"})
	for _, l := range lists {
		t.Run(l.field+l.order+l.where, func(t *testing.T) {
			t.Parallel()
			whole := walk(t, api, l.field, l.order, l.where, "first", 100)
			for _, size := range []int{7, 100} {
				forward := walk(t, api, l.field, l.order, l.where, "first", size)
				backward := walk(t, api, l.field, l.order, l.where, "last", size)
				if !slices.Equal(forward, whole) || !slices.Equal(backward, whole) {
					t.Errorf("pages of %d:\nwhole    %v\nforward  %v\nbackward %v", size, whole, forward, backward)
				}
			}
			seen := slices.Clone(whole)
			slices.Sort(seen)
			if len(whole) == 0 || len(slices.Compact(seen)) != len(whole) {
				t.Errorf("nothing there, or a row came twice: %v", whole)
			}
		})
	}
}

// A nested list of dwellings without a filter is what the building counts, and null
// means the same.
func TestDwellingsOfABuilding(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	a := api.Query(t, "", `{ stockVintages(first: 1) { edges { node { changes(first: 100) { totalCount edges { node { kind building {
		dwellingCount lastVintage { statedOn }
		none: dwellings(first: 1) { totalCount } null: dwellings(first: 1, where: null) { totalCount }
		empty: dwellings(first: 1, where: {}) { totalCount } all: dwellings(first: 100, where: {inCurrentVintage: null}) { totalCount }
	} } } } } } } }`, nil)
	if len(a.Errors) > 0 {
		t.Fatal(a.Body)
	}
	more := 0
	for _, e := range dig(t, a.Data, "stockVintages", "edges", 0, "node", "changes", "edges").([]any) {
		b := dig(t, e, "node", "building")
		count := dig(t, b, "dwellingCount")
		for _, name := range []string{"none", "null", "empty"} {
			if n := dig(t, b, name, "totalCount"); n != count {
				t.Errorf("%s: %v dwellings, the building counts %v", name, n, count)
			}
		}
		if (dig(t, b, "lastVintage") == nil) == (count == 0.0) {
			t.Errorf("a building of %v dwellings: %v", count, b)
		}
		if dig(t, b, "all", "totalCount").(float64) > count.(float64) {
			more++
		}
	}
	if more < 3 {
		t.Errorf("only %d buildings have lost a dwelling", more)
	}
}

// What the stock refuses, refusals with the field at fault.
func TestStockRefusals(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	many := `["` + strings.Repeat(`38185", "`, 100) + `38185"]`
	for query, want := range map[string]string{
		`{ dwellings { totalCount } }`:                                                                                         "PAGE_SIZE",
		`{ dwellings(first: 101) { totalCount } }`:                                                                             "PAGE_SIZE",
		`{ dwellings(first: 1, where: {communes: ["3818"]}) { totalCount } }`:                                                  "BAD_REQUEST",
		`{ dwellings(first: 1, where: {communes: ` + many + `}) { totalCount } }`:                                              "BAD_REQUEST/TOO_MANY_VALUES where.communes",
		`{ dwellings(first: 1, where: {financings: ["13", "2B"]}) { totalCount } }`:                                            "BAD_REQUEST/UNKNOWN_VALUE where.financings[1]",
		`{ stockFacets(axes: [TYPOLOGY], where: {constructions: ["Z"]}) { totalCount } }`:                                      "BAD_REQUEST/UNKNOWN_VALUE where.constructions[0]",
		`{ dwellings(first: 1, where: {typologies: [T9]}) { totalCount } }`:                                                    "BAD_REQUEST",
		`{ dwellings(first: 1, where: {within: {south: 46, west: 5, north: 45, east: 6}}) { totalCount } }`:                    "BAD_REQUEST/BAD_BOX where.within.north",
		`{ buildings(first: 1, where: {within: {south: 45, west: 6, north: 46, east: 5}}) { totalCount } }`:                    "BAD_REQUEST/BAD_BOX where.within.east",
		`{ buildings(first: 1, where: {withDwelling: {communes: ` + many + `}}) { totalCount } }`:                              "BAD_REQUEST/TOO_MANY_VALUES where.communes",
		`{ buildings(first: 1) { edges { node { dwellings { totalCount } } } } }`:                                              "PAGE_SIZE",
		`{ buildings(first: 1) { edges { node { dwellings(first: 1, where: {communes: ` + many + `}) { totalCount } } } } }`:   "BAD_REQUEST/TOO_MANY_VALUES where.communes",
		`{ stockStatistics(by: []) { totalCount } }`:                                                                           "BAD_REQUEST/BAD_AXES by",
		`{ stockStatistics(by: [TYPOLOGY, TYPOLOGY]) { totalCount } }`:                                                         "BAD_REQUEST/BAD_AXES by",
		`{ stockStatistics(by: [TYPOLOGY, COMMUNE, DECADE]) { totalCount } }`:                                                  "BAD_REQUEST/BAD_AXES by",
		`{ stockFacets(axes: []) { axis } }`:                                                                                   "BAD_REQUEST/BAD_AXES axes",
		`{ codeLists(names: [` + strings.Repeat(`"a" `, 101) + `]) { name } }`:                                                 "BAD_REQUEST/TOO_MANY_VALUES names",
		`{ stockVintages(first: 1) { edges { node { changes(first: 1, where: {communes: ` + many + `}) { totalCount } } } } }`: "BAD_REQUEST/TOO_MANY_VALUES where.communes",
	} {
		a := api.Query(t, "", query, nil)
		if len(a.Errors) != 1 {
			t.Errorf("%s: %s", query, a.Body)
			continue
		}
		x := a.Errors[0].Extensions
		have := fmt.Sprint(x["code"])
		if strings.Contains(want, "/") {
			have = fmt.Sprintf("%v/%v %v", x["code"], x["reason"], x["field"])
		}
		if have != want {
			t.Errorf("%s: %s, want %s", query, a.Body, want)
		}
	}
}

// What is unknown is null, and every enum of the contract has its words.
func TestCodeListsHaveEveryWord(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	a := api.Query(t, "", `{ codeLists { name source entries { code fr: label(language: FR) en: label(language: EN) } } none: codeLists(names: []) { name } one: codeLists(names: ["financing", "none"]) { name } }`, nil)
	lists := map[string][]string{}
	for _, l := range dig(t, a.Data, "codeLists").([]any) {
		for _, e := range dig(t, l, "entries").([]any) {
			lists[text(t, l, "name")] = append(lists[text(t, l, "name")], text(t, e, "code"))
			if text(t, e, "fr") == "" || text(t, e, "en") == "" || text(t, l, "source") == "" {
				t.Errorf("%v has no words", e)
			}
		}
	}
	for _, d := range own(contract(t)) {
		// Orders and codes of errors are for programs.
		if len(d.EnumValues) == 0 || strings.HasSuffix(d.Name, "OrderField") || d.Name == "OrderDirection" || d.Name == "ErrorCode" {
			continue
		}
		var values []string
		for _, v := range d.EnumValues {
			values = append(values, v.Name)
		}
		if !slices.Equal(lists[d.Name], values) {
			t.Errorf("%s: contract %v, list %v", d.Name, values, lists[d.Name])
		}
	}
	if !slices.Contains(lists["financing"], "52") || !slices.Contains(lists["construction"], "E") {
		t.Errorf("lists of the stock: %v", lists)
	}
	if len(dig(t, a.Data, "none").([]any)) != 0 || len(dig(t, a.Data, "one").([]any)) != 1 {
		t.Errorf("by name: %s", a.Body)
	}
}
