package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRegistryCommands: what the registry was not told is told, or written to a file once.
func TestRegistryCommands(t *testing.T) {
	t.Parallel()
	dsn, folder := seeded(t, 30), t.TempDir()
	try := func(status int, says string, args ...string) {
		t.Helper()
		r := run(t, append(args, "--database-url", dsn, "--audit-key", auditKey)...)
		if r.status != status || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("%v: status %d, said %q", args, r.status, r.stderr)
		}
	}
	out := func(name string) string { return "--out=" + filepath.Join(folder, name) }
	db := open(t, dsn)
	for _, kind := range []string{"MOD", "RAD", "RAD"} {
		execute(t, db, `INSERT INTO registry_event (id, application_id, kind, happened_at, next_try)
			SELECT 'rev_' || substr(md5(random()::text), 1, 26), id, '`+kind+`', now() - interval '40 years', now() - interval '40 years'
			FROM application WHERE unique_number IS NOT NULL AND state = 'ACTIVE' ORDER BY id LIMIT 1`)
	}
	try(2, "is no registry", "keep", "registry", "--registry=https://sne.example")
	try(2, "make no number", "keep", "registry", "--registry-desk=guichet")
	try(2, "", "export", "registry", "DIS", out("a.xml"))
	try(0, `"events":1`, "export", "registry", "MOD", out("a.xml"))
	try(2, "is there already", "export", "registry", "RAD", out("a.xml"))
	try(0, `"events":0`, "export", "registry", "MOD", out("b.xml"))
	if text, err := os.ReadFile(filepath.Join(folder, "a.xml")); err != nil || !strings.Contains(string(text), "interfaceNuu>") {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "b.xml")); err == nil {
		t.Error("there is a file of nothing")
	}
	try(0, `"events_taken":2`, "keep", "registry")
	try(0, `"events_taken":0`, "keep", "registry")
	var told, recorded int
	if err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM registry_event WHERE state = 'ACKNOWLEDGED'),
		(SELECT count(*) FROM audit_line WHERE operation IN ('tellRegistry', 'exportRegistry') AND person_id IS NULL)`).Scan(&told, &recorded); err != nil {
		t.Fatal(err)
	}
	if told != 2 || recorded != 3 {
		t.Errorf("%d told, %d lines on record", told, recorded)
	}

	// More than one line of the trail can name goes into two files.
	execute(t, db, `INSERT INTO registry_event (id, application_id, kind, happened_at, next_try)
		SELECT 'rev_' || substr(md5(n::text), 1, 26), id, 'REN', now(), now()
		FROM (SELECT id FROM application WHERE state = 'ACTIVE' ORDER BY id LIMIT 1) one, generate_series(1, 1001) n`)
	try(0, `"events":1000`, "export", "registry", "REN", out("c.xml"))
	try(0, `"events":1}`, "export", "registry", "REN", out("d.xml"))
}
