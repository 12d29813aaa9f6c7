package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
)

const (
	townHall = "commune-grenoble-agent"
	atDesk   = "shared-desk-agent"
)

// oriented has the town hall send an applicant to the shared desk and returns the orientation.
func (d desk) oriented(application string) (id string) {
	d.t.Helper()
	d.does(townHall, "orientApplicant", map[string]any{"applicationId": application, "receptionPointId": d.point("pole-habitat-social"), "reason": "SINGLE_FILE"})
	d.scan(&id, "SELECT id FROM orientation WHERE application_id = $1 AND ended_at IS NULL", application)
	return id
}

// Who may not send an applicant, or answer, is refused, as somebody for whom it does not
// exist or as somebody who sees it.
func TestWhoOrients(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.registered("Costa")
	to := func(point string) map[string]any {
		return map[string]any{"applicationId": id, "receptionPointId": d.point(point), "reason": "LONG_WAIT"}
	}
	unknown := map[string]any{"applicationId": id, "receptionPointId": "rpt_01AQ3WVJ000000000000000000", "reason": "LONG_WAIT"}
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", to("pole-habitat-social"), "NOT_FOUND"},
		{"account:x", to("pole-habitat-social"), "NOT_FOUND"},
		{"commune-bresson-agent", to("pole-habitat-social"), "NOT_FOUND"},
		{"commune-grenoble-expired", to("pole-habitat-social"), "NOT_FOUND"},
		{"former-agent", to("pole-habitat-social"), "NOT_FOUND"},
		{"commune-grenoble-manager", to("pole-habitat-social"), "FORBIDDEN"},
		{"commune-grenoble-allocation", to("pole-habitat-social"), "FORBIDDEN"},
		{"metropole-agent", to("pole-habitat-social"), "FORBIDDEN"}, // it sees all, and follows nothing here
		{townHall, unknown, "NOT_FOUND"},
		{townHall, to("mairie-bresson"), "LEVEL_TOO_LOW"},
		{townHall, to("mairie-grenoble"), "INVALID"},
		{townHall, to("pole-habitat-social"), "OK"},
		{townHall, to("mairie-echirolles"), "DUPLICATE"},
	} {
		if a := d.done(c.as, "orientApplicant", c.input); outcome(a) != c.want {
			t.Errorf("%q sends: %s, want %s", c.as, a.Body, c.want)
		}
	}
	var sent string
	d.scan(&sent, "SELECT id FROM orientation WHERE application_id = $1", id)
	of := map[string]any{"id": sent}
	with := func(name, value string) map[string]any { return map[string]any{"id": sent, name: value} }
	for _, c := range []struct {
		as, act string
		input   map[string]any
		want    string
	}{
		{"", "acceptOrientation", of, "NOT_FOUND"},
		{"commune-echirolles-agent", "acceptOrientation", of, "NOT_FOUND"},
		{"account:x", "withdrawOrientation", of, "NOT_FOUND"},
		{townHall, "acceptOrientation", of, "FORBIDDEN"},
		{townHall, "declineOrientation", with("reason", "NOT_NEEDED"), "FORBIDDEN"},
		{"shared-desk-manager", "acceptOrientation", of, "FORBIDDEN"},
		{atDesk, "withdrawOrientation", of, "FORBIDDEN"},
		{atDesk, "recordOrientationReceived", of, "ILLEGAL_TRANSITION"},
		{atDesk, "reportBackOrientation", with("outcome", "DID_NOT_COME"), "ILLEGAL_TRANSITION"},
		{"shared-desk-social", "acceptOrientation", of, "OK"},
		{atDesk, "acceptOrientation", of, "ILLEGAL_TRANSITION"},
		{atDesk, "recordOrientationReceived", of, "OK"},
		{townHall, "withdrawOrientation", of, "ILLEGAL_TRANSITION"},
		{atDesk, "declineOrientation", with("reason", "NO_CAPACITY"), "ILLEGAL_TRANSITION"},
		{atDesk, "reportBackOrientation", with("outcome", "DID_NOT_COME"), "INVALID"},
		{atDesk, "reportBackOrientation", with("outcome", "INTERVIEW_HELD"), "OK"},
	} {
		if a := d.done(c.as, c.act, c.input); outcome(a) != c.want {
			t.Errorf("%q, %s: %s, want %s", c.as, c.act, a.Body, c.want)
		}
	}
	var lines int
	d.scan(&lines, "SELECT count(*) FROM audit_line WHERE kind = 'WRITE' AND $1 = ANY(application_ids) AND operation LIKE '%rient%'", id)
	if lines != 4 {
		t.Errorf("%d acts are on record", lines)
	}
}

