package command_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// record puts lines on record, as the service does, at that time.
func record(t *testing.T, dsn, key string, at time.Time, lines int) {
	t.Helper()
	keys, err := audit.ParseKeys(key)
	must(t, err)
	w, err := audit.StartWriter(t.Context(), dsn, audit.Options{
		Keys: keys, Clock: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler), Wait: time.Minute,
	})
	must(t, err)
	for range lines {
		must(t, w.Record(t.Context(), audit.Line{
			Kind: audit.Read, Operation: "applications", Groups: []string{"IDENTITY"}, ApplicationIDs: []domain.ID{domain.NewID("apl", at)},
		}))
	}
	must(t, w.Stop())
}

// readiness is the status of /readyz.
func readiness(t *testing.T, s *serving) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(s.url, "/graphql", "/readyz", 1), nil)
	must(t, err)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	must(t, answer.Body.Close())
	return answer.StatusCode
}

// TestAuditTrail follows a trail from a service that seals it to what an operator finds.
func TestAuditTrail(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	db := open(t, dsn)
	verify := func(more ...string) result {
		return run(t, append([]string{"audit", "verify", "--database-url", dsn, "--audit-key", auditKey}, more...)...)
	}
	heads := filepath.Join(t.TempDir(), "heads")
	mustRun(t, "audit", "head", "--database-url", dsn, "--to", heads)
	s := start(t, production(t, "--database-url", dsn)...)
	ready := func() error {
		if status := readiness(t, s); status != http.StatusOK {
			return fmt.Errorf("readiness: %d", status)
		}
		return nil
	}
	eventually(t, ready)
	record(t, dsn, auditKey, time.Now(), 20)
	eventually(t, func() error {
		if r := verify(); r.status != 0 || !strings.HasPrefix(r.stdout, "20 lines in their place") {
			return fmt.Errorf("%d: %s%s", r.status, r.stdout, r.stderr)
		}
		return nil
	})
	mustRun(t, "audit", "head", "--database-url", dsn, "--to", heads)
	var head audit.Head
	must(t, json.Unmarshal([]byte(mustRun(t, "audit", "head", "--database-url", dsn)), &head))
	if head.Position != 20 || len(head.Hash) != 64 || time.Since(head.SealedAt) > time.Hour {
		t.Errorf("%+v", head)
	}

	// The store is in the way: not ready, and ready again.
	tx, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = tx.ExecContext(t.Context(), "LOCK TABLE audit_line")
	must(t, err)
	if status := readiness(t, s); status != http.StatusServiceUnavailable {
		t.Errorf("readiness without a store: %d", status)
	}
	must(t, tx.Rollback())
	eventually(t, ready)

	// What is committed last is sealed when the service stops.
	record(t, dsn, auditKey, time.Now(), 1)
	log := s.stop(t)
	if r := verify("--head", heads); r.status != 0 || !strings.HasPrefix(r.stdout, "21 lines in their place") || !strings.Contains(r.stdout, "2 of 2 heads found") {
		t.Errorf("%d: %s%s", r.status, r.stdout, r.stderr)
	}
	if strings.Contains(log, "alarm") || !strings.Contains(log, "AUDIT_UNAVAILABLE") {
		t.Error(log)
	}

	execute(t, db, "ALTER TABLE audit_line DISABLE TRIGGER audit_line_insert_only; ALTER TABLE audit_seal DISABLE TRIGGER audit_seal_insert_only")
	execute(t, db, "UPDATE audit_line SET operation = 'another' WHERE id = 7; DELETE FROM audit_seal WHERE position > 15")
	r := verify("--head", heads)
	if r.status != 1 || !strings.Contains(r.stdout, "ALTERED   position 7 line 7: ") || !strings.Contains(r.stdout, "TRUNCATED position 20 ") ||
		!strings.Contains(r.stderr, "not as it was written") {
		t.Errorf("%d: %s%s", r.status, r.stdout, r.stderr)
	}
	if r := run(t, "audit", "verify", "--database-url", dsn, "--audit-key", goodKey); r.status != 1 || !strings.Contains(r.stdout, "was not given") {
		t.Errorf("with another key, %d: %s", r.status, r.stdout)
	}
}

// TestPrune: whole days that are old enough go, and the rest can still be proved.
func TestPrune(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	keys, err := audit.ParseKeys(auditKey)
	must(t, err)
	for _, months := range []int{14, 13, 11, 0} {
		at := time.Now().AddDate(0, -months, 0)
		record(t, dsn, auditKey, at, 5)
		s, err := audit.StartSealer(t.Context(), dsn, audit.Options{
			Keys: keys, Clock: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
		})
		must(t, err)
		must(t, s.Stop(t.Context()))
	}
	for _, c := range []struct{ args, says string }{
		{"--months 24", "0 lines of 0 days removed\n"},
		{"--months 12", "10 lines of 2 days removed\n"},
		{"--months 12", "0 lines of 0 days removed\n"},
		{"--months 2", "5 lines of 1 days removed\n"},
	} {
		args := append([]string{"audit", "prune", "--database-url", dsn, "--audit-key", auditKey}, strings.Fields(c.args)...)
		if out := mustRun(t, args...); out != c.says {
			t.Errorf("%s: %s", c.args, out)
		}
	}
	if out := mustRun(t, "audit", "verify", "--database-url", dsn, "--audit-key", auditKey); !strings.HasPrefix(out, "5 lines in their place") ||
		!strings.Contains(out, "pruned up to position 15") {
		t.Error(out)
	}
}

// TestSandboxMakesItsAuditKey: once, for its owner alone.
func TestSandboxMakesItsAuditKey(t *testing.T) {
	t.Parallel()
	dsn, dir := testdb.New(t), t.TempDir()
	path := filepath.Join(dir, "deep", "sandbox-audit-key")
	serve := []string{"serve", "--sandbox", "--sandbox-stock=off", "--sandbox-applications=0", "--listen", "127.0.0.1:0", "--database-url", dsn, "--data-dir", filepath.Dir(path)}
	start(t, serve...).stop(t)
	key := read(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	record(t, dsn, strings.TrimSpace(key), time.Now().Add(-time.Minute), 3) // old enough for a seal
	start(t, serve...).stop(t)
	if read(t, path) != key {
		t.Error("it made another key")
	}
	out := mustRun(t, "audit", "verify", "--database-url", dsn, "--data-dir", filepath.Dir(path))
	if !strings.HasPrefix(out, "3 lines in their place") {
		t.Error(out)
	}
	// Beside it the folder of pieces and its key.
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 3 {
		t.Errorf("%v, %v", left, err)
	}
	r := run(t, "serve", "--sandbox", "--sandbox-stock=off", "--sandbox-applications=0", "--listen", "127.0.0.1:0", "--database-url", dsn, "--data-dir", "/dev/null/data")
	if r.status != 2 || !strings.Contains(r.stderr, "data-dir: ") {
		t.Errorf("%d: %s", r.status, r.stderr)
	}
}
