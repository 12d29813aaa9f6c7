package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// code has a code made, and returns the answer and the code.
func (d desk) code(as, id, member string) (testapi.Answer, string) {
	d.t.Helper()
	variables := map[string]any{"id": id}
	if member != "" {
		variables["m"] = member
	}
	a := d.Query(d.t, as, `mutation($id: ID!, $m: ID) { issueBindingCode(input: {applicationId: $id, memberId: $m}) { code expiresAt errors { code field } } }`, variables)
	_, rest, _ := strings.Cut(a.Body, `"issueBindingCode":{"code":"`)
	return a, rest[:min(8, len(rest))]
}

func (d desk) bind(as, number, code string) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, `mutation($n: UniqueNumber!, $c: String!) { bindAccount(input: {uniqueNumber: $n, code: $c}) { application { id } errors { code message } } }`,
		map[string]any{"n": number, "c": code})
}

// Who sees an application by FOLLOWED or RECEIVED has a code made for an adult of it;
// the code is shown once and kept nowhere.
func TestIssueBindingCode(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	single, couple := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeCouple)
	for _, x := range []struct{ as, id, member, want string }{
		{"", single.id, "", "NOT_FOUND"},
		{"account:nobody", single.id, "", "NOT_FOUND"},
		{"commune-grenoble-expired", single.id, "", "NOT_FOUND"},
		{"commune-fontaine-agent", single.id, "", "NOT_FOUND"},
		{"commune-grenoble-manager", single.id, "", "FORBIDDEN"},
		{"commune-grenoble-allocation", single.id, "", "FORBIDDEN"},
		{"metropole-agent", single.id, "", "FORBIDDEN"},
		{"commune-grenoble-agent", d.edge(sandbox.EdgeProtectedCommune).id, "", "NOT_FOUND"},
		{"commune-grenoble-agent", single.id, couple.members[1], "UNKNOWN_REFERENCE"},
		{"shared-desk-agent", couple.id, couple.members[2], "UNKNOWN_REFERENCE"},
		{"commune-grenoble-agent", single.id, "", "OK"},
		{"commune-grenoble-agent", single.id, single.members[0], "OK"},
		{"shared-desk-social", couple.id, couple.members[1], "OK"},
	} {
		a, code := d.code(x.as, x.id, x.member)
		if outcome(a) != x.want || (x.want == "OK") != (len(code) == 8) {
			t.Errorf("%q: %s, want %s", x.as, a.Body, x.want)
		}
		var kept bool
		d.scan(&kept, "SELECT EXISTS (SELECT FROM binding_code b WHERE $1 <> '' AND b::text LIKE '%' || $1 || '%')", code)
		if kept || code != "" && strings.Contains(d.Log.String(), code) {
			t.Errorf("%q: the code is kept", x.as)
		}
	}
	// One code for each of the two people: the second of the applicant replaced the first.
	var codes int
	d.scan(&codes, "SELECT count(*) FROM binding_code")
	if codes != 2 {
		t.Errorf("%d codes", codes)
	}
	// Who received an adult hands over a code for this one.
	const agent = "commune-bresson-agent"
	if a := d.receive(agent, couple.number, couple.born[1], d.contact(agent, d.point("mairie-bresson"))); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	a, code := d.code(agent, couple.id, "")
	if outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	if a := d.bind("account:second", couple.number, code); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	var member string
	d.scan(&member, "SELECT member_id FROM applicant_account WHERE subject = 'second' AND unbound_at IS NULL")
	if member != couple.members[1] {
		t.Errorf("it was bound to %s", member)
	}
}