// Within one organisation the applicant's code is needed, and nobody accepts whom it sent.
func TestOrientationNeedsAnother(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.registered("Costa")
	sent := d.oriented(id)
	d.exec("INSERT INTO assignment_reception_point SELECT a.id, $1 FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.subject = $2", d.point("pole-habitat-social"), townHall)
	of := map[string]any{"id": sent}
	if a := d.done(townHall, "acceptOrientation", of); outcome(a) != "FORBIDDEN" {
		t.Errorf("one's own: %s", a.Body)
	}
	d.exec("UPDATE orientation SET organisation_id = (SELECT id FROM organisation WHERE key = 'pole-habitat-social')")
	if a := d.done(atDesk, "acceptOrientation", of); outcome(a) != "FORBIDDEN" {
		t.Errorf("the same organisation: %s", a.Body)
	}
	code := d.codeFor(townHall, id)
	if a := d.done(atDesk, "acceptOrientation", map[string]any{"id": sent, "code": "22222222"}); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("a wrong code: %s", a.Body)
	}
	if d.sees(atDesk, id) {
		t.Fatal("it is seen before")
	}
	d.exec("UPDATE agreement SET level = 2 WHERE reception_point_id = $1", d.point("pole-habitat-social"))
	if a := d.done(atDesk, "acceptOrientation", map[string]any{"id": sent, "code": code}); outcome(a) != "LEVEL_TOO_LOW" {
		t.Errorf("at level 2: %s", a.Body)
	}
	d.exec("UPDATE agreement SET level = 3 WHERE reception_point_id = $1", d.point("pole-habitat-social"))
	d.does(atDesk, "acceptOrientation", map[string]any{"id": sent, "code": code})
	if !d.sees(atDesk, id) {
		t.Error("it is not seen")
	}
}

// What the point of level 3 may do with whom it accepted, and for how long it sees that.
func TestOrientationOpensAndCloses(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.registered("Costa")
	sent := d.oriented(id)
	held := map[string]any{"applicationId": id, "notice": "PERSONALISED_APPOINTMENT"}
	if a := d.done(atDesk, "recordNotice", held); outcome(a) != "NOT_FOUND" {
		t.Errorf("before it is accepted: %s", a.Body)
	}
	d.does(atDesk, "acceptOrientation", map[string]any{"id": sent})
	masked := func(as string) string {
		return d.Query(t, as, `query($id: ID!) { node(id: $id) { ... on Application { masked } } }`, map[string]any{"id": id}).Body
	}
	if got := masked(atDesk); !strings.Contains(got, `["SENSITIVE","SOCIAL_NOTES","RESERVATAIRE_NOTES","DECISIONS"]`) {
		t.Errorf("to the agent: %s", got)
	}
	if got := masked("shared-desk-social"); !strings.Contains(got, `["SOCIAL_NOTES","RESERVATAIRE_NOTES","DECISIONS"]`) {
		t.Errorf("to the social officer: %s", got)
	}
	if a := d.done(atDesk, "removeApplication", map[string]any{"applicationId": id, "reason": "WITHDRAWN"}); outcome(a) != "FORBIDDEN" {
		t.Errorf("it removes: %s", a.Body)
	}
	d.does(atDesk, "recordNotice", held)
	d.does(atDesk, "reportBackOrientation", map[string]any{"id": sent, "outcome": "DID_NOT_COME"})
	if a := d.done(atDesk, "recordNotice", held); outcome(a) != "FORBIDDEN" || !d.sees(atDesk, id) {
		t.Errorf("once it has reported back: %s", a.Body)
	}
	d.moveTo(testapi.Now.Add(15*24*time.Hour - time.Minute))
	if !d.sees(atDesk, id) {
		t.Error("it does not see it any more")
	}
	d.moveTo(testapi.Now.Add(15*24*time.Hour + time.Minute))
	if d.sees(atDesk, id) {
		t.Error("after fifteen days")
	}
	if n, err := d.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accesses are not what the facts give (%v)", n, err)
	}
}

