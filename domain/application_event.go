package domain

import "io"

// ApplicationEventKind is what the history of an application tells: a step of its life,
// another act on it, or a deadline that comes and falls due.
type ApplicationEventKind string

// The events that are no [Step].
const (
	EventCorrected         ApplicationEventKind = "CORRECT"
	EventSplit             ApplicationEventKind = "SPLIT"
	EventTaken             ApplicationEventKind = "TAKE"
	EventReleased          ApplicationEventKind = "RELEASE"
	EventHandedOver        ApplicationEventKind = "HAND_OVER"
	EventCertificateGiven  ApplicationEventKind = "CERTIFICATE"
	EventNoticeGiven       ApplicationEventKind = "RENEWAL_NOTICE"
	EventAppointmentHeld   ApplicationEventKind = "PERSONALISED_APPOINTMENT"
	EventSingleFile        ApplicationEventKind = "SINGLE_FILE_COMPLETE"
	EventDeadlineAnnounced ApplicationEventKind = "DEADLINE_ANNOUNCED"
	EventDeadlineDue       ApplicationEventKind = "DEADLINE_DUE"
)

// Values lists the events, in the order of the contract.
func (ApplicationEventKind) Values() []string {
	return append(Step("").Values(),
		string(EventCorrected), string(EventSplit), string(EventTaken), string(EventReleased), string(EventHandedOver),
		string(EventCertificateGiven), string(EventNoticeGiven), string(EventAppointmentHeld), string(EventSingleFile),
		string(EventDeadlineAnnounced), string(EventDeadlineDue))
}

// MarshalGQL writes the word of the contract.
func (k ApplicationEventKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *ApplicationEventKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }
