package sandbox_test

import (
	"database/sql"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/stockfile"
)

// TestSeededStock: the two vintages, loaded by the importer, differ exactly as was
// built in.
func TestSeededStock(t *testing.T) {
	t.Parallel()
	db := testapi.NewWithWholeStock(t).DB
	built, err := sandbox.FindStockDifferences()
	must(t, err)
	single := built.EnergyChanges + built.SurfaceChanges
	want := domain.StockComparison{
		Added:     domain.StockTally{Buildings: built.AddedBuildings, After: built.AddedDwellings},
		Removed:   domain.StockTally{Buildings: built.RemovedBuildings, Before: built.RemovedDwellings},
		Changed:   domain.StockTally{Buildings: single, Before: single, After: single},
		Ambiguous: domain.StockTally{Buildings: built.RenovatedBuildings, Before: built.RenovatedDwellings, After: built.RenovatedDwellings},
	}
	have := map[domain.StockChangeKind]domain.StockTally{}
	rows, err := db.QueryContext(t.Context(), "SELECT kind, count(*), sum(before), sum(after) FROM stock_change GROUP BY kind")
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind domain.StockChangeKind
		var tally domain.StockTally
		must(t, rows.Scan(&kind, &tally.Buildings, &tally.Before, &tally.After))
		have[kind] = tally
	}
	must(t, rows.Err())
	for kind, tally := range map[domain.StockChangeKind]domain.StockTally{
		domain.DwellingsAdded: want.Added, domain.DwellingsRemoved: want.Removed, domain.DwellingChanged: want.Changed, domain.AmbiguousChange: want.Ambiguous,
	} {
		if have[kind] != tally {
			t.Errorf("%s: %+v, want %+v", kind, have[kind], tally)
		}
	}
	if n := number(t, db, "SELECT count(*) FROM stock_change WHERE kind = 'CHANGED' AND differences->0->>'column' = 'ENERGY_CLASS'"); n != built.EnergyChanges {
		t.Errorf("%d energy classes, want %d", n, built.EnergyChanges)
	}
	if n := number(t, db, "SELECT count(*) FROM dwelling WHERE last_vintage_id IS NULL"); n != 52_000 {
		t.Errorf("%d dwellings", n)
	}
}

// TestStockSeededAgain: loaded once more, nothing is written.
func TestStockSeededAgain(t *testing.T) {
	t.Parallel()
	s, db := empty(t, &counter{})
	small := stockfile.Filter{Communes: map[domain.InseeCode]bool{"38179": true, "38562": true}}
	must(t, sandbox.Seed(t.Context(), s))
	must(t, sandbox.SeedStock(t.Context(), s, db, small))
	const fingerprint = `SELECT hashtextextended(string_agg(line, '' ORDER BY line), 0) FROM (
		SELECT d.xmin || to_jsonb(d)::text FROM dwelling d UNION ALL SELECT b.xmin || to_jsonb(b)::text FROM building b UNION ALL
		SELECT o.xmin || to_jsonb(o)::text FROM ownership o UNION ALL SELECT v.xmin || to_jsonb(v)::text FROM stock_vintage v UNION ALL
		SELECT c.xmin || to_jsonb(c)::text FROM stock_change c) rows (line)`
	before := number(t, db, fingerprint)
	must(t, sandbox.SeedStock(t.Context(), s, db, small))
	if number(t, db, fingerprint) != before {
		t.Error("something was written by the second run")
	}
}

func number(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}
