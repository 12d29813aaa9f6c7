package domain

import (
	"io"
	"slices"
	"time"
)

// OrientationState is where an orientation stands.
type OrientationState string

// The states.
const (
	OrientationSent     OrientationState = "SENT"
	OrientationAccepted OrientationState = "ACCEPTED"
	// OrientationAppointment: the applicant has an appointment at the receiving point.
	OrientationAppointment OrientationState = "APPOINTMENT_SET"
	OrientationReceived    OrientationState = "RECEIVED"
	OrientationReported    OrientationState = "REPORTED_BACK"
	OrientationDeclined    OrientationState = "DECLINED"
	OrientationWithdrawn   OrientationState = "WITHDRAWN"
	// OrientationLapsed: the application came to an end meanwhile.
	OrientationLapsed OrientationState = "LAPSED"
)

// openOrientations are the states that wait for a step, in the order of the steps.
var openOrientations = []OrientationState{OrientationSent, OrientationAccepted, OrientationAppointment, OrientationReceived}

// Values lists the states, in the order of the contract.
func (OrientationState) Values() []string {
	return words(append(slices.Clone(openOrientations),
		OrientationReported, OrientationDeclined, OrientationWithdrawn, OrientationLapsed))
}

// Open tells whether something is still to come.
func (s OrientationState) Open() bool { return slices.Contains(openOrientations, s) }

