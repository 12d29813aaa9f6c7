package command_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// TestKeepCommand: what the days bring is done once and on record, however often it runs.
func TestKeepCommand(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	keep := func(status int, says string) {
		t.Helper()
		r := run(t, "keep", "calendar", "--database-url", dsn, "--audit-key", auditKey)
		if r.status != status || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("status %d, said %q", r.status, r.stderr)
		}
	}
	keep(1, "run `guichet migrate`")
	dsn = seeded(t, 30)
	db := open(t, dsn)
	execute(t, db, "UPDATE deadline SET announced = false WHERE id = (SELECT min(id) FROM deadline WHERE announced)")
	keep(0, "calendar kept")
	var told, recorded int
	if err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM application_event WHERE kind = 'DEADLINE_ANNOUNCED'),
		(SELECT count(*) FROM audit_line WHERE operation = 'keepCalendar' AND person_id IS NULL)`).Scan(&told, &recorded); err != nil {
		t.Fatal(err)
	}
	if told == 0 || recorded == 0 {
		t.Errorf("%d announced, %d lines on record", told, recorded)
	}
	keep(0, `"applications":0`)
}

// TestKeepRetentionCommand: a dry run prints what a run then takes away, once.
func TestKeepRetentionCommand(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	keep := func(more ...string) string {
		t.Helper()
		return mustRun(t, append([]string{"keep", "retention", "--database-url", dsn, "--audit-key", auditKey}, more...)...)
	}
	if r := run(t, "keep", "retention", "--database-url", dsn, "--audit-key", auditKey); r.status != 1 || !strings.Contains(r.stderr, "run `guichet migrate`") {
		t.Errorf("status %d, said %q", r.status, r.stderr)
	}
	dsn = seeded(t, 30)
	keep()
	db := open(t, dsn)
	execute(t, db, "INSERT INTO used_assertion (id, hash, expires_at) VALUES ('old', 'x', '2026-01-01')")
	dry := keep("--dry-run")
	if !strings.Contains(dry, "REPLAY\t1 of used_assertion\tbefore ") || strings.Count(dry, "\t0 of ") < 10 {
		t.Error(dry)
	}
	if n := number(t, db, "SELECT count(*) FROM used_assertion"); n != 1 {
		t.Errorf("%d are left after a dry run", n)
	}
	if done := keep(); done != dry {
		t.Errorf("the run says\n%s\nthe dry run said\n%s", done, dry)
	}
	if again := keep(); strings.Contains(again, "\t1 of ") || number(t, db, "SELECT count(*) FROM used_assertion") != 0 {
		t.Error(again)
	}
}
