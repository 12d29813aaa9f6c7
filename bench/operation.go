package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/sandbox"
)

// operation is one documented read.
type operation struct {
	// name is that of its file in clients/operations, and its path at the limit.
	name string
	// document is its text.
	document string
	// target is the least ratio to the limit.
	target float64
	// cases change at every request, in turn.
	cases []variables
	// generic is its document for the generic engine, empty where that is not measured.
	generic string
}

// variables are those of one request, and who sends it.
type variables struct {
	values map[string]any
	// persona is whose token comes with it; empty for nobody.
	persona string
	// generic are those that the generic engine is sent; nil for the same ones.
	generic map[string]any
}

// The least ratios to the limit, at 16 connections.
const (
	keyTarget  = 0.45 // one thing by its key
	listTarget = 0.35
	// aggregateTarget is for answers that the database computes.
	aggregateTarget = 0.85
)

// documents is where the documented operations are, below the repository.
const documents = "clients/operations"

// readOperations reads the documented reads and makes the variables with which
// they are asked, for pages of that length.
func readOperations(repository string, s sample, page int) ([]operation, error) {
	operations := []operation{
		{name: "Node", target: keyTarget, cases: nodeCases(s)},
		{name: "Viewer", target: keyTarget, cases: viewerCases()},
		{name: "ServiceCatalogue", target: listTarget, cases: languageCases()},
		{name: "Nodes", target: listTarget, cases: nodesCases(s, page)},
		{name: "CommuneWithPoints", target: listTarget, cases: communeCases(s, page)},
		{name: "Communes", target: listTarget, cases: each([]int{page, page - 1, page - 2}, func(n int) map[string]any {
			return map[string]any{"first": max(n, 1)}
		})},
		{name: "Organisations", target: listTarget, cases: organisationCases(page)},
		{name: "ReceptionPoints", target: listTarget, cases: each([]int{7, 6, 8, 5, 9}, func(days int) map[string]any {
			return map[string]any{"first": page, "days": days}
		})},
		{name: "OpenNow", target: listTarget, cases: openNowCases(page)},
		{name: "NearestReceptionPoints", target: listTarget, cases: nearestCases()},
		{name: "Buildings", target: listTarget, cases: buildingCases(s, page)},
		{name: "Dwellings", target: listTarget, cases: dwellingCases(s, page)},
		{name: "StockStatistics", target: aggregateTarget, cases: statisticsCases()},
		{name: "StockFacets", target: aggregateTarget, cases: facetCases()},
		{name: "StockMap", target: aggregateTarget, cases: mapCases()},
		{name: "Staff", target: listTarget, cases: staffCases(page)},
		{name: "Applications", target: listTarget, cases: applicationCases(page)},
		{name: "DeskList", target: listTarget, cases: applicationCases(page)},
		{name: "FindApplicant", target: listTarget, cases: applicantCases(page)},
		{name: "ApplicationFile", target: listTarget, cases: fileCases(s.numbers)},
		{name: "ApplicationStatistics", target: aggregateTarget, cases: tableCases()},
		{name: "ApplicationLife", target: listTarget, cases: fileCases(s.numbers)},
		{name: "ApplicationPieces", target: listTarget, cases: fileCases(s.filed)},
		{name: "OnlineRegistrations", target: listTarget, cases: queueCases(page)},
		{name: "Slots", target: listTarget, cases: slotCases(s, page)},
		{name: "StockVintages", target: listTarget, cases: vintageCases(page)},
	}
	for i, o := range operations {
		text, err := os.ReadFile(filepath.Join(repository, documents, o.name+".graphql")) //nolint:gosec // the repository that the caller names
		if err != nil {
			return nil, fmt.Errorf("read the documented operation: %w", err)
		}
		operations[i].document = string(text)
	}
	return operations, nil
}

// chosen keeps the operations whose name contains one of the words.
func chosen(operations []operation, words []string) []operation {
	if len(words) == 0 {
		return operations
	}
	return slices.DeleteFunc(operations, func(o operation) bool {
		return !slices.ContainsFunc(words, func(w string) bool {
			return strings.Contains(strings.ToLower(o.name), strings.ToLower(w))
		})
	})
}

func each[T any](values []T, variablesOf func(T) map[string]any) []variables {
	cases := make([]variables, len(values))
	for i, v := range values {
		cases[i].values = variablesOf(v)
	}
	return cases
}

// nodeCases ask for every kind of thing, reception points half of the time, and
// for one that does not exist.
func nodeCases(s sample) []variables {
	ids := []string{"rpt_" + strings.Repeat("0", 26)}
	for i, other := range slices.Concat(s.others, s.communes[:10], s.bodies[:10]) {
		ids = append(ids, s.points[i%len(s.points)], other)
	}
	return each(ids, func(id string) map[string]any { return map[string]any{"id": id} })
}

