package service_test

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// Every exclusion constraint of the database has its sentence, and every sentence its
// constraint, or its index of what is open once at a time.
func TestConstraintsSpeakOurLanguage(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("postgres", testdb.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	rows, err := db.QueryContext(t.Context(), `SELECT conname FROM pg_constraint WHERE contype = 'x' AND connamespace = 'public'::regnamespace
		UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indpred IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		found[name] = true
		if _, ok := domain.BrokenConstraints()[name]; !ok && strings.HasSuffix(name, "_no_overlap") {
			t.Errorf("%s has no refusal", name)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for name, r := range domain.BrokenConstraints() {
		if !found[name] {
			t.Errorf("%s is no constraint of the database", name)
		}
		if r.Message.EN == "" || r.Message.FR == "" || r.Help.EN == "" || r.Help.FR == "" {
			t.Errorf("%s does not speak both languages", name)
		}
	}
}
