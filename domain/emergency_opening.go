package domain

import (
	"io"
	"strings"
)

// EmergencyMotive is why an application is opened in an emergency.
type EmergencyMotive string

// The motives of an emergency.
const (
	// EmergencyDanger: somebody is in danger, at home or of being found.
	EmergencyDanger EmergencyMotive = "DANGER"
	// EmergencyShelter: a household is on the street, or will be tonight.
	EmergencyShelter EmergencyMotive = "SHELTER"
	// EmergencyHealth: a vital matter of health.
	EmergencyHealth EmergencyMotive = "HEALTH"
	// EmergencyDisaster: the dwelling burnt, fell in or was evacuated.
	EmergencyDisaster EmergencyMotive = "DISASTER"
	// EmergencyCourt: a judge or the public force asks within hours.
	EmergencyCourt EmergencyMotive = "COURT"
)

// Values lists the motives, in the order of the contract.
func (EmergencyMotive) Values() []string {
	return []string{
		string(EmergencyDanger), string(EmergencyShelter), string(EmergencyHealth), string(EmergencyDisaster), string(EmergencyCourt),
	}
}

// MarshalGQL writes the word of the contract.
func (m EmergencyMotive) MarshalGQL(w io.Writer) { marshalEnum(w, m) }

// UnmarshalGQL reads the word of the contract.
func (m *EmergencyMotive) UnmarshalGQL(v any) error { return unmarshalEnum(v, m) }

// The bounds of what an emergency is explained by, in characters: shorter ones explain
// nothing.
const (
	minExplanation = 20
	maxExplanation = 500
)

// CheckExplanation says what is wrong with the words in which an emergency is
// explained.
func CheckExplanation(text string) Refusals {
	text = strings.TrimSpace(text)
	if line(text, maxExplanation) && len([]rune(text)) >= minExplanation {
		return nil
	}
	return Refusals{refuse(Invalid,
		"Explain the emergency on one line of 20 to 500 characters, without names.",
		"Expliquer l'urgence sur une ligne de 20 à 500 caractères, sans nom.", "explanation")}
}
