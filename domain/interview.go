package domain

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// InterviewKind is what kind of interview was held.
type InterviewKind string

// The kinds.
const (
	SimpleInterview       InterviewKind = "SIMPLE"
	PersonalisedInterview InterviewKind = "PERSONALISED"
	InDepthInterview      InterviewKind = "IN_DEPTH"
	// PMRInterview is one with a household of reduced mobility: by itself it tells of that.
	PMRInterview InterviewKind = "PMR"
)

// Values lists the kinds, in the order of the contract.
func (InterviewKind) Values() []string {
	return []string{string(SimpleInterview), string(PersonalisedInterview), string(InDepthInterview), string(PMRInterview)}
}

// Sensitive tells a kind that by itself tells what few may know.
func (k InterviewKind) Sensitive() bool { return k == PMRInterview }

// MarshalGQL writes the word of the contract.
func (k InterviewKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *InterviewKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// NoteAudience is for whom a note is: who sees that column group of the application, or for
// SOCIAL_NOTES the social workers of the organisation that wrote it.
type NoteAudience string

// The audiences, by the column groups whose names they bear.
const (
	NoteForFile      = NoteAudience(GroupFile)
	NoteForSensitive = NoteAudience(GroupSensitive)
	NoteForSocial    = NoteAudience(GroupSocialNotes)
)

// Values lists the audiences, in the order of the contract.
func (NoteAudience) Values() []string {
	return []string{string(NoteForFile), string(NoteForSensitive), string(NoteForSocial)}
}

// MarshalGQL writes the word of the contract.
func (a NoteAudience) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *NoteAudience) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }

// ProjectConstraint is what a housing project has to reckon with. What would tell of
// health, a disability or violence is none: a sensitive note is for that.
type ProjectConstraint string

// The constraints.
const (
	ConstraintWork      ProjectConstraint = "NEAR_WORK"
	ConstraintSchool    ProjectConstraint = "NEAR_SCHOOL"
	ConstraintTransport ProjectConstraint = "PUBLIC_TRANSPORT"
	ConstraintFamily    ProjectConstraint = "NEAR_FAMILY"
	ConstraintParking   ProjectConstraint = "PARKING"
	ConstraintAnimals   ProjectConstraint = "ANIMALS"
	ConstraintDate      ProjectConstraint = "MOVE_BY_A_DAY"
)

// Values lists the constraints, in the order of the contract.
func (ProjectConstraint) Values() []string {
	return []string{
		string(ConstraintWork), string(ConstraintSchool), string(ConstraintTransport), string(ConstraintFamily),
		string(ConstraintParking), string(ConstraintAnimals), string(ConstraintDate),
	}
}

// MarshalGQL writes the word of the contract.
func (c ProjectConstraint) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *ProjectConstraint) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// The bounds of an interview.
const (
	// MaxInterviews bounds those of one application.
	MaxInterviews = 100
	// MaxInterviewNotes bounds the notes of one interview.
	MaxInterviewNotes = 20

	maxProjectText, maxNote          = 500, 4000
	maxTypologies, maxCommunes       = 7, 10
	interviewWithin                  = 31
	maxBudget                  Money = 1_000_000
)

// HousingProject is what the household looks for, as it was worked out in an interview
// (projet logement).
type HousingProject struct {
	Typologies []Typology `json:"typologies"`
	// Communes are those that were advised.
	Communes []InseeCode `json:"communes"`
	// Budget is the rent of a month with charges that the household can bear; nil where
	// that was not told.
	Budget      *Money              `json:"budget"`
	Constraints []ProjectConstraint `json:"constraints"`
	// Text is the project in words, for who sees the column group FILE.
	Text Stated `json:"text"`
}

// NoteForm is a note to write down.
type NoteForm struct {
	Audience NoteAudience
	Text     string
}

// InterviewForm is an interview that was held, as it is written down.
type InterviewForm struct {
	Kind    InterviewKind
	HeldOn  Date
	Project *HousingProject
	Notes   []NoteForm
}

