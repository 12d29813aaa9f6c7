package server_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// desk is a sandbox with applications, and what its acts are made with.
type desk struct {
	*testapi.API
	t *testing.T
}

func newDesk(t *testing.T) desk {
	t.Helper()
	return desk{testapi.NewWithApplications(t, sandbox.EdgeTenWishes+1), t}
}

// scan reads one value of the database.
func (d desk) scan(into any, query string, args ...any) {
	d.t.Helper()
	if err := d.DB.QueryRowContext(d.t.Context(), query, args...).Scan(into); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
}

func (d desk) exec(statement string, args ...any) {
	d.t.Helper()
	if _, err := d.DB.ExecContext(d.t.Context(), statement, args...); err != nil {
		d.t.Fatalf("%s: %v", statement, err)
	}
}

func (d desk) point(key string) (id string) {
	d.t.Helper()
	d.scan(&id, "SELECT id FROM reception_point WHERE key = $1", key)
	return id
}

func (d desk) people(subjects ...string) []string {
	d.t.Helper()
	ids := make([]string, len(subjects))
	for i, s := range subjects {
		d.scan(&ids[i], "SELECT id FROM person WHERE subject = $1", s)
	}
	return ids
}

// moveTo sets the service's clock.
func (d desk) moveTo(at time.Time) {
	d.t.Helper()
	a := d.Query(d.t, "metropole-admin", `mutation($to: DateTime) { setSandboxClock(input: {to: $to}) { errors { code } } }`, map[string]any{"to": at.Format(time.RFC3339)})
	if len(a.Errors) > 0 {
		d.t.Fatal(a.Body)
	}
}

// named is a fictional application, with what an applicant says of it.
type named struct {
	id, number string
	born       []string
	members    []string
}

func (d desk) edge(n int) named {
	d.t.Helper()
	k := 0
	for a := range sandbox.Applications(n + 1) {
		if k == n {
			x := named{id: string(a.ID), number: string(a.UniqueNumber)}
			for _, m := range a.Members {
				x.born, x.members = append(x.born, m.BornOn.String()), append(x.members, string(m.ID))
			}
			return x
		}
		k++
	}
	d.t.Fatalf("no application %d", n)
	return named{}
}

func (d desk) contact(as, point string) string {
	d.t.Helper()
	a := d.Query(d.t, as, `mutation($p: ID!) { recordContact(input: {receptionPointId: $p, channel: COUNTER}) { contact { id } errors { code } } }`, map[string]any{"p": point})
	id := a.Body[max(0, strings.Index(a.Body, "rct_")):]
	if len(id) < 30 || !strings.HasPrefix(id, "rct_") {
		d.t.Fatalf("%s: %s", as, a.Body)
	}
	return id[:30]
}

const receiveMutation = `mutation($n: UniqueNumber!, $b: Date!, $c: ID!) { receiveApplicant(input: {uniqueNumber: $n, birthDate: $b, contactId: $c}) { application { id masked } openUntil errors { code field message } } }`

func (d desk) receive(as, number, born, contact string) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, receiveMutation, map[string]any{"n": number, "b": born, "c": contact})
}

// sees tells whether somebody sees the application.
func (d desk) sees(as, id string) bool {
	d.t.Helper()
	a := d.Query(d.t, as, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id})
	if len(a.Errors) > 0 {
		d.t.Fatal(a.Body)
	}
	return strings.Contains(a.Body, id)
}

