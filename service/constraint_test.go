package service

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// Every exclusion constraint of the database has its sentence, and every sentence
// its constraint.
func TestConstraintsSpeakOurLanguage(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("postgres", testdb.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	rows, err := db.QueryContext(t.Context(), `SELECT conname FROM pg_constraint WHERE contype = 'x' AND connamespace = 'public'::regnamespace`)
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
		if _, ok := constraints[name]; !ok {
			t.Errorf("%s has no refusal", name)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for name, r := range constraints {
		if !found[name] {
			t.Errorf("%s is no constraint of the database", name)
		}
		if r.Message.EN == "" || r.Message.FR == "" || r.Help.EN == "" || r.Help.FR == "" {
			t.Errorf("%s does not speak both languages", name)
		}
		var refusals domain.Refusals
		if err := refusalOf(&pq.Error{Constraint: name}); !errors.As(err, &refusals) || refusals[0].Code != r.Code {
			t.Errorf("%s becomes %v", name, err)
		}
	}
	for _, other := range []error{nil, errors.New("x"), &pq.Error{Code: "22P02"}, &pq.Error{Constraint: "commune_pkey"}} {
		if got := refusalOf(other); !errors.Is(got, other) {
			t.Errorf("%v became %v", other, got)
		}
	}
}