func nodesCases(s sample, page int) []variables {
	pool := slices.Concat(s.communes[:10], s.points, s.bodies[:10])
	var lists [][]string
	for start := range 16 {
		var ids []string
		for i := range page {
			ids = append(ids, pool[(start*7+i)%len(pool)])
		}
		lists = append(lists, ids)
	}
	return each(lists, func(ids []string) map[string]any { return map[string]any{"ids": ids} })
}

func viewerCases() []variables {
	cases := []variables{{}}
	for _, p := range sandbox.Personas() {
		cases = append(cases, variables{persona: p.Name})
	}
	return cases
}

func languageCases() []variables {
	return each([]any{"FR", "EN", nil}, func(l any) map[string]any { return map[string]any{"language": l} })
}

func communeCases(s sample, page int) []variables {
	return each(append([]string{"38999"}, s.inseeCodes...), func(code string) map[string]any {
		return map[string]any{"inseeCode": code, "first": min(page, 20)}
	})
}

func organisationCases(page int) []variables {
	return each([]map[string]any{
		{"registeringBody": true}, {"reservataire": true}, {"kinds": []string{"COMMUNE"}}, {"kinds": []string{"STATE", "LANDLORD"}}, nil,
	}, func(where map[string]any) map[string]any {
		return map[string]any{"first": page, "points": 10, "where": where}
	})
}

// openNowCases fall on working hours, lunch, a Sunday, public holidays and the
// days of an exception.
func openNowCases(page int) []variables {
	instants := []string{
		"2026-11-24T10:00:00+01:00", "2026-11-24T14:10:00+01:00", "2026-11-26T09:30:00+01:00", "2026-11-25T12:15:00+01:00",
		"2026-11-27T16:59:00+01:00", "2026-11-29T10:00:00+01:00", "2026-12-24T10:00:00+01:00", "2026-12-25T10:00:00+01:00",
	}
	var cases []variables
	for _, levels := range []any{[]int{2, 3}, []int{1, 2, 3}, nil} {
		cases = append(cases, each(instants, func(at string) map[string]any {
			return map[string]any{"at": at, "levels": levels, "first": page}
		})...)
	}
	return cases
}

func nearestCases() []variables {
	services := []any{"REGISTER_APPLICATION", "ADVISE", "PERSONALISED_APPOINTMENT", nil}
	var cases []variables
	for i := range 32 {
		cases = append(cases, variables{values: map[string]any{
			"to":      map[string]any{"latitude": 45.10 + float64(i%8)*0.021, "longitude": 5.60 + float64(i/8)*0.073},
			"first":   5,
			"service": services[i%len(services)],
		}})
	}
	return cases
}

// stockCommunes are those with the most dwellings: the others are not searched.
const stockCommunes = 12

func buildingCases(s sample, page int) []variables {
	return each(s.stocked, func(code string) map[string]any {
		return map[string]any{"first": page, "communes": []string{code}}
	})
}

func dwellingCases(s sample, page int) []variables {
	var cases []variables
	for _, typology := range []string{"T2", "T3", "T4"} {
		cases = append(cases, each(s.stocked, func(code string) map[string]any {
			return map[string]any{"first": page, "where": map[string]any{"communes": []string{code}, "typologies": []string{typology}}}
		})...)
	}
	return cases
}

// energyLabels are what tables and facets are filtered by.
func energyLabels() []any {
	return []any{nil, []string{"A", "B"}, []string{"C"}, []string{"E", "F", "G"}}
}

func statisticsCases() []variables {
	return each(energyLabels(), func(labels any) map[string]any {
		return map[string]any{"by": []string{"COMMUNE", "TYPOLOGY"}, "where": map[string]any{"energyClasses": labels}}
	})
}

func facetCases() []variables {
	return each(energyLabels(), func(labels any) map[string]any {
		return map[string]any{
			"axes":  []string{"COMMUNE", "TYPOLOGY", "ENERGY_CLASS", "DECADE", "LANDLORD"},
			"where": map[string]any{"energyClasses": labels},
		}
	})
}

// mapCases are a screen at four zooms, under typologies or not.
func mapCases() []variables {
	var cases []variables
	for zoom, size := range map[int]float64{11: 0.6, 12: 0.3, 13: 0.15, 14: 0.08} {
		for _, typologies := range []any{nil, []string{"T3"}, []string{"T1", "T2"}} {
			cases = append(cases, variables{values: map[string]any{
				"within": map[string]any{"south": 45.18 - size/3, "north": 45.18 + size/3, "west": 5.72 - size/2, "east": 5.72 + size/2},
				"zoom":   zoom, "where": map[string]any{"typologies": typologies},
			}})
		}
	}
	return cases
}

func vintageCases(page int) []variables {
	return each([]any{nil, []string{"CHANGED"}, []string{"ADDED", "REMOVED"}}, func(kinds any) map[string]any {
		return map[string]any{"first": 5, "changes": min(page, 50), "kinds": kinds}
	})
}
