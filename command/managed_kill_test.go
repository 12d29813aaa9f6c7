package command_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

// whole has the file be that of 52 000 dwellings.
var whole = flag.Bool("whole-managed", false, "kill while a file of the whole stock is sent")

// managedTables is all that a file of managed dwellings writes.
const managedTables = `SELECT coalesce(string_agg(row::text, '|' ORDER BY row::text), '') FROM (
	SELECT to_jsonb(m) - '{updated_at,created_at}'::text[] FROM managed_dwelling m UNION ALL SELECT to_jsonb(v) - '{id,updated_at,created_at}'::text[] FROM vacancy v
	UNION ALL SELECT to_jsonb(c) - '{id,changed_at,created_at}'::text[] FROM managed_change c) t(row)`

// TestKilledWhileManagedStockIsSent: kill -9 at any moment of a file leaves all of it or
// nothing, and the next one is taken.
func TestKilledWhileManagedStockIsSent(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	dir := newDataDir(t)
	server, err := pgserver.Start(t.Context(), pgserver.Options{Dir: filepath.Join(dir, "postgresql"), CreateDB: true})
	must(t, err)
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	must(t, server.CreateDatabase(t.Context(), "managed"))
	dsn := server.DSN("managed")
	startSandbox(t, dir, "--database-url", dsn).kill(t) // the network and its people
	db := open(t, dsn)
	small := stockfile.Filter{Communes: map[domain.InseeCode]bool{"38562": true, "38071": true}}
	if *whole {
		small = stockfile.Filter{}
	}
	must(t, sandbox.SeedStock(t.Context(), service.New(client(db), service.NewClock(time.Now), true), db, small))
	if *whole { // all of it is one landlord's
		for _, statement := range []string{
			"DELETE FROM vacancy", "UPDATE dwelling SET landlord_id = (SELECT id FROM organisation WHERE key = 'landlord-balcons-de-belledonne')",
		} {
			_, err := db.ExecContext(t.Context(), statement)
			must(t, err)
		}
	}
	token, err := sandbox.Token("landlord-balcons-de-belledonne-stock", time.Now(), time.Hour)
	must(t, err)

	ids := strings.Fields(text(t, db, `SELECT string_agg(d.id, ' ' ORDER BY d.id) FROM dwelling d JOIN organisation o ON o.id = d.landlord_id
		WHERE o.key = 'landlord-balcons-de-belledonne'`))
	file := func(rent int) string {
		var b strings.Builder
		b.WriteString("dwelling;rent;flat_number\n")
		for n, id := range ids {
			fmt.Fprintf(&b, "%s;%d;%d\n", id, rent, n)
		}
		return b.String()
	}
	send := func(p *program, rent int) (status int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.TrimSuffix(p.url, "/graphql")+"/stock/managed", strings.NewReader(file(rent)))
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "text/csv")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	start := func() *program { return startSandbox(t, dir, "--database-url", dsn) }
	p := start()
	began := time.Now()
	if status := send(p, 300); status != http.StatusOK {
		t.Fatalf("undisturbed: %d", status)
	}
	took := time.Since(began)
	rent, cut := 300, 0
	for n := range kills {
		before := text(t, db, managedTables)
		gone := make(chan struct{})
		go func() { defer close(gone); send(p, rent+1) }()
		<-time.After(time.Duration(dice.Float64() * float64(took)))
		p.kill(t)
		<-gone
		p = start()
		eventually(t, func() error { // the server of the database has noticed
			if n := text(t, db, "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%stage_managed%' AND pid <> pg_backend_pid() AND state <> 'idle'"); n != "0" {
				return fmt.Errorf("%s under way", n)
			}
			return nil
		})
		switch mixed := text(t, db, fmt.Sprintf("SELECT count(DISTINCT rent)::text FROM managed_dwelling WHERE dwelling_id = ANY('{%s}')", strings.Join(ids, ","))); {
		case mixed != "1":
			t.Fatalf("kill %d: %s rents at once", n, mixed)
		case text(t, db, managedTables) == before:
			cut++
		default:
			rent++
		}
	}
	t.Logf("%d dwellings in %v; of %d killed, %d left nothing and %d all", len(ids), took, kills, cut, kills-cut)
	if status := send(p, rent+1); status != http.StatusOK {
		t.Errorf("the next one: %d", status)
	}
	p.kill(t)
}
