package server_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// Whatever is booked, cancelled, joined, left, taken and let lapse: a slot is held for one
// place at a time, and each offer is made to the first in order of those that wait.
func TestWaitingListKeepsItsOrder(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 700), t}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	town := d.point("mairie-fontaine") // one agent receives there
	ids := d.followedBy(d.point("mairie-grenoble"), 24)
	offers := 0
	var booked []string // one appointment of 45 minutes after the other fills the morning
	for i := range 4 {
		booked = append(booked, d.fill(ids[i], town, i))
	}
	for range 60 {
		before := d.inOrder()
		application := ids[4+dice.IntN(len(ids)-4)]
		switch roll := dice.IntN(100); {
		case roll < 40:
			d.done("commune-grenoble-agent", "joinWaitingList", map[string]any{
				"applicationId": application, "motive": "RENEWAL", "receptionPointIds": []string{town}, "until": "2026-11-27",
			})
		case roll < 55:
			d.done("commune-grenoble-agent", "leaveWaitingList", map[string]any{"id": d.placeOf(application)})
		case roll < 70:
			d.done("commune-grenoble-agent", "takeWaitingOffer", map[string]any{"id": d.placeOf(application)})
		case roll < 80:
			d.Ahead.Add(int64(31 * time.Minute))
			if err := d.Service.KeepWaitingList(t.Context()); err != nil {
				t.Fatal(err)
			}
		default:
			i := dice.IntN(len(booked))
			d.done("commune-grenoble-agent", "cancelAppointment", map[string]any{"id": booked[i], "version": 1})
			if again := d.fill(ids[i], town, i); again != "" {
				booked[i] = again
			}
		}
		offers += d.offeredInOrder(before)
		d.holds()
	}
	if offers < 3 {
		t.Errorf("only %d offers", offers)
	}
}

// fill books the nth appointment of the morning; nothing where its time is taken.
func (d desk) fill(application, point string, n int) string {
	d.t.Helper()
	at := domain.NewDate(2026, 11, 27).At(domain.NewLocalTime(9, 0)).Add(time.Duration(n) * 45 * time.Minute)
	return regexp.MustCompile(`apt_\w+`).FindString(d.book("commune-grenoble-agent", map[string]any{
		"applicationId": application, "motive": "FIRST_REGISTRATION", "receptionPointId": point, "startsAt": at.Format(time.RFC3339),
	}).Body)
}

// placeOf is the last place of an application, one of nobody where it has none.
func (d desk) placeOf(application string) (id string) {
	d.t.Helper()
	d.scan(&id, "SELECT coalesce(max(id), 'wpl_01AQ3WVJ000000000000000000') FROM waiting_place WHERE application_id = $1", application)
	return id
}

// inOrder are the places that wait, in the order in which they are to be served.
func (d desk) inOrder() (ids []string) {
	d.t.Helper()
	d.scan(pq.Array(&ids), `SELECT coalesce(array_agg(p.id ORDER BY (SELECT min(due_on) FROM deadline l WHERE l.application_id = p.application_id AND NOT l.passed),
		p.joined_at, p.id), '{}') FROM waiting_place p WHERE p.state = 'WAITING'`)
	return ids
}

// offeredInOrder counts the places that waited and have an offer now: none that waits still
// was before them.
func (d desk) offeredInOrder(before []string) int {
	d.t.Helper()
	waits, offered := d.inOrder(), []string{}
	d.scan(pq.Array(&offered), "SELECT coalesce(array_agg(id), '{}') FROM waiting_place WHERE state = 'OFFERED' AND id = ANY($1)", pq.Array(before))
	for i, id := range before {
		later := slices.ContainsFunc(before[i:], func(o string) bool { return slices.Contains(offered, o) })
		if slices.Contains(waits, id) && later {
			d.t.Errorf("%s was passed over: %v were offered a slot, of %v", id, offered, before)
		}
	}
	return len(offered)
}

// holds looks for holds that are not whole, and for time that is given twice.
func (d desk) holds() {
	d.t.Helper()
	d.noOverlap()
	for what, query := range map[string]string{
		"offers without their time": `SELECT count(*) FROM waiting_place p WHERE p.state = 'OFFERED' AND NOT EXISTS (SELECT FROM booked_time t
			WHERE t.waiting_place_id = p.id AND (t.starts_at, t.ends_at, t.held_until, t.reception_point_id) = (p.starts_at, p.ends_at, p.held_until, p.offered_point_id))`,
		"time that is held for nobody": `SELECT count(*) FROM booked_time t JOIN waiting_place p ON p.id = t.waiting_place_id WHERE p.state <> 'OFFERED'`,
	} {
		var n int
		if d.scan(&n, query); n > 0 {
			d.t.Errorf("%s: %d", what, n)
		}
	}
}

