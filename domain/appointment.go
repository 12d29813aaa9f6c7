package domain

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// AppointmentState is what became of an appointment.
type AppointmentState string

// The states.
const (
	AppointmentUpcoming  AppointmentState = "UPCOMING"
	AppointmentHeld      AppointmentState = "HELD"
	AppointmentNotHeld   AppointmentState = "NOT_HELD"
	AppointmentCancelled AppointmentState = "CANCELLED"
)

// Values lists the states, in the order of the contract.
func (AppointmentState) Values() []string {
	return []string{string(AppointmentUpcoming), string(AppointmentHeld), string(AppointmentNotHeld), string(AppointmentCancelled)}
}

// MarshalGQL writes the word of the contract.
func (s AppointmentState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *AppointmentState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// Attendance is what became of one participant. Who did not come is told apart from whose
// appointment was cancelled: no count takes one for the other.
type Attendance string

// The attendances.
const (
	AttendanceUpcoming  Attendance = "UPCOMING"
	AttendanceHonoured  Attendance = "HONOURED"
	AttendanceExcused   Attendance = "EXCUSED"
	AttendanceCancelled Attendance = "CANCELLED_BY_SERVICE"
	AttendanceNoShow    Attendance = "NO_SHOW"
)

// Values lists the attendances, in the order of the contract.
func (Attendance) Values() []string {
	return []string{
		string(AttendanceUpcoming), string(AttendanceHonoured), string(AttendanceExcused),
		string(AttendanceCancelled), string(AttendanceNoShow),
	}
}

// MarshalGQL writes the word of the contract.
func (a Attendance) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *Attendance) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }

// Participant is somebody of the household for whom an appointment is, and whether that
// one came.
type Participant struct {
	MemberID   ID         `json:"memberId"`
	Attendance Attendance `json:"attendance"`
}

// The bounds of appointments.
const (
	// MaxUpcoming bounds the appointments that an application has before it, MaxAppointments
	// those that it ever had.
	MaxUpcoming     = 5
	MaxAppointments = 100
	// recordedWithin is by how many days after an appointment its outcome is recorded.
	recordedWithin = 31
	// overbookingReason bounds the reason of an overbooking, in bytes.
	overbookingReason = 200
)

// Appointment is a meeting of an applicant with staff of a reception point (rendez-vous).
type Appointment struct {
	State        AppointmentState
	Motive       MotiveCode
	From, Until  time.Time
	Participants []Participant
}

// Participants are those of the household who are to come: who was named, or the adults.
func Participants(named, adults, household []ID) ([]Participant, Refusals) {
	if len(named) == 0 {
		named = adults
	}
	var all []Participant
	for _, id := range named {
		if !slices.Contains(household, id) || slices.ContainsFunc(all, func(p Participant) bool { return p.MemberID == id }) {
			return nil, Refusals{refuse(Invalid,
				"Participants are people of the household, each named once.",
				"Les participants sont des personnes du ménage, nommées une fois.", "participantIds")}
		}
		all = append(all, Participant{id, AttendanceUpcoming})
	}
	return all, nil
}

// CheckMode says whether the motive is met in that mode, and by whom it is booked.
func (m AppointmentMotive) CheckMode(mode AppointmentMode, by AppointmentBooker) Refusals {
	if !slices.Contains(m.Modes, mode) {
		return Refusals{refuse(Invalid,
			"This motive has no such mode: appointmentMotives lists them.",
			"Ce motif n'a pas cette modalité : appointmentMotives les énumère.", "mode")}
	}
	if !m.BookedBy(by) {
		return Refusals{refuse(Invalid,
			"A member of staff books this motive.", "Ce motif est réservé par un agent.", "motive")}
	}
	return nil
}

// CheckBooking says whether an application that has these appointments before it, and so
// many in all, may have one more then.
func CheckBooking(state ApplicationState, then Period, upcoming []Period, all int) Refusals {
	switch {
	case !state.Living():
		return Refusals{refuse(Invalid,
			"The application is "+string(state)+": there is nothing to meet for.",
			"La demande est à l'état "+string(state)+" : rien ne justifie un rendez-vous.", "applicationId")}
	case len(upcoming) >= MaxUpcoming:
		return Refusals{refuse(Invalid,
			"The application has 5 appointments before it: cancel one first.",
			"La demande a 5 rendez-vous à venir : en annuler d'abord un.", "applicationId")}
	case all >= MaxAppointments:
		return Refusals{refuse(Invalid,
			"The application has had 100 appointments: the service takes no more.",
			"La demande a eu 100 rendez-vous : le service n'en prend plus.", "applicationId")}
	case slices.ContainsFunc(upcoming, then.Overlaps):
		return Refusals{refuse(Overlap,
			"The application has an appointment at that time.",
			"La demande a un rendez-vous à ce moment.", "startsAt")}
	}
	return nil
}