// What becomes of an orientation when something else becomes of the application.
func TestOrientationOfAnApplicationThatChanges(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	accepted := func(name string) (id, sent string) {
		id = d.registered(name)
		sent = d.oriented(id)
		d.does(atDesk, "acceptOrientation", map[string]any{"id": sent})
		return id, sent
	}
	state := func(sent string) (s string) {
		d.scan(&s, "SELECT COALESCE((SELECT state FROM orientation WHERE id = $1), 'gone')", sent)
		return s
	}
	listed := func(as, sent string) bool {
		return strings.Contains(d.Query(t, as, `{ orientations(first: 100) { id } }`, nil).Body, sent)
	}
	removed, first := accepted("Costa")
	d.does(townHall, "removeApplication", map[string]any{"applicationId": removed, "reason": "WITHDRAWN"})
	if state(first) != "LAPSED" || d.sees(atDesk, removed) || !listed(atDesk, first) || !listed(townHall, first) {
		t.Errorf("removed: %s", state(first))
	}

	survivor, second := accepted("Duparc")
	merged, third := accepted("Duparc")
	d.does(townHall, "mergeApplications", map[string]any{"survivorId": survivor, "mergedId": merged})
	if state(second) != "ACCEPTED" || state(third) != "LAPSED" || !d.sees(atDesk, survivor) || d.sees(atDesk, merged) {
		t.Errorf("merged: %s %s", state(second), state(third))
	}
	d.does(townHall, "undoMerge", map[string]any{"applicationId": merged})
	if d.sees(atDesk, merged) {
		t.Error("to undo a merge opens what had lapsed")
	}

	var leaving string
	d.scan(&leaving, "SELECT id FROM household_member WHERE application_id = $1 AND rank = 2", survivor)
	fresh := d.made(townHall, "splitApplication", map[string]any{"applicationId": survivor, "memberIds": []any{leaving}, "form": split()})
	if state(second) != "ACCEPTED" || d.sees(atDesk, fresh) {
		t.Errorf("split: %s", state(second))
	}

	d.does(townHall, "handOverApplication", map[string]any{"applicationId": survivor, "receptionPointId": d.point("mairie-echirolles")})
	var offer string
	d.scan(&offer, "SELECT id FROM hand_over WHERE application_id = $1", survivor)
	d.does("commune-echirolles-agent", "acceptHandOver", map[string]any{"id": offer})
	if state(second) != "ACCEPTED" || !d.sees(atDesk, survivor) || !listed(townHall, second) {
		t.Errorf("handed over: %s", state(second))
	}
	a := d.Query(t, "commune-echirolles-agent", `query($id: ID!) { node(id: $id) { ... on Application { orientations { id } } } }`, map[string]any{"id": survivor})
	if !strings.Contains(a.Body, second) {
		t.Errorf("who follows now sees %s", a.Body)
	}

	hidden, fourth := accepted("Hauterive")
	d.exec("INSERT INTO assignment_reception_point SELECT a.id, $1 FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.subject = 'shared-desk-social'", d.point("mairie-grenoble"))
	d.exec("INSERT INTO assignment_reception_point SELECT a.id, $1 FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.subject = 'shared-desk-agent'", d.point("mairie-grenoble"))
	var version int
	d.scan(&version, "SELECT version FROM application WHERE id = $1", hidden)
	if a := d.protect("shared-desk-social", hidden, version, "shared-desk-social", townHall); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	if state(fourth) != "LAPSED" || d.sees(atDesk, hidden) || listed(atDesk, fourth) || listed(townHall, fourth) {
		t.Errorf("protected: %s", state(fourth))
	}
	if a := d.done(atDesk, "reportBackOrientation", map[string]any{"id": fourth, "outcome": "DID_NOT_COME"}); outcome(a) != "NOT_FOUND" {
		t.Errorf("of a protected one: %s", a.Body)
	}
	if a := d.done(townHall, "orientApplicant", map[string]any{"applicationId": hidden, "receptionPointId": d.point("pole-habitat-social"), "reason": "PRIORITY"}); outcome(a) != "NOT_FOUND" {
		t.Errorf("a protected one is sent: %s", a.Body)
	}
	if a := d.confirm("metropole-social", hidden, "shared-desk-social", townHall); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	again := d.oriented(hidden)
	if listed(atDesk, again) || !listed(townHall, again) || !listed("shared-desk-social", again) {
		t.Error("of a protected application only who is named sees it")
	}
	d.does("shared-desk-social", "acceptOrientation", map[string]any{"id": again})
	if d.sees(atDesk, hidden) {
		t.Error("it opens a protected application")
	}

	d.exec("UPDATE application SET removed_on = removed_on - 800 WHERE id = $1", removed)
	d.exec("UPDATE deadline SET due_on = due_on - 800, announced_from = announced_from - 800 WHERE application_id = $1", removed)
	if _, err := d.Service.KeepCalendar(t.Context(), d.today()); err != nil {
		t.Fatal(err)
	}
	if state(first) != "gone" || listed(townHall, first) {
		t.Errorf("erased: %s", state(first))
	}
	if n, err := d.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accesses are not what the facts give (%v)", n, err)
	}
}
