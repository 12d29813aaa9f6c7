package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

const readProposals = `query($id: ID!) { application: node(id: $id) { ... on Application { proposals { id state rank reservataire { key } } } } }`

// vizille is a form of who wishes for a commune in which the landlord has dwellings.
func (d desk) vizille(name string) string {
	d.t.Helper()
	stated := form(name)
	stated["wishes"] = []any{"38562"}
	id := d.made(grenobleAgent, "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": stated})
	d.does(grenobleAgent, "validateApplication", map[string]any{"applicationId": id})
	return id
}

// Who may not is refused, and what cannot be; only the landlord of the dwelling writes, of what
// it sees, and each act is in the trail.
func TestProposals(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithStock(t), t}
	mine, theirs := d.ofLandlord(landlordKey, 7), d.ofLandlord("landlord-toits-de-chartreuse", 1)[0]
	candidate, elsewhere := d.vizille("Costa"), d.registered("Rivoire")
	put := func(id, dwelling string, more ...any) map[string]any {
		input := map[string]any{"applicationId": id, "dwellingId": dwelling}
		for i := 0; i < len(more); i += 2 {
			input[fmt.Sprint(more[i])] = more[i+1]
		}
		return input
	}
	play := func(act, as string, input map[string]any, want string) {
		t.Helper()
		if a := d.done(as, act, input); outcome(a) != want {
			t.Errorf("%s %v by %q: %s, want %s", act, input, as, a.Body, want)
		}
	}
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", put(candidate, mine[0]), "NOT_FOUND"},
		{"former-agent", put(candidate, mine[0]), "NOT_FOUND"},
		{landlordStock, put(candidate, mine[0]), "NOT_FOUND"},
		{"commune-grenoble-allocation", put(candidate, mine[0]), "NOT_FOUND"},
		{grenobleAgent, put(candidate, mine[0]), "FORBIDDEN"},
		{"metropole-social", put(candidate, mine[0]), "FORBIDDEN"},
		{landlordAllocation, put(candidate, theirs), "FORBIDDEN"},
		{landlordAllocation, put(elsewhere, mine[0]), "NOT_FOUND"},
		{landlordAllocation, put(candidate, "dwl_01AQ3WVJ000000000000000000"), "NOT_FOUND"},
		{landlordAllocation, put("app_01AQ3WVJ000000000000000000", mine[0]), "NOT_FOUND"},
		{landlordAllocation, put(candidate, mine[0], "on", "2026-11-24"), "INVALID"},
		{landlordAllocation, put(candidate, mine[0], "on", "2025-11-22"), "INVALID"},
		{landlordAllocation, put(candidate, mine[0]), "OK"},
		{landlordAllocation, put(candidate, mine[0]), "DUPLICATE"},
		{landlordAllocation, put(candidate, mine[1]), "OK"},
		{landlordAllocation, put(candidate, mine[2]), "OK"},
		{landlordAllocation, put(candidate, mine[3]), "OK"},
		{landlordAllocation, put(candidate, mine[4]), "OK"},
		{landlordAllocation, put(candidate, mine[5]), "INVALID"},
	} {
		play("putForward", c.as, c.input, c.want)
	}
	of := func(dwelling string) (id string) {
		d.scan(&id, "SELECT id FROM proposal WHERE dwelling_id = $1", dwelling)
		return id
	}
	step := func(dwelling string, more ...any) map[string]any {
		input := map[string]any{"id": of(dwelling)}
		for i := 0; i < len(more); i += 2 {
			input[fmt.Sprint(more[i])] = more[i+1]
		}
		return input
	}
	for _, c := range []struct {
		act, as string
		input   map[string]any
		want    string
	}{
		{"recordCommissionDecision", "", step(mine[0], "decision", "ATTRIBUTED"), "NOT_FOUND"},
		{"recordCommissionDecision", grenobleAgent, step(mine[0], "decision", "ATTRIBUTED"), "NOT_FOUND"}, // nothing is decided yet
		{"recordCommissionDecision", landlordStock, step(mine[0], "decision", "ATTRIBUTED"), "NOT_FOUND"},
		{"recordCommissionDecision", landlordAllocation, step(mine[0], "decision", "RANKED"), "INVALID"},
		{"recordCommissionDecision", landlordAllocation, step(mine[0], "decision", "ATTRIBUTED", "on", "2026-11-22"), "INVALID"},
		{"recordProposalAnswer", landlordAllocation, step(mine[0], "answer", "ACCEPTED"), "ILLEGAL_TRANSITION"},
		{"recordCommissionDecision", landlordAllocation, step(mine[0], "decision", "RANKED", "rank", 3), "OK"},
		{"recordCommissionDecision", landlordAllocation, step(mine[0], "decision", "ATTRIBUTED"), "ILLEGAL_TRANSITION"},
		{"withdrawProposal", grenobleAgent, step(mine[0]), "FORBIDDEN"},
		{"recordProposalAnswer", grenobleAgent, step(mine[0], "answer", "ACCEPTED"), "FORBIDDEN"},
		{"recordProposalAnswer", landlordAllocation, step(mine[0], "answer", "ACCEPTED"), "OK"},
		{"withdrawProposal", landlordAllocation, step(mine[0]), "ILLEGAL_TRANSITION"},
		{"recordCommissionDecision", landlordAllocation, step(mine[1], "decision", "INADMISSIBLE"), "OK"},
		{"withdrawProposal", landlordAllocation, step(mine[2]), "OK"},
		{"putForward", landlordAllocation, put(candidate, mine[2]), "OK"}, // what was taken back may be made again
	} {
		play(c.act, c.as, c.input, c.want)
	}
	for as, want := range map[string]string{
		landlordAllocation: "ACCEPTED 3, NOT_RETAINED 0, PUT_FORWARD 0, PUT_FORWARD 0, PUT_FORWARD 0, WITHDRAWN 0",
		grenobleAgent:      "ACCEPTED 0, NOT_RETAINED 0", // the outcome alone, without rank
		"metropole-social": "",
		landlordStock:      "",
	} {
		if got := d.proposals(as, candidate); got != want {
			t.Errorf("%q reads %q, want %q", as, got, want)
		}
	}
	if n := d.count("SELECT count(*) FROM audit_line WHERE operation IN ('putForward', 'recordCommissionDecision', 'recordProposalAnswer', 'withdrawProposal') AND kind = 'WRITE'"); n != 10 {
		t.Errorf("%d acts are in the trail", n)
	}
}

