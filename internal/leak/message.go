package leak

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// told is something that an applicant was told, or is to be told.
type told struct {
	id, kind, state string
	sensitive       bool
	due             time.Time
}

// offer is an appointment that the service offers, and the state of the one that was booked
// on it, if there is one.
type offer struct {
	id, booked, state   string
	offered, by, closed string
}

func (w *World) newMessage(a *application, n int) told {
	return told{
		id: w.id(domain.MessagePrefix, a.ID, n), kind: pick(w, []string{"APPOINTMENT_BOOKED", "APPLICANT_RECEIVED"}),
		state: pick(w, []string{"TO_SEND", "SENT", "UNREACHABLE"}), sensitive: w.chance(40),
		due: w.Now.Add(time.Duration(n) * time.Hour).UTC().Truncate(time.Second),
	}
}

// newOffer draws one; each is of another day.
func (w *World) newOffer(a *application, n int) offer {
	o := offer{id: w.id(domain.AppointmentOfferPrefix, a.ID, n), offered: string(w.day(-10 * (n + 1))), by: string(w.day(pick(w, []int{-1, 0, 20})))}
	if w.chance(30) {
		o.closed = string(w.day(-1))
	}
	for _, p := range a.appointments {
		if !p.sensitive && w.chance(50) {
			o.booked, o.state = p.id, p.state
			break
		}
	}
	return o
}

// stateOn is what became of an offer by today.
func (o offer) stateOn(w *World) string {
	switch {
	case o.state == "UPCOMING":
		return "BOOKED"
	case o.closed != "":
		return "DECLINED"
	case o.by < string(w.day(0)):
		return "LAPSED"
	}
	return "OFFERED"
}

func (w *World) addMessages(add func(string, row), a *application) {
	for _, m := range a.messages {
		var settled, channel any
		if m.state != "TO_SEND" {
			settled = m.due
		}
		if m.state == "SENT" {
			channel = "EMAIL"
		}
		add("message", row{
			"id": m.id, "application_id": a.ID, "kind": m.kind, "state": m.state, "channel": channel, "sensitive": m.sensitive, "former_contact": "",
			"about": m.due, "due_at": m.due, "worthless_at": m.due.Add(time.Hour), "settled_at": settled, "tries": 0, "next_try": m.due,
		})
	}
	for _, o := range a.offers {
		add("appointment_offer", row{
			"id": o.id, "application_id": a.ID, "motive": "RENEWAL", "offered_on": o.offered, "book_by": o.by, "declined_on": orNull(o.closed),
			"appointment_id": orNull(o.booked), "appointment_state": orNull(o.state),
		})
	}
}

// messagesOf are those that the caller must get.
func (w *World) messagesOf(s sight) []object {
	all := []object{}
	if !s.Opens("CONTACT") {
		return all
	}
	shown := slices.DeleteFunc(slices.Clone(s.messages), func(m told) bool { return m.sensitive && !s.Opens("SENSITIVE") })
	slices.SortFunc(shown, func(a, b told) int { return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.id, b.id)) })
	for _, m := range shown {
		var settled, channel any
		if m.state != "TO_SEND" {
			settled = m.due.Format(time.RFC3339)
		}
		if m.state == "SENT" {
			channel = "EMAIL"
		}
		all = append(all, object{
			"__typename": "Message", "id": m.id, "kind": m.kind, "state": m.state, "channel": channel,
			"dueAt": m.due.Format(time.RFC3339), "settledAt": settled,
		})
	}
	return all
}

// offersOf are those that the caller must get, the latest first.
func (w *World) offersOf(s sight) []object {
	all := []object{}
	if !s.Opens("CONTACT") {
		return all
	}
	shown := slices.Clone(s.offers)
	slices.SortFunc(shown, func(a, b offer) int { return cmp.Compare(b.offered, a.offered) })
	for _, o := range shown {
		var booked any
		for _, p := range w.appointmentsOf(s) {
			if p["id"] == o.booked {
				booked = p
			}
		}
		all = append(all, object{
			"__typename": "AppointmentOffer", "id": o.id, "motive": "RENEWAL", "offeredOn": o.offered, "bookBy": o.by,
			"state": o.stateOn(w), "appointment": booked,
		})
	}
	return all
}

// inDepth says of each reason for an in-depth interview whether it holds for the application,
// and the column group by which that is known.
func (w *World) inDepth(a *application, reason domain.InDepthReason) (group string, holds bool) {
	living := a.State == "PENDING_VALIDATION" || a.State == "ACTIVE"
	switch reason {
	case domain.InDepthVeryOld:
		return "SUMMARY", living && !w.date(w.day(0)).AddMonths(-36).Before(w.date(a.registeredOn))
	case domain.InDepthNoHome:
		return "FILE", living && slices.Contains(a.reasons, "01")
	case domain.InDepthManyReasons:
		return "FILE", living && len(a.reasons) >= 3
	case domain.InDepthManyRefusals:
		return "DECISIONS", living && w.refusals(a) >= 3
	default:
	}
	return "SENSITIVE", living && slices.ContainsFunc(a.members, member.hard)
}

// hard tells that something sensitive makes it hard.
func (m member) hard() bool { return m.sensitive && (len(m.reasons) > 0 || m.mode != "") }

// inDepthOf are the reasons that the caller must get.
func (w *World) inDepthOf(s sight) []any {
	all := []any{}
	for _, word := range domain.InDepthReason("").Values() {
		group, holds := w.inDepth(s.application, domain.InDepthReason(word))
		seen := s.Opens(group)
		if group == "SENSITIVE" && !seen { // the caller's own record
			seen = slices.ContainsFunc(s.members, func(m member) bool { return m.hard() && s.Sensitive(m.id) })
		}
		if holds && seen {
			all = append(all, word)
		}
	}
	return all
}