// Check says what is wrong with an interview that is written down today.
func (f InterviewForm) Check(today Date) Refusals {
	var refusals Refusals
	if today.Before(f.HeldOn) || f.HeldOn.AddDays(interviewWithin).Before(today) {
		refusals = append(refusals, refuse(Invalid,
			"It was held today or in the 31 days before.", "Il a eu lieu aujourd'hui ou dans les 31 jours précédents.", "heldOn"))
	}
	if f.Project != nil {
		refusals = append(refusals, f.Project.check()...)
	}
	if len(f.Notes) > MaxInterviewNotes {
		refusals = append(refusals, refuse(Invalid, "At most 20 notes.", "20 notes au plus.", "notes"))
	}
	for _, n := range f.Notes {
		refusals = append(refusals, n.Check(f.Kind, "notes")...)
	}
	return refusals
}

func (p HousingProject) check() Refusals {
	var refusals Refusals
	if len(p.Typologies) > maxTypologies || distinct(p.Typologies) < len(p.Typologies) || slices.Contains(p.Typologies, UnknownTypology) {
		refusals = append(refusals, refuse(Invalid,
			"Different typologies, at most 7.", "Des typologies différentes, 7 au plus.", "project", "typologies"))
	}
	if len(p.Communes) > maxCommunes || distinct(p.Communes) < len(p.Communes) {
		refusals = append(refusals, refuse(Invalid,
			"Different communes, at most 10.", "Des communes différentes, 10 au plus.", "project", "communes"))
	}
	if p.Budget != nil && (*p.Budget < 0 || *p.Budget > maxBudget) {
		refusals = append(refusals, refuse(Invalid,
			"A rent of 0 to 10 000 euros a month.", "Un loyer de 0 à 10 000 euros par mois.", "project", "budget"))
	}
	if distinct(p.Constraints) < len(p.Constraints) {
		refusals = append(refusals, refuse(Invalid, "Different constraints.", "Des contraintes différentes.", "project", "constraints"))
	}
	if utf8.RuneCountInString(string(p.Text)) > maxProjectText {
		refusals = append(refusals, refuse(Invalid, "At most 500 characters.", "500 caractères au plus.", "project", "text"))
	}
	return append(refusals, RefuseNIR(string(p.Text), "project", "text")...)
}

// Check says what is wrong with a note on an interview of that kind. A note on one of a
// household of reduced mobility is sensitive, and social workers write for each other
// alone after an interview in depth.
func (n NoteForm) Check(kind InterviewKind, field ...string) Refusals {
	var refusals Refusals
	if l := utf8.RuneCountInString(strings.TrimSpace(n.Text)); l == 0 || l > maxNote {
		refusals = append(refusals, refuse(Invalid, "A note has 1 to 4000 characters.", "Une note a 1 à 4000 caractères.", field...))
	}
	if kind.Sensitive() && n.Audience == NoteForFile {
		refusals = append(refusals, refuse(Invalid,
			"A note on an interview of this kind is at least SENSITIVE.", "Une note sur un entretien de ce type est au moins SENSITIVE.", field...))
	}
	if kind != InDepthInterview && n.Audience == NoteForSocial {
		refusals = append(refusals, refuse(Invalid,
			"SOCIAL_NOTES are those of an interview in depth.", "SOCIAL_NOTES sont celles d'un entretien approfondi.", field...))
	}
	return append(refusals, RefuseNIR(n.Text, field...)...)
}

// TooManyInterviews refuses one more than an application may have.
func TooManyInterviews() Refusals {
	return Refusals{refuse(Invalid,
		"An application has at most 100 interviews.", "Une demande a 100 entretiens au plus.", "applicationId")}
}

// TooManyNotes refuses one more than an interview may have for the same readers: what the
// others wrote is not counted, nobody is told of it.
func TooManyNotes() Refusals {
	return Refusals{refuse(Invalid, "An interview has at most 20 notes.", "Un entretien a 20 notes au plus.", "interviewId")}
}
