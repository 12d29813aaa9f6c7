package command_test

import (
	"strings"
	"testing"
)

// TestErasureIsReplayed: what a backup brings back is gone again once the ledger has been
// replayed on it, with every name and number, and the rest is as it was.
func TestErasureIsReplayed(t *testing.T) {
	t.Parallel()
	dsn := seeded(t, 120)
	db := open(t, dsn)
	execute(t, db, "DELETE FROM sandbox_clock; INSERT INTO sandbox_clock (id, offset_nanoseconds) VALUES ('clk', 800::bigint * 86400 * 1000000000)")
	mustRun(t, "keep", "calendar", "--database-url", dsn, "--audit-key", auditKey)
	ledger := mustRun(t, "erasure", "export", "--database-url", dsn)
	if strings.Count(ledger, "\n") < 50 || !strings.Contains(ledger, `"removedFor":"NOT_RENEWED","number":"`) {
		t.Fatal(ledger)
	}

	backup := seeded(t, 120) // sooner, so that all of them are there
	before := open(t, backup)
	erased := "('" + strings.Join(applicationsIn(ledger), "', '") + "')"
	canaries := strings.Split(text(t, before, `SELECT string_agg(word, E'\n') FROM (
		SELECT unique_number FROM application WHERE id IN `+erased+` UNION
		SELECT given_names || ' ' || birth_name FROM application WHERE id IN `+erased+` UNION
		SELECT email FROM application_contact WHERE application_id IN `+erased+` UNION
		SELECT phone FROM application_contact WHERE application_id IN `+erased+`) words (word) WHERE word <> ''`), "\n")
	if len(canaries) < 100 {
		t.Fatalf("%d canaries", len(canaries))
	}
	kept := text(t, before, "SELECT count(*)::text FROM application WHERE erased_on IS NULL AND id NOT IN "+erased)
	for _, wrong := range []string{
		`{"application":"per_01AQ3WVJ00C09E2JBBFW110FEM","erasedOn":"2028-01-01"}`, `{"application":`, ledger + `{"erasedOn":"2028-01-01"}`,
		`{"application":"` + applicationsIn(ledger)[0] + `","erasedOn":"2028-01-01","number":"AAAA"}`,
	} {
		if r := run(t, "erasure", "replay", write(t, "wrong.jsonl", wrong), "--database-url", backup, "--audit-key", auditKey); r.status != 2 || !strings.Contains(r.stderr, "line ") {
			t.Errorf("status %d, said %q", r.status, r.stderr)
		}
	}
	replay := func(says string) {
		t.Helper()
		if r := run(t, "erasure", "replay", write(t, "ledger.jsonl", ledger), "--database-url", backup, "--audit-key", auditKey); r.status != 0 || !strings.Contains(r.stderr, says) {
			t.Fatalf("status %d, said %q", r.status, r.stderr)
		}
	}
	replay(`"erasures replayed"`)
	all := dump(t, before)
	for _, canary := range canaries {
		if strings.Contains(all, canary) {
			t.Errorf("%s is still there", canary)
		}
	}
	if n := text(t, before, "SELECT count(*)::text FROM application WHERE erased_on IS NULL"); n != kept {
		t.Errorf("%s are left, want %s", n, kept)
	}
	if again := mustRun(t, "erasure", "export", "--database-url", backup); !strings.Contains(again, strings.SplitAfter(ledger, "\n")[0]) {
		t.Error("its own ledger is another")
	}
	replay(`"erased":0`)
}

func applicationsIn(ledger string) (ids []string) {
	for line := range strings.Lines(ledger) {
		_, rest, _ := strings.Cut(line, `"application":"`)
		id, _, _ := strings.Cut(rest, `"`)
		ids = append(ids, id)
	}
	return ids
}