// outcome is the code of an answer: of an error, of a refusal, or OK.
func outcome(a testapi.Answer) string {
	if len(a.Errors) > 0 {
		return a.Codes()[0]
	}
	_, rest, refused := strings.Cut(a.Body, `"errors":[{"code":"`)
	if !refused {
		return "OK"
	}
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

// Who receives at a point records contacts there, at any level and for any body; nobody
// else does.
func TestRecordContact(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, c := range []struct{ as, point, want string }{
		{"", "mairie-grenoble", "UNAUTHENTICATED"},
		{"account:nobody", "mairie-grenoble", "FORBIDDEN"},
		{"app:" + portal, "mairie-grenoble", "FORBIDDEN"},
		{"app:" + portal + " for commune-grenoble-agent", "mairie-grenoble", "FORBIDDEN"},
		{"former-agent", "mairie-grenoble", "FORBIDDEN"},
		{"commune-grenoble-admin", "mairie-grenoble", "FORBIDDEN"},
		{"commune-grenoble-manager", "mairie-grenoble", "FORBIDDEN"},
		{"commune-grenoble-agent", "mairie-echirolles", "FORBIDDEN"},
		{"commune-grenoble-agent", "mairie-grenoble", "OK"},
		{"commune-grenoble-expired", "mairie-grenoble", "OK"},
		{"commune-bresson-agent", "mairie-bresson", "OK"},
		{"shared-desk-social", "pole-habitat-social", "OK"},
	} {
		a := d.Query(t, c.as, `mutation($p: ID!) { recordContact(input: {receptionPointId: $p, channel: PHONE}) { contact { channel receptionPoint { key } } errors { code } } }`, map[string]any{"p": d.point(c.point)})
		if got := outcome(a); got != c.want {
			t.Errorf("%q at %s: %s, want %s", c.as, c.point, a.Body, c.want)
		}
		if c.want == "OK" && !strings.Contains(a.Body, c.point) {
			t.Errorf("%q at %s: %s", c.as, c.point, a.Body)
		}
	}
	d.exec("DELETE FROM agreement WHERE reception_point_id = $1", d.point("mairie-bresson"))
	if a := d.Query(t, "commune-bresson-agent", `mutation($p: ID!) { recordContact(input: {receptionPointId: $p, channel: PHONE}) { errors { code field } } }`,
		map[string]any{"p": d.point("mairie-bresson")}); outcome(a) != "INVALID" {
		t.Errorf("a point that left the network: %s", a.Body)
	}
}

// Whatever is wrong, the answer is the same, byte for byte, and so are the statements:
// what keeps an application from being shown cannot be told.
func TestReceptionTellsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const agent = "commune-grenoble-agent"
	c := d.contact(agent, d.point("mairie-grenoble"))
	single, child := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeTwins)
	removed, erased, elsewhere, silenced := d.edge(sandbox.EdgeLeapDay), d.edge(sandbox.EdgeCentenarian), d.edge(sandbox.EdgeTenWishes), d.edge(sandbox.EdgeCustodyFirst)
	d.exec("UPDATE application SET state = 'REMOVED', removed_on = '2026-11-01' WHERE id = $1", removed.id)
	d.exec("UPDATE application SET state = 'REMOVED', removed_on = '2025-11-01' WHERE id = $1", erased.id)
	d.exec("UPDATE application SET state = 'ERASED', erased_on = '2026-11-01', name_key = '', birth_name = '' WHERE id = $1", erased.id)
	d.exec("DELETE FROM wish WHERE application_id = $1", elsewhere.id)
	d.receive(agent, single.number, "1900-01-01", c) // statements are prepared
	const elsewhereAgent = "commune-echirolles-agent"
	there := d.contact(elsewhereAgent, d.point("mairie-echirolles"))
	for range 5 {
		d.receive(elsewhereAgent, silenced.number, "1900-01-01", there)
	}
	cases := map[string]testapi.Answer{}
	var body string
	var statements []string
	for _, x := range []struct{ name, number, born string }{
		{"no such number", "038112699999999999", single.born[0]},
		{"another birth date", single.number, "1988-04-13"},
		{"the birth date of a child", child.number, child.born[2]},
		{"protected", d.edge(sandbox.EdgeProtectedDesk).number, d.edge(sandbox.EdgeProtectedDesk).born[0]},
		{"removed", removed.number, removed.born[0]},
		{"erased", erased.number, erased.born[0]},
		{"of another territory", elsewhere.number, elsewhere.born[0]},
		{"too many failures on the number", silenced.number, silenced.born[0]},
	} {
		d.exec("DELETE FROM attempt_count WHERE jsonb_array_length(failures) < 5") // the agent may go on
		var a testapi.Answer
		sent := d.Statements(func() { a = d.receive(agent, x.number, x.born, c) })
		cases[x.name] = a
		if outcome(a) != "NOT_RECOGNISED" {
			t.Errorf("%s: %s", x.name, a.Body)
		}
		if body == "" {
			body, statements = a.Body, slices.Clone(sent)
			continue
		}
		if a.Body != body || !slices.Equal(sent, statements) {
			t.Errorf("%s differs:\n%s\n%s", x.name, a.Body, strings.Join(sent, "\n"))
		}
	}
	var lines int
	d.scan(&lines, "SELECT count(*) FROM audit_line WHERE kind = 'REFUSED' AND operation = 'receiveApplicant' AND application_ids = '{}' AND person_id IS NOT NULL AND reception_point_id IS NOT NULL")
	if want := len(cases) + 6; lines != want {
		t.Errorf("%d failures are on record, %d were made", lines, want)
	}
	var kept string
	d.scan(&kept, "SELECT string_agg(encode(counted, 'escape'), ' ') FROM attempt_count")
	if strings.Contains(kept, single.number) || strings.Contains(d.Log.String(), single.number) {
		t.Error("a number is kept, or logged")
	}
}

