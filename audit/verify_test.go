package audit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	tamperings = flag.Int("tamperings", 400, "how often the trail is tampered with at random")
	tamperSeed = flag.Uint64("tamper-seed", 0, "seed of the tampering; 0 for another one each time")
)

// TestEachColumnIsCovered: whatever is changed in one row is found at that row.
func TestEachColumnIsCovered(t *testing.T) {
	t.Parallel()
	a := tampered(t)
	for _, c := range []struct {
		table, column, value string
		want                 string // findings; "..." for any more
	}{
		{"audit_line", "at", "at + interval '1 microsecond'", "ALTERED 7 7; "},
		{"audit_line", "at", "'infinity'", "ALTERED 7 7; "},
		{"audit_line", "kind", "'NOTICE'", "ALTERED 7 7; "},
		{"audit_line", "operation", "'another'", "ALTERED 7 7; "},
		{"audit_line", "column_groups", "'{IDENTITY}'", "ALTERED 7 7; "},
		{"audit_line", "column_groups", "'{IDENTITYCONTACT}'", "ALTERED 7 7; "},
		{"audit_line", "column_groups", "array[column_groups]", "ALTERED 7 7; "},
		{"audit_line", "grounds", "grounds[2:2]", "ALTERED 7 7; "},
		{"audit_line", "grounds", "array[grounds]", "ALTERED 7 7; "},
		{"audit_line", "application_ids", "application_ids[1:1]", "ALTERED 7 7; "},
		{"audit_line", "application_ids", "array[application_ids[2], application_ids[1]]", "ALTERED 7 7; "},
		{"audit_line", "application_ids", "application_ids || NULL::text", "ALTERED 7 7; "},
		{"audit_line", "person_id", "NULL", "ALTERED 7 7; "},
		{"audit_line", "app_id", "NULL", "ALTERED 7 7; "},
		{"audit_line", "app_id", "person_id", "ALTERED 7 7; "},
		{"audit_line", "organisation_id", "NULL", "ALTERED 7 7; "},
		{"audit_line", "reception_point_id", "NULL", "ALTERED 7 7; "},
		{"audit_line", "roles", "'{}'", "ALTERED 7 7; "},
		{"audit_line", "purpose", "''", "ALTERED 7 7; "},
		{"audit_line", "trace_id", "''", "ALTERED 7 7; "},
		{"audit_line", "reason_id", "'another'", "ALTERED 7 7; "},
		{"audit_line", "key_id", "''", "ALTERED 7 7; "},
		{"audit_line", "mac", "mac || 'x'", "ALTERED 7 7; "},
		{"audit_line", "mac", "''", "ALTERED 7 7; "},
		{"audit_line", "id", "1000", "REMOVED 7 7; UNSEALED 0 1000; "},
		{"audit_seal", "position", "1000", "REMOVED 7 0; REMOVED 41 0; ..."},
		{"audit_seal", "line_id", "1000", "REMOVED 7 1000; ..."},
		{"audit_seal", "sealed_at", "sealed_at + interval '1 microsecond'", "REORDERED 7 7; "},
		{"audit_seal", "sealed_at", "'-infinity'", "ALTERED 7 7; "},
		{"audit_seal", "foreign_line", "true", "REORDERED 7 7; "},
		{"audit_seal", "key_id", "''", "REORDERED 7 7; "},
		{"audit_seal", "hash", "hash || 'x'", "REORDERED 7 7; "},
		{"audit_segment", "number", "1000", "REMOVED 21 0; REMOVED 11 0; ALTERED 20 0; "},
		{"audit_segment", "first_position", "12", "REMOVED 12 0; ALTERED 20 0; "},
		{"audit_segment", "last_position", "19", "ALTERED 19 0; REMOVED 21 0; ALTERED 19 19; "},
		{"audit_segment", "ended_at", "now()", "ALTERED 20 0; "},
		{"audit_segment", "sealed_through", "sealed_through + 1", "ALTERED 20 0; "},
		{"audit_segment", "head", "''", "ALTERED 20 0; ALTERED 20 20; "},
		{"audit_segment", "key_id", "''", "ALTERED 20 0; "},
		{"audit_segment", "mac", "''", "ALTERED 20 0; "},
	} {
		row := map[string]string{"audit_line": "id = 7", "audit_seal": "position = 7", "audit_segment": "number = 2"}[c.table]
		statement := fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", c.table, c.column, c.value, row)
		if c.column == "id" {
			statement = fmt.Sprintf("ALTER TABLE audit_line ALTER id DROP IDENTITY; %s", statement)
		}
		found := a.after(t, statement)
		begins, more := strings.CutSuffix(c.want, "...")
		if have := texts(found); have != c.want && (!more || !strings.HasPrefix(have, begins)) {
			t.Errorf("%s\nfound %s\nwant  %s", statement, have, c.want)
		}
	}
	columns := a.number(t, `SELECT count(*) FROM information_schema.columns WHERE table_name IN ('audit_line', 'audit_seal', 'audit_segment')`)
	if columns != 17+6+8 {
		t.Errorf("%d columns: is each of them above?", columns)
	}
}

