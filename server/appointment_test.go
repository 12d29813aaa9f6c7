package server_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

const bookMutation = `mutation($input: BookAppointmentInput!) { bookAppointment(input: $input) { appointment { id startsAt } errors { code ... on SlotTakenError { alternatives { startsAt } } } } }`

func (d desk) book(as string, input map[string]any) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, bookMutation, map[string]any{"input": input})
}

// followedBy are applications that a point follows, so many.
func (d desk) followedBy(point string, n int) (ids []string) {
	d.t.Helper()
	d.scan(pq.Array(&ids), `SELECT array_agg(id) FROM (SELECT a.id FROM application a JOIN application_summary s ON s.application_id = a.id
		WHERE s.following_point_id = $1 AND a.state = 'ACTIVE' AND NOT EXISTS (SELECT 1 FROM named_agent n WHERE n.application_id = a.id)
		ORDER BY a.id LIMIT $2) AS found`, point, n)
	if len(ids) != n {
		d.t.Fatalf("%d applications of %d", len(ids), n)
	}
	return ids
}

// noOverlap looks for time that was given twice, and for appointments without their time.
func (d desk) noOverlap() {
	d.t.Helper()
	for what, query := range map[string]string{
		"twice": `SELECT count(*) FROM booked_time a JOIN booked_time b ON a.id < b.id AND NOT a.overbooked AND NOT b.overbooked
			AND (a.person_id = b.person_id OR a.room_id = b.room_id) AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at`,
		"ghosts": `SELECT count(*) FROM booked_time t JOIN appointment a ON a.id = t.appointment_id
			WHERE a.state <> 'UPCOMING' OR a.starts_at <> t.starts_at OR a.ends_at <> t.ends_at OR a.reception_point_id <> t.reception_point_id`,
		"lost": `SELECT count(*) FROM appointment a WHERE a.state = 'UPCOMING'
			AND (SELECT count(*) FROM booked_time t WHERE t.appointment_id = a.id AND t.person_id IS NOT NULL) <> (SELECT count(*) FROM appointment_staff s WHERE s.appointment_id = a.id)`,
	} {
		var n int
		if d.scan(&n, query); n > 0 {
			d.t.Errorf("%s: %d", what, n)
		}
	}
}

// Fifty clients want the same slot at once: one has it, each of the others is told of three
// slots that are free.
func TestOneSlotForFifty(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 700), t}
	const clients = 50
	town, point := d.point("mairie-grenoble"), d.point("mairie-fontaine")
	ids := d.followedBy(town, clients)
	slot := domain.NewDate(2026, 11, 27).At(domain.NewLocalTime(10, 0)).Format(time.RFC3339)
	answers := make([]testapi.Answer, clients)
	outcomes := d.atOnce(clients, func(at desk, i int) testapi.Answer {
		for range clients {
			answers[i] = at.book("commune-grenoble-agent", map[string]any{
				"applicationId": ids[i], "motive": "RENEWAL", "receptionPointId": point, "startsAt": slot,
			})
			// On a machine that has too much to do somebody waits for longer than a request may.
			if outcome(answers[i]) != "TIMEOUT" {
				break
			}
		}
		return answers[i]
	})
	if outcomes["OK"] != 1 || outcomes["SLOT_TAKEN"] != clients-1 {
		t.Fatalf("outcomes are %v", outcomes)
	}
	for _, a := range answers {
		if outcome(a) == "SLOT_TAKEN" && strings.Count(a.Body, "startsAt") != domain.AlternativeCount {
			t.Fatalf("taken: %s", a.Body)
		}
	}
	d.noOverlap()
}

// An agenda begins on the day that is asked for, and today where none is.
func TestAgendaBeginsToday(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 700), t}
	town, day := d.point("mairie-grenoble"), domain.NewDate(2026, 11, 27)
	appointment := d.booked(d.followedBy(town, 1)[0], "RENEWAL", town, day)
	shown := func(asked string) bool {
		t.Helper()
		a := d.Query(t, "commune-grenoble-agent", "query($p: ID!) { agenda(receptionPointId: $p"+asked+") { appointment { id } } }", map[string]any{"p": town})
		if len(a.Errors) > 0 {
			t.Errorf("%s: %s", asked, a.Body)
		}
		return strings.Contains(a.Body, appointment)
	}
	for _, c := range []struct {
		now   time.Time
		asked string
		want  bool
	}{
		{testapi.Now, "", false},
		{testapi.Now, ", from: null", false},
		{testapi.Now, ", days: 4", false},
		{testapi.Now, ", days: 5", true},
		{testapi.Now, `, from: "2026-11-27"`, true},
		{day.At(0).Add(-time.Second), "", false},
		{day.At(0), "", true},
		{day.At(0), ", from: null", true},
		{day.AddDays(1).At(0), "", false},
	} {
		d.moveTo(c.now)
		if shown(c.asked) != c.want {
			t.Errorf("at %s, agenda%s: %v", c.now, c.asked, !c.want)
		}
	}
}

