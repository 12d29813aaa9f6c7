package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

func TestWhatIsNoLineIsRefused(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	many := make([]domain.ID, MaxApplications+1)
	for i := range many {
		many[i] = application(int64(i))
	}
	for name, change := range map[string]func(*Line){
		"no kind":                   func(l *Line) { l.Kind = "" },
		"no operation":              func(l *Line) { l.Operation = "" },
		"operation with a name":     func(l *Line) { l.Operation = "read Dupont" },
		"group in words":            func(l *Line) { l.Groups = []string{"the contact"} },
		"ground with a comma":       func(l *Line) { l.Grounds = []string{"FOLLOWED,SELF"} },
		"too many grounds":          func(l *Line) { l.Grounds = strings.Split(strings.Repeat("SELF,", maxCodes)+"SELF", ",") },
		"no application read":       func(l *Line) { l.ApplicationIDs = nil },
		"no application written":    func(l *Line) { l.Kind, l.ApplicationIDs = Write, nil },
		"unique number for an id":   func(l *Line) { l.ApplicationIDs = []domain.ID{"0380100123456X2026"} },
		"an empty id":               func(l *Line) { l.ApplicationIDs = append(l.ApplicationIDs, "") },
		"too many applications":     func(l *Line) { l.ApplicationIDs = many },
		"name of a person":          func(l *Line) { l.PersonID = "Camille" },
		"app by its name":           func(l *Line) { l.AppID = "portal" },
		"organisation by its name":  func(l *Line) { l.OrganisationID = "commune-grenoble" },
		"point by its name":         func(l *Line) { l.ReceptionPointID = "desk" },
		"role in words":             func(l *Line) { l.Roles = []domain.Role{"agent"} },
		"purpose in words":          func(l *Line) { l.Purpose = "to see" },
		"trace id with a line feed": func(l *Line) { l.TraceID = "a\nb" },
		"endless trace id":          func(l *Line) { l.TraceID = strings.Repeat("a", 65) },
		"endless reason":            func(l *Line) { l.Reason = strings.Repeat("a", maxReason+1) },
	} {
		wrong := a.line()
		change(&wrong)
		// Nothing of the others is written either.
		if err := w.Record(t.Context(), a.line(), wrong); err == nil || IsUnavailable(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := a.number(t, "SELECT count(*) FROM audit_line"); n != 0 {
		t.Errorf("%d lines were written", n)
	}
}

// An applicant is not shown the groups that are not of the common part of its file, nor a
// line that has no other.
func TestShownToApplicant(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	line := a.line()
	for _, groups := range [][]string{
		{"SENSITIVE"}, {"SOCIAL_NOTES", "RESERVATAIRE_NOTES"}, {"IDENTITY", "SENSITIVE"}, {}, {"IDENTITY", "CONTACT"},
	} {
		line.Groups = groups
		must(t, w.Record(t.Context(), line))
		a.advance(time.Millisecond)
	}
	lines, err := NewReader(a.db).ShownToApplicant(t.Context(), line.ApplicationIDs[0], Page{Limit: 10})
	must(t, err)
	var shown []string
	for _, l := range lines {
		shown = append(shown, strings.Join(l.Groups, " "))
	}
	if want := []string{"IDENTITY CONTACT", "", "IDENTITY"}; !slices.Equal(shown, want) {
		t.Errorf("shown %q, want %q", shown, want)
	}
}

func TestLinesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	full, bare, long := a.line(), Line{Kind: Refused, Operation: "receiveApplicant"}, a.line()
	full.Reason = "Un motif, \"entre guillemets\", {accolades} et \\ barre."
	long.Operation = strings.Repeat("x", 100)
	bare.OrganisationID = full.OrganisationID
	long.OrganisationID = full.OrganisationID
	for _, l := range []Line{full, bare, long} {
		must(t, w.Record(t.Context(), l))
		a.advance(time.Millisecond)
	}
	must(t, w.Record(t.Context())) // Nothing to record.
	lines, err := NewReader(a.db).OfOrganisation(t.Context(), full.OrganisationID, Page{Limit: 10})
	must(t, err)
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	long.Operation = long.Operation[:maxOperation]
	bare.Groups, bare.Grounds, bare.Roles, bare.ApplicationIDs = []string{}, []string{}, []domain.Role{}, []domain.ID{}
	for i, want := range []Line{long, bare, full} {
		if !reflect.DeepEqual(lines[i].Line, want) {
			t.Errorf("have %+v\nwant %+v", lines[i].Line, want)
		}
		if !a.keys.signed(lines[i].keyID, lines[i].encode(), lines[i].mac) {
			t.Errorf("line %d has another hash when it is read", i)
		}
	}
	if !lines[2].At.Equal(now) || lines[2].ReasonID == "" || lines[1].ReasonID != "" {
		t.Errorf("%+v", lines[2])
	}
	must(t, EraseReason(t.Context(), a.db, lines[2].ReasonID))
	lines, err = NewReader(a.db).OfOrganisation(t.Context(), full.OrganisationID, Page{Limit: 10})
	must(t, err)
	if lines[2].Reason != "" || lines[2].ReasonID == "" {
		t.Errorf("after erasure: %+v", lines[2])
	}
	if found, _ := a.verify(t); len(found) > 0 {
		t.Errorf("after erasure: %s", texts(found))
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	var lines []Line
	for i := range 60 {
		lines = append(lines, a.line())
		if i%4 == 3 { // Several of the same instant.
			must(t, w.Record(t.Context(), lines[i-3:]...))
			a.advance(time.Second)
		}
	}
	read := NewReader(a.db)
	for name, c := range map[string]struct {
		page func(Page) ([]Recorded, error)
		of   func(Line) bool
	}{
		"application": {
			func(p Page) ([]Recorded, error) { return read.OfApplication(t.Context(), application(3), p) },
			func(l Line) bool {
				return l.ApplicationIDs[0] == application(3) || l.ApplicationIDs[1] == application(3)
			},
		},
		"application, by an organisation": {
			func(p Page) ([]Recorded, error) {
				return read.OfApplicationBy(t.Context(), application(3), []domain.ID{lines[0].OrganisationID}, p)
			},
			func(l Line) bool {
				return (l.ApplicationIDs[0] == application(3) || l.ApplicationIDs[1] == application(3)) && l.OrganisationID == lines[0].OrganisationID
			},
		},
		"organisation": {
			func(p Page) ([]Recorded, error) { return read.OfOrganisation(t.Context(), lines[0].OrganisationID, p) },
			func(l Line) bool { return l.OrganisationID == lines[0].OrganisationID },
		},
		"person": {
			func(p Page) ([]Recorded, error) { return read.OfPerson(t.Context(), lines[0].PersonID, p) },
			func(l Line) bool { return l.PersonID == lines[0].PersonID },
		},
	} {
		want := 0
		for _, l := range lines {
			if c.of(l) {
				want++
			}
		}
		var have []Recorded
		for page := (Page{Limit: 3}); ; {
			some, err := c.page(page)
			must(t, err)
			have = append(have, some...)
			if len(some) < page.Limit {
				break
			}
			last := some[len(some)-1]
			page.After = &Place{last.At, last.ID}
		}
		if len(have) != want || want < 5 {
			t.Errorf("%s: %d lines, want %d", name, len(have), want)
		}
		for i, l := range have {
			if !c.of(l.Line) {
				t.Errorf("%s: %+v", name, l)
			}
			if i > 0 && (l.At.After(have[i-1].At) || l.At.Equal(have[i-1].At) && l.ID >= have[i-1].ID) {
				t.Errorf("%s: line %d is out of order", name, i)
			}
		}
	}
}

// TestAcknowledgedLinesAreThere: PostgreSQL's side of the writer's connection is killed
// over and over while many record.
func TestAcknowledgedLinesAreThere(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	var acknowledged sync.Map
	var written, refused, kills atomic.Int64
	begun := time.Now()
	under := func() bool {
		return (kills.Load() < 10 || written.Load() < 1000) && time.Since(begun) < time.Minute
	}
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for under() {
				l := a.line()
				switch err := w.Record(t.Context(), l); {
				case err == nil:
					written.Add(1)
					acknowledged.Store(l.TraceID, true)
				case IsUnavailable(err):
					refused.Add(1)
				default:
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for under() {
			var n int64
			// No busy loop: the statement itself waits.
			err := a.db.QueryRowContext(t.Context(), `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_sleep($1), pg_stat_activity
				WHERE datname = current_database() AND query LIKE '%INSERT INTO audit_line%' AND pid <> pg_backend_pid()`, rand.Float64()*0.3).Scan(&n)
			if err != nil {
				t.Error(err)
			}
			kills.Add(n)
		}
	})
	all.Wait()
	rows, err := a.db.QueryContext(t.Context(), "SELECT DISTINCT trace_id FROM audit_line")
	must(t, err)
	defer rows.Close()
	stored := map[string]bool{}
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		stored[id] = true
	}
	must(t, rows.Err())
	acknowledged.Range(func(id, _ any) bool {
		if !stored[id.(string)] {
			t.Errorf("%v was acknowledged and is not there", id)
		}
		return true
	})
	if kills.Load() < 10 || written.Load() < 1000 {
		t.Errorf("%d kills, %d lines: the test did not test", kills.Load(), written.Load())
	}
	t.Logf("%d lines written, %d refused, %d kills", written.Load(), refused.Load(), kills.Load())
}

// refusedInTime records a line that cannot be committed.
func refusedInTime(t *testing.T, w *Writer, l Line) {
	t.Helper()
	begun := time.Now()
	err := w.Record(t.Context(), l)
	took := time.Since(begun)
	var coded *domain.Error
	if !IsUnavailable(err) || !errors.Is(err, domain.Internal) || !errors.As(err, &coded) || coded.Message.FR == "" {
		t.Errorf("recorded: %v", err)
	}
	if took > w.options.Wait+time.Second { // The machine is shared.
		t.Errorf("refused after %s", took)
	}
}

// recordsAgain waits until lines are taken: a busy machine may need longer than a request
// has.
func recordsAgain(t *testing.T, w *Writer, l Line) {
	t.Helper()
	for ends := time.Now().Add(10 * time.Second); ; {
		err := w.Record(t.Context(), l)
		if err == nil {
			return
		}
		if time.Now().After(ends) {
			t.Fatal(err)
		}
	}
}

func TestLockedStoreRefuses(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writerWithin(t, 0)
	recordsAgain(t, w, a.line())
	tx, err := a.db.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = tx.ExecContext(t.Context(), "LOCK TABLE audit_line")
	must(t, err)
	refusedInTime(t, w, a.line())
	refusedInTime(t, w, a.line())
	if err := w.Ready(t.Context()); !IsUnavailable(err) {
		t.Errorf("ready: %v", err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := w.Record(short, a.line()); !errors.Is(err, context.DeadlineExceeded) || IsUnavailable(err) {
		t.Errorf("the caller's time was up: %v", err)
	}
	must(t, tx.Rollback())
	last := a.line()
	recordsAgain(t, w, last)
	if a.number(t, "SELECT count(*) FROM audit_line WHERE trace_id = $1", last.TraceID) != 1 || w.Refused() < 3 {
		t.Errorf("%d refused", w.Refused())
	}
	if !strings.Contains(a.log.String(), "audit lines not written") {
		t.Error("the log says nothing")
	}
}

// TestSilentStoreRefuses: a server that takes connections and says nothing, as behind a
// network that lost it, and is back later.
func TestSilentStoreRefuses(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	p := newProxy(t, a.dsn)
	a.dsn = p.dsn
	w := a.writerWithin(t, 0)
	recordsAgain(t, w, a.line())
	p.silent.Store(true)
	refusedInTime(t, w, a.line())
	// More than the queue takes.
	var all sync.WaitGroup
	begun := time.Now()
	for range maxQueue + 500 {
		all.Go(func() {
			if err := w.Record(t.Context(), a.line()); !IsUnavailable(err) {
				t.Errorf("recorded: %v", err)
			}
		})
	}
	all.Wait()
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("refused after %s", took)
	}
	p.silent.Store(false)
	recordsAgain(t, w, a.line())
}

func TestNoStoreRefuses(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	a.dsn = "postgres://guichet@" + listener.Addr().String() + "/guichet?sslmode=disable"
	must(t, listener.Close())
	w := a.writerWithin(t, 0)
	refusedInTime(t, w, a.line())
	if _, err := StartWriter(t.Context(), "postgres://h/d?sslmode=perhaps", a.options()); err == nil {
		t.Error("a wrong URL starts")
	}
}

// TestStop: what was acknowledged is there, what comes later is refused, and nothing
// goes on running.
func TestStop(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w, err := StartWriter(t.Context(), a.dsn, a.options())
	must(t, err)
	var written, refused atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for {
				err := w.Record(t.Context(), a.line())
				if err == nil {
					written.Add(1)
					continue
				}
				if !IsUnavailable(err) {
					t.Error(err)
				}
				refused.Add(1)
				return
			}
		})
	}
	for written.Load() < 100 {
		runtime.Gosched()
	}
	must(t, w.Stop())
	all.Wait()
	must(t, w.Stop())
	if n := a.number(t, "SELECT count(*) FROM audit_line"); n < written.Load() || refused.Load() != 16 {
		t.Errorf("%d written, %d there, %d refused", written.Load(), n, refused.Load())
	}
	begun := time.Now()
	if err := w.Ready(t.Context()); !IsUnavailable(err) || time.Since(begun) > w.options.Wait {
		t.Errorf("ready after the end: %v", err)
	}
	s, err := StartSealer(t.Context(), a.dsn, a.options())
	must(t, err)
	must(t, s.Stop(t.Context()))
	must(t, s.Stop(t.Context()))
	if _, v := a.verify(t); v.Sealed != a.number(t, "SELECT count(*) FROM audit_line") {
		t.Errorf("sealed at the end: %+v", v)
	}
	stacks := make([]byte, 1<<22)
	for ends := time.Now().Add(5 * time.Second); ; runtime.Gosched() {
		left := ""
		for _, of := range []any{w, w.db, s, s.db} {
			if at := fmt.Sprintf("(%p", of); strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), at) {
				left = at
			}
		}
		if left == "" {
			break
		}
		if time.Now().After(ends) {
			t.Fatalf("%s) still runs:\n%s", left, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// proxy stands between a writer and PostgreSQL.
type proxy struct {
	dsn    string
	silent atomic.Bool
}

func newProxy(t *testing.T, dsn string) *proxy {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	query := u.Query()
	network, server := "tcp", u.Host
	if dir := query.Get("host"); dir != "" {
		network, server = "unix", dir+"/.s.PGSQL."+query.Get("port")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	query.Del("host")
	query.Del("port")
	u.Host, u.RawQuery = listener.Addr().String(), query.Encode()
	p := &proxy{dsn: u.String()}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial(network, server)
			if err != nil {
				_ = from.Close()
				continue
			}
			go p.copy(to, from)
			go p.copy(from, to)
		}
	}()
	return p
}

// copy passes on what it reads, or nothing while the proxy is silent.
func (p *proxy) copy(to io.WriteCloser, from io.Reader) {
	defer to.Close()
	part := make([]byte, 1<<16)
	for {
		n, err := from.Read(part)
		if err != nil {
			return
		}
		if p.silent.Load() {
			continue
		}
		if _, err := to.Write(part[:n]); err != nil {
			return
		}
	}
}

// A value is recognised by the key of its time, as long as that is kept, for its purpose
// alone; nothing of it is in its hashes, and none is that of a line.
func TestDigests(t *testing.T) {
	t.Parallel()
	old, both, other := testKeys(t, 'o'), testKeys(t, 'n', 'o'), testKeys(t, 'n')
	was := old.digests("number", "0380326012345G1234")
	now := both.digests("number", "0380326012345G1234")
	if len(was) != 1 || len(now) != 2 || !bytes.Equal(now[1], was[0]) || !bytes.Equal(now[0], other.digests("number", "0380326012345G1234")[0]) || len(now[0]) != 32 {
		t.Errorf("%x, %x", was, now)
	}
	for _, another := range [][]byte{
		both.digests("number", "0380326012345G1235")[0], both.digests("other", "0380326012345G1234")[0], both.sign([]byte("number\x000380326012345G1234")),
	} {
		if bytes.Equal(another, now[0]) {
			t.Errorf("%x stands for two", another)
		}
	}
}
