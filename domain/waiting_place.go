package domain

import (
	"cmp"
	"io"
	"slices"
	"time"
)

// WaitingState is what became of a place on the waiting list.
type WaitingState string

// The states.
const (
	WaitingForSlot WaitingState = "WAITING"
	WaitingOffered WaitingState = "OFFERED"
	WaitingTaken   WaitingState = "TAKEN"
	WaitingLapsed  WaitingState = "LAPSED"
	WaitingLeft    WaitingState = "LEFT"
)

// Values lists the states, in the order of the contract.
func (WaitingState) Values() []string {
	return []string{string(WaitingForSlot), string(WaitingOffered), string(WaitingTaken), string(WaitingLapsed), string(WaitingLeft)}
}

// MarshalGQL writes the word of the contract.
func (s WaitingState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *WaitingState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// Live tells whether the place still waits, or has an offer.
func (s WaitingState) Live() bool { return s == WaitingForSlot || s == WaitingOffered }

// The bounds of a place.
const (
	maxWaitingPoints = 20
	// MaxWaitingPlaces bounds the places that an application ever had.
	MaxWaitingPlaces = 50
)

// Waiting is a place on the waiting list (liste d'attente): who wants an appointment that
// nobody can give yet.
type Waiting struct {
	ID     ID
	Motive MotiveCode
	Mode   AppointmentMode
	// Points are where; none for anywhere.
	Points []ID
	// Until is the last day on which the appointment is of use.
	Until Date
	// Deadline is the nearest of the law for the application; zero for none.
	Deadline Date
	JoinedAt time.Time
}

// CheckWaiting says whether an application that had so many places may have this one.
func CheckWaiting(state ApplicationState, w Waiting, had int, today Date) Refusals {
	switch {
	case !state.Living():
		return Refusals{refuse(Invalid,
			"The application is "+string(state)+": there is nothing to wait for.",
			"La demande est à l'état "+string(state)+" : rien à attendre.", "applicationId")}
	case had >= MaxWaitingPlaces:
		return Refusals{refuse(Invalid,
			"The application has had 50 places: the service takes no more.",
			"La demande a eu 50 places : le service n'en prend plus.", "applicationId")}
	case len(w.Points) > maxWaitingPoints:
		return Refusals{refuse(Invalid, "Name at most 20 reception points.", "Nommer 20 guichets au plus.", "receptionPointIds")}
	case w.Until.Before(today) || today.AddDays(MaxSlotDays).Before(w.Until):
		return Refusals{refuse(Invalid,
			"A place is kept from today to 120 days from now.", "Une place se garde d'aujourd'hui à dans 120 jours.", "until")}
	}
	return nil
}

// Compare is the order in which places are served: the nearest deadline of the law first,
// and then the oldest place.
func (w Waiting) Compare(other Waiting) int {
	if w.Deadline.IsZero() != other.Deadline.IsZero() {
		if w.Deadline.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(w.Deadline.Compare(other.Deadline), w.JoinedAt.Compare(other.JoinedAt), cmp.Compare(w.ID, other.ID))
}

// Wants tells whether a slot would do.
func (w Waiting) Wants(s Slot) bool {
	return (len(w.Points) == 0 || slices.Contains(w.Points, s.ReceptionPointID)) && !w.Until.Before(DateOf(s.From))
}

// UnknownWaitingPoint refuses a place at a point that is not there.
func UnknownWaitingPoint() Refusals {
	return Refusals{refuse(Unknown, "There is no such reception point.", "Ce guichet n'existe pas.", "receptionPointIds")}
}

// NotOffered refuses to take what is not offered, or not any more.
func NotOffered() Refusals {
	return Refusals{refuse(Invalid, "No slot is held for this place now.", "Aucun créneau n'est réservé pour cette place.", "id")}
}

// NotWaiting refuses to leave a list on which the application is no more.
func NotWaiting(s WaitingState) Refusals {
	return Refusals{refuse(Invalid,
		"The place is "+string(s)+" already.", "La place est déjà à l'état "+string(s)+".", "id")}
}