// Number and birth date of any adult open the application to this person at this point
// for a day: IDENTITY alone, and to nobody else.
func TestReceiveApplicant(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const agent = "commune-bresson-agent" // of a level 1, whose body registers nothing
	single, couple := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeCouple)
	at := d.point("mairie-bresson")
	c := d.contact(agent, at)
	for _, x := range []struct{ as, contact, want string }{
		{"", c, "NOT_FOUND"},
		{"commune-grenoble-agent", c, "NOT_FOUND"},
		{"commune-grenoble-expired", d.contact("commune-grenoble-expired", d.point("mairie-grenoble")), "FORBIDDEN"},
		{"commune-grenoble-revoked", d.contact("commune-grenoble-agent", d.point("mairie-grenoble")), "FORBIDDEN"},
		{agent, "rct_01J6NE390064SGDGMNTXTV1GNH", "NOT_FOUND"},
	} {
		if a := d.receive(x.as, single.number, single.born[0], x.contact); outcome(a) != x.want {
			t.Errorf("%q: %s, want %s", x.as, a.Body, x.want)
		}
	}
	if d.sees(agent, single.id) {
		t.Fatal("it is seen before")
	}
	a := d.receive(agent, single.number, single.born[0], c)
	if outcome(a) != "OK" || !strings.Contains(a.Body, `"masked":["SUMMARY","FILE","CONTACT","DOCUMENTS","SENSITIVE","SOCIAL_NOTES","RESERVATAIRE_NOTES","DECISIONS"]`) ||
		!strings.Contains(a.Body, `"openUntil":"2026-11-24T`) {
		t.Fatal(a.Body, d.Log)
	}
	if a := d.receive(agent, couple.number, couple.born[1], c); outcome(a) != "OK" {
		t.Errorf("the birth date of the other adult: %s", a.Body)
	}
	if !d.sees(agent, single.id) || d.sees("commune-fontaine-agent", single.id) {
		t.Error("not seen by who received, or by others")
	}
	var lines int
	d.scan(&lines, "SELECT count(*) FROM audit_line WHERE kind = 'WRITE' AND operation = 'receiveApplicant' AND application_ids = ARRAY[$1] AND grounds = '{RECEIVED}'", single.id)
	if lines != 1 {
		t.Errorf("%d lines tell of it", lines)
	}
	d.moveTo(testapi.Now.Add(61 * time.Minute))
	if a := d.receive(agent, single.number, single.born[0], c); outcome(a) != "INVALID" {
		t.Errorf("a contact of long ago: %s", a.Body)
	}
	d.moveTo(testapi.Now.Add(23 * time.Hour))
	if !d.sees(agent, single.id) {
		t.Error("it is over before its time")
	}
	d.moveTo(testapi.Now.Add(25 * time.Hour))
	if d.sees(agent, single.id) {
		t.Error("it is not over")
	}
}

