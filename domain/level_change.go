package domain

import "io"

// LevelChangeState is where a request for another level of service stands.
type LevelChangeState string

// The states.
const (
	LevelChangeRequested LevelChangeState = "REQUESTED"
	LevelChangeGranted   LevelChangeState = "GRANTED"
	LevelChangeRefused   LevelChangeState = "REFUSED"
)

// Values lists the states, in the order of the contract.
func (LevelChangeState) Values() []string {
	return []string{string(LevelChangeRequested), string(LevelChangeGranted), string(LevelChangeRefused)}
}

// MarshalGQL writes the word of the contract.
func (s LevelChangeState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *LevelChangeState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// LevelChangeRefusal is why the Métropole does not grant another level.
type LevelChangeRefusal string

// The reasons of a refusal.
const (
	NoMeansForLevel LevelChangeRefusal = "NO_MEANS"
	NoNeedForLevel  LevelChangeRefusal = "NO_NEED"
	NotTrained      LevelChangeRefusal = "NOT_TRAINED"
	LevelLater      LevelChangeRefusal = "LATER"
)

// Values lists them, in the order of the contract.
func (LevelChangeRefusal) Values() []string {
	return []string{string(NoMeansForLevel), string(NoNeedForLevel), string(NotTrained), string(LevelLater)}
}

// MarshalGQL writes the word of the contract.
func (r LevelChangeRefusal) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *LevelChangeRefusal) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// LevelAndMeans is what an agreement says a point delivers; level 0 for no agreement.
type LevelAndMeans struct {
	Level int
	Means Means
}

// CheckLevelChange says what is wrong with asking for a level from a day on, at a point
// that has another one until then.
func CheckLevelChange(now, asked LevelAndMeans, from, today Date) Refusals {
	var all Refusals
	if asked.Level < InformationLevel || asked.Level > SpecialisedLevel {
		all = append(all, refuse(Invalid, "The levels are 1, 2 and 3.", "Les niveaux sont 1, 2 et 3.", "level"))
	}
	if now == asked {
		all = append(all, refuse(Invalid,
			"The point delivers that level by those means already.", "Le guichet assure déjà ce niveau par ces moyens.", "level"))
	}
	if !today.Before(from) {
		all = append(all, levelOfYesterday("from"))
	}
	return all
}

// levelOfYesterday refuses to change the level of a day on which something was done.
func levelOfYesterday(field string) *Refusal {
	return refuse(Invalid, "A level changes from tomorrow on at the earliest.", "Un niveau change au plus tôt demain.", field)
}

// CheckLevelAnswer says what is wrong with answering a request: it is granted from a day on
// or refused for a reason, once.
func CheckLevelAnswer(state LevelChangeState, from *Date, refused *LevelChangeRefusal, today Date) Refusals {
	switch {
	case state != LevelChangeRequested:
		return Refusals{refuse(IllegalTransition,
			"This request was answered already.", "Cette demande a déjà reçu une réponse.")}
	case (from == nil) == (refused == nil):
		return Refusals{refuse(Invalid,
			"Grant it from a day on, or refuse it for a reason.", "L'accorder à compter d'un jour, ou la refuser avec un motif.", "grantedFrom")}
	case from != nil && !today.Before(*from):
		return Refusals{levelOfYesterday("grantedFrom")}
	}
	return nil
}

// LaterAgreement refuses to change a level before one that is agreed for later.
func LaterAgreement() Refusals {
	r := brokenConstraints["agreement_no_overlap"]
	return Refusals{&r}
}
