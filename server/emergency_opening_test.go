package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

func (d desk) open(as, number, explanation string) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, `mutation($n: UniqueNumber!, $e: String!) { openApplicationInEmergency(input: {uniqueNumber: $n, motive: DANGER, explanation: $e}) { application { id masked contact { phone } } openUntil errors { code field message } } }`,
		map[string]any{"n": number, "e": explanation})
}

// An emergency opens one file for an hour, three times a week; protected files are like
// those that do not exist.
func TestOpenApplicationInEmergency(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const social, why = "commune-echirolles-social", "Le conjoint attend devant la porte du guichet."
	single, removed := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeLeapDay)
	d.exec("UPDATE application SET state = 'REMOVED', removed_on = '2026-11-01' WHERE id = $1", removed.id)
	for _, x := range []struct{ as, explanation, want string }{
		{"", why, "UNAUTHENTICATED"},
		{"account:a", why, "FORBIDDEN"},
		{"app:" + portal, why, "FORBIDDEN"},
		{"commune-grenoble-agent", why, "FORBIDDEN"},
		{"commune-grenoble-admin", why, "FORBIDDEN"},
		{"commune-grenoble-allocation", why, "FORBIDDEN"},
		{social, "urgent", "INVALID"},
		{social, why + "\n" + why, "INVALID"},
		{social, strings.Repeat("long ", 101), "INVALID"},
	} {
		if a := d.open(x.as, single.number, x.explanation); outcome(a) != x.want {
			t.Errorf("%q: %s, want %s", x.as, a.Body, x.want)
		}
	}
	d.open(social, "038112600000000001", why) // statements are prepared
	var body string
	var statements []string
	for name, number := range map[string]string{
		"nobody's": "038112600000000002", "protected": d.edge(sandbox.EdgeProtectedDesk).number, "removed": removed.number,
	} {
		d.exec("DELETE FROM attempt_count")
		var a testapi.Answer
		sent := d.Statements(func() { a = d.open(social, number, why) })
		if outcome(a) != "NOT_RECOGNISED" || body != "" && (a.Body != body || !slices.Equal(sent, statements)) {
			t.Errorf("%s: %s\n%s", name, a.Body, strings.Join(sent, "\n"))
		}
		body, statements = a.Body, slices.Clone(sent)
	}
	if d.sees(social, d.edge(sandbox.EdgeHomonymFirst).id) {
		t.Fatal("it is seen before")
	}
	for i, edge := range []int{sandbox.EdgeHomonymFirst, sandbox.EdgeTwins, sandbox.EdgeTwenty} {
		x := d.edge(edge)
		a := d.open(social, x.number, why)
		if outcome(a) != "OK" || !strings.Contains(a.Body, `"masked":["FILE","SENSITIVE","SOCIAL_NOTES","RESERVATAIRE_NOTES","DECISIONS"]`) ||
			!strings.Contains(a.Body, `"phone":"+33`) {
			t.Errorf("emergency %d: %s", i, a.Body)
		}
		if !d.sees(social, x.id) || d.sees("commune-echirolles-agent", x.id) {
			t.Errorf("emergency %d: not seen by who opened it, or by others", i)
		}
	}
	if a := d.open(social, single.number, why); outcome(a) != "RATE_LIMITED" || a.Errors[0].Extensions["retryAfter"] != 7*86400.0 {
		t.Errorf("a fourth: %s", a.Body)
	}
	var lines, notices int
	d.scan(&lines, "SELECT count(*) FROM audit_line l JOIN audit_reason r ON r.id = l.reason_id WHERE l.kind = 'WRITE' AND l.operation = 'openApplicationInEmergency' AND l.purpose = 'DANGER' AND r.text = $1", why)
	d.scan(&notices, "SELECT count(*) FROM audit_line WHERE kind = 'NOTICE' AND operation = 'openApplicationInEmergency'")
	if lines != 3 || notices != 3 || strings.Contains(d.Log.String(), why) {
		t.Errorf("%d lines, %d notices, or the reason was logged", lines, notices)
	}
	d.moveTo(testapi.Now.Add(time.Hour))
	if d.sees(social, d.edge(sandbox.EdgeHomonymFirst).id) {
		t.Error("it is not over after an hour")
	}
	d.moveTo(testapi.Now.Add(7 * 24 * time.Hour))
	if a := d.open(social, single.number, why); outcome(a) != "OK" {
		t.Errorf("a week later: %s", a.Body)
	}
}
