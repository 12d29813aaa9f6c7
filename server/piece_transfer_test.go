package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/sandbox"
)

const resendMutation = `mutation($id: ID!) { resendPiece(input: {pieceId: $id}) { piece { transfer { state } } errors { code } } }`

// Who sends a piece again, and who sees its way.
func TestWhoResends(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	id := d.given(grenobleAgent, x.id, "AVIS_N2", point)
	d.Digitiser.Reject(digitiser.CodeNotOnList)
	if sent, _, err := d.Service.SendPieces(t.Context()); err != nil || sent != 1 {
		t.Fatal(sent, err)
	}
	if _, rejected, err := d.Service.HearDigitiser(t.Context()); err != nil || rejected != 1 {
		t.Fatal(rejected, err)
	}
	seen := func(as string) bool {
		t.Helper()
		a := d.Query(t, as, `query($n: UniqueNumber!) { application(uniqueNumber: $n) { pieces { transfer { state rejectedFor } } } }`, map[string]any{"n": x.number})
		return strings.Contains(a.Body, `"state":"REJECTED","rejectedFor":"NOT_ON_LIST"`)
	}
	listed := func(as string) bool {
		t.Helper()
		return strings.Contains(d.Query(t, as, `{ applications(first: 100, where: {pieceTransfers: [REJECTED]}) { edges { node { uniqueNumber } } } }`, nil).Body, x.number)
	}
	for _, c := range []struct {
		as, want string
		sees     bool
	}{
		{"", "UNAUTHENTICATED", false},
		{"commune-bresson-agent", "NOT_FOUND", false},
		{"commune-grenoble-admin", "NOT_FOUND", false},
		{"metropole-agent", "FORBIDDEN", true},
		{"metropole-social", "FORBIDDEN", true},
		{sandbox.ApplicantSingle, "FORBIDDEN", true},
		{grenobleAgent, "OK", true},
	} {
		if c.as != "" && (seen(c.as) != c.sees || listed(c.as) != c.sees) {
			t.Errorf("%q sees it: %v, in its list: %v; want %v", c.as, seen(c.as), listed(c.as), c.sees)
		}
		got := outcome(d.Query(t, c.as, resendMutation, map[string]any{"id": id}))
		if got != c.want && (c.as != "" || got != "NOT_FOUND") {
			t.Errorf("%q sends again: %s, want %s", c.as, got, c.want)
		}
	}
	if listed(grenobleAgent) {
		t.Error("in the list when it is under way again")
	}
}

// Pieces are taken while the digitiser is down; readiness says how many wait, and since
// which hour, and what is late is in the list of who follows.
func TestPiecesWaitForTheDigitiser(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	ready := func(want string) {
		t.Helper()
		if a := d.http("", http.MethodGet, "/readyz", nil); a.Status != http.StatusOK || !strings.Contains(a.Body, `"digitiser":`+want) {
			t.Errorf("%d %s, want %s", a.Status, a.Body, want)
		}
	}
	late := func() bool {
		t.Helper()
		return strings.Contains(d.Query(t, grenobleAgent, `{ applications(first: 100, where: {pieceTransfers: [LATE]}) { edges { node { uniqueNumber } } } }`, nil).Body, x.number)
	}
	ready(`{"waiting":0,"oldest":null}`)
	d.given(grenobleAgent, x.id, "AVIS_N2", point)
	d.Digitiser.Fail(digitiser.Down)
	if _, _, err := d.Service.SendPieces(t.Context()); err == nil {
		t.Error("it is down")
	}
	d.given(grenobleAgent, x.id, "PATRIMOINE", point)
	ready(`{"waiting":2,"oldest":"2026-11-23T09:00:00Z"}`)
	for _, c := range []struct {
		days int
		want bool
	}{{15, false}, {1, true}} {
		d.Ahead.Add(int64(c.days) * int64(24*time.Hour))
		if late() != c.want {
			t.Errorf("%d days on: late %v", c.days, !c.want)
		}
	}
	if sent, _, err := d.Service.SendPieces(t.Context()); err != nil || sent != 2 {
		t.Errorf("%d sent, %v", sent, err)
	}
	ready(`{"waiting":0,"oldest":null}`)
	if !late() {
		t.Error("sent, and not filed: it is late still")
	}
	if filed, _, err := d.Service.HearDigitiser(t.Context()); err != nil || filed != 2 || late() {
		t.Errorf("%d filed, %v, late %v", filed, err, late())
	}
	d.Service.DigitisedBy(nil)
	ready(`{"waiting":0,"oldest":null,"unconnected":true}`)
}
