package audit

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/internal/pqcache"
)

// BenchmarkRecord compares the writer with one insert a request over the pool of the
// requests, at so many callers at once, on a PostgreSQL that waits for its disk.
func BenchmarkRecord(b *testing.B) {
	for _, callers := range []int{16, 64} {
		for _, way := range []string{"group", "insert-a-request"} {
			b.Run(fmt.Sprintf("%s/%d", way, callers), func(b *testing.B) {
				a := &trail{keys: testKeys(b, 'k'), log: &buffer{}, dsn: durable(b)}
				var record func(Line) error
				if way == "group" {
					w := a.writerWithin(b, 10*time.Second)
					record = func(l Line) error { return w.Record(b.Context(), l) }
				} else {
					record = a.insertEach(b)
				}
				if err := record(a.line()); err != nil {
					b.Fatal(err)
				}
				measure(b, callers, func() error { return record(a.line()) })
			})
		}
	}
}

// insertEach inserts each line by itself, over sixteen connections.
func (a *trail) insertEach(b *testing.B) func(Line) error {
	b.Helper()
	connector, err := pq.NewConnector(a.dsn)
	must(b, err)
	db := sql.OpenDB(pqcache.New(connector, pqcache.Options{Size: pqcache.DefaultSize}))
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	b.Cleanup(func() { _ = db.Close() })
	return func(l Line) error {
		group, err := insertArgument([]Recorded{a.recorded(l)})
		must(b, err)
		_, err = db.ExecContext(b.Context(), insertLines, group)
		return err
	}
}

// measure tells the rate, and the time that 99 of 100 stay under.
func measure(b *testing.B, callers int, do func() error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	next := make(chan int)
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := range next {
				begun := time.Now()
				if err := do(); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(begun)
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
}

// durable is the database of a PostgreSQL of its own, with fsync as in production.
func durable(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "guichet-audit-")
	must(b, err)
	must(b, os.Chmod(dir, 0o711))
	server, err := pgserver.Start(b.Context(), pgserver.Options{Dir: filepath.Join(dir, "postgresql"), Fsync: true})
	must(b, err)
	b.Cleanup(func() {
		if err := server.Stop(b.Context()); err != nil {
			b.Error(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			b.Error(err)
		}
	})
	must(b, server.CreateDatabase(b.Context(), "guichet"))
	must(b, migrations.Apply(b.Context(), connect(b, server.DSN("guichet"))))
	return server.DSN("guichet")
}