// Number and code bind an account; the access comes and goes with the binding.
func TestBindAccount(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	single, leap := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeLeapDay)
	const agent = "commune-grenoble-agent"
	issue := func() string {
		t.Helper()
		a, code := d.code(agent, single.id, "")
		if outcome(a) != "OK" {
			t.Fatal(a.Body)
		}
		return code
	}
	code := issue()
	var body string
	for _, x := range []struct{ as, number, code, want string }{
		{"", single.number, code, "UNAUTHENTICATED"},
		{agent, single.number, code, "FORBIDDEN"},
		{"app:" + portal, single.number, code, "FORBIDDEN"},
		{"account:a", "038112600000000001", code, "NOT_RECOGNISED"},
		{"account:a", leap.number, code, "NOT_RECOGNISED"},
		{"account:a", single.number, "22222222", "NOT_RECOGNISED"},
		{"account:a", single.number, "", "NOT_RECOGNISED"},
	} {
		a := d.bind(x.as, x.number, x.code)
		if outcome(a) != x.want {
			t.Errorf("%q: %s, want %s", x.as, a.Body, x.want)
		}
		if x.want == "NOT_RECOGNISED" {
			if body != "" && a.Body != body {
				t.Errorf("two answers: %s, %s", a.Body, body)
			}
			body = a.Body
		}
	}
	if d.sees("account:a", single.id) {
		t.Fatal("it is seen before")
	}
	if a := d.bind("account:a", single.number, strings.ToLower(code[:4])+" "+code[4:]); outcome(a) != "OK" || !strings.Contains(a.Body, single.id) {
		t.Fatal(a.Body)
	}
	if !d.sees("account:a", single.id) {
		t.Error("it is not seen after")
	}
	if a := d.bind("account:b", single.number, code); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("a code used twice: %s", a.Body)
	}
	code = issue()
	if a := d.bind("account:a", single.number, code); outcome(a) != "DUPLICATE" {
		t.Errorf("an account that is bound: %s", a.Body)
	}
	if a := d.bind("account:b", single.number, code); outcome(a) != "OK" || d.sees("account:a", single.id) || !d.sees("account:b", single.id) {
		t.Errorf("the account of before goes: %s", a.Body)
	}
	unbind := `mutation($id: ID!) { unbindAccount(input: {applicationId: $id}) { unboundAt errors { code } } }`
	for _, x := range []struct{ as, id, want string }{
		{"", single.id, "UNAUTHENTICATED"},
		{agent, single.id, "FORBIDDEN"},
		{"account:a", single.id, "NOT_FOUND"},
		{"account:b", leap.id, "NOT_FOUND"},
		{"account:b", single.id, "OK"},
		{"account:b", single.id, "NOT_FOUND"},
	} {
		if a := d.Query(t, x.as, unbind, map[string]any{"id": x.id}); outcome(a) != x.want {
			t.Errorf("%q unbinds: %s, want %s", x.as, a.Body, x.want)
		}
	}
	if d.sees("account:b", single.id) {
		t.Error("it is seen once unbound")
	}
	var lines int
	d.scan(&lines, "SELECT count(*) FROM audit_line WHERE kind = 'WRITE' AND application_ids = ARRAY[$1]", single.id)
	if lines != 5 { // two codes, two bindings, an unbinding
		t.Errorf("%d lines", lines)
	}
}

// A code is void after five wrong ones, from however many accounts and processes, and
// after ten minutes. An account fails five times a day.
func TestCodesCannotBeTried(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := desk{d.Another(t), t}
	single := d.edge(sandbox.EdgeSingle)
	const agent = "commune-grenoble-agent"
	_, code := d.code(agent, single.id, "")
	for i, account := range []string{"a", "b", "c", "d", "e"} {
		if a := []desk{d, other}[i%2].bind("account:"+account, single.number, "22222222"); outcome(a) != "NOT_RECOGNISED" {
			t.Fatal(a.Body)
		}
	}
	if a := other.bind("account:f", single.number, code); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("the right code after five wrong ones: %s", a.Body)
	}
	for range 4 {
		d.bind("account:f", "038112600000000001", "22222222")
	}
	_, code = d.code(agent, single.id, "")
	if a := other.bind("account:f", single.number, code); outcome(a) != "RATE_LIMITED" || a.Errors[0].Extensions["retryAfter"] != 86400.0 {
		t.Errorf("an account that failed five times: %s", a.Body)
	}
	d.moveTo(testapi.Now.Add(10 * time.Minute))
	if a := d.bind("account:g", single.number, code); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("a code of ten minutes ago: %s", a.Body)
	}
}
