package command_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/storage"
)

// TestDigitiserCommand: pieces that wait are sent once and told of, on record; where there
// is no digitiser they wait, and that is no failure.
func TestDigitiserCommand(t *testing.T) {
	t.Parallel()
	dsn, files := seeded(t, 30), filepath.Join(t.TempDir(), "pieces")
	try := func(status int, says string, args ...string) {
		t.Helper()
		r := run(t, append([]string{
			"keep", "digitiser", "--database-url", dsn, "--audit-key", auditKey, "--storage", storage.FolderURL(files), "--storage-key", auditKey,
		}, args...)...)
		if r.status != status || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("%v: status %d, said %q", args, r.status, r.stderr)
		}
	}
	db := open(t, dsn)
	keys, err := storage.ParseKeys(auditKey)
	must(t, err)
	bucket, err := storage.Open(t.Context(), storage.FolderURL(files), keys)
	must(t, err)
	t.Cleanup(func() { must(t, bucket.Close()) })
	must(t, bucket.Write(t.Context(), "pieces/a", strings.NewReader("words")))
	const of = `(SELECT id FROM application WHERE unique_number IS NOT NULL AND state = 'ACTIVE' ORDER BY id LIMIT 1)`
	for _, name := range []string{"a", "lost"} {
		piece := "pie_" + strings.ToUpper(name) + strings.Repeat("0", 26-len(name))
		execute(t, db, `INSERT INTO piece (id, application_id, kind, sensitive, scan, deposited_at) VALUES ('`+piece+`', `+of+`, 'AVIS_N2', false, 'CLEAN', '2000-01-01')`)
		execute(t, db, `INSERT INTO piece_file (id, application_id, piece_id, name, size, sha256, media_type, pages)
			VALUES ('pif' || substr('`+piece+`', 4), `+of+`, '`+piece+`', 'pieces/`+name+`', 5, encode(sha256('words'), 'hex'), 'PDF', 1)`)
		execute(t, db, `INSERT INTO piece_transfer (id, application_id, piece_id, due_on, reference, next_try)
			VALUES ('ptr' || substr('`+piece+`', 4), `+of+`, '`+piece+`', '2000-01-16', '`+name+`', '2000-01-01')`)
	}
	live := testdb.New(t)
	try(0, "pieces wait", "--database-url", live)
	try(2, "digitiser: ", "--database-url", live, "--digitiser=development")
	try(2, "is no digitiser", "--digitiser=https://digitiser.example")
	try(1, `"pieces_sent":1,"pieces_refused":0,"acknowledged":1,"rejected":0`)
	try(0, `"pieces_sent":0,"pieces_refused":0,"acknowledged":0,"rejected":0`)
	var filed, tries, recorded int
	must(t, db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM piece_transfer WHERE state = 'ACKNOWLEDGED' AND reference = 'a'),
		(SELECT tries FROM piece_transfer WHERE state = 'TO_SEND' AND reference = 'lost'),
		(SELECT count(*) FROM audit_line WHERE operation IN ('sendPiece', 'hearDigitiser') AND person_id IS NULL)`).Scan(&filed, &tries, &recorded))
	if filed != 1 || tries != 1 || recorded != 3 {
		t.Errorf("%d filed, %d tries of what is lost, %d lines on record", filed, tries, recorded)
	}
}
