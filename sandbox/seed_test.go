package sandbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/internal/pqcache"
	"github.com/guichet-logement/guichet/internal/sqlwatch"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// counter counts statements and does something at the one with that number.
type counter struct {
	n, at atomic.Int64
	then  func()
}

func (c *counter) observe(context.Context, string, time.Duration) {
	if c.n.Add(1) == c.at.Load() {
		c.then()
	}
}

// empty is a service over a database without data.
func empty(t *testing.T, c *counter) (*service.Service, *sql.DB) {
	t.Helper()
	connector, err := pq.NewConnector(testdb.New(t))
	must(t, err)
	db := sql.OpenDB(pqcache.New(connector, pqcache.Options{Size: pqcache.DefaultSize}))
	t.Cleanup(func() { _ = db.Close() })
	client := ent.NewClient(ent.Driver(sqlwatch.Driver(entsql.OpenDB(dialect.Postgres, db), c.observe)))
	return service.New(client, service.NewClock(func() time.Time { return start }), true), db
}

// TestSeedIsDeterministic: the same rows in any database, however often seeding
// was cut short or repeated.
func TestSeedIsDeterministic(t *testing.T) {
	t.Parallel()
	var statements counter
	s, db := empty(t, &statements)
	must(t, sandbox.Seed(t.Context(), s))
	want := dump(t, db)
	total := statements.n.Load()
	if total < 100 {
		t.Fatalf("%d statements", total)
	}
	must(t, sandbox.Seed(t.Context(), s))
	if dump(t, db) != want {
		t.Error("seeding again changed something")
	}

	t.Run("elsewhere", func(t *testing.T) {
		t.Parallel()
		s, db := empty(t, &counter{})
		must(t, sandbox.Seed(t.Context(), s))
		if dump(t, db) != want {
			t.Error("another database holds other rows")
		}
	})
	// In turn the mark, the network as it began, the people, and anywhere.
	anywhere := 4 + rand.Int64N(total-4)
	for _, at := range []int64{1, 3, total / 3, total - 60, total - 1, anywhere} {
		t.Run(fmt.Sprintf("cut at %d of %d", at, total), func(t *testing.T) {
			t.Parallel()
			var c counter
			s, db := empty(t, &c)
			// Who was interrupted once may be again, sooner.
			for _, at := range []int64{at, max(1, at/4)} {
				ctx, cancel := context.WithCancel(t.Context())
				c.then = cancel
				c.n.Store(0)
				c.at.Store(at)
				if err := sandbox.Seed(ctx, s); err == nil {
					t.Error("seeded after all")
				}
				cancel()
				if done, err := s.Seeded(t.Context()); done || err != nil {
					t.Errorf("taken for seeded (%v)", err)
				}
				if nature, err := s.Nature(t.Context()); nature == service.Production || err != nil {
					t.Errorf("taken for real data (%v)", err)
				}
			}
			must(t, sandbox.Seed(t.Context(), s))
			if dump(t, db) != want {
				t.Error("continued, there are other rows")
			}
		})
	}
}

// TestNetwork counts what the sandbox holds.
func TestNetwork(t *testing.T) {
	t.Parallel()
	s, db := empty(t, &counter{})
	if done, err := s.Seeded(t.Context()); done || err != nil {
		t.Errorf("seeded before it was (%v)", err)
	}
	must(t, sandbox.Seed(t.Context(), s))
	if done, err := s.Seeded(t.Context()); !done || err != nil {
		t.Errorf("not seeded (%v)", err)
	}
	if nature, err := s.Nature(t.Context()); nature != service.Sandbox || err != nil {
		t.Errorf("nature %v, %v", nature, err)
	}
	const inForce = " valid_from <= '2026-11-23' AND (valid_until IS NULL OR valid_until > '2026-11-23')"
	for query, want := range map[string]string{
		"SELECT count(*) FROM commune WHERE boundary IS NOT NULL AND boundary->>'type' IN ('Polygon', 'MultiPolygon')": "49",
		"SELECT count(*) FROM commune": "49",
		"SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM organisation GROUP BY kind) k": "ACTION_LOGEMENT 1, COMMUNE 49, DEPARTMENT 1, LANDLORD 15, METROPOLE 1, SHARED_DESK 1, STATE 1",
		"SELECT count(*) FROM organisation":                                                                    "69",
		"SELECT count(*) FROM reception_point":                                                                 "50",
		"SELECT count(*) FROM agreement WHERE" + inForce:                                                       "50",
		"SELECT count(*) FROM agreement WHERE level >= 2 AND" + inForce:                                        "25",
		"SELECT count(DISTINCT level) FROM agreement WHERE" + inForce:                                          "3",
		"SELECT count(DISTINCT reception_point_id) FROM opening_hours WHERE weekday IS NOT NULL AND" + inForce: "50",
		"SELECT count(*) FROM opening_hours WHERE weekday IS NULL":                                             "2",
		// There is a past to ask about: what changed in 2025 was otherwise before.
		"SELECT count(*) > 5 FROM agreement WHERE valid_until = '2025-01-01'":                                                            "true",
		"SELECT count(*) > 1 FROM agreement WHERE level = 3 AND valid_from = '2025-01-01' AND" + inForce:                                 "true",
		"SELECT count(*) FROM reception_point p WHERE NOT EXISTS (SELECT FROM reception_point_operator WHERE reception_point_id = p.id)": "0",
		// No SIREN that was attributed starts with 000: an invented one must be nobody's.
		"SELECT count(DISTINCT siren) FROM organisation WHERE kind = 'LANDLORD' AND siren ~ '^000'": "15",
		"SELECT count(*) FROM organisation WHERE kind = 'COMMUNE' AND siren IS NULL":                "0",
		// 04 65 71 is one of the ranges that the regulator keeps for works of fiction.
		"SELECT count(*) FROM reception_point WHERE phone IS NULL OR phone !~ '^[+]3346571[0-9]{4}$'": "0",
		"SELECT count(DISTINCT phone) FROM reception_point":                                           "50",
		"SELECT count(*) FROM sandbox_clock WHERE offset_nanoseconds = 0":                             "1",
	} {
		var have string
		must(t, db.QueryRowContext(t.Context(), query).Scan(&have))
		if have != want {
			t.Errorf("%s: %s, want %s", query, have, want)
		}
	}
}

