package leak

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
)

// orientation is one with all of its columns.
type orientation struct {
	oracle.Orientation
	id, reason, state    string
	sent, received       time.Time
	declinedFor, outcome string
	due                  oracle.Day
}

// contact is one at a point, about an application or about none.
type contact struct {
	id, point, channel, motive string
	about                      *application
}

// orient sends the applicant to other points. Of each point one waits at most, and where
// one is over it may be so just now.
func (w *World) orient(a *application) {
	for i := range w.r.IntN(4) {
		at := some(w, w.points, 2)
		o := orientation{
			id: w.id(domain.OrientationPrefix, a.ID, i), reason: pick(w, domain.OrientationReason("").Values()),
			state: pick(w, domain.OrientationState("").Values()), sent: w.Now.AddDate(0, 0, -40+i).Truncate(time.Second),
		}
		o.From, o.To = at[0].id, at[1].id
		if w.chance(20) { // it is over at once, or it opens something
			o.state = "ACCEPTED"
		}
		if slices.ContainsFunc(a.orientations, func(other orientation) bool { return other.From == o.From && other.due != "" }) {
			o.state = "REPORTED_BACK"
		}
		w.step(&o)
		a.orientations = append(a.orientations, o)
		a.Orientations = append(a.Orientations, o.Orientation)
	}
}

// step gives it what its state says.
func (w *World) step(o *orientation) {
	open := slices.Contains([]string{"SENT", "ACCEPTED", "APPOINTMENT_SET", "RECEIVED"}, o.state)
	if open && o.state != "SENT" || o.state == "REPORTED_BACK" || !open && w.chance(60) {
		o.Accepted = pick(w, []time.Time{w.Now, o.sent.AddDate(0, 0, 2)})
	}
	const after = 15 * 24 * time.Hour
	switch {
	case open:
		o.due = pick(w, []oracle.Day{w.day(-1), w.day(0), w.day(9)})
	case o.Accepted.Equal(w.Now):
		o.Ended = w.Now
	default:
		o.Ended = w.Now.Add(-pick(w, []time.Duration{0, time.Hour, after - time.Second, after, after + time.Hour}))
	}
	switch o.state {
	case "RECEIVED":
		o.received = o.Accepted
	case "DECLINED":
		o.declinedFor = "NO_CAPACITY"
	case "REPORTED_BACK":
		o.outcome = "DID_NOT_COME"
	case "LAPSED":
		o.Lapsed = true
	}
}

// addOrientation are its rows.
func (w *World) addOrientation(add func(string, row), a *application, o orientation) {
	var second, until any
	appointment := time.Time{}
	if !o.Accepted.IsZero() {
		second = w.second
		if !o.Ended.IsZero() {
			until = o.Ended.Add(15 * 24 * time.Hour)
			if o.Lapsed {
				until = o.Ended
			}
		}
	}
	if o.state == "APPOINTMENT_SET" {
		appointment = o.Accepted
	}
	add("orientation", row{
		"id": o.id, "application_id": a.ID, "from_point_id": o.From, "to_point_id": o.To, "sent_by_id": w.administrator,
		"organisation_id": w.organisations[0], "accepted_by_id": second, "reason": o.reason, "state": o.state, "sent_at": o.sent,
		"accepted_at": orNull(o.Accepted), "appointment_set_at": orNull(appointment), "received_at": orNull(o.received),
		"ended_at": orNull(o.Ended), "declined_for": orNull(o.declinedFor), "outcome": orNull(o.outcome), "due_on": orNull(o.due),
		"seen_until": until,
	})
}

// shownOrientation is one as it is told, to who may know of whom it is or not.
func (w *World) shownOrientation(a *application, o orientation, known bool) object {
	steps, last := []object{}, o.sent
	taken := func(state string, at time.Time) {
		if !at.IsZero() {
			days := w.date(oracle.DayOf(last)).DaysUntil(w.date(oracle.DayOf(at)))
			steps = append(steps, object{"__typename": "OrientationStep", "state": state, "at": at.UTC().Format(time.RFC3339Nano), "days": days})
			last = at
		}
	}
	taken("SENT", o.sent)
	taken("ACCEPTED", o.Accepted)
	if o.state == "APPOINTMENT_SET" {
		taken(o.state, o.Accepted)
	}
	taken("RECEIVED", o.received)
	taken(o.state, o.Ended)
	shown := object{
		"__typename": "Orientation", "id": o.id, "fromPoint": object{"id": o.From}, "toPoint": object{"id": o.To}, "reason": o.reason,
		"state": o.state, "steps": steps, "dueOn": orNull(o.due), "overdue": o.due != "" && o.due < w.day(0),
		"declinedFor": orNull(o.declinedFor), "outcome": orNull(o.outcome), "application": nil,
	}
	if known {
		shown["application"] = object{"id": a.ID}
	}
	return shown
}

// orientationsOf are those of an application, the last one first.
func (w *World) orientationsOf(a *application) []object {
	all := []object{}
	for _, o := range slices.Backward(a.orientations) {
		all = append(all, w.shownOrientation(a, o, true))
	}
	return all
}

