package main

import (
	"runtime"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// mostAllocations are what documented operations may allocate for one answer, its reader's
// part included, for pages of 50: a tenth more than they do. What costs something for each
// column of each row shows here, on any machine.
var mostAllocations = map[string]float64{
	"Node": 680, "Nodes": 2_450, "Applications": 7_700, "ApplicationFile": 2_750,
}

func TestAllocationsStayWithinTheirBudget(t *testing.T) { //nolint:paralleltest // nothing else may allocate meanwhile
	api := testapi.NewWithApplications(t, 1000)
	must(t, confirmTerritory(t.Context(), api.DB))
	e := &engine{name: "api", url: api.URL}
	measured := 0
	for _, o := range documented(t, api.DB, 50) {
		most, ok := mostAllocations[o.name]
		if !ok {
			continue
		}
		measured++
		if n := allocationsOf(t, e, o); n > most {
			t.Errorf("%s: %.0f allocations, at most %.0f wanted", o.name, n, most)
		} else {
			t.Logf("%s: %.0f allocations of %.0f", o.name, n, most)
		}
	}
	if measured != len(mostAllocations) {
		t.Errorf("%d operations measured of %d", measured, len(mostAllocations))
	}
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
