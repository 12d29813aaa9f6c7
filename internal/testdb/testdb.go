package testdb

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// dropTimeout bounds the removal of one database.
const dropTimeout = time.Minute

// shared is the one server of the test process. It is a global because package
// testing has nothing that lives as long as the process; it is opened at first
// use and closed by the end of the process.
var shared = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	return open(ctx)
})

// New returns the connection URL of a fresh database with all migrations, for
// this test alone; it is dropped after the test. The search_path is
// "public, ext". Without a server the test fails: it is never skipped.
func New(t testing.TB) string {
	t.Helper()
	return lend(t, (*server).clone)
}

// Empty is [New] without migrations: for the tests of migrations.
func Empty(t testing.TB) string {
	t.Helper()
	return lend(t, (*server).create)
}

// Prepared is [New] with what prepare wrote, which closes its connections when it is
// done: it runs once in each process for each name, and every test gets a copy.
func Prepared(t testing.TB, name string, prepare func(ctx context.Context, url string) error) string {
	t.Helper()
	made, _ := prepared.LoadOrStore(name, &original{})
	o := made.(*original) //nolint:forcetypeassert // nothing else is stored
	return lend(t, func(s *server, ctx context.Context, copied string) error {
		o.once.Do(func() {
			// Other tests wait for it, who live longer than this one may.
			ctx := context.WithoutCancel(ctx)
			o.name = s.nextName()
			if o.err = s.clone(ctx, o.name); o.err == nil {
				o.err = prepare(ctx, s.url(o.name))
			}
		})
		if o.err != nil {
			return fmt.Errorf("prepare %s: %w", name, o.err)
		}
		return s.exec(ctx, "CREATE DATABASE %s TEMPLATE %s"+s.strategy, copied, o.name)
	})
}

// prepared are the originals by their names. They are dropped by whoever sweeps after
// this process.
var prepared sync.Map

// original is a database that is copied.
type original struct {
	once sync.Once
	name string
	err  error
}

// lend makes a database and drops it after the test.
func lend(t testing.TB, create func(*server, context.Context, string) error) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	name := s.nextName()
	if err := create(s, t.Context(), name); err != nil {
		t.Fatalf("testdb: create database: %v", err)
	}
	t.Cleanup(func() {
		// The context of the test has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("testdb: drop database %s: %v", name, err)
		}
	})
	return s.url(name)
}

// nextName names a database of this process.
func (s *server) nextName() string {
	return fmt.Sprintf("%s%d_%d", testPrefix, s.key, s.count.Add(1))
}