// orientationsAt are those of the caller's points that are kept.
func (w *World) orientationsAt(c oracle.Caller, keep func(o orientation, sent, received bool) bool) []object {
	all := []object{}
	for _, a := range w.applications {
		known := w.Sees(c, a.Application).Opens("CONTACT")
		for _, o := range a.orientations {
			sent, received := w.At(c, o.From, "FOLLOWED", "RECEIVED"), w.At(c, o.To, "ORIENTED")
			if (sent || received) && w.SeesOrientation(c, a.Application, o.Orientation) && keep(o, sent, received) {
				all = append(all, w.shownOrientation(a, o, known))
			}
		}
	}
	return byID(all)
}

func whichever(orientation, bool, bool) bool { return true }

// askOrientations asks for those of the caller's points, all of them and some.
func (q *questions) askOrientations(w *World, c oracle.Caller) {
	states, late := some(w, domain.OrientationState("").Values(), 4), w.chance(50)
	direction := pick(w, domain.OrientationDirection("").Values())
	q.variables["oriented"] = object{"states": states, "overdue": late, "direction": direction}
	q.variables["since"] = nil
	if w.chance(30) {
		q.variables["since"] = w.id(domain.OrientationPrefix, w.r.Uint32()) // contacts come later, by their prefix
	}
	q.expected["orientations"] = w.orientationsAt(c, whichever)
	kept := w.orientationsAt(c, func(o orientation, sent, received bool) bool {
		since, _ := q.variables["since"].(string)
		return o.id > since && (sent && direction == "SENT" || received && direction == "RECEIVED") &&
			slices.Contains(states, o.state) && (o.due != "" && o.due < w.day(0)) == late
	})
	q.expected["filtered_orientations"] = kept[:min(3, len(kept))]
}

// contactsAt are those at the caller's points or, where there is one, those about that
// application.
func (w *World) contactsAt(c oracle.Caller, about *application) []object {
	all := []object{}
	for _, x := range w.contacts {
		known := x.about != nil && w.Sees(c, x.about.Application).Opens("CONTACT")
		if about == nil && !w.Receives(c, x.point) || about != nil && (!known || x.about != about) {
			continue
		}
		shown := object{
			"__typename": "ReceptionContact", "id": x.id, "receptionPoint": object{"id": x.point}, "channel": x.channel,
			"recordedAt": w.given().Format(time.RFC3339), "occurredAt": w.given().Format(time.RFC3339), "motive": orNull(x.motive),
			"outcome": nil, "minutes": nil, "languages": []string{"ar"}, "application": nil,
		}
		if known {
			shown["application"] = object{"id": x.about.ID}
		}
		all = append(all, shown)
	}
	return byID(all)
}

// askContacts asks for those of the caller's points, and for those about an application.
func (q *questions) askContacts(w *World, c oracle.Caller) {
	about := pick(w, w.applications)
	q.variables["about"] = about.ID
	q.expected["contacts"], q.expected["about"] = w.contactsAt(c, nil), w.contactsAt(c, about)
	points, channels := w.pointIDs(3), some(w, domain.ContactChannel("").Values(), 5)
	from, before := pick(w, []int{-1, 0, 1}), pick(w, []int{0, 1, 1})
	q.variables["met"] = object{
		"receptionPoints": points, "channels": channels,
		"occurredFrom": w.given().Add(time.Duration(from) * time.Second), "occurredBefore": w.given().Add(time.Duration(before) * time.Second),
	}
	met := []object{}
	for _, x := range w.contactsAt(c, nil) {
		at, _ := x["receptionPoint"].(object)
		if from <= 0 && before > 0 && slices.Contains(points, fmt.Sprint(at["id"])) && slices.Contains(channels, fmt.Sprint(x["channel"])) {
			met = append(met, x)
		}
	}
	since, _ := q.variables["since"].(string)
	met = slices.DeleteFunc(met, func(x object) bool { return since != "" && fmt.Sprint(x["id"]) <= since })
	q.expected["filtered_contacts"] = met[:min(2, len(met))]
}

func byID(all []object) []object {
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(text(a["id"]), text(b["id"])) })
	return all
}

// meet makes contacts at points, most of them about an application.
func (w *World) meet() {
	for i := range 6 + w.r.IntN(6) {
		x := contact{
			id: w.id(domain.ReceptionContactPrefix, i), point: pick(w, w.points).id,
			channel: pick(w, domain.ContactChannel("").Values()), motive: pick(w, []string{"", "PIECES"}),
		}
		if w.chance(70) {
			x.about = pick(w, w.applications)
		}
		w.contacts = append(w.contacts, x)
	}
}

// addContacts are their rows.
func (w *World) addContacts(add func(string, row)) {
	for _, x := range w.contacts {
		var about any
		if x.about != nil {
			about = x.about.ID
		}
		add("reception_contact", row{
			"id": x.id, "reception_point_id": x.point, "recorded_by_id": w.administrator, "organisation_id": w.organisations[0],
			"channel": x.channel, "motive": x.motive, "outcome": "", "languages": []string{"ar"}, "application_id": about,
			"occurred_at": w.given(), "recorded_at": w.given(),
		})
	}
}
