package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// weekly is a plan of Monday afternoons from the day after tomorrow's week on.
func weekly(capacity int) map[string]any {
	return map[string]any{
		"rule": "FREQ=WEEKLY;BYDAY=MO", "firstDay": "2026-11-30", "validUntil": "2027-02-01",
		"opens": "14:00", "closes": "17:00", "capacity": capacity,
	}
}

// permanence is one that was asked for, planned and staffed as far as that state.
func (d desk) permanence(state domain.PermanenceState, capacity int) (id string) {
	d.t.Helper()
	d.does("commune-bresson-agent", "requestPermanence", map[string]any{
		"receptionPointId": d.point("mairie-bresson"), "reason": "NO_REGISTRATION", "plan": weekly(capacity),
	})
	d.scan(&id, "SELECT max(id) FROM permanence WHERE reception_point_id = $1", d.point("mairie-bresson"))
	if state != domain.PermanenceRequested {
		d.does("metropole-steering", "planPermanence", map[string]any{
			"id": id, "version": 1, "servingPointId": d.point("pole-habitat-social"), "plan": weekly(capacity),
		})
	}
	if state == domain.PermanenceStaffed {
		d.does("metropole-manager", "staffPermanence", map[string]any{"id": id, "version": 2, "personIds": d.people("metropole-agent")})
	}
	return id
}