// TestTamperingIsFound tampers at random with a trail, over and over, and wants each
// time what was done to be found where it was done.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	seed := *tamperSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-tamper-seed %d", seed)
	a := tampered(t)
	head, err := ReadHead(t.Context(), a.db, a.now())
	must(t, err)
	kinds := map[string]int{}
	for i := range *tamperings {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		what := kindsOfTampering[r.IntN(len(kindsOfTampering))]
		statement, wants := what.make(r)
		found := a.after(t, statement, head)
		for _, want := range wants {
			if !slices.ContainsFunc(found, want.is) {
				t.Errorf("%s: %+v was not found\n%s\nfound %s", what.name, want, statement, texts(found))
			}
		}
		kinds[what.name]++
	}
	for _, what := range kindsOfTampering {
		if kinds[what.name] == 0 {
			t.Errorf("%s was not tried", what.name)
		}
	}
}

// trailLines is how long the trail is that is tampered with.
const trailLines = 40

// mark is where something must be found; zero fields are any.
type mark struct {
	kinds          string
	position, line int64
}

func (m mark) is(f Finding) bool {
	return strings.Contains(m.kinds, string(f.Kind)) && (m.position == 0 || m.position == f.Position) && (m.line == 0 || m.line == f.Line)
}

// kindsOfTampering are statements, and what must be found after them. In this trail the
// line at a position has its number for an identifier.
var kindsOfTampering = []struct {
	name string
	make func(*rand.Rand) (statement string, wants []mark)
}{
	{"alter", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines)
		change := []string{
			"operation = operation || 'x'", "application_ids = application_ids || application_ids[1]", "organisation_id = person_id",
			"at = at - interval '1 hour'", "roles = '{SOCIAL_OFFICER}'", "grounds = '{}'", "kind = 'WRITE'", "purpose = ''", "reason_id = 'x'",
			"column_groups = '{SENSITIVE}'", "person_id = app_id, app_id = person_id",
		}[r.IntN(11)]
		return fmt.Sprintf("UPDATE audit_line SET %s WHERE id = %d", change, n), []mark{{"ALTERED", n, n}}
	}},
	{"remove a line", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines)
		return fmt.Sprintf("DELETE FROM audit_line WHERE id = %d", n), []mark{{"REMOVED", n, n}}
	}},
	{"remove a seal", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines-1)
		return fmt.Sprintf("DELETE FROM audit_seal WHERE position = %d", n), []mark{{"REMOVED", n, 0}, {"UNSEALED INSERTED", 0, n}}
	}},
	{"remove both", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines-1)
		return fmt.Sprintf("DELETE FROM audit_line WHERE id = %d; DELETE FROM audit_seal WHERE position = %[1]d", n), []mark{{"REMOVED", n, 0}}
	}},
	{"remove and close the gap", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines-1)
		return fmt.Sprintf(`DELETE FROM audit_line WHERE id = %d; DELETE FROM audit_seal WHERE position = %[1]d;
			UPDATE audit_seal SET position = -position WHERE position > %[1]d; UPDATE audit_seal SET position = -position - 1 WHERE position < 0`, n),
			[]mark{{"REORDERED", n, n + 1}}
	}},
	{"swap the contents of lines", func(r *rand.Rand) (string, []mark) {
		n, m := two(r)
		return fmt.Sprintf(`UPDATE audit_line l SET (at, kind, operation, column_groups, grounds, application_ids, person_id, app_id, organisation_id,
				reception_point_id, roles, purpose, trace_id, reason_id, key_id, mac) =
			(SELECT at, kind, operation, column_groups, grounds, application_ids, person_id, app_id, organisation_id,
				reception_point_id, roles, purpose, trace_id, reason_id, key_id, mac FROM audit_line o WHERE o.id = %d + %d - l.id)
			WHERE id IN (%[1]d, %[2]d)`, n, m), []mark{{"REORDERED", n, n}, {"REORDERED", m, m}}
	}},
	{"swap the lines of seals", func(r *rand.Rand) (string, []mark) {
		n, m := two(r)
		return fmt.Sprintf(`UPDATE audit_seal SET line_id = -line_id WHERE position IN (%d, %d);
			UPDATE audit_seal SET line_id = %[1]d + %[2]d + line_id WHERE line_id < 0`, n, m), []mark{{"REORDERED", n, m}, {"REORDERED", m, n}}
	}},
	{"swap positions", func(r *rand.Rand) (string, []mark) {
		n, m := two(r)
		return fmt.Sprintf(`UPDATE audit_seal SET position = -position WHERE position IN (%d, %d);
			UPDATE audit_seal SET position = %[1]d + %[2]d + position WHERE position < 0`, n, m), []mark{{"REORDERED", n, m}, {"REORDERED", m, n}}
	}},
	{"swap hashes", func(r *rand.Rand) (string, []mark) {
		n, m := two(r)
		return fmt.Sprintf(`UPDATE audit_seal s SET hash = (SELECT hash FROM audit_seal o WHERE o.position = %d + %d - s.position)
			WHERE position IN (%[1]d, %[2]d)`, n, m), []mark{{"REORDERED", n, n}, {"REORDERED", m, m}}
	}},
	{"cut off the end", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines)
		return fmt.Sprintf("DELETE FROM audit_line WHERE id >= %d; DELETE FROM audit_seal WHERE position >= %[1]d; DELETE FROM audit_segment WHERE last_position >= %[1]d", n),
			[]mark{{"TRUNCATED", trailLines, 0}}
	}},
	{"cut off the end but the segments", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(20)
		return fmt.Sprintf("DELETE FROM audit_line WHERE id >= %d; DELETE FROM audit_seal WHERE position >= %[1]d", n), []mark{{"REMOVED", n, 0}, {"TRUNCATED", trailLines, 0}}
	}},
	{"insert a line unsealed", func(r *rand.Rand) (string, []mark) {
		return copyOf(1+r.Int64N(trailLines), "'another'", 1000), []mark{{"UNSEALED", 0, 1000}}
	}},
	{"insert a line of old, unsealed", func(r *rand.Rand) (string, []mark) {
		return copyOf(1+r.Int64N(trailLines), "operation", 0), []mark{{"INSERTED", 0, 0}}
	}},
	{"insert a line with a seal", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines)
		return copyOf(n, "operation", 1000) + fmt.Sprintf(`; INSERT INTO audit_seal
			SELECT %d, 1000, sealed_at, false, key_id, hash FROM audit_seal WHERE position = %d`, trailLines+1, n), []mark{{"REORDERED", trailLines + 1, 1000}}
	}},
	{"insert a line in between", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(trailLines)
		return fmt.Sprintf(`UPDATE audit_seal SET position = -position WHERE position >= %d; UPDATE audit_seal SET position = 1 - position WHERE position < 0; `, n) +
			copyOf(n, "operation", 1000) + fmt.Sprintf(`; INSERT INTO audit_seal
			SELECT %d, 1000, sealed_at, false, key_id, hash FROM audit_seal WHERE line_id = %[1]d`, n), []mark{{"REORDERED", n, 1000}}
	}},
	{"remove a segment", func(*rand.Rand) (string, []mark) {
		return "DELETE FROM audit_segment WHERE number = 1", []mark{{"REMOVED", 0, 0}}
	}},
	{"pretend that a segment was pruned", func(*rand.Rand) (string, []mark) {
		return `INSERT INTO audit_pruning SELECT 1, now(), key_id, mac FROM audit_segment WHERE number = 1;
			DELETE FROM audit_line USING audit_seal WHERE id = line_id AND position <= 10; DELETE FROM audit_seal WHERE position <= 10`,
			[]mark{{"ALTERED", 0, 0}, {"REMOVED", 1, 0}}
	}},
	{"move a line to another segment", func(r *rand.Rand) (string, []mark) {
		n := 1 + r.Int64N(10)
		return fmt.Sprintf("UPDATE audit_seal SET position = -position WHERE position IN (%d, %d); UPDATE audit_seal SET position = %[1]d + %[2]d + position WHERE position < 0", n, n+10),
			[]mark{{"REORDERED", n, n + 10}, {"REORDERED", n + 10, n}}
	}},
}

