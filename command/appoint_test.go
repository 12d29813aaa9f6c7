package command_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// TestAppointCommand: a new service gets two administrators, and no more.
func TestAppointCommand(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	appoint := func(status int, says, issuer, subject string) {
		t.Helper()
		r := run(t, "appoint", "--issuer", issuer, "--subject", subject, "--given-name", "Odile", "--family-name", "Garnier", "--database-url", dsn)
		if r.status != status || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("%s: status %d, said %q", subject, r.status, r.stderr)
		}
	}
	const issuer = "https://id.metropole.example"
	appoint(1, "run `guichet migrate`", issuer, "first")
	dsn = testdb.New(t)
	appoint(1, "guichet import organisations", issuer, "first")
	db := open(t, dsn)
	execute(t, db, `INSERT INTO organisation (id, created_at, key, kind, name, reservataire, registering_body)
		VALUES ('org_01J6NE3900H7ZV0ZZJ9ZZZZZZZ', now(), 'metropole', 'METROPOLE', 'Métropole', true, true)`)
	before := dump(t, db)
	appoint(1, "https address", "http://id.metropole.example", "first")
	if dump(t, db) != before {
		t.Error("a refusal wrote something")
	}
	appoint(0, "appointed", issuer, "first")
	appoint(1, "registered", issuer, "first")
	appoint(0, "appointed", issuer, "second")
	after := dump(t, db)
	appoint(1, "two administrators", issuer, "third")
	if dump(t, db) != after {
		t.Error("a refusal wrote something")
	}
}
