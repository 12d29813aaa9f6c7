package command_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/stockfile"
)

// killed is a cluster on which imports are killed.
type killed struct {
	server     *pgserver.Server
	admin      *sql.DB
	data       string
	young      string
	dice       *rand.Rand
	took       time.Duration
	old, whole string
}

// The moments at which an import is killed.
const moments = 10

// newKilled loads a vintage into a database to copy, and measures on one copy how
// long the next vintage takes when nobody disturbs it, and what it gives.
func newKilled(t *testing.T) *killed {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dir := filepath.Join(newDataDir(t), "postgresql")
	server, err := pgserver.Start(t.Context(), pgserver.Options{Dir: dir, CreateDB: true})
	must(t, err)
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	must(t, server.CreateDatabase(t.Context(), "base"))
	k := &killed{
		server: server, data: filepath.Join(dir, "data"), dice: rand.New(rand.NewPCG(seed, 0)),
		admin: fresh(t, server.DSN("postgres")), young: write(t, "young.csv", killedStock(t, 700, 1350)),
	}
	mustRun(t, "migrate", "--database-url", server.DSN("base"))
	if r := importStock(t, server.DSN("base"), "2025", killedStock(t, 0, 1200), "--whole-country"); r.status != 0 {
		t.Fatal(r.stderr)
	}
	db := open(t, server.DSN("base"))
	k.old = whatIsStated(t, db)
	must(t, db.Close())
	dsn := k.copy(t, "undisturbed")
	start := time.Now()
	k.finish(t, dsn)
	k.took = time.Since(start)
	k.whole = whatIsStated(t, open(t, dsn))
	return k
}

// fresh opens a database and keeps no connection: one that is idle when its server
// is killed would fail whoever takes it next.
func fresh(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db := open(t, dsn)
	db.SetMaxIdleConns(-1)
	return db
}

// killedStock writes some dwellings, of which the second hundred changes with each
// file.
func killedStock(t *testing.T, from, until int) string {
	t.Helper()
	var all []stockfile.Dwelling
	for i := from; i < until; i++ {
		d := dwellings()[0]
		d.Address.Number, d.Floor.Number, d.Rooms = fmt.Sprint(i/10), i%10, 1+i/3%5
		if i%50 == 0 {
			d.EnergyClass = stockfile.EnergyClass(rune('A' + until%7))
		}
		if i%90 == 0 {
			d.Address = stockfile.Address{}
		}
		all = append(all, d)
	}
	return stockText(t, stockfile.Layout2026, all...)
}

// whatIsStated is the stock, but for when it was written.
func whatIsStated(t *testing.T, db *sql.DB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"stock_vintage", "stock_change", "stock_row", "building", "dwelling", "ownership"} {
		all.WriteString(text(t, db, `SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
			SELECT (to_jsonb(r) - '{created_at,imported_at}'::text[])::text FROM `+table+` r) rows (line)`))
	}
	return all.String()
}

// copy makes a database with the first vintage.
func (k *killed) copy(t *testing.T, name string) string {
	t.Helper()
	execute(t, k.admin, "CREATE DATABASE "+name+" TEMPLATE base")
	return k.server.DSN(name)
}

// start begins to load the second vintage.
func (k *killed) start(t *testing.T, dsn string) *program {
	t.Helper()
	return startImport(t, dsn, "2026", k.young, "--max-loss", "100")
}

// finish loads the second vintage. A killed one may hold its lock for another
// second, until its server looks after it; a killed server takes a while to be back.
func (k *killed) finish(t *testing.T, dsn string) {
	t.Helper()
	eventually(t, func() error {
		p := k.start(t, dsn)
		err := p.cmd.Wait()
		p.stopped = true
		if err != nil {
			return fmt.Errorf("%w: %s", err, p.log)
		}
		return nil
	})
}

