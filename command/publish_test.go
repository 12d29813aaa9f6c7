package command_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// TestPublishCommand: a month is published once, and in production that before this one
// alone.
func TestPublishCommand(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	publish := func(status int, says string, args ...string) {
		t.Helper()
		r := run(t, append([]string{"publish", "figures", "--database-url", dsn}, args...)...)
		if r.status != status || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("%v: status %d, said %q", args, r.status, r.stderr)
		}
	}
	publish(2, "is not a month", "--month", "November")
	publish(1, "run `guichet migrate`")
	dsn = seeded(t, 30)
	db := open(t, dsn)
	seeded := dump(t, db)
	publish(1, "published already", "--month", "2026-10")
	if dump(t, db) != seeded {
		t.Error("a refusal wrote something")
	}
	publish(0, `"month":"2030-01-01"`, "--month", "2030-01")
	publish(1, "published already", "--month", "2030-01")
	execute(t, db, "DELETE FROM sandbox_clock") // what a sandbox is known by
	publish(1, "the month that has just ended", "--month", "2030-02")
}