// TestPersonas: each has a row, a token, and the assignment that it announces.
func TestPersonas(t *testing.T) {
	t.Parallel()
	s, _ := empty(t, &counter{})
	must(t, sandbox.Seed(t.Context(), s))
	verifier, err := auth.NewVerifier(t.Context(), auth.Config{
		Issuers: sandbox.Issuers(), Clock: func() time.Time { return start }, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	ids := map[domain.ID]string{}
	var names []string
	for _, p := range sandbox.Personas() {
		if slices.Contains(names, p.Name) {
			t.Errorf("%s stands there twice", p.Name)
		}
		names = append(names, p.Name)
		if p.Name == "" || strings.ContainsAny(p.Name, " \t\n") || p.About == "" || p.GivenName == "" || p.FamilyName == "" {
			t.Errorf("incomplete: %+v", p)
		}
		token, err := sandbox.Token(p.Name, start, time.Hour)
		must(t, err)
		identity, err := verifier.Verify(t.Context(), token)
		must(t, err)
		// A token is accepted by the real clock, rights are held by the service's.
		day := domain.NewDate(2026, 11, 23)
		want := 1
		if day.Before(p.From) || (!p.Until.IsZero() && !day.Before(p.Until)) {
			want = 0
		}
		viewer, err := s.Recognise(t.Context(), identity, start)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		if other := ids[viewer.PersonID]; other != "" {
			t.Errorf("%s is %s", p.Name, other)
		}
		ids[viewer.PersonID] = p.Name
		if viewer.GivenName != p.GivenName || viewer.FamilyName != p.FamilyName || len(viewer.Assignments) != want {
			t.Errorf("%s is seen as %+v", p.Name, viewer)
			continue
		}
		for _, a := range viewer.Assignments {
			if a.Role != p.Role || len(a.PointIDs) != len(p.Points) || a.Role.PointByPoint() != (len(p.Points) > 0) {
				t.Errorf("%s is assigned as %+v", p.Name, a)
			}
		}
		if want == 1 {
			continue
		}
		// The clock can be moved to a day on which the assignment holds.
		at := p.From.At(domain.NewLocalTime(12, 0))
		if viewer, err := s.Recognise(t.Context(), identity, at); err != nil || len(viewer.Assignments) != 1 {
			t.Errorf("%s on %s: %+v, %v", p.Name, p.From, viewer, err)
		}
	}
	for _, name := range []string{"commune-grenoble-agent", "landlord-balcons-de-belledonne-stock", "metropole-steering"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing", name)
		}
	}
	roles := map[domain.Role]bool{}
	for _, p := range sandbox.Personas() {
		roles[p.Role] = true
	}
	for _, role := range domain.Role("").Values() {
		if !roles[domain.Role(role)] {
			t.Errorf("nobody is %s", role)
		}
	}
}

// dump is every row without the time at which it was made.
func dump(t *testing.T, db *sql.DB) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(),
		"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' ORDER BY 1")
	must(t, err)
	defer func() { _ = rows.Close() }()
	var all strings.Builder
	var tables []string
	for rows.Next() {
		var table string
		must(t, rows.Scan(&table))
		tables = append(tables, table)
	}
	must(t, rows.Err())
	for _, table := range tables {
		var content string
		// Identifiers that are numbers, and that of the one clock, are nobody's to see; how often
		// what maps show was written tells of the way, not of where it led.
		must(t, db.QueryRowContext(t.Context(), `
			SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
				SELECT (to_jsonb(t) - 'created_at' - CASE WHEN $1 IN ('sandbox_clock', 'application_access') THEN 'id' WHEN $1 = 'map_version' THEN 'version' ELSE '' END)::text AS line FROM "`+table+`" t) rows`, table).
			Scan(&content))
		fmt.Fprintf(&all, "%s\n%s\n", table, content)
	}
	return all.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