// A candidate under a reservation right is seen by the other one of the two, by the act of the
// one, until 60 days after the decision: nobody opens anything to itself, and who is protected
// is no candidate to see.
func TestCandidatesUnderAReservationRight(t *testing.T) {
	t.Parallel()
	const state, commune = "state-allocation", "commune-grenoble-allocation"
	d := desk{testapi.NewWithStock(t), t}
	mine, theirs := d.ofLandlord(landlordKey, 7), d.ofLandlord("landlord-toits-de-chartreuse", 1)[0]
	unseen, lent, kept := d.registered("Rivoire"), d.vizille("Vidal"), d.registered("Bonnet")
	right := func(holder, state string) (id string) {
		d.scan(&id, "SELECT r.id FROM reservation_right r JOIN organisation o ON o.id = r.reservataire_id WHERE o.key = $1 AND r.state = $2 ORDER BY r.id LIMIT 1", holder, state)
		return id
	}
	input := func(application, dwelling, right string) map[string]any {
		return map[string]any{"applicationId": application, "dwellingId": dwelling, "reservationRightId": right}
	}
	sees := func(as, id, want string) {
		t.Helper()
		if got := d.opened(as, id); got != want {
			t.Errorf("%q: %q, want %q", as, got, want)
		}
	}
	play := func(act, as string, input map[string]any, want string) {
		t.Helper()
		if a := d.done(as, act, input); outcome(a) != want {
			t.Errorf("%s %v by %q: %s, want %s", act, input, as, a.Body, want)
		}
	}
	of := func(application string) (id string) {
		d.scan(&id, "SELECT id FROM proposal WHERE application_id = $1", application)
		return id
	}
	held := right("state", "CONFIRMED")
	waits := d.made(grenobleAgent, "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form("Attente")})
	sees(landlordAllocation, unseen, "")
	sees(state, unseen, "seen -CONTACT -DOCUMENTS")
	for _, c := range []struct {
		act, as string
		input   map[string]any
		want    string
	}{
		{"designateCandidate", "", input(unseen, mine[0], held), "NOT_FOUND"},
		{"designateCandidate", grenobleAgent, input(unseen, mine[0], held), "NOT_FOUND"},
		{"designateCandidate", landlordAllocation, input(unseen, mine[0], held), "NOT_FOUND"},
		{"designateCandidate", landlordAllocation, input(lent, mine[0], held), "FORBIDDEN"}, // it is the State's to
		{"designateCandidate", "metropole-steering", input(unseen, mine[0], held), "NOT_FOUND"},
		{"designateCandidate", state, input(unseen, mine[0], right("metropole", "CONFIRMED")), "NOT_FOUND"}, // no right that it sees
		{"designateCandidate", state, input(unseen, mine[0], "rsv_01AQ3WVJ000000000000000000"), "NOT_FOUND"},
		{"designateCandidate", state, input(unseen, theirs, held), "UNKNOWN_REFERENCE"},
		{"designateCandidate", commune, input(unseen, mine[0], right("commune-grenoble", "PROPOSED")), "UNKNOWN_REFERENCE"},
		{"designateCandidate", state, input("app_01AQ3WVJ000000000000000000", mine[0], held), "NOT_FOUND"},
		{"putForward", state, input(unseen, mine[0], held), "FORBIDDEN"},
		{"putForward", landlordAllocation, input(unseen, mine[0], held), "NOT_FOUND"},
		{"putForward", landlordAllocation, input(lent, mine[0], right("department", "CONFIRMED")), "UNKNOWN_REFERENCE"}, // over named dwellings
		{"designateCandidate", state, input(waits, mine[0], held), "ILLEGAL_TRANSITION"},                                // not registered yet
		{"designateCandidate", state, input(unseen, mine[0], held), "OK"},
		{"designateCandidate", state, input(unseen, mine[0], held), "DUPLICATE"},
	} {
		play(c.act, c.as, c.input, c.want)
	}
	sees(landlordAllocation, unseen, "seen")
	sees(state, unseen, "seen -CONTACT -DOCUMENTS") // by its own act no more than before
	sees(landlordStock, unseen, "")
	sees("landlord-toits-de-chartreuse-allocation", unseen, "")
	sees(commune, unseen, "seen -CONTACT -DOCUMENTS")
	for as, want := range map[string]string{landlordAllocation: "PUT_FORWARD 0 state", state: "PUT_FORWARD 0 state", grenobleAgent: "", commune: ""} {
		if got := d.proposals(as, unseen); got != want {
			t.Errorf("%q reads %q, want %q", as, got, want)
		}
	}
	for as, want := range map[string]bool{landlordAllocation: true, state: true, grenobleAgent: false, commune: false} {
		listed := d.Query(t, as, `{ applications(first: 100, where: {proposals: [PUT_FORWARD]}) { edges { node { id } } } }`, nil).Body
		if strings.Contains(listed, unseen) != want {
			t.Errorf("%q lists as candidates: %s", as, listed)
		}
	}

	play("recordCommissionDecision", state, map[string]any{"id": of(unseen), "decision": "ATTRIBUTED"}, "FORBIDDEN")
	play("recordCommissionDecision", landlordAllocation, map[string]any{"id": of(unseen), "decision": "NOT_ATTRIBUTED"}, "OK")
	sees(state, unseen, "seen -DOCUMENTS") // by the landlord's
	sees(landlordAllocation, unseen, "seen -DOCUMENTS")
	if got := d.proposals(grenobleAgent, unseen); got != "NOT_RETAINED 0" { // the outcome alone
		t.Errorf("the desk reads %q", got)
	}

	// The landlord under the right of another: that one sees it. Taken back, nobody does.
	play("putForward", landlordAllocation, input(lent, mine[1], held), "OK")
	sees(state, lent, "seen")
	sees(landlordAllocation, lent, "seen -CONTACT -DOCUMENTS")
	play("withdrawProposal", state, map[string]any{"id": of(lent)}, "FORBIDDEN")
	play("withdrawProposal", landlordAllocation, map[string]any{"id": of(lent)}, "OK")
	sees(state, lent, "seen -CONTACT -DOCUMENTS")
	play("designateCandidate", state, input(kept, mine[2], held), "OK")
	sees(landlordAllocation, kept, "seen")
	play("withdrawProposal", state, map[string]any{"id": of(kept)}, "OK")
	sees(landlordAllocation, kept, "")

	if n := d.count("SELECT count(*) FROM audit_line WHERE operation = 'designateCandidate' AND kind = 'WRITE'"); n != 2 {
		t.Errorf("%d designations are in the trail", n)
	}
	d.moveTo(testapi.Now.AddDate(0, 0, 59))
	sees(landlordAllocation, unseen, "seen -DOCUMENTS")
	d.moveTo(testapi.Now.AddDate(0, 0, 60))
	sees(landlordAllocation, unseen, "")
}

// opened tells whether somebody sees an application, and which of contact and documents are
// masked to it then.
func (d desk) opened(as, id string) string {
	d.t.Helper()
	a := d.Query(d.t, as, `query($id: ID!) { node(id: $id) { ... on Application { masked } } }`, map[string]any{"id": id})
	seen, there := a.Data["node"].(map[string]any)
	if !there {
		return ""
	}
	told := "seen"
	masked, _ := seen["masked"].([]any)
	for _, group := range []any{"CONTACT", "DOCUMENTS"} {
		if slices.Contains(masked, group) {
			told += fmt.Sprint(" -", group)
		}
	}
	return told
}

// proposals are the states and ranks that somebody reads, in order.
func (d desk) proposals(as, application string) string {
	d.t.Helper()
	shown := []string{}
	seen, _ := d.Query(d.t, as, readProposals, map[string]any{"id": application}).Data["application"].(map[string]any)
	all, _ := seen["proposals"].([]any)
	for _, one := range all {
		p, _ := one.(map[string]any)
		rank := p["rank"]
		if rank == nil {
			rank = 0
		}
		told := fmt.Sprint(p["state"], " ", rank)
		if of, reserved := p["reservataire"].(map[string]any); reserved {
			told += fmt.Sprint(" ", of["key"])
		}
		shown = append(shown, told)
	}
	slices.Sort(shown)
	return strings.Join(shown, ", ")
}

// A proposal goes with the application that is kept, and back; it is in the answer to who asks
// what is kept of it.
func TestProposalsOfAMerge(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithStock(t), t}
	kept, merged := d.vizille("Costa"), d.vizille("Costa")
	of := d.ofLandlord(landlordKey, 1)[0]
	d.does(landlordAllocation, "putForward", map[string]any{"applicationId": merged, "dwellingId": of})
	at := func() (id string) {
		d.scan(&id, "SELECT application_id FROM proposal")
		return id
	}
	d.does(grenobleAgent, "mergeApplications", map[string]any{"survivorId": kept, "mergedId": merged})
	if at() != kept {
		t.Errorf("after the merge it is of %s", at())
	}
	d.does(grenobleAgent, "undoMerge", map[string]any{"applicationId": merged})
	if at() != merged {
		t.Errorf("after that was undone it is of %s", at())
	}
	var number string
	d.scan(&number, "SELECT unique_number FROM application WHERE id = $1", merged)
	record, _, _ := d.export("metropole-privacy", number)
	if all, _ := record["proposals"].([]any); len(all) != 1 || !strings.Contains(fmt.Sprint(all[0]), "PUT_FORWARD") {
		t.Errorf("the answer has %v", record["proposals"])
	}
}
