package domain

import "io"

// The three levels of service (niveaux de service) that a reception point may
// choose. A level includes those below it.
const (
	// InformationLevel: basic advice, the form is given out.
	InformationLevel = 1
	// RegistrationLevel: the application is registered, a simple interview held.
	RegistrationLevel = 2
	// SpecialisedLevel: personalised appointment, single file, social worker.
	SpecialisedLevel = 3
)

// Means says whose staff and premises deliver the level of service.
type Means string

// The means of a level of service.
const (
	// OwnMeans: the operator's own (moyens propres).
	OwnMeans Means = "OWN"
	// MutualisedMeans: those shared through the Métropole (moyens mutualisés).
	MutualisedMeans Means = "MUTUALISED"
)

// Values lists the means in the order of the contract.
func (Means) Values() []string { return []string{string(OwnMeans), string(MutualisedMeans)} }

// MarshalGQL writes the word of the contract.
func (m Means) MarshalGQL(w io.Writer) { marshalEnum(w, m) }

// UnmarshalGQL reads the word of the contract.
func (m *Means) UnmarshalGQL(v any) error { return unmarshalEnum(v, m) }
