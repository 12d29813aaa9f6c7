package domain

import "io"

// VacancyKind is why a dwelling is to be let. It tells nothing of who lived there.
type VacancyKind string

// The kinds.
const (
	VacantForLetting    VacancyKind = "RELETTING"
	VacantFirstLetting  VacancyKind = "FIRST_LETTING"
	VacantForTechnical  VacancyKind = "TECHNICAL"
	VacantForAnotherUse VacancyKind = "OTHER"
)

// Values lists the kinds, in the order of the contract.
func (VacancyKind) Values() []string {
	return []string{string(VacantForLetting), string(VacantFirstLetting), string(VacantForTechnical), string(VacantForAnotherUse)}
}

// MarshalGQL writes the word of the contract.
func (k VacancyKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *VacancyKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// VacancyOutcome is how a vacancy ended.
type VacancyOutcome string

// The outcomes.
const (
	VacancyLet       VacancyOutcome = "LET"
	VacancyWithdrawn VacancyOutcome = "WITHDRAWN"
	VacancyCancelled VacancyOutcome = "CANCELLED"
)

// Values lists the outcomes, in the order of the contract.
func (VacancyOutcome) Values() []string {
	return []string{string(VacancyLet), string(VacancyWithdrawn), string(VacancyCancelled)}
}

// MarshalGQL writes the word of the contract.
func (o VacancyOutcome) MarshalGQL(w io.Writer) { marshalEnum(w, o) }

// UnmarshalGQL reads the word of the contract.
func (o *VacancyOutcome) UnmarshalGQL(v any) error { return unmarshalEnum(v, o) }

const (
	// MaxVacancies bounds those of one dwelling.
	MaxVacancies = 50
	// maxVacancyAhead is how far ahead a vacancy is announced, in days.
	maxVacancyAhead = 2 * 366
)

// VacancyDates are a vacancy and its dates (vacance).
type VacancyDates struct {
	Kind VacancyKind `json:"kind"`
	// NoticeGivenOn is when the tenant gave notice (congé), AvailableOn when somebody can
	// move in; nil for what is not known.
	NoticeGivenOn *Date `json:"noticeGivenOn,omitempty"`
	VacantFrom    Date  `json:"vacantFrom"`
	AvailableOn   *Date `json:"availableOn,omitempty"`
	// ClosedOn is nil while it lasts, and so is the outcome.
	ClosedOn *Date           `json:"closedOn,omitempty"`
	Outcome  *VacancyOutcome `json:"outcome,omitempty"`
}

// Check says what is wrong with the dates of a vacancy that lasts, today.
func (v VacancyDates) Check(today Date) Refusals {
	var all Refusals
	if today.AddDays(maxVacancyAhead).Before(v.VacantFrom) {
		all = append(all, refuse(Invalid,
			"A vacancy is announced two years ahead at most.", "Une vacance s'annonce deux ans à l'avance au plus.", "vacantFrom"))
	}
	if n := v.NoticeGivenOn; n != nil && (today.Before(*n) || v.VacantFrom.Before(*n)) {
		all = append(all, refuse(Invalid,
			"Notice was given today or before, and not after the dwelling is vacant.",
			"Le congé est donné aujourd'hui ou avant, et pas après la vacance.", "noticeGivenOn"))
	}
	if a := v.AvailableOn; a != nil && a.Before(v.VacantFrom) {
		all = append(all, refuse(Invalid,
			"It is available when it is vacant at the earliest.", "Il est disponible au plus tôt à la vacance.", "availableOn"))
	}
	return all
}

// Close ends a vacancy on a day.
func (v VacancyDates) Close(on Date, outcome VacancyOutcome, today Date) (VacancyDates, Refusals) {
	switch {
	case v.ClosedOn != nil:
		return v, VacancyIsOver()
	case today.Before(on):
		return v, Refusals{refuse(Invalid, "It ends today or ended before.", "Elle prend fin aujourd'hui ou a pris fin avant.", "on")}
	case outcome != VacancyCancelled && on.Before(v.VacantFrom):
		return v, Refusals{refuse(Invalid,
			"A dwelling is let or withdrawn once it is vacant.", "Un logement est reloué ou retiré une fois vacant.", "on")}
	}
	v.ClosedOn, v.Outcome = &on, &outcome
	return v, nil
}

// VacancyIsOver refuses to change what is over.
func VacancyIsOver() Refusals {
	return Refusals{refuse(IllegalTransition, "This vacancy is over.", "Cette vacance est terminée.", "id")}
}

// TooManyVacancies refuses one more.
func TooManyVacancies() Refusals {
	return Refusals{refuse(Invalid, "A dwelling has at most 50 vacancies.", "Un logement a 50 vacances au plus.", "dwellingId")}
}