// MarshalGQL writes the word of the contract.
func (s OrientationState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *OrientationState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// OrientationReason is why an applicant is sent to a point of level 3. What would tell of
// a disability, of health or of violence is no reason: the point reads the file once it
// has accepted.
type OrientationReason string

// The reasons.
const (
	OrientForAppointment OrientationReason = "PERSONALISED_APPOINTMENT"
	OrientForSingleFile  OrientationReason = "SINGLE_FILE"
	OrientForInterview   OrientationReason = "IN_DEPTH_INTERVIEW"
	OrientForPriority    OrientationReason = "PRIORITY"
	OrientForLongWait    OrientationReason = "LONG_WAIT"
	OrientForRefusals    OrientationReason = "SEVERAL_REFUSALS"
)

// Values lists the reasons, in the order of the contract.
func (OrientationReason) Values() []string {
	return []string{
		string(OrientForAppointment), string(OrientForSingleFile), string(OrientForInterview),
		string(OrientForPriority), string(OrientForLongWait), string(OrientForRefusals),
	}
}

// MarshalGQL writes the word of the contract.
func (r OrientationReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *OrientationReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// OrientationRefusal is why a point does not take an orientation.
type OrientationRefusal string

// The reasons of a point that declines.
const (
	DeclinedFull      OrientationRefusal = "NO_CAPACITY"
	DeclinedElsewhere OrientationRefusal = "OTHER_POINT"
	DeclinedNeedless  OrientationRefusal = "NOT_NEEDED"
	DeclinedApplicant OrientationRefusal = "APPLICANT_DECLINES"
)

// Values lists them, in the order of the contract.
func (OrientationRefusal) Values() []string {
	return []string{string(DeclinedFull), string(DeclinedElsewhere), string(DeclinedNeedless), string(DeclinedApplicant)}
}

// MarshalGQL writes the word of the contract.
func (r OrientationRefusal) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *OrientationRefusal) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// OrientationOutcome is what the sender is told in the end.
type OrientationOutcome string

// The outcomes.
const (
	OutcomeSingleFile OrientationOutcome = "SINGLE_FILE_COMPLETE"
	OutcomeInterview  OrientationOutcome = "INTERVIEW_HELD"
	OutcomeGoesOn     OrientationOutcome = "FOLLOWED_FURTHER"
	OutcomeNotNeeded  OrientationOutcome = "NOTHING_MORE_NEEDED"
	// OutcomeAbsent: the applicant did not come.
	OutcomeAbsent OrientationOutcome = "DID_NOT_COME"
)

// Values lists the outcomes, in the order of the contract.
func (OrientationOutcome) Values() []string {
	return []string{
		string(OutcomeSingleFile), string(OutcomeInterview), string(OutcomeGoesOn), string(OutcomeNotNeeded), string(OutcomeAbsent),
	}
}

// MarshalGQL writes the word of the contract.
func (o OrientationOutcome) MarshalGQL(w io.Writer) { marshalEnum(w, o) }

// UnmarshalGQL reads the word of the contract.
func (o *OrientationOutcome) UnmarshalGQL(v any) error { return unmarshalEnum(v, o) }

// OrientationDirection says whose orientations a list has: those that the caller's points
// sent, or those that they were sent.
type OrientationDirection string

// The directions.
const (
	DirectionSent     OrientationDirection = "SENT"
	DirectionReceived OrientationDirection = "RECEIVED"
)

// Values lists the directions, in the order of the contract.
func (OrientationDirection) Values() []string {
	return []string{string(DirectionSent), string(DirectionReceived)}
}

// MarshalGQL writes the word of the contract.
func (d OrientationDirection) MarshalGQL(w io.Writer) { marshalEnum(w, d) }

// UnmarshalGQL reads the word of the contract.
func (d *OrientationDirection) UnmarshalGQL(v any) error { return unmarshalEnum(v, d) }

// OrientationDelays are how many days each step may take, and how long the receiving
// point sees the application once it is over.
type OrientationDelays struct {
	// Answer is from the sending on, Appointment from the acceptance, Reception from the
	// appointment's being set, Report from the reception.
	Answer, Appointment, Reception, Report int
	After                                  time.Duration
}

// Orientation is the way of an applicant to a point of level 3 and back (orientation). It
// is a value: each step returns the next one, or refuses and returns the same.
type Orientation struct {
	State OrientationState
	// The instants of its steps, zero for those that were not taken.
	SentAt, AcceptedAt, AppointmentSetAt, ReceivedAt, EndedAt time.Time
	DeclinedFor                                               OrientationRefusal
	Outcome                                                   OrientationOutcome
	// DueOn is the last day for the step that it waits for; zero once it is over.
	DueOn Date
	// SeenUntil is until when the receiving point sees the application; zero while it
	// does, and where it never did.
	SeenUntil time.Time
}

// SendOrientation sends one.
func SendOrientation(at time.Time, d OrientationDelays) Orientation {
	return Orientation{State: OrientationSent, SentAt: at, DueOn: DateOf(at).AddDays(d.Answer)}
}

// Accept makes the application known to the receiving point.
func (o Orientation) Accept(at time.Time, d OrientationDelays) (Orientation, Refusals) {
	if o.State != OrientationSent {
		return o, o.illegal()
	}
	o.State, o.AcceptedAt, o.DueOn = OrientationAccepted, at, DateOf(at).AddDays(d.Appointment)
	return o, nil
}

// SetAppointment notes that the applicant has an appointment there.
func (o Orientation) SetAppointment(at time.Time, d OrientationDelays) (Orientation, Refusals) {
	if o.State != OrientationAccepted {
		return o, o.illegal()
	}
	o.State, o.AppointmentSetAt, o.DueOn = OrientationAppointment, at, DateOf(at).AddDays(d.Reception)
	return o, nil
}

// Receive notes that the applicant was there.
func (o Orientation) Receive(at time.Time, d OrientationDelays) (Orientation, Refusals) {
	if o.State != OrientationAccepted && o.State != OrientationAppointment {
		return o, o.illegal()
	}
	o.State, o.ReceivedAt, o.DueOn = OrientationReceived, at, DateOf(at).AddDays(d.Report)
	return o, nil
}

// ReportBack tells the sender the outcome. Of an applicant who was not received it is that
// nobody came.
func (o Orientation) ReportBack(outcome OrientationOutcome, at time.Time, d OrientationDelays) (Orientation, Refusals) {
	if !o.State.Open() || o.State == OrientationSent {
		return o, o.illegal()
	}
	if (o.State == OrientationReceived) == (outcome == OutcomeAbsent) {
		return o, Refusals{refuse(Invalid,
			"DID_NOT_COME is the outcome of who was not received, and of nobody else.",
			"DID_NOT_COME est l'issue pour qui n'a pas été reçu, et pour personne d'autre.", "outcome")}
	}
	o.Outcome = outcome
	return o.end(OrientationReported, at, d), nil
}

// Decline says that the point does not take it, or not any more.
func (o Orientation) Decline(reason OrientationRefusal, at time.Time, d OrientationDelays) (Orientation, Refusals) {
	if !o.State.Open() || o.State == OrientationReceived {
		return o, o.illegal()
	}
	o.DeclinedFor = reason
	return o.end(OrientationDeclined, at, d), nil
}

// Withdraw takes it back, until the applicant was received.
func (o Orientation) Withdraw(at time.Time, d OrientationDelays) (Orientation, Refusals) {
	if !o.State.Open() || o.State == OrientationReceived {
		return o, o.illegal()
	}
	return o.end(OrientationWithdrawn, at, d), nil
}

// Lapse ends it with the application, whatever it waits for: nothing of that is seen any
// more, whatever becomes of it.
func (o Orientation) Lapse(at time.Time) Orientation {
	if !o.State.Open() {
		return o
	}
	return o.end(OrientationLapsed, at, OrientationDelays{})
}

// end closes what the acceptance opened, some days later.
func (o Orientation) end(s OrientationState, at time.Time, d OrientationDelays) Orientation {
	o.State, o.EndedAt, o.DueOn = s, at, Date{}
	if !o.AcceptedAt.IsZero() {
		o.SeenUntil = at.Add(d.After)
	}
	return o
}

func (o Orientation) illegal() Refusals {
	return Refusals{refuse(IllegalTransition,
		"This orientation is "+string(o.State)+".", "Cette orientation est à l'état "+string(o.State)+".")}
}

// Overdue tells whether the step that it waits for is late.
func (o Orientation) Overdue(today Date) bool { return !o.DueOn.IsZero() && o.DueOn.Before(today) }

// OrientationStep is a step that was taken, with the days since the one before.
type OrientationStep struct {
	State OrientationState
	At    time.Time
	Days  int
}

// Steps are those that were taken, in their order.
func (o Orientation) Steps() []OrientationStep {
	taken := []OrientationStep{{State: OrientationSent, At: o.SentAt}}
	for _, s := range []OrientationStep{
		{State: OrientationAccepted, At: o.AcceptedAt},
		{State: OrientationAppointment, At: o.AppointmentSetAt},
		{State: OrientationReceived, At: o.ReceivedAt},
		{State: o.State, At: o.EndedAt},
	} {
		if !s.At.IsZero() {
			s.Days = DateOf(taken[len(taken)-1].At).DaysUntil(DateOf(s.At))
			taken = append(taken, s)
		}
	}
	return taken
}

// CheckOrientation says what is wrong with sending an applicant from a point to another,
// which have those levels.
func CheckOrientation(from, to ID, fromLevel, toLevel int) Refusals {
	switch {
	case from == to || fromLevel >= SpecialisedLevel:
		return Refusals{refuse(Invalid,
			"An applicant is sent from a point of level 1 or 2 to another one of level 3.",
			"On oriente d'un guichet de niveau 1 ou 2 vers un autre, de niveau 3.", "receptionPointId")}
	case toLevel < SpecialisedLevel:
		return TooLow(SpecialisedLevel, to)
	}
	return nil
}