// An appointment of a sensitive motive is there for who booked it and who holds it alone of
// those who see the application without what is sensitive. To the others its time is taken,
// and no more: in the agenda, and in an absence.
func TestWhoSeesAppointments(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 700), t}
	point := d.point("pole-habitat-social")
	id := d.followedBy(point, 1)[0]
	slot := domain.NewDate(2026, 11, 27).At(domain.NewLocalTime(9, 0))
	// Who holds it is the only social worker of the desk who is not away.
	for _, away := range []string{"metropole-social", "landlord-balcons-de-belledonne-social"} {
		d.does(away, "declareAbsence", map[string]any{
			"personId": d.people(away)[0], "startsAt": "2026-11-24T00:00:00Z", "endsAt": "2026-12-24T00:00:00Z", "reason": "LEAVE",
		})
	}
	booked := d.book("shared-desk-agent", map[string]any{
		"applicationId": id, "motive": "SOCIAL_WORKER", "receptionPointId": point, "startsAt": slot.Format(time.RFC3339),
	})
	if outcome(booked) != "OK" {
		t.Fatal(booked.Body)
	}
	appointment := regexp.MustCompile(`apt_\w+`).FindString(booked.Body)
	look := func(as string) string {
		return d.Query(t, as, `query($id: ID!, $apt: ID!, $p: ID!) { application: node(id: $id) { ... on Application { appointments { id } } }
			direct: node(id: $apt) { id } agenda(receptionPointId: $p, from: "2026-11-27") { startsAt appointment { id } } }`,
			map[string]any{"id": id, "apt": appointment, "p": point}).Body
	}
	hit := func(as string) string {
		a := d.Query(t, as, `mutation($input: DeclareAbsenceInput!) { declareAbsence(input: $input) { absence { id } hit { startsAt appointment { id } alternatives { startsAt } } errors { code message } } }`,
			map[string]any{"input": map[string]any{
				"personId": d.people("shared-desk-social")[0], "startsAt": slot.Format(time.RFC3339), "endsAt": slot.Add(time.Hour).Format(time.RFC3339), "reason": "MEETING",
			}})
		if made := regexp.MustCompile(`abs_\w+`).FindString(a.Body); made != "" {
			d.does(as, "withdrawAbsence", map[string]any{"id": made})
		}
		return a.Body
	}
	for as, times := range map[string]int{
		"shared-desk-agent": 3, "shared-desk-social": 3, "metropole-social": 3,
		"landlord-balcons-de-belledonne-agent": 0, "shared-desk-manager": 0, "commune-fontaine-agent": 0,
	} {
		if shown := look(as); strings.Count(shown, appointment) != times {
			t.Errorf("%s is shown it %d times, not %d: %s", as, strings.Count(shown, appointment), times, shown)
		}
	}
	if shown := look("landlord-balcons-de-belledonne-agent"); strings.Count(shown, `"startsAt":"2026-11-27T08:00:00Z"`) == 0 {
		t.Errorf("the time is not in the agenda: %s", shown)
	}
	if told := hit("shared-desk-social"); strings.Count(told, appointment) != 1 || strings.Count(told, "startsAt") != 1+domain.AlternativeCount {
		t.Errorf("who holds it is told %s", told)
	}
	if told := hit("shared-desk-manager"); strings.Contains(told, appointment) || strings.Count(told, "startsAt") != 1 {
		t.Errorf("who runs the desk is told %s", told)
	}
	// Mutualised staff work at two points: who runs one of them is told of that one alone.
	d.exec("UPDATE booked_time SET reception_point_id = $1 WHERE appointment_id = $2", d.point("mairie-bresson"), appointment)
	if told := hit("shared-desk-manager"); strings.Contains(told, "startsAt") {
		t.Errorf("who runs the desk is told of another point: %s", told)
	}
	d.exec("UPDATE booked_time SET reception_point_id = $1 WHERE appointment_id = $2", point, appointment)
	if a := d.Query(t, "shared-desk-manager", `mutation($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { errors { code } } }`,
		map[string]any{"input": map[string]any{"id": appointment, "version": 1}}); outcome(a) != "NOT_FOUND" {
		t.Errorf("what is hidden is cancelled: %s", a.Body)
	}
	// Who asks what is kept of it is told of its own, sensitive or not.
	var number string
	d.scan(&number, "SELECT unique_number FROM application WHERE id = $1", id)
	record, _, raw := d.export("metropole-privacy", number)
	told, _ := record["appointments"].([]any)
	if len(told) != 1 || !strings.Contains(raw, `"SOCIAL_WORKER"`) || !strings.Contains(raw, `"attendance": "UPCOMING"`) && !strings.Contains(raw, `"attendance":"UPCOMING"`) {
		t.Errorf("the record tells of %v", told)
	}
	d.noOverlap()
}

// Looking for slots takes one statement, whatever is asked and found; a page of one slot as
// many as a page of a hundred.
func TestSlotsTakeOneStatement(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 60), t}
	search := func(where string, first int) int {
		var body string
		statements := d.Statements(func() {
			body = d.Query(t, "", fmt.Sprintf(`{ slots(where: {%s}, first: %d) { totalCount slots { startsAt receptionPointId } receptionPoints { id commune { name } } } }`, where, first), nil).Body
		})
		if !strings.Contains(body, "startsAt") {
			t.Fatal(body)
		}
		return len(slices.DeleteFunc(statements, func(s string) bool { return !strings.Contains(s, "receiving") }))*100 + len(statements)
	}
	one, many := search(`motive: "RENEWAL"`, 1), search(`motive: "RENEWAL", until: "2027-03-20T00:00:00Z"`, 100)
	pair := search(`motive: "PRIORITY_QUALIFICATION"`, 100)
	if one != many || one != pair || one/100 != 1 {
		t.Errorf("statements: %d for one slot, %d for a hundred, %d for pairs", one%100, many%100, pair%100)
	}
}