// CheckOverbooking says whether the reason of an overbooking is one.
func CheckOverbooking(reason string) Refusals {
	if reason == "" || len(reason) > overbookingReason {
		return Refusals{refuse(Invalid,
			"An overbooking has a reason of 1 to 200 bytes, without names.",
			"Une surréservation a un motif de 1 à 200 octets, sans nom.", "overbookedFor")}
	}
	return nil
}

// CheckOpen refuses to move or cancel what is not before us.
func (a Appointment) CheckOpen(now time.Time) Refusals {
	if a.State != AppointmentUpcoming {
		return Refusals{refuse(Invalid,
			"The appointment is "+string(a.State)+" already.", "Le rendez-vous est déjà à l'état "+string(a.State)+".", "id")}
	}
	if !now.Before(a.From) {
		return Refusals{refuse(Invalid,
			"The appointment has begun: record who came.", "Le rendez-vous a commencé : indiquer qui est venu.", "id")}
	}
	return nil
}

// Cancel ends an appointment before it is held: by the service, or by the applicant, who
// is excused.
func (a Appointment) Cancel(by AppointmentBooker) Appointment {
	a.State = AppointmentCancelled
	attendance := AttendanceCancelled
	if by == ApplicantBooks {
		attendance = AttendanceExcused
	}
	a.Participants = slices.Clone(a.Participants)
	for i := range a.Participants {
		a.Participants[i].Attendance = attendance
	}
	return a
}

// Record says who came. It is held when somebody did, and can be told once more within a
// month, whatever was told before.
func (a Appointment) Record(told []Participant, now time.Time) (Appointment, Refusals) {
	if a.State == AppointmentCancelled || now.Before(a.From) {
		return a, Refusals{refuse(Invalid,
			"Who came is recorded once the appointment has begun, unless it was cancelled.",
			"Dire qui est venu une fois le rendez-vous commencé, s'il n'a pas été annulé.", "id")}
	}
	if DateOf(a.From).AddDays(recordedWithin).Before(DateOf(now)) {
		return a, Refusals{refuse(Invalid,
			"The appointment is more than 31 days ago.", "Le rendez-vous date de plus de 31 jours.", "id")}
	}
	next := slices.Clone(a.Participants)
	for _, p := range told {
		i := slices.IndexFunc(next, func(o Participant) bool { return o.MemberID == p.MemberID })
		if i < 0 || p.Attendance == AttendanceUpcoming || p.Attendance == AttendanceCancelled {
			return a, Refusals{refuse(Invalid,
				"Each of the participants was HONOURED, EXCUSED or NO_SHOW.",
				"Chacun des participants est HONOURED, EXCUSED ou NO_SHOW.", "participants")}
		}
		next[i].Attendance = p.Attendance
	}
	if slices.ContainsFunc(next, func(p Participant) bool { return p.Attendance == AttendanceUpcoming }) {
		return a, Refusals{refuse(Invalid,
			"Say of every participant who came.", "Dire de chaque participant s'il est venu.", "participants")}
	}
	a.Participants, a.State = next, AppointmentNotHeld
	if slices.ContainsFunc(next, func(p Participant) bool { return p.Attendance == AttendanceHonoured }) {
		a.State = AppointmentHeld
	}
	return a, nil
}

// AlternativeCount is how many other slots are named where one is taken.
const AlternativeCount = 3

// Taken refuses a slot that cannot be had, and names others.
func Taken(others []Slot) Refusals {
	r := slotTaken
	r.Slots = append([]Slot{}, others...)
	return Refusals{&r}
}

var slotTaken = Refusal{
	Code: SlotTaken, Field: []string{"startsAt"},
	Message: Text{EN: "This slot cannot be had any more.", FR: "Ce créneau n'est plus disponible."},
	Help:    Text{EN: "Choose one of the alternatives, or search again.", FR: "Choisir l'un des créneaux proposés, ou chercher de nouveau."},
}

// Alternatives are the slots nearest to the one that was wanted: those of its point first,
// by how far they are.
func Alternatives(wanted Slot, among []Slot) []Slot {
	near := slices.DeleteFunc(slices.Clone(among), func(s Slot) bool { return s.Compare(wanted) == 0 })
	away := func(s Slot) time.Duration { return s.From.Sub(wanted.From).Abs() }
	slices.SortStableFunc(near, func(a, b Slot) int {
		if here, there := a.ReceptionPointID == wanted.ReceptionPointID, b.ReceptionPointID == wanted.ReceptionPointID; here != there {
			if here {
				return -1
			}
			return 1
		}
		return int((away(a) - away(b)) / time.Second)
	})
	near = near[:min(len(near), AlternativeCount)]
	return near
}

// NotBookableNow refuses a time that is too near, or too far away, for the motive.
func NotBookableNow(m AppointmentMotive) Refusals {
	return Refusals{refuse(Invalid,
		fmt.Sprintf("This motive is booked from %d days before to %d hours before.", m.MaxDays, m.MinNoticeHours()),
		fmt.Sprintf("Ce motif se réserve de %d jours à %d heures avant.", m.MaxDays, m.MinNoticeHours()), "startsAt")}
}
