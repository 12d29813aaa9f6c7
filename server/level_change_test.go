package server_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// TestLevelChange: a point asks for another level, the Métropole answers, and the new
// agreement is in force from its day on, until when the old one would have ended.
func TestLevelChange(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	const manager, steering = "commune-grenoble-manager", "metropole-steering"
	point := d.point("mairie-grenoble")
	d.exec("UPDATE agreement SET valid_until = '2027-12-31' WHERE reception_point_id = $1 AND valid_until IS NULL", point)
	ask := func(level int, from string) map[string]any {
		return map[string]any{"receptionPointId": point, "level": level, "means": "OWN", "from": from}
	}
	tomorrow, today := d.today().AddDays(1).String(), d.today().String()
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", ask(3, tomorrow), "UNAUTHENTICATED"},
		{"account:x", ask(3, tomorrow), "FORBIDDEN"},
		{townHall, ask(3, tomorrow), "FORBIDDEN"},
		{"shared-desk-manager", ask(3, tomorrow), "FORBIDDEN"},
		{steering, ask(3, tomorrow), "FORBIDDEN"},
		{manager, ask(4, tomorrow), "INVALID"},
		{manager, ask(3, today), "INVALID"},
		{manager, ask(3, tomorrow), "OK"},
		{"commune-grenoble-admin", ask(1, tomorrow), "DUPLICATE"},
	} {
		if a := d.done(c.as, "requestLevelChange", c.input); outcome(a) != c.want {
			t.Errorf("%q asks: %s, want %s", c.as, a.Body, c.want)
		}
	}
	var id string
	d.scan(&id, "SELECT id FROM level_change")
	answer := func(name string, value any) map[string]any { return map[string]any{"id": id, name: value} }
	for as, sees := range map[string]bool{"": false, townHall: false, "shared-desk-manager": false, manager: true, "commune-grenoble-admin": true, steering: true} {
		if a := d.Query(t, as, `{ levelChanges(first: 10, states: [REQUESTED]) { id level means wantedFrom } }`, nil); strings.Contains(a.Body, id) != sees {
			t.Errorf("%q lists %s", as, a.Body)
		}
	}
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", answer("refusedFor", "NO_MEANS"), "NOT_FOUND"},
		{manager, answer("refusedFor", "NO_MEANS"), "FORBIDDEN"},
		{"commune-grenoble-admin", answer("grantedFrom", tomorrow), "FORBIDDEN"},
		{steering, map[string]any{"id": id}, "INVALID"},
		{steering, answer("grantedFrom", today), "INVALID"},
		{steering, answer("refusedFor", "NOT_TRAINED"), "OK"},
		{steering, answer("grantedFrom", tomorrow), "ILLEGAL_TRANSITION"},
	} {
		if a := d.done(c.as, "answerLevelChange", c.input); outcome(a) != c.want {
			t.Errorf("%q answers: %s, want %s", c.as, a.Body, c.want)
		}
	}
	d.does("commune-grenoble-admin", "requestLevelChange", ask(3, tomorrow))
	d.scan(&id, "SELECT id FROM level_change WHERE state = 'REQUESTED'")
	d.does(steering, "answerLevelChange", answer("grantedFrom", "2026-12-01"))
	for day, want := range map[string]string{
		"2026-11-30": `"level":2,"validUntil":"2026-12-01"`, "2026-12-01": `"level":3,"validUntil":"2027-12-31"`,
	} {
		a := d.Query(t, "", `query($day: Date!, $id: ID!) { receptionPoints(on: $day, first: 100) { edges { node { key agreement { level validUntil } } } } node(id: $id) { id } }`,
			map[string]any{"day": day, "id": point})
		if !strings.Contains(a.Body, `"key":"mairie-grenoble","agreement":{`+want) {
			t.Errorf("on %s: %s", day, a.Body)
		}
	}
	d.does(manager, "requestLevelChange", ask(1, tomorrow))
	d.scan(&id, "SELECT id FROM level_change WHERE state = 'REQUESTED'")
	if a := d.done(steering, "answerLevelChange", answer("grantedFrom", "2026-11-28")); outcome(a) != "OVERLAP" {
		t.Errorf("before one that is agreed for later: %s", a.Body)
	}
}