// A person fails five times an hour, whichever process it asks and however many it asks
// at once.
func TestFailuresOfAPersonAreCountedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := desk{d.Another(t), t}
	const agent = "commune-grenoble-agent"
	c := d.contact(agent, d.point("mairie-grenoble"))
	outcomes := make([]string, 16)
	var waits [16]any
	var all sync.WaitGroup
	for i := range outcomes {
		all.Go(func() {
			a := []desk{d, other}[i%2].receive(agent, fmt.Sprintf("0381126%011d", i), "1980-01-01", c)
			outcomes[i] = outcome(a)
			if len(a.Errors) > 0 {
				waits[i] = a.Errors[0].Extensions["retryAfter"]
			}
		})
	}
	all.Wait()
	count := map[string]int{}
	for i, o := range outcomes {
		count[o]++
		if wait, _ := waits[i].(float64); o == "RATE_LIMITED" && wait != 3600 {
			t.Errorf("wait %v", waits[i])
		}
	}
	if count["NOT_RECOGNISED"] != 5 || count["RATE_LIMITED"] != 11 {
		t.Errorf("%v", count)
	}
	single := d.edge(sandbox.EdgeSingle)
	if a := other.receive(agent, single.number, single.born[0], c); outcome(a) != "RATE_LIMITED" {
		t.Errorf("the right date, once the limit is reached: %s", a.Body)
	}
	if a := d.receive("commune-echirolles-agent", single.number, single.born[0], d.contact("commune-echirolles-agent", d.point("mairie-echirolles"))); outcome(a) != "OK" {
		t.Errorf("somebody else: %s", a.Body)
	}
}

// Twenty failures at a point in a day keep all of it waiting, and the privacy officer is
// told. Five on a number in a day silence it for a day, however many more there are.
func TestFailuresAtAPointAndOnANumber(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	single, leap := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeLeapDay)
	try := func(as, point string, x named, born string) string {
		t.Helper()
		return outcome(d.receive(as, x.number, born, d.contact(as, d.point(point))))
	}
	for i := range 5 {
		if got := try("commune-echirolles-agent", "mairie-echirolles", leap, "1990-01-01"); got != "NOT_RECOGNISED" {
			t.Fatalf("failure %d on the number: %s", i, got)
		}
	}
	// Who never failed is not told either; the failure is counted on the person alone.
	if got := try("commune-fontaine-agent", "mairie-fontaine", leap, leap.born[0]); got != "NOT_RECOGNISED" {
		t.Errorf("the right date on a silenced number: %s", got)
	}
	for hour := range 4 {
		d.moveTo(testapi.Now.Add(time.Duration(hour) * time.Hour))
		for range 5 {
			if got := try("commune-grenoble-agent", "mairie-grenoble", named{number: "038112600000000001"}, "1990-01-01"); got != "NOT_RECOGNISED" {
				t.Fatalf("a failure in hour %d: %s", hour, got)
			}
		}
	}
	d.moveTo(testapi.Now.Add(5 * time.Hour))
	if got := try("commune-grenoble-agent", "mairie-grenoble", single, single.born[0]); got != "RATE_LIMITED" {
		t.Errorf("after twenty failures at the point: %s", got)
	}
	var notices int
	d.scan(&notices, "SELECT count(*) FROM audit_line WHERE kind = 'NOTICE' AND purpose = 'TOO_MANY_FAILURES' AND reception_point_id = $1", d.point("mairie-grenoble"))
	if notices != 1 {
		t.Errorf("the privacy officer was told %d times", notices)
	}
	d.moveTo(testapi.Now.Add(24*time.Hour + time.Second))
	if got := try("commune-fontaine-agent", "mairie-fontaine", leap, leap.born[0]); got != "OK" {
		t.Errorf("the right date a day later: %s", got)
	}
	if got := try("commune-grenoble-agent", "mairie-grenoble", single, single.born[0]); got != "OK" {
		t.Errorf("the point a day later: %s", got)
	}
}
