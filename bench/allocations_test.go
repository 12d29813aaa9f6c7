package main

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// mostAllocations are what documented operations may allocate for one answer, its reader's
// part included, for pages of 50: a tenth more than they do. What costs something for each
// column of each row shows here, on any machine.
var mostAllocations = map[string]float64{
	"Node": 680, "Viewer": 1_380, "ServiceCatalogue": 980, "Nodes": 2_220, "CommuneWithPoints": 2_900,
	"Communes": 2_600, "Organisations": 7_450, "ReceptionPoints": 17_540, "OpenNow": 9_000,
	"NearestReceptionPoints": 3_060, "Buildings": 4_030, "Dwellings": 3_520, "StockStatistics": 1_030,
	"StockFacets": 970, "StockMap": 1_240, "Staff": 4_700, "StockVintages": 1_940, "Applications": 6_200,
	"DeskList": 9_270, "FindApplicant": 1_560, "ApplicationFile": 2_000, "ApplicationStatistics": 1_660,
	"ApplicationLife": 1_840, "ApplicationPieces": 2_490, "OnlineRegistrations": 1_120, "Slots": 4_510,
}

func TestAllocationsStayWithinTheirBudget(t *testing.T) { //nolint:paralleltest // nothing else may allocate meanwhile
	stock, files := testapi.NewWithStock(t, larger(200)), fullDesk(t, 6, 10)
	must(t, stock.Service.LoadMap(t.Context()))
	measured := 0
	for _, w := range []struct {
		api        *testapi.API
		operations []operation
	}{
		{stock, withoutFiles(documented(t, stock.DB, 50))},
		{files, chosen(documented(t, files.DB, 50), ofFiles)},
	} {
		e := &engine{name: "api", url: w.api.URL}
		for _, o := range w.operations {
			measured++
			if n, most := allocationsOf(t, e, o), mostAllocations[o.name]; n > most {
				t.Errorf("%s: %.0f allocations, at most %.0f wanted", o.name, n, most)
			} else {
				t.Logf("%s: %.0f allocations of %.0f", o.name, n, most)
			}
		}
	}
	if measured != len(mostAllocations) {
		t.Errorf("%d operations measured of %d", measured, len(mostAllocations))
	}
}

// ofFiles are words in the names of the operations that read files of applicants, and what
// desks have to do.
var ofFiles = []string{"Applica", "DeskList", "OnlineReg", "Slots"}

func withoutFiles(all []operation) []operation {
	return slices.DeleteFunc(all, func(o operation) bool { return len(chosen([]operation{o}, ofFiles)) > 0 })
}

// fullDesk serves applications with all that hangs on them: pieces, a history, what waits, and
// appointments in the calendars of so many points and days.
func fullDesk(t *testing.T, points, days int) *testapi.API {
	t.Helper()
	return withApplications(t, 300, testapi.Step{Name: "pieces", Do: func(ctx context.Context, s *service.Service, db *sql.DB) error {
		return sandbox.SeedPieces(ctx, s, db, 300)
	}}, testapi.SQL(lived...), calendar(points, days))
}

// allocationsOf are those of a request on average, of the least of three times: what runs
// beside it may allocate too.
func allocationsOf(t *testing.T, e *engine, o operation) float64 {
	t.Helper()
	c, err := e.connect(t.Context())
	must(t, err)
	defer func() { _ = c.Close() }()
	var requests [][]byte
	for _, v := range o.cases {
		r, err := e.request(t.Context(), o, v)
		must(t, err)
		requests = append(requests, r)
	}
	least := 0.0
	for round := range 4 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, r := range requests {
			_, err := c.exchange(r)
			must(t, err)
		}
		runtime.ReadMemStats(&after)
		n := float64(after.Mallocs-before.Mallocs) / float64(len(requests))
		switch { // the first one prepares statements
		case round == 1:
			least = n
		case round > 1:
			least = min(least, n)
		}
	}
	return least
}
