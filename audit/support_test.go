package audit

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// now is the time by the clock of every trail, until a test moves it.
var now = time.Date(2026, time.November, 23, 9, 30, 0, 123456000, time.UTC)

// trail is a database with what writes and seals it.
type trail struct {
	dsn    string
	db     *sql.DB
	keys   *Keys
	log    *buffer
	offset atomic.Int64
	count  atomic.Int64
}

func newTrail(t testing.TB) *trail {
	t.Helper()
	a := &trail{dsn: testdb.New(t), log: &buffer{}, keys: testKeys(t, 'k')}
	a.db = connect(t, a.dsn)
	return a
}

func connect(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// testKeys are keys of 32 equal letters each.
func testKeys(t testing.TB, letters ...byte) *Keys {
	t.Helper()
	var encoded []string
	for _, l := range letters {
		encoded = append(encoded, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{l}, MinKey)))
	}
	keys, err := ParseKeys(encoded...)
	must(t, err)
	return keys
}

func (a *trail) now() time.Time          { return now.Add(time.Duration(a.offset.Load())) }
func (a *trail) advance(d time.Duration) { a.offset.Add(int64(d)) }

// options let a busy machine take its time.
func (a *trail) options() Options {
	return Options{Keys: a.keys, Clock: a.now, Log: slog.New(slog.NewTextHandler(a.log, nil)), Wait: 10 * time.Second}
}

// writer writes until the test ends.
func (a *trail) writer(t testing.TB) *Writer {
	t.Helper()
	return a.writerWithin(t, a.options().Wait)
}

// writerWithin gives lines that long to be committed.
func (a *trail) writerWithin(t testing.TB, wait time.Duration) *Writer {
	t.Helper()
	o := a.options()
	o.Wait = wait
	w, err := StartWriter(t.Context(), a.dsn, o)
	must(t, err)
	t.Cleanup(func() { must(t, w.Stop()) })
	return w
}

// sealer seals when it is told to.
func (a *trail) sealer(t testing.TB) *Sealer {
	t.Helper()
	s, err := newSealer(a.dsn, a.options())
	must(t, err)
	t.Cleanup(func() { _ = s.db.Close() })
	return s
}

// verify verifies the trail and returns what was found.
func (a *trail) verify(t testing.TB, heads ...Head) ([]Finding, Verification) {
	t.Helper()
	var found []Finding
	v, err := Verify(t.Context(), a.db, a.verifying(&found, heads))
	must(t, err)
	if int(v.Findings) != len(found) {
		t.Errorf("%d findings counted, %d reported", v.Findings, len(found))
	}
	return found, v
}

func (a *trail) verifying(found *[]Finding, heads []Head) Verifying {
	return Verifying{Keys: a.keys, Now: a.now(), Late: DefaultLate, Heads: heads, Report: func(f Finding) error {
		*found = append(*found, f)
		return nil
	}}
}

// line is a line like no other.
func (a *trail) line() Line {
	n := a.count.Add(1)
	return Line{
		Kind: Read, Operation: "applications", Groups: []string{"IDENTITY", "CONTACT"}, Grounds: []string{"FOLLOWED", "TERRITORY"},
		ApplicationIDs: []domain.ID{application(n), application(n % 7)},
		PersonID:       domain.DerivedID(domain.PersonPrefix, now, fmt.Sprint(n%3)),
		AppID:          domain.DerivedID(domain.PartnerAppPrefix, now, "app"),
		OrganisationID: domain.DerivedID(domain.OrganisationPrefix, now, fmt.Sprint(n%2)), ReceptionPointID: domain.DerivedID(domain.ReceptionPointPrefix, now, "point"),
		Roles: []domain.Role{domain.ReceptionAgent, domain.SocialOfficer}, Purpose: "INSTRUCTION", TraceID: fmt.Sprintf("%032x", n),
	}
}

// application is the identifier of an application, whose prefix is not of this package.
func application(n int64) domain.ID { return domain.DerivedID("apl", now, fmt.Sprint(n)) }

// recorded is a line as the writer would commit it.
func (a *trail) recorded(l Line) Recorded {
	r := Recorded{Line: l, At: a.now(), keyID: a.keys.current}
	r.mac = a.keys.sign(r.encode())
	return r
}

// insert commits a line in a transaction that the test ends.
func (a *trail) insert(t testing.TB, by interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, r Recorded,
) {
	t.Helper()
	group, err := insertArgument([]Recorded{r})
	must(t, err)
	_, err = by.ExecContext(t.Context(), insertLines, group)
	must(t, err)
}

// fill records and seals so many lines, some at a time.
func (a *trail) fill(t testing.TB, w *Writer, s *Sealer, lines int) {
	t.Helper()
	for i := range lines {
		must(t, w.Record(t.Context(), a.line()))
		a.advance(time.Second)
		if i%5 == 4 || i == lines-1 {
			_, err := s.seal(t.Context())
			must(t, err)
		}
	}
}

func (a *trail) exec(t testing.TB, statement string) {
	t.Helper()
	if _, err := a.db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

func (a *trail) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	must(t, a.db.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

// texts are findings without their details.
func texts(found []Finding) string {
	var all strings.Builder
	for _, f := range found {
		fmt.Fprintf(&all, "%s %d %d; ", f.Kind, f.Position, f.Line)
	}
	return all.String()
}

// buffer can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