// Time that is opened, or open again, is offered to who waits for it: while the point is closed
// it is not.
func TestOpenedTimeIsOfferedToWhoWaits(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 700), t}
	town, agent := d.point("mairie-grenoble"), d.people("commune-grenoble-agent")[0]
	ids := d.followedBy(town, 4)
	at := func(hour int) time.Time { return domain.NewDate(2026, 11, 28).At(domain.NewLocalTime(hour, 0)) }
	join := func(application string) {
		d.done("commune-grenoble-agent", "joinWaitingList", map[string]any{
			"applicationId": application, "motive": "RENEWAL", "receptionPointIds": []string{town}, "until": "2026-11-28",
		})
	}
	open := func(opens, closes string) {
		d.done("commune-grenoble-manager", "openAvailability", map[string]any{
			"personId": agent, "receptionPointId": town, "firstDay": "2026-11-28", "validUntil": "2026-11-29", "opens": opens, "closes": closes,
		})
	}
	offered := func(application string) (from time.Time) {
		d.scan(&from, "SELECT coalesce(max(starts_at), '2000-01-01') FROM waiting_place WHERE application_id = $1 AND state = 'OFFERED'", application)
		return from
	}
	closed := regexp.MustCompile(`abs_\w+`).FindString(d.done("commune-grenoble-manager", "declareAbsence", map[string]any{
		"receptionPointId": town, "startsAt": at(0).Format(time.RFC3339), "endsAt": at(23).Format(time.RFC3339), "reason": "WORKS",
	}).Body)
	join(ids[0])
	open("09:00", "09:30")
	if from := offered(ids[0]); from.Year() > 2000 {
		t.Error("time of a point that is closed was offered")
	}
	d.done("commune-grenoble-manager", "withdrawAbsence", map[string]any{"id": closed})
	if from := offered(ids[0]); !from.Equal(at(9)) {
		t.Errorf("the point is open again, and %s was offered", from)
	}
	join(ids[1])
	open("14:00", "15:00")
	if from := offered(ids[1]); !from.Equal(at(14)) {
		t.Errorf("the afternoon was opened, and %s was offered", from)
	}
	// So it is when the point is open again by its hours, for longer or as ever.
	exception := map[string]any{"receptionPointId": town, "from": "2026-11-28", "until": "2026-11-29", "reason": "Travaux", "intervals": []any{}}
	change := func(name, typ string, input map[string]any) {
		t.Helper()
		got := d.Query(t, "commune-grenoble-manager", "mutation($in: "+typ+"!) { "+name+"(input: $in) { receptionPoint { id } errors { code } } }", map[string]any{"in": input})
		if outcome(got) != "OK" {
			t.Fatal(got.Body)
		}
	}
	declare := func() { t.Helper(); change("declareOpeningException", "DeclareOpeningExceptionInput", exception) }
	declare()
	join(ids[2])
	open("16:00", "17:30")
	if from := offered(ids[2]); from.Year() > 2000 {
		t.Error("time of a point whose doors are closed was offered")
	}
	exception["version"], exception["intervals"] = 1, []any{map[string]any{"opens": "16:30", "closes": "17:00"}}
	declare()
	if from := offered(ids[2]); !from.Equal(at(16).Add(30 * time.Minute)) {
		t.Errorf("the doors are open from half past four on, and %s was offered", from)
	}
	join(ids[3])
	if from := offered(ids[3]); from.Year() > 2000 {
		t.Errorf("there is no time left, and %s was offered", from)
	}
	declared := d.listed("SELECT id FROM opening_hours WHERE reception_point_id = $1 AND weekday IS NULL AND valid_from = '2026-11-28'", town)[0]
	change("withdrawOpeningException", "WithdrawOpeningExceptionInput", map[string]any{"id": declared, "version": 2})
	if from := offered(ids[3]); from.Year() == 2000 {
		t.Error("the doors are open as ever, and nothing was offered")
	}
	d.holds()
}