// Who may not is refused, and so is what cannot be: at each step of a permanence.
func TestWhoActsOnAPermanence(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	const agent, steering, mutualised = "commune-bresson-agent", "metropole-steering", "metropole-agent"
	ask := func(point string, change ...any) map[string]any {
		plan := weekly(4)
		for i := 0; i < len(change); i += 2 {
			plan[change[i].(string)] = change[i+1]
		}
		return map[string]any{"receptionPointId": d.point(point), "reason": "DISTANCE", "plan": plan}
	}
	type step struct {
		as, act string
		input   map[string]any
		want    string
	}
	run := func(steps []step) {
		t.Helper()
		for _, c := range steps {
			if a := d.done(c.as, c.act, c.input); outcome(a) != c.want {
				t.Errorf("%s by %q: %s, want %s", c.act, c.as, a.Body, c.want)
			}
		}
	}
	run([]step{
		{"", "requestPermanence", ask("mairie-bresson"), "UNAUTHENTICATED"},
		{"account:x", "requestPermanence", ask("mairie-bresson"), "FORBIDDEN"},
		{townHall, "requestPermanence", ask("mairie-bresson"), "FORBIDDEN"},
		{"app:" + portal + " for " + townHall, "requestPermanence", ask("mairie-grenoble"), "FORBIDDEN"},
		{"former-agent", "requestPermanence", ask("mairie-grenoble"), "FORBIDDEN"},
		{"commune-echirolles-agent", "requestPermanence", ask("mairie-echirolles"), "INVALID"},
		{agent, "requestPermanence", ask("mairie-bresson", "capacity", 0), "INVALID"},
		{agent, "requestPermanence", ask("mairie-bresson", "firstDay", "2026-11-20"), "INVALID"},
		{agent, "requestPermanence", ask("mairie-bresson", "roomId", "roo_01AQ3WVJ000000000000000000"), "NOT_FOUND"},
	})
	id := d.permanence(domain.PermanenceRequested, 4)
	of := func(version int, more ...any) map[string]any {
		input := map[string]any{"id": id, "version": version}
		for i := 0; i < len(more); i += 2 {
			input[more[i].(string)] = more[i+1]
		}
		return input
	}
	plan := func(version int, serving string) map[string]any {
		return of(version, "servingPointId", d.point(serving), "plan", weekly(4))
	}
	run([]step{
		{"", "planPermanence", plan(1, "pole-habitat-social"), "NOT_FOUND"},
		{townHall, "planPermanence", plan(1, "pole-habitat-social"), "NOT_FOUND"},
		{agent, "planPermanence", plan(1, "pole-habitat-social"), "FORBIDDEN"},
		{mutualised, "planPermanence", plan(1, "pole-habitat-social"), "FORBIDDEN"},
		{"metropole-admin", "planPermanence", plan(1, "pole-habitat-social"), "FORBIDDEN"},
		{steering, "planPermanence", plan(7, "pole-habitat-social"), "STALE_VERSION"},
		{steering, "planPermanence", plan(1, "mairie-grenoble"), "INVALID"},
		{steering, "planPermanence", plan(1, "mairie-bresson"), "INVALID"},
		{steering, "staffPermanence", of(1, "personIds", d.people(mutualised)), "ILLEGAL_TRANSITION"},
		{steering, "holdPermanence", of(1, "day", "2026-11-30", "received", 1), "ILLEGAL_TRANSITION"},
		{agent, "cancelPermanence", of(1, "day", "2026-11-30", "reason", "NO_NEED"), "INVALID"},
		{agent, "declinePermanence", of(1, "reason", "NO_NEED"), "FORBIDDEN"},
		{steering, "planPermanence", plan(1, "pole-habitat-social"), "OK"},
		{steering, "declinePermanence", of(2, "reason", "NO_NEED"), "ILLEGAL_TRANSITION"},
		{agent, "cancelPermanence", of(2, "reason", "NO_NEED"), "FORBIDDEN"},
		{agent, "staffPermanence", of(2, "personIds", d.people(mutualised)), "FORBIDDEN"},
		{steering, "staffPermanence", of(2, "personIds", []any{}), "INVALID"},
		{steering, "staffPermanence", of(2, "personIds", d.people(agent)), "INVALID"},
		{steering, "staffPermanence", of(2, "personIds", d.people("metropole-social")), "INVALID"},
	})
	// Who receives elsewhere at that time, or is away on each of the days, cannot hold it.
	d.does("shared-desk-manager", "openAvailability", map[string]any{
		"personId": d.people(mutualised)[0], "receptionPointId": d.point("pole-habitat-social"), "firstDay": "2026-12-07", "opens": "16:00", "closes": "18:00",
	})
	run([]step{{steering, "staffPermanence", of(2, "personIds", d.people(mutualised)), "OVERLAP"}})
	d.exec("DELETE FROM availability WHERE first_day = '2026-12-07'")
	d.does(mutualised, "declareAbsence", map[string]any{
		"personId": d.people(mutualised)[0], "startsAt": "2026-11-24T00:00:00Z", "endsAt": "2027-03-01T00:00:00Z", "reason": "LEAVE",
	})
	run([]step{{steering, "staffPermanence", of(2, "personIds", d.people(mutualised)), "INVALID"}})
	d.exec("DELETE FROM absence")
	run([]step{
		{"metropole-manager", "staffPermanence", of(2, "personIds", d.people(mutualised)), "OK"},
		{steering, "planPermanence", plan(3, "pole-habitat-social"), "ILLEGAL_TRANSITION"},
	})
	// Its time is changed with the permanence, not by itself.
	var given string
	d.scan(&given, "SELECT id FROM availability WHERE permanence_id = $1", id)
	run([]step{
		{mutualised, "endAvailability", map[string]any{"id": given, "version": 1}, "INVALID"},
		{mutualised, "holdPermanence", of(3, "day", "2026-12-01", "received", 1), "FORBIDDEN"},
		{mutualised, "holdPermanence", of(3, "day", "2026-11-30", "received", 1), "INVALID"},
	})
	d.moveTo(domain.NewDate(2026, 11, 30).At(domain.NewLocalTime(18, 0)))
	run([]step{
		{agent, "holdPermanence", of(3, "day", "2026-11-30", "received", 1), "FORBIDDEN"},
		{mutualised, "holdPermanence", of(3, "day", "2026-11-30", "received", 5), "OK"},
		{steering, "cancelPermanence", of(4, "day", "2026-12-07", "reason", "UNFORESEEN"), "OK"},
		{steering, "cancelPermanence", of(5, "reason", "NO_NEED"), "OK"},
		{steering, "cancelPermanence", of(6, "reason", "NO_NEED"), "ILLEGAL_TRANSITION"},
	})
	var left int
	if d.scan(&left, "SELECT count(*) FROM availability WHERE permanence_id = $1 AND valid_until > '2026-11-30'", id); left != 0 {
		t.Errorf("%d still receive in what is cancelled", left)
	}
	if _, err := d.DB.ExecContext(t.Context(), "UPDATE permanence SET state = 'STAFFED', cancelled_for = NULL WHERE id = $1", id); err == nil ||
		!strings.Contains(err.Error(), "does not go from CANCELLED to STAFFED") {
		t.Errorf("the database: %v", err)
	}
}

