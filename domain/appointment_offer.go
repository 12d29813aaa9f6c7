package domain

import "io"

// AppointmentOfferState says what became of an appointment that the service offers by
// itself, to everybody who registers or renews (rendez-vous systématique).
type AppointmentOfferState string

// The states of an offer.
const (
	// OfferOpen: none is booked yet.
	OfferOpen   AppointmentOfferState = "OFFERED"
	OfferBooked AppointmentOfferState = "BOOKED"
	OfferHeld   AppointmentOfferState = "HELD"
	// OfferNotHeld: nobody came, and none is booked since.
	OfferNotHeld AppointmentOfferState = "NOT_HELD"
	// OfferDeclined: the applicant wants none.
	OfferDeclined AppointmentOfferState = "DECLINED"
	// OfferLapsed: its days passed and none was booked.
	OfferLapsed AppointmentOfferState = "LAPSED"
)

// Values lists the states, in the order of the contract.
func (AppointmentOfferState) Values() []string {
	return []string{
		string(OfferOpen), string(OfferBooked), string(OfferHeld), string(OfferNotHeld), string(OfferDeclined), string(OfferLapsed),
	}
}

// MarshalGQL writes the word of the contract.
func (s AppointmentOfferState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *AppointmentOfferState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// AppointmentOffer is an appointment that the service offers. What it is follows from what
// became of the appointment that was booked on it.
type AppointmentOffer struct {
	// BookBy is the last day to book it.
	BookBy   Date
	Declined bool
	// Appointment is the state of the one that was booked; empty where none was.
	Appointment AppointmentState
}

// On is the state of the offer on that day.
func (o AppointmentOffer) On(today Date) AppointmentOfferState {
	switch {
	case o.Appointment == AppointmentHeld:
		return OfferHeld
	case o.Appointment == AppointmentUpcoming:
		return OfferBooked
	case o.Declined:
		return OfferDeclined
	case o.Appointment == AppointmentNotHeld:
		return OfferNotHeld
	case o.BookBy.Before(today):
		return OfferLapsed
	}
	return OfferOpen
}

// CheckDecline refuses to decline what is not open.
func (o AppointmentOffer) CheckDecline(today Date) Refusals {
	if state := o.On(today); state != OfferOpen && state != OfferNotHeld {
		return Refusals{refuse(Invalid,
			"The offer is "+string(state)+": there is nothing to decline.",
			"La proposition est à l'état "+string(state)+" : il n'y a rien à décliner.", "id")}
	}
	return nil
}

// The motives that the service offers by itself.
const (
	FirstRegistrationMotive MotiveCode = "FIRST_REGISTRATION"
	RenewalMotive           MotiveCode = "RENEWAL"
	OnlineApplicantMotive   MotiveCode = "ONLINE_APPLICANT"
)
