package server_test

import (
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/server"
)

// An operation that takes too long ends with the name of its field, and its SQL
// ends in PostgreSQL too: a client that asks again does not pile work up.
func TestTimeoutCancelsTheSQL(t *testing.T) {
	t.Parallel()
	limits := server.DefaultLimits()
	limits.Time = 2 * time.Second // what a busy machine needs for the field that is not late
	api := testapi.NewWithin(t, limits)
	blocker, err := api.DB.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blocker.Rollback() }()
	if _, err := blocker.ExecContext(t.Context(), "LOCK TABLE organisation IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	a := api.Query(t, "", `{ communes(first: 1) { totalCount } late: organisations(first: 1) { totalCount } }`, nil)
	if len(a.Errors) != 1 || a.Codes()[0] != "TIMEOUT" || a.Errors[0].Extensions["field"] != "late" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	const running = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	deadline := time.Now().Add(5 * time.Second)
	for n := 1; n > 0; {
		if err := blocker.QueryRowContext(t.Context(), running).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d statements still wait in PostgreSQL", n)
		}
	}
	if err := blocker.Rollback(); err != nil {
		t.Fatal(err)
	}
	if a := api.Query(t, "", `{ organisations(first: 1) { totalCount } }`, nil); len(a.Errors) > 0 {
		t.Errorf("afterwards: %s", a.Body)
	}
}