func two(r *rand.Rand) (n, m int64) {
	n = 1 + r.Int64N(trailLines)
	if m = 1 + r.Int64N(trailLines-1); m >= n {
		m++
	}
	return n, m
}

// copyOf copies a line under an identifier, 0 for one that a hole of the sequence left
// between the lines of the first segments.
func copyOf(n int64, operation string, id int64) string {
	if id == 0 {
		id = -n
	}
	return fmt.Sprintf(`INSERT INTO audit_line OVERRIDING SYSTEM VALUE SELECT %d, at, kind, %s, column_groups, grounds, application_ids,
		person_id, app_id, organisation_id, reception_point_id, roles, purpose, trace_id, reason_id, key_id, mac FROM audit_line WHERE id = %d`, id, operation, n)
}

// tampered is a trail of four days, two of them closed and behind, that can be changed.
func tampered(t *testing.T) *trail {
	t.Helper()
	a := newTrail(t)
	w, s := a.writer(t), a.sealer(t)
	for range trailLines / 10 {
		a.fill(t, w, s, 10)
		a.advance(24 * time.Hour)
	}
	a.unlock(t)
	if found, v := a.verify(t); len(found) > 0 || v.Sealed != trailLines {
		t.Fatalf("%s %+v", texts(found), v)
	}
	return a
}

