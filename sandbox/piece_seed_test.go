package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"io"
	"testing"

	"github.com/guichet-logement/guichet/antivirus"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/storage"
)

// TestSeededPieces: what is stored is what was made, with its files; who seeds again
// writes nothing, and what was given blindly finds its application.
func TestSeededPieces(t *testing.T) {
	t.Parallel()
	const many = 120
	s, db := empty(t, &counter{})
	must(t, sandbox.Seed(t.Context(), s))
	must(t, sandbox.SeedPieces(t.Context(), s, db, many)) // of no application
	_, err := sandbox.SeedApplications(t.Context(), s, db, many)
	must(t, err)
	must(t, sandbox.SeedPieces(t.Context(), s, db, many))
	want := map[string]int{}
	for a := range sandbox.Applications(many) {
		for _, p := range a.Pieces {
			want[string(p.State)]++
			sum := sha256.Sum256(p.Content)
			if number(t, db, "SELECT count(*) FROM piece_file WHERE piece_id = '"+string(p.ID)+"' AND sha256 = '"+hex.EncodeToString(sum[:])+"'") != 1 {
				t.Errorf("%s is not stored as it was made", p.ID)
			}
		}
	}
	for state, n := range want {
		if have := number(t, db, "SELECT count(*) FROM piece WHERE state = '"+state+"'"); have != n || n < 5 {
			t.Errorf("%d are %s, want %d", have, state, n)
		}
	}
	const written = "SELECT hashtextextended(string_agg(id || xmin, '' ORDER BY id), 0) FROM piece"
	before := number(t, db, written)
	must(t, sandbox.SeedPieces(t.Context(), s, db, many))
	if number(t, db, written) != before {
		t.Error("something was written by the second run")
	}

	keys, err := storage.ParseKeys("c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZy4=")
	must(t, err)
	bucket, err := storage.Open(t.Context(), storage.FolderURL(t.TempDir()), keys)
	must(t, err)
	t.Cleanup(func() { must(t, bucket.Close()) })
	for range 2 {
		must(t, sandbox.SeedFiles(t.Context(), s.StoreIn(bucket), many))
	}
	checkFiles(t, db, bucket)
	by, err := antivirus.Parse("development")
	must(t, err)
	must(t, s.ScanPieces(t.Context(), by))
	if n := number(t, db, "SELECT count(*) FROM piece JOIN application a ON a.id = application_id WHERE a.unique_number IS NOT NULL AND kind = 'AVIS_N2' AND scan = 'CLEAN' AND NOT EXISTS (SELECT FROM piece_member WHERE piece_id = piece.id)"); n != 1 {
		t.Errorf("%d pieces were brought to the application of their number", n)
	}
}

// checkFiles reads what is stored under each name.
func checkFiles(t *testing.T, db *sql.DB, bucket *storage.Bucket) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT name, sha256 FROM piece_file")
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, want string
		must(t, rows.Scan(&name, &want))
		stored, err := bucket.Read(t.Context(), name)
		must(t, err)
		var content bytes.Buffer
		_, err = io.Copy(&content, stored)
		must(t, err)
		must(t, stored.Close())
		if sum := sha256.Sum256(content.Bytes()); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s holds something else", name)
		}
	}
	must(t, rows.Err())
}
