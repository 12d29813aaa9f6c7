package domain

import (
	"io"
	"time"
)

// AbsenceReason is why somebody or something is not there. It tells of nobody's health.
type AbsenceReason string

// The reasons.
const (
	AbsentOnLeave    AbsenceReason = "LEAVE"
	AbsentAtTraining AbsenceReason = "TRAINING"
	AbsentAtMeeting  AbsenceReason = "MEETING"
	AbsentClosed     AbsenceReason = "CLOSURE"
	AbsentForWorks   AbsenceReason = "WORKS"
	AbsentOtherwise  AbsenceReason = "OTHER"
)

// Values lists the reasons, in the order of the contract.
func (AbsenceReason) Values() []string {
	return []string{
		string(AbsentOnLeave), string(AbsentAtTraining), string(AbsentAtMeeting),
		string(AbsentClosed), string(AbsentForWorks), string(AbsentOtherwise),
	}
}

// MarshalGQL writes the word of the contract.
func (r AbsenceReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *AbsenceReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// MaxAbsence bounds how long one absence may last.
const MaxAbsence = 400 * 24 * time.Hour

// Absence is when a person, a room or a whole reception point is not there. Exactly one of
// the three is named.
type Absence struct {
	PersonID, RoomID, ReceptionPointID ID
	Period
	Reason AbsenceReason
}

// Check says what is wrong with an absence that is declared now.
func (a Absence) Check(now time.Time) Refusals {
	var refusals Refusals
	named := 0
	for _, id := range []ID{a.PersonID, a.RoomID, a.ReceptionPointID} {
		if id != "" {
			named++
		}
	}
	if named != 1 {
		refusals = append(refusals, refuse(Invalid,
			"An absence is that of one person, one room or one reception point.",
			"Une absence est celle d'une personne, d'un bureau ou d'un guichet.", "personId"))
	}
	if !a.From.Before(a.Until) || a.Until.Sub(a.From) > MaxAbsence {
		refusals = append(refusals, refuse(Invalid,
			"It ends after it begins, within 400 days.", "Elle finit après avoir commencé, dans les 400 jours.", "endsAt"))
	}
	if !now.Before(a.Until) {
		refusals = append(refusals, refuse(Invalid,
			"It is over already.", "Elle est déjà terminée.", "endsAt"))
	}
	return refusals
}
