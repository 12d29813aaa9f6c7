package server_test

import (
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

func (d desk) protect(as, id string, version int, agents ...string) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, `mutation($id: ID!, $v: Int!, $a: [ID!]!) { protectApplication(input: {applicationId: $id, version: $v, agentIds: $a}) { application { id } errors { code field } } }`,
		map[string]any{"id": id, "v": version, "a": d.people(agents...)})
}

func (d desk) confirm(as, id string, agents ...string) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, `mutation($id: ID!, $a: [ID!]!) { confirmProtection(input: {applicationId: $id, agentIds: $a}) { application { id } errors { code field } } }`,
		map[string]any{"id": id, "a": d.people(agents...)})
}

func (d desk) reopen(as, id, member string) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, `mutation($id: ID!, $m: ID!) { reopenToApplicant(input: {applicationId: $id, memberId: $m}) { application { id } errors { code field } } }`,
		map[string]any{"id": id, "m": member})
}

// A protected application is seen at once by the Métropole's social officers alone, then
// by the agents whom one of them confirmed, and by the account to which an agent
// reopened it: not by that of the other adult.
func TestProtectApplication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeCouple)
	const social, agent, manager, second = "shared-desk-social", "shared-desk-agent", "shared-desk-manager", "metropole-social"
	for i, account := range []string{"first", "other"} {
		_, code := d.code(agent, x.id, x.members[i])
		if a := d.bind("account:"+account, x.number, code); outcome(a) != "OK" {
			t.Fatal(a.Body)
		}
	}
	for _, c := range []struct {
		as      string
		version int
		agents  []string
		want    string
	}{
		{"", 1, []string{social, agent}, "NOT_FOUND"},
		{"commune-fontaine-agent", 1, []string{social, agent}, "NOT_FOUND"},
		{agent, 1, []string{social, agent}, "FORBIDDEN"},
		{manager, 1, []string{social, agent}, "FORBIDDEN"},
		{"commune-grenoble-allocation", 1, []string{social, agent}, "FORBIDDEN"},
		{"account:first", 1, []string{social, agent}, "FORBIDDEN"},
		{social, 2, []string{social, agent}, "STALE_VERSION"},
		{social, 1, []string{social}, "INVALID"},
		{social, 1, []string{social, social}, "INVALID"},
		{social, 1, []string{social, agent, manager, "commune-echirolles-agent", "commune-echirolles-social", second}, "INVALID"},
		{social, 1, []string{social, "commune-echirolles-agent"}, "UNKNOWN_REFERENCE"},
	} {
		if a := d.protect(c.as, x.id, c.version, c.agents...); outcome(a) != c.want {
			t.Errorf("%q protects: %s, want %s", c.as, a.Body, c.want)
		}
	}
	if a := d.confirm(second, x.id, social, agent); outcome(a) != "ILLEGAL_TRANSITION" {
		t.Errorf("nothing to confirm: %s", a.Body)
	}
	seeing := func(when string, want ...string) {
		t.Helper()
		for _, as := range []string{
			social, agent, manager, second, "metropole-agent", "commune-grenoble-allocation", "state-allocation", "account:first", "account:other",
		} {
			wanted := false
			for _, w := range want {
				wanted = wanted || w == as
			}
			if d.sees(as, x.id) != wanted {
				t.Errorf("%s: %s sees it: %v", when, as, !wanted)
			}
		}
	}
	seeing("before", social, agent, manager, second, "metropole-agent", "commune-grenoble-allocation", "state-allocation", "account:first", "account:other")
	if a := d.protect(social, x.id, 1, agent, manager); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	seeing("proposed", second)
	for _, c := range []struct {
		as     string
		agents []string
		want   string
	}{
		{social, []string{agent, manager}, "NOT_FOUND"},
		{agent, []string{agent, manager}, "NOT_FOUND"},
		{"metropole-agent", []string{agent, manager}, "NOT_FOUND"},
		{second, []string{agent, social}, "INVALID"},
		{second, []string{agent}, "INVALID"},
		{second, []string{manager, agent}, "OK"},
		{second, []string{manager, agent}, "ILLEGAL_TRANSITION"},
	} {
		if a := d.confirm(c.as, x.id, c.agents...); outcome(a) != c.want {
			t.Errorf("%q confirms: %s, want %s", c.as, a.Body, c.want)
		}
	}
	seeing("confirmed", second, agent, manager)
	for _, c := range []struct{ as, member, want string }{
		{"account:first", x.members[0], "NOT_FOUND"},
		{social, x.members[0], "NOT_FOUND"},
		{second, x.members[0], "FORBIDDEN"},
		{agent, x.members[2], "UNKNOWN_REFERENCE"},
		{agent, x.members[0], "OK"},
	} {
		if a := d.reopen(c.as, x.id, c.member); outcome(a) != c.want {
			t.Errorf("%q reopens: %s, want %s", c.as, a.Body, c.want)
		}
	}
	seeing("reopened", second, agent, manager, "account:first")
	if a := d.receive("commune-bresson-agent", x.number, x.born[0], d.contact("commune-bresson-agent", d.point("mairie-bresson"))); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("it is received: %s", a.Body)
	}
	var lines int
	d.scan(&lines, "SELECT count(DISTINCT operation) FROM audit_line WHERE kind = 'WRITE' AND application_ids = ARRAY[$1] AND operation IN ('protectApplication', 'confirmProtection', 'reopenToApplicant')", x.id)
	if lines != 3 {
		t.Errorf("%d of the acts are on record", lines)
	}
}

// Nobody is the second person of a protection that it proposed, or that names it.
func TestNobodyConfirmsTheirOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeCouple)
	if a := d.protect("metropole-social", x.id, 1, "shared-desk-agent", "shared-desk-social"); outcome(a) != "OK" {
		t.Fatalf("the Métropole's social officer holds a permanence at the point: %s", a.Body)
	}
	if a := d.confirm("metropole-social", x.id, "shared-desk-agent", "shared-desk-social"); outcome(a) != "FORBIDDEN" || a.Errors[0].Extensions["reason"] != "NOT_YOURSELF" {
		t.Errorf("the proposer confirms: %s", a.Body)
	}
}