// What is planned is public, what is only asked for is not; how many were received is for
// who runs the point and the Métropole, and who holds it is no public matter at all.
func TestWhoSeesPermanences(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	asked, staffed := d.permanence(domain.PermanenceRequested, 4), d.permanence(domain.PermanenceStaffed, 4)
	d.exec(`UPDATE permanence SET records = '[{"day":"2026-12-07","state":"HELD","received":41}]' WHERE id = $1`, staffed)
	const ask = `query($p: ID!) { permanences(first: 100) { id records { received } } availabilities(receptionPointId: $p, first: 100) { personId permanence { id } } }`
	for _, c := range []struct {
		as                     string
		asked, received, holds bool
	}{
		{"", false, false, false},
		{"account:x", false, false, false},
		{townHall, false, false, false},
		{"shared-desk-manager", false, false, false},
		{"app:" + portal, false, false, false},
		{"metropole-admin", true, true, true},
		{"metropole-steering", true, true, true},
		{"metropole-manager", true, true, true},
		{"metropole-agent", true, true, true},
		{"commune-bresson-agent", true, true, true},
	} {
		a := d.Query(t, c.as, ask, map[string]any{"p": d.point("mairie-bresson")})
		for what, is := range map[string]bool{asked: c.asked, `"received":41`: c.received, `"permanence":{"id":"` + staffed: c.holds} {
			if strings.Contains(a.Body, what) != is {
				t.Errorf("%q and %s: %s", c.as, what, a.Body)
			}
		}
		if c.as[:min(4, len(c.as))] != "app:" && !strings.Contains(a.Body, staffed) {
			t.Errorf("%q does not see what is planned: %s", c.as, a.Body)
		}
	}
	public := `{ receptionPoints(first: 100) { edges { node { key nextPermanence { day opens state } permanenceDays(days: 14) { day } } } } }`
	want := `"key":"mairie-bresson","nextPermanence":{"day":"2026-11-30","opens":"14:00","state":"STAFFED"},"permanenceDays":[{"day":"2026-11-30"}]`
	for _, as := range []string{"", "commune-bresson-agent", "metropole-steering"} {
		if a := d.Query(t, as, public, nil); !strings.Contains(a.Body, want) {
			t.Errorf("%q: %s", as, a.Body)
		}
	}
	for as, want := range map[string]string{"": "UNAUTHENTICATED", townHall: "FORBIDDEN", "metropole-agent": "FORBIDDEN", "metropole-steering": "OK"} {
		for _, query := range []string{`{ permanenceCoverage(from: "2026-11-23") { name } }`, `{ proposePermanenceStaff(from: "2026-11-23") { gaps { day } } }`} {
			if a := d.Query(t, as, query, nil); outcome(a) != want {
				t.Errorf("%q: %s", as, a.Body)
			}
		}
	}
}

