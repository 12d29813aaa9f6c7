package audit

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTwoSealersMakeOneChain: while many write.
func TestTwoSealersMakeOneChain(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w := a.writer(t)
	ctx, halt := context.WithCancel(t.Context())
	defer halt()
	var sealers, writers sync.WaitGroup
	for range 2 {
		s := a.sealer(t)
		sealers.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.seal(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.seal(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	for range 8 {
		writers.Go(func() {
			for range 50 {
				if err := w.Record(t.Context(), a.line(), a.line()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	halt()
	sealers.Wait()
	_, err := a.sealer(t).seal(t.Context()) // Each of the two may have left the last round to the other.
	must(t, err)
	found, v := a.verify(t)
	if len(found) > 0 || v.Sealed != 800 || v.Pending != 0 {
		t.Errorf("%s %+v", texts(found), v)
	}
	if n := a.number(t, "SELECT max(position) FROM audit_seal"); n != 800 {
		t.Errorf("the chain ends at %d", n)
	}
	if strings.Contains(a.log.String(), "alarm") {
		t.Error(a.log)
	}
}

// TestLateLineIsSealed: an identifier taken early and committed late.
func TestLateLineIsSealed(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w, s := a.writer(t), a.sealer(t)
	seal := func(want int) {
		t.Helper()
		for round := range 3 {
			n, err := s.seal(t.Context())
			must(t, err)
			if round == 0 && n != want || round > 0 && n > 0 {
				t.Errorf("round %d sealed %d, want %d", round, n, want)
			}
		}
	}
	must(t, w.Record(t.Context(), a.line()))
	seal(1)
	slow, err := a.db.BeginTx(t.Context(), nil)
	must(t, err)
	a.insert(t, slow, a.recorded(a.line()))
	for range 3 {
		must(t, w.Record(t.Context(), a.line(), a.line()))
		seal(2)
	}
	if s.floor.id > 1 {
		t.Errorf("the floor is at %d, above a line that is not committed", s.floor.id)
	}
	must(t, slow.Commit())
	seal(1)
	floorRises(t, s, 8)
	if found, v := a.verify(t); len(found) > 0 || v.Sealed != 8 {
		t.Errorf("%s %+v", texts(found), v)
	}
}

// floorRises waits until the sealer looks at no more lines up to there: transactions of
// other tests on the same server hold it down.
func floorRises(t *testing.T, s *Sealer, to int64) {
	t.Helper()
	for ends := time.Now().Add(time.Minute); s.floor.id < to; {
		n, err := s.seal(t.Context())
		must(t, err)
		if n > 0 || time.Now().After(ends) {
			t.Fatalf("%d sealed, floor %+v, want %d", n, s.floor, to)
		}
	}
}

// TestEveryLineIsSealed plays transactions that begin, insert, commit and roll back in
// any order, between the rounds of sealers that come and go.
func TestEveryLineIsSealed(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	a := newTrail(t)
	a.db.SetMaxOpenConns(12)
	sealers := []*Sealer{a.sealer(t), a.sealer(t)}
	var running []*sql.Tx
	committed := int64(0)
	lines := map[*sql.Tx]int64{}
	for range 600 {
		switch at := r.IntN(10); {
		case at < 3 && len(running) < 8:
			tx, err := a.db.BeginTx(t.Context(), nil)
			must(t, err)
			running = append(running, tx)
		case at < 6 && len(running) > 0:
			tx := running[r.IntN(len(running))]
			if r.IntN(4) == 0 { // An identifier, and a number, of a subtransaction.
				_, err := tx.ExecContext(t.Context(), "SAVEPOINT s")
				must(t, err)
			}
			a.insert(t, tx, a.recorded(a.line()))
			lines[tx]++
		case at < 8 && len(running) > 0:
			i := r.IntN(len(running))
			if r.IntN(3) == 0 {
				must(t, running[i].Rollback())
			} else {
				must(t, running[i].Commit())
				committed += lines[running[i]]
			}
			running = slices.Delete(running, i, i+1)
		case at == 8 && r.IntN(10) == 0:
			sealers[0] = a.sealer(t)
		default:
			s := sealers[r.IntN(2)]
			_, err := s.seal(t.Context())
			must(t, err)
			if n := a.number(t, "SELECT count(*) FROM audit_line WHERE NOT EXISTS (SELECT FROM audit_seal WHERE line_id = id)"); n > 0 {
				t.Fatalf("%d lines were left without a seal, floor %+v", n, s.floor)
			}
		}
	}
	for _, tx := range running {
		must(t, tx.Rollback())
	}
	_, err := sealers[1].seal(t.Context())
	must(t, err)
	floorRises(t, sealers[1], a.number(t, "SELECT max(id) FROM audit_line"))
	found, v := a.verify(t)
	if len(found) > 0 || v.Sealed != committed || committed < 50 {
		t.Errorf("%s %+v, %d committed", texts(found), v, committed)
	}
}

// TestSegments: each day is closed, and pruned when it is old; the chain goes on.
func TestSegments(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w, s := a.writer(t), a.sealer(t)
	reasoned := a.line()
	reasoned.Reason = "Un motif."
	must(t, w.Record(t.Context(), reasoned))
	for range 5 {
		a.fill(t, w, s, 7)
		a.advance(24 * time.Hour)
	}
	if _, err := s.seal(t.Context()); err != nil { // Closes the last day, which has no line after it.
		t.Fatal(err)
	}
	old, err := ReadHead(t.Context(), a.db, a.now())
	must(t, err)
	if n := a.number(t, "SELECT count(*) FROM audit_segment"); n != 5 || old.Position != 36 {
		t.Fatalf("%d segments, head %+v", n, old)
	}
	young, err := Prune(t.Context(), a.db, a.keys, a.now().AddDate(-1, 0, 0), a.now())
	if err != nil || young != (Pruned{}) {
		t.Errorf("young lines: %+v, %v", young, err)
	}
	if _, err := Prune(t.Context(), a.db, a.keys, a.now(), a.now()); err == nil || !strings.Contains(err.Error(), "younger than 30 days") {
		t.Errorf("whatever the setting: %v", err)
	}
	a.advance(365*24*time.Hour - 60*time.Hour)
	cut := a.now().AddDate(-1, 0, 0)
	pruned, err := Prune(t.Context(), a.db, a.keys, cut, a.now())
	must(t, err)
	if pruned != (Pruned{Segments: 3, Lines: 22}) {
		t.Errorf("%+v", pruned)
	}
	if n := a.number(t, "SELECT count(*) FROM audit_reason"); n != 0 {
		t.Errorf("%d reasons are left", n)
	}
	if found, v := a.verify(t, old); len(found) > 0 || v.Sealed != 14 || v.Pruned != 22 || v.HeadsChecked != 1 {
		t.Errorf("%s %+v", texts(found), v)
	}
	// All lines go, and the chain goes on from the last head, with a sealer that starts anew.
	a.advance(365 * 24 * time.Hour)
	_, err = Prune(t.Context(), a.db, a.keys, a.now().AddDate(-1, 0, 0), a.now())
	must(t, err)
	if found, v := a.verify(t, old); len(found) > 0 || v.Sealed != 0 || v.Pruned != 36 {
		t.Errorf("%s %+v", texts(found), v)
	}
	a.fill(t, w, a.sealer(t), 3)
	if found, v := a.verify(t, old); len(found) > 0 || v.Sealed != 3 {
		t.Errorf("%s %+v", texts(found), v)
	}
	if n := a.number(t, "SELECT min(position) FROM audit_seal"); n != 37 {
		t.Errorf("the chain goes on at %d", n)
	}
}

// TestTablesAreAddedToOnly: not even their owner changes them by mistake.
func TestTablesAreAddedToOnly(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	w, s := a.writer(t), a.sealer(t)
	for range 3 {
		a.fill(t, w, s, 3)
		a.advance(40 * 24 * time.Hour)
	}
	_, err := s.seal(t.Context())
	must(t, err)
	_, err = Prune(t.Context(), a.db, a.keys, a.now().AddDate(0, -3, 0), a.now())
	must(t, err)
	for _, table := range []string{"audit_line", "audit_seal", "audit_segment", "audit_pruning"} {
		column := "mac"
		if table == "audit_seal" {
			column = "hash"
		}
		for _, statement := range []string{
			"UPDATE " + table + " SET " + column + " = ''",
			"DELETE FROM " + table,
			"TRUNCATE " + table,
		} {
			if _, err := a.db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "is only added to") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		if a.number(t, "SELECT count(*) FROM "+table) == 0 {
			t.Errorf("%s is empty: nothing was tried", table)
		}
	}
	for name, statement := range map[string]string{
		"younger than 30 days": "SELECT audit_prune_segment(2, (SELECT ended_at FROM audit_segment WHERE number = 2), '', '')",
		"not the oldest":       "SELECT audit_prune_segment(3, 'infinity', '', '')",
		"no rows":              "SELECT audit_prune_segment(9, 'infinity', '', '')",
	} {
		if _, err := a.db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(name, "no ")) && !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found, _ := a.verify(t); len(found) > 0 {
		t.Error(texts(found))
	}
}

// TestKeysRotate: what was made with the old key is checked with it.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	a := newTrail(t)
	a.fill(t, a.writer(t), a.sealer(t), 5)
	a.advance(24 * time.Hour)
	a.keys = testKeys(t, 'n', 'k')
	w, s := a.writer(t), a.sealer(t)
	a.fill(t, w, s, 5)
	if found, v := a.verify(t); len(found) > 0 || v.Sealed != 10 {
		t.Errorf("%s %+v", texts(found), v)
	}
	if n := a.number(t, "SELECT count(DISTINCT key_id) FROM audit_seal"); n != 2 {
		t.Errorf("%d keys", n)
	}
	a.keys = testKeys(t, 'n')
	found, _ := a.verify(t)
	if len(found) < 5 || !strings.Contains(found[0].Detail, "was not given") {
		t.Errorf("without the old key: %v", found)
	}
	// Once the lines under it have gone, the old key may go as well.
	a.keys = testKeys(t, 'n', 'k')
	a.advance(100 * 24 * time.Hour)
	a.fill(t, w, s, 5)
	pruned, err := Prune(t.Context(), a.db, a.keys, a.now().AddDate(0, -3, 0), a.now())
	if err != nil || pruned != (Pruned{Segments: 2, Lines: 10}) {
		t.Errorf("%+v, %v", pruned, err)
	}
	a.keys = testKeys(t, 'n')
	if found, v := a.verify(t); len(found) > 0 || v.Sealed != 5 || v.Pruned != 10 {
		t.Errorf("after pruning, without the old key: %s %+v", texts(found), v)
	}
	for _, wrong := range [][]string{nil, {""}, {"a secret"}, {"QUFB"}} {
		if _, err := ParseKeys(wrong...); err == nil {
			t.Errorf("%q are keys", wrong)
		}
	}
}

// TestSealerNotices: what is done while it runs, it says at once.
func TestSealerNotices(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, says string }{
		"end cut off":  {"DELETE FROM audit_seal WHERE position > 7", "was cut off"},
		"end replaced": {"UPDATE audit_seal SET hash = 'another' WHERE position = 10", "was cut off"},
		"line not ours": {`INSERT INTO audit_line (at, kind, operation, column_groups, grounds, application_ids, roles, purpose, trace_id, key_id, mac)
			SELECT at, kind, 'another', column_groups, grounds, application_ids, roles, purpose, trace_id, key_id, mac FROM audit_line LIMIT 1`, "did not write"},
		"line that is none": {`INSERT INTO audit_line (at, kind, operation, column_groups, grounds, application_ids, roles, purpose, trace_id, key_id, mac)
			VALUES ('infinity', 'READ', '', '{}', '{{A}}', '{NULL}', '{}', '', '', '', '')`, "did not write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newTrail(t)
			s := a.sealer(t)
			a.fill(t, a.writer(t), s, 10)
			_, err := s.seal(t.Context())
			must(t, err)
			if strings.Contains(a.log.String(), "alarm") {
				t.Fatal(a.log)
			}
			a.unlock(t)
			a.exec(t, c.statement)
			_, err = s.seal(t.Context())
			must(t, err)
			if !strings.Contains(a.log.String(), "alarm=true") || !strings.Contains(a.log.String(), c.says) {
				t.Errorf("the log says %q", a.log)
			}
			if found, _ := a.verify(t); len(found) == 0 && name != "end cut off" {
				t.Error("nothing is found")
			}
		})
	}
}

// unlock takes away what keeps the owner from changing the trail.
func (a *trail) unlock(t testing.TB) {
	t.Helper()
	for _, table := range []string{"audit_line", "audit_seal", "audit_segment", "audit_pruning"} {
		a.exec(t, fmt.Sprintf("DROP TRIGGER %s_insert_only ON %[1]s", table))
	}
}
