package command_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// TestAccessCommand: a difference is a failure until it is repaired.
func TestAccessCommand(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	access := func(what string, status int, says string) {
		t.Helper()
		r := run(t, "access", what, "--database-url", dsn)
		if r.status != status || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("%s: status %d, said %q", what, r.status, r.stderr)
		}
	}
	access("check", 1, "run `guichet migrate`")
	dsn = seeded(t, 3)
	db := open(t, dsn)
	access("check", 0, `"differences":0`)
	seeded := dump(t, db)
	access("repair", 0, `"differences":0`)
	if dump(t, db) != seeded {
		t.Error("there was nothing to repair, and something was written")
	}
	execute(t, db, "DELETE FROM application_access WHERE ground = 'FOLLOWED'")
	access("check", 1, "4 accesses to applications are not what the facts give")
	access("repair", 0, `"differences":4`)
	access("check", 0, `"differences":0`)
}