// A permanence gives as many appointments a day as it has, whoever asks at once; what needs
// level 3 it does not give.
func TestCapacityOfAPermanence(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 700), t}
	const capacity, clients = 2, 6
	bresson := d.point("mairie-bresson")
	ids := d.followedBy(d.point("mairie-grenoble"), clients+1)
	monday := domain.NewDate(2026, 11, 30)
	want := func(i int, motive string) map[string]any {
		return map[string]any{
			"applicationId": ids[i], "motive": motive, "receptionPointId": bresson,
			"startsAt": monday.At(domain.NewLocalTime(14, 15*i)).Format(time.RFC3339),
		}
	}
	if a := d.book("commune-grenoble-agent", want(0, "RENEWAL")); outcome(a) != "LEVEL_TOO_LOW" {
		t.Errorf("before there is a permanence: %s", a.Body)
	}
	id := d.permanence(domain.PermanenceStaffed, capacity)
	if a := d.book("commune-grenoble-agent", want(0, "PERSONALISED")); outcome(a) != "LEVEL_TOO_LOW" {
		t.Errorf("level 3: %s", a.Body)
	}
	slots := func() int {
		a := d.Query(t, "", `query($p: ID!) { slots(first: 100, where: {motive: "RENEWAL", receptionPointIds: [$p], from: "2026-11-30T00:00:00Z", until: "2026-12-01T00:00:00Z"}) { totalCount } }`,
			map[string]any{"p": bresson})
		n, _ := a.Data["slots"].(map[string]any)["totalCount"].(float64)
		return int(n)
	}
	if slots() == 0 {
		t.Error("no slot in a permanence that somebody holds")
	}
	outcomes := d.atOnce(clients, func(at desk, i int) testapi.Answer {
		a := at.book("commune-grenoble-agent", want(i, "RENEWAL"))
		for range clients {
			if outcome(a) != "TIMEOUT" { // too many for this machine
				break
			}
			a = at.book("commune-grenoble-agent", want(i, "RENEWAL"))
		}
		return a
	})
	if outcomes["OK"] != capacity || outcomes["SLOT_TAKEN"] != clients-capacity {
		t.Errorf("outcomes are %v", outcomes)
	}
	if n := slots(); n != 0 {
		t.Errorf("%d slots in a full permanence", n)
	}
	d.noOverlap()
	// The day is cancelled: the two are named, with slots of the next Monday.
	a := d.Query(t, "metropole-steering", `mutation($input: CancelPermanenceInput!) { cancelPermanence(input: $input) { permanence { days(from: "2026-11-30", days: 8) { day state } } hit { startsAt receptionPointId } errors { code } } }`,
		map[string]any{"input": map[string]any{"id": id, "version": 3, "day": "2026-11-30", "reason": "UNFORESEEN"}})
	if strings.Count(a.Body, bresson) != capacity || !strings.Contains(a.Body, `{"day":"2026-11-30","state":"CANCELLED"},{"day":"2026-12-07","state":"STAFFED"}`) {
		t.Errorf("cancelled: %s", a.Body)
	}
	if n := slots(); n != 0 {
		t.Errorf("%d slots on a day that is cancelled", n)
	}
}

