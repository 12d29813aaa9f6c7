package leak

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// appointment is one with what decides on who sees it. Its motive and the time of day
// follow from whether it is sensitive and from its number.
type appointment struct {
	id, motive, state, by, point string
	sensitive                    bool
	participants, staff          []string
	starts                       time.Time
}

func (w *World) newAppointment(a *application, n int) appointment {
	p := appointment{
		id: w.id(domain.AppointmentPrefix, a.ID, n), motive: "RENEWAL", state: "UPCOMING", point: pick(w, w.points).id,
		starts: w.Now.Add(time.Duration(24+n) * time.Hour).UTC().Truncate(time.Second),
	}
	if w.chance(50) {
		p.motive, p.sensitive = "PMR_INTERVIEW", true
	}
	if w.chance(30) {
		p.state = "CANCELLED"
	}
	for _, m := range a.members {
		if w.chance(60) {
			p.participants = append(p.participants, m.id)
		}
	}
	if w.chance(60) {
		p.staff = []string{pick(w, w.people).ID}
	}
	if w.chance(60) {
		p.by = pick(w, w.people).ID
	}
	return p
}

func (p appointment) attendance() string {
	if p.state == "CANCELLED" {
		return "CANCELLED_BY_SERVICE"
	}
	return "UPCOMING"
}

func (w *World) addAppointment(add func(string, row), a *application, p appointment) {
	participants := []domain.Participant{}
	for _, m := range p.participants {
		participants = append(participants, domain.Participant{MemberID: domain.ID(m), Attendance: domain.Attendance(p.attendance())})
	}
	add("appointment", row{
		"id": p.id, "application_id": a.ID, "motive": p.motive, "sensitive": p.sensitive, "mode": "ON_SITE", "state": p.state,
		"reception_point_id": p.point, "starts_at": p.starts, "ends_at": p.starts.Add(time.Hour), "participants": participants,
		"booked_at": w.given(), "booked_by_id": orNull(p.by), "version": 1,
	})
	for _, person := range p.staff {
		add("appointment_staff", row{"appointment_id": p.id, "person_id": person})
	}
}

// appointmentsOf are those that the caller must get, as it must get them.
func (w *World) appointmentsOf(s sight) []object {
	shown := slices.DeleteFunc(slices.Clone(s.appointments), func(p appointment) bool {
		return !s.Appointment(p.sensitive, p.participants, p.staff, p.by)
	})
	slices.SortFunc(shown, func(a, b appointment) int { return cmp.Or(a.starts.Compare(b.starts), cmp.Compare(a.id, b.id)) })
	all := []object{}
	for _, p := range shown {
		participants := []object{}
		if s.Opens("FILE") {
			for _, m := range p.participants {
				participants = append(participants, object{"__typename": "Participant", "memberId": m, "attendance": p.attendance()})
			}
		}
		all = append(all, object{
			"__typename": "Appointment", "id": p.id, "application": object{"id": s.ID}, "motive": p.motive, "mode": "ON_SITE", "state": p.state,
			"receptionPoint": object{"id": p.point}, "room": nil, "startsAt": p.starts.Format(time.RFC3339),
			"endsAt": p.starts.Add(time.Hour).Format(time.RFC3339), "participants": participants,
			"bookedAt": w.given().Format(time.RFC3339), "overbookedFor": nil, "version": 1,
		})
	}
	return all
}
