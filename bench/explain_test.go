package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/pqcache"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/service"
)

// wholeStock is for `make budgets`: 52 000 and then 520 000 dwellings take minutes.
var wholeStock = flag.Bool("whole-stock", false, "look at the plans of the whole stock of the sandbox, and of ten times as much")

// plan is what PostgreSQL says of a part of a statement that it ran.
type plan struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Rechecks float64 `json:"Rows Removed by Index Recheck"`
	Unjoined float64 `json:"Rows Removed by Join Filter"`
	Parts    []plan  `json:"Plans"`
}

// smallTable may be read whole, in rows: that is a few pages, and the planner is
// right to take them rather than an index.
const smallTable = 1000

// read counts the rows that were taken from tables and indexes.
func (p plan) read() float64 {
	n := 0.0
	if p.Relation != "" {
		n = (p.Rows + p.Filtered + p.Rechecks) * p.Loops
	}
	if p.Type == "Seq Scan" && p.Loops == 1 && n <= smallTable {
		n = 0
	}
	for _, part := range p.Parts {
		n += part.read()
	}
	return n
}

// explain runs a statement, planned for its arguments, and returns what it did.
func explain(ctx context.Context, db *sql.DB, s testapi.Read) (plan, error) {
	return planOf(db.QueryRowContext(ctx, pqcache.Unprepared+explaining+s.Text, s.Args...))
}

const explaining = "EXPLAIN (ANALYZE, FORMAT JSON) "

func planOf(row *sql.Row) (plan, error) {
	var text []byte
	if err := row.Scan(&text); err != nil {
		return plan{}, fmt.Errorf("explain: %w", err)
	}
	var all []struct{ Plan plan }
	if err := json.Unmarshal(text, &all); err != nil {
		return plan{}, fmt.Errorf("explain: %w", err)
	}
	return all[0].Plan, nil
}

// aggregates read each filtered row once; they are told by what they return.
func aggregate(statement string) bool {
	return strings.Contains(statement, "GROUP BY") || strings.HasPrefix(statement, "SELECT COUNT(")
}

// perRow and perStatement are the budget of a list: a page of 50 may read 200 rows.
const (
	perRow       = 3
	perStatement = 50
)

// Lists of the stock read a few rows for each row that they return, whatever the
// size of the stock; tables and facets read each dwelling once.
func TestReadsStayWithinTheirBudget(t *testing.T) {
	t.Parallel()
	open := testapi.NewWithStock
	if *wholeStock {
		open = testapi.NewWithWholeStock
	}
	small := budgets(t, open(t))
	multiplied := testapi.Step{Name: "tenfold", Do: func(ctx context.Context, _ *service.Service, db *sql.DB) error { return multiplyStock(ctx, db, 9) }}
	for name, grown := range budgets(t, open(t, multiplied)) {
		// Twice the share of rows is noise of a page that falls elsewhere; ten times is
		// a list that grows with the stock.
		if before := small[name]; grown > 2*before+0.5 {
			t.Errorf("%s: %.1f times its budget of rows at ten times the stock, %.1f before", name, grown, before)
		}
	}
}

// budgets runs the documented reads of the stock and returns how much of its
// budget each used at most.
func budgets(t *testing.T, api *testapi.API) map[string]float64 {
	t.Helper()
	var dwellings float64
	must(t, api.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM dwelling").Scan(&dwellings))
	e := &engine{name: "api", url: api.URL}
	used := map[string]float64{}
	for _, o := range chosen(documented(t, api.DB, 50), []string{"Buildings", "Dwellings", "Stock"}) {
		for _, v := range o.cases {
			var failed error
			reads := api.Reads(func() { _, failed = e.ask(t.Context(), o, v) })
			must(t, failed)
			for _, s := range reads {
				p, err := explain(t.Context(), api.DB, s)
				must(t, err)
				read, returned := p.read(), p.Rows
				budget := perRow*returned + perStatement
				if aggregate(s.Text) {
					budget = dwellings + perStatement
				}
				if used[o.name] = max(used[o.name], read/budget); read > budget {
					t.Errorf("%s %v: %.0f rows read for %.0f, budget %.0f:\n%s", o.name, v.values, read, returned, budget, s.Text)
				}
			}
		}
		t.Logf("%s: at most %.0f %% of its budget over %.0f dwellings", o.name, 100*used[o.name], dwellings)
	}
	return used
}