// survives kills imports again and again, and looks at what each leaves. Those that
// follow each other on one database are the next runs of those before them; every
// fifth is followed by one that nobody disturbs.
func (k *killed) survives(t *testing.T, kill func(*program)) {
	t.Helper()
	const undisturbed = moments / 2
	underWay := 0
	for n := 0; underWay < moments; n++ {
		if n == moments {
			t.Fatalf("only %d were killed before their end", underWay)
		}
		dsn := k.copy(t, fmt.Sprintf("killed_%d", n))
		db := fresh(t, dsn)
		relations := k.relations(t, db)
		for k.killedOnce(t, dsn, db, relations, kill) {
			if underWay++; underWay%undisturbed == 0 {
				k.finish(t, dsn)
				break
			}
		}
		if whatIsStated(t, db) != k.whole {
			t.Errorf("database %d: the next run gives something else", n)
		}
		k.filesOf(t, db)
	}
}

// killedOnce tells that an import was killed before it was committed.
func (k *killed) killedOnce(t *testing.T, dsn string, db *sql.DB, relations []string, kill func(*program)) bool {
	t.Helper()
	p := k.start(t, dsn)
	k.moment(p, kill)
	// Whoever imported is gone when the server has noticed.
	eventually(t, func() error {
		var others int
		err := db.QueryRowContext(t.Context(),
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").Scan(&others)
		if err == nil && others > 0 {
			err = errors.New("somebody is still connected")
		}
		return err
	})
	switch whatIsStated(t, db) {
	case k.whole: // It was committed, whether it could say so or not.
		return false
	case k.old:
	default:
		t.Errorf("neither the vintage before nor the next one is whole: %s", p.log)
	}
	for _, name := range k.relations(t, db) {
		if !slices.Contains(relations, name) {
			t.Errorf("there is %s", name)
		}
	}
	k.filesOf(t, db)
	return true
}

// moment kills at any moment of an import, unless it has ended by then. One that
// ends sooner than the others tells how long they take.
func (k *killed) moment(p *program, kill func(*program)) {
	ended := make(chan struct{})
	go func() {
		_ = p.cmd.Wait() // What it wrote says more.
		close(ended)
	}()
	start := time.Now()
	select {
	case <-ended:
		k.took = min(k.took, time.Since(start))
	case <-time.After(time.Duration(k.dice.Float64() * float64(k.took))):
		kill(p)
		<-ended
	}
	p.stopped = true
}

// relations lists all there is in a database, of its schemas and of others'.
func (k *killed) relations(t *testing.T, db *sql.DB) []string {
	t.Helper()
	return strings.Fields(text(t, db, `SELECT string_agg(name, ' ' ORDER BY name) FROM (
		SELECT relnamespace::regnamespace || '.' || relname FROM pg_class UNION ALL SELECT nspname FROM pg_namespace) names (name)`))
}

// filesOf fails for files of a database that belong to no relation, and for
// temporary ones.
func (k *killed) filesOf(t *testing.T, db *sql.DB) {
	t.Helper()
	known := map[string]bool{}
	for name := range strings.FieldsSeq(text(t, db, "SELECT string_agg(pg_relation_filenode(oid)::text, ' ') FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL")) {
		known[name] = true
	}
	files, err := os.ReadDir(filepath.Join(k.data, "base", text(t, db, "SELECT oid::text FROM pg_database WHERE datname = current_database()")))
	must(t, err)
	for _, f := range files {
		name := strings.FieldsFunc(f.Name(), func(r rune) bool { return r == '_' || r == '.' })[0]
		if !known[name] && name != "PG" && name != "pg" {
			t.Errorf("the file %s is of no relation", f.Name())
		}
	}
	left, err := os.ReadDir(filepath.Join(k.data, "base", "pgsql_tmp"))
	if err == nil && len(left) > 0 {
		t.Errorf("%d temporary files", len(left))
	}
}

// TestKilledImporter: kill -9 at any moment leaves the vintage before, and nothing
// else.
func TestKilledImporter(t *testing.T) {
	t.Parallel()
	newKilled(t).survives(t, func(p *program) {
		// It may have come to its end.
		_ = p.cmd.Process.Kill()
	})
}

// TestKilledServerOfAnImport: the same, when PostgreSQL is killed.
func TestKilledServerOfAnImport(t *testing.T) {
	t.Parallel()
	k := newKilled(t)
	k.survives(t, func(*program) {
		old := k.server.PID()
		must(t, syscall.Kill(old, syscall.SIGKILL))
		eventually(t, func() error {
			if k.server.PID() == old {
				return errors.New("PostgreSQL was not started again")
			}
			return k.admin.PingContext(t.Context())
		})
	})
}
