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

// Step writes to a database, and closes its connections when it is done.
type Step struct {
	Name string
	Do   func(ctx context.Context, url string) error
}

// Prepared is [New] with what these steps wrote, one after the other: each is done once after
// the same steps, and every test gets a copy. Processes of the same sources share what was
// done, so a name says all that a step depends on but for those.
func Prepared(t testing.TB, steps ...Step) string {
	t.Helper()
	return lend(t, func(s *server, ctx context.Context, copied string) error {
		// Other tests wait for an original, who live longer than this one may.
		from, err := s.original(context.WithoutCancel(ctx), steps)
		if err != nil {
			return err
		}
		return s.copy(ctx, from, copied)
	})
}

// Readable returns the connection URL of a database with what these steps wrote, which all
// tests of all processes of the same sources read and in which nobody may write, unless with
// default_transaction_read_only off: what cannot change needs no copy for each test.
func Readable(t testing.TB, steps ...Step) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	name, err := s.readable(context.WithoutCancel(t.Context()), steps)
	if err != nil {
		t.Fatalf("testdb: create database: %v", err)
	}
	return s.url(name)
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