// after is what is found after a statement, which is then taken back.
func (a *trail) after(t *testing.T, statement string, heads ...Head) []Finding {
	t.Helper()
	tx, err := a.db.BeginTx(t.Context(), nil)
	must(t, err)
	defer func() { must(t, tx.Rollback()) }()
	if _, err := tx.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	var found []Finding
	v := &verification{Verifying: a.verifying(&found, heads)}
	must(t, v.read(t.Context(), tx))
	return found
}

// TestCopiesAndForeignLinesAreFound: what is inserted beside the service and sealed by
// it, because it cannot know better, or does.
func TestCopiesAndForeignLinesAreFound(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a copy of an old line": copyOf(3, "operation", 1000),
		"a line of its own":     copyOf(20, "'another'", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newTrail(t)
			w, s := a.writer(t), a.sealer(t)
			a.fill(t, w, s, 20)
			a.advance(time.Hour)
			a.fill(t, w, s, 1)
			a.exec(t, statement)
			a.fill(t, w, s, 1)
			found, v := a.verify(t)
			if !slices.ContainsFunc(found, (mark{"INSERTED", 0, 1000}).is) || len(found) != 1 {
				t.Errorf("%v %+v", found, v)
			}
		})
	}
}

// TestCutAndGrownAgain: the end is cut off and the service goes on from there.
func TestCutAndGrownAgain(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	empty, err := ReadHead(t.Context(), a.db, a.now())
	must(t, err)
	a.fill(t, w, a.sealer(t), 10)
	early, err := ReadHead(t.Context(), a.db, a.now())
	must(t, err)
	a.fill(t, w, a.sealer(t), 10)
	late, err := ReadHead(t.Context(), a.db, a.now())
	must(t, err)
	if found, v := a.verify(t, empty, early, late); len(found) > 0 || v.HeadsChecked != 3 {
		t.Fatalf("%s %+v", texts(found), v)
	}
	a.unlock(t)
	a.exec(t, "DELETE FROM audit_line WHERE id > 15")
	a.exec(t, "DELETE FROM audit_seal WHERE position > 15")
	if found, _ := a.verify(t, empty, early); len(found) > 0 {
		t.Errorf("no head knows: %s", texts(found))
	}
	if found, _ := a.verify(t, early, late); texts(found) != "TRUNCATED 20 0; " {
		t.Errorf("cut: %s", texts(found))
	}
	a.fill(t, w, a.sealer(t), 10)
	found, _ := a.verify(t, early, late)
	if len(found) != 1 || found[0].Kind != Truncated || found[0].Position != 20 {
		t.Errorf("grown again: %s", texts(found))
	}
}