// Who manages somebody says which languages it speaks; those that a permanence asks for, or else
// those of its point, speak for who does, and keep nobody else from it.
func TestLanguagesOfAPermanence(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	agent := d.people("metropole-agent")[0]
	say := func(as string, languages ...string) testapi.Answer {
		return d.Query(t, as, `mutation($in: SetSpokenLanguagesInput!) { setSpokenLanguages(input: $in) { person { languages } errors { code field } } }`,
			map[string]any{"in": map[string]any{"personId": agent, "languages": languages}})
	}
	for _, c := range []struct {
		as        string
		languages []string
		want      string
	}{
		{"", []string{"ar"}, "NOT_FOUND"},
		{"account:x", []string{"ar"}, "NOT_FOUND"},
		{"commune-grenoble-admin", []string{"ar"}, "NOT_FOUND"},
		{"metropole-steering", []string{"ar"}, "NOT_FOUND"},
		{"metropole-agent", []string{"ar"}, "FORBIDDEN"},
		{"metropole-admin", []string{"ar", "fr"}, "INVALID"},
		{"metropole-admin", []string{"ar", "ar"}, "INVALID"},
		{"metropole-admin", []string{"arabic"}, "BAD_REQUEST"},
		{"metropole-manager", []string{"ar", "tr"}, "OK"},
		{"metropole-admin", []string{}, "OK"},
	} {
		if got := say(c.as, c.languages...); outcome(got) != c.want {
			t.Errorf("%q says %v: %s, want %s", c.as, c.languages, got.Body, c.want)
		}
	}
	plan := weekly(4)
	plan["languages"] = []string{"ar", "fr"}
	ask := map[string]any{"receptionPointId": d.point("mairie-bresson"), "reason": "DISTANCE", "plan": plan}
	if got := d.done("commune-bresson-agent", "requestPermanence", ask); outcome(got) != "INVALID" {
		t.Errorf("French is asked for: %s", got.Body)
	}
	id := d.permanence(domain.PermanencePlanned, 4)
	reason := func(want string) {
		t.Helper()
		got := d.Query(t, "metropole-steering", `{ proposePermanenceStaff(from: "2026-11-30", days: 1) { proposals { permanenceId reasons { aspect points } } gaps { day } } }`, nil)
		_, own, found := strings.Cut(got.Body, id)
		own, _, _ = strings.Cut(own, "]")
		if _, told, _ := strings.Cut(own, `"LANGUAGES","points":`); !found || strings.TrimSuffix(strings.SplitN(told, "}", 2)[0], "}") != want {
			t.Errorf("the languages count %q, want %q: %s", told, want, got.Body)
		}
	}
	d.exec("UPDATE reception_point SET languages = '[\"fr\", \"ar\", \"tr\"]' WHERE key = 'mairie-bresson'")
	reason("")
	say("metropole-admin", "ar")
	reason("10")
	plan["languages"] = []string{"ar"}
	d.does("metropole-steering", "planPermanence", map[string]any{"id": id, "version": 2, "servingPointId": d.point("pole-habitat-social"), "plan": plan})
	reason("20")
}

// Lists, coverage and proposals take as many statements whatever there is.
func TestStatementsOfPermanences(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	for _, query := range []string{
		`{ permanences(first: 100) { id receptionPoint { name commune { name } } servingPoint { name } organisation { name } days { day } } }`,
		`{ permanenceCoverage(from: "2026-11-23", weeks: 4) { name weeks { reach gap } } }`,
		`{ proposePermanenceStaff(from: "2026-11-23", days: 28) { proposals { day points } gaps { day obstacles { kind people } } } }`,
		`{ receptionPoints(first: 100) { edges { node { nextPermanence { day } permanenceDays { day } } } } }`,
	} {
		count := func() int { return len(d.Statements(func() { d.mustAnswer("metropole-steering", query) })) }
		few := count()
		d.exec(`INSERT INTO permanence (id, reception_point_id, organisation_id, requested_by_id, requested_on, reason, rule, first_day, valid_until, opens, closes, capacity, serving_point_id, state, answered_by_id, answered_on, records)
			SELECT 'pnc_' || substr(p.id, 5), p.id, o.id, s.id, '2026-11-01', 'DISTANCE', 'FREQ=WEEKLY;BYDAY=TU', '2026-11-24', '2027-01-01', 840, 900, 3, d.id, 'PLANNED', s.id, '2026-11-01', '[]'
			FROM reception_point p, reception_point d, organisation o, person s
			WHERE d.key = 'pole-habitat-social' AND p.id <> d.id AND o.key = 'metropole' AND s.subject = 'metropole-steering'`)
		if many := count(); many != few {
			t.Errorf("%d statements of few, %d of many: %s", few, many, query)
		}
		d.exec("DELETE FROM permanence WHERE rule = 'FREQ=WEEKLY;BYDAY=TU'")
	}
}

// mustAnswer fails the test where a query is not answered.
func (d desk) mustAnswer(as, query string) {
	d.t.Helper()
	if a := d.Query(d.t, as, query, nil); len(a.Errors) > 0 {
		d.t.Fatal(fmt.Sprint(a.Codes(), a.Body))
	}
}