func TestUnsealedForTooLong(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w, s := a.writer(t), a.sealer(t)
	a.fill(t, w, s, 5)
	must(t, w.Record(t.Context(), a.line()))
	a.advance(DefaultLate)
	if found, v := a.verify(t); len(found) > 0 || v.Pending != 1 {
		t.Errorf("%s %+v", texts(found), v)
	}
	a.advance(time.Second)
	if found, v := a.verify(t); texts(found) != "UNSEALED 0 6; " || v.Pending != 0 {
		t.Errorf("%s %+v", texts(found), v)
	}
	// Sealed late, as after a night without a service: said, and no finding.
	_, err := s.seal(t.Context())
	must(t, err)
	if found, v := a.verify(t); len(found) > 0 || v.SealedLate != 1 {
		t.Errorf("%s %+v", texts(found), v)
	}
}

// TestVerifyTakesNoMemory: it goes through a long trail within the memory of a short one.
//
//nolint:paralleltest // it measures the memory of the process
func TestVerifyTakesNoMemory(t *testing.T) {
	a := newTrail(t)
	w := a.writer(t)
	lines := make([]Line, 1000)
	for range 30 {
		for i := range lines {
			lines[i] = a.line()
		}
		must(t, w.Record(t.Context(), lines...))
	}
	_, err := a.sealer(t).seal(t.Context())
	must(t, err)
	a.unlock(t)
	a.exec(t, "UPDATE audit_line SET operation = 'another'") // All of them.
	var highest uint64
	how := a.verifying(new([]Finding), nil)
	n := 0
	how.Report = func(Finding) error {
		if n++; n%2500 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			highest = max(highest, m.HeapAlloc)
		}
		return nil
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	v, err := Verify(t.Context(), a.db, how)
	must(t, err)
	if v.Findings < 30_000 {
		t.Errorf("%+v", v)
	}
	if grown := int64(highest) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d MB more", grown>>20)
	}
	stop := errors.New("enough")
	how.Report = func(Finding) error { return stop }
	if v, err := Verify(t.Context(), a.db, how); !errors.Is(err, stop) || v.Findings != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Verify(gone, a.db, how); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestHeadsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0,
		`{"position":0,"hash":"","sealedAt":"0001-01-01T00:00:00Z","exportedAt":"2026-11-23T09:30:00Z"}`:                   1,
		"{\"position\":1,\"hash\":\"ab\"}\n{\"position\":2,\"hash\":\"cd\",\"exportedAt\":\"2026-11-23T09:30:00Z\"}\n\n\n": 2,
		`{"position":1}`: -1, `{"position":0,"hash":"ab"}`: -1, `{"position":-1,"hash":"ab"}`: -1,
		`{"position":1,"hash":"xy"}`: -1, `{"position":1,"hash":"ab","x":1}`: -1, `position 1`: -1, `{"position":1,`: -1,
	} {
		heads, err := ParseHeads(strings.NewReader(text))
		if (err != nil) != (want < 0) || err == nil && len(heads) != want {
			t.Errorf("%q: %v, %v", text, heads, err)
		}
	}
}
