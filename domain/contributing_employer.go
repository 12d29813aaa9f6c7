package domain

import (
	"io"
	"slices"
	"strconv"
)

// The list of contributing employers changes by some at a time: each call settles at once who
// sees the applications of those whom they employ.
const (
	MaxEmployersAtOnce = 50
	MaxEmployerName    = 200
)

// ContributingEmployerState is where an employer stands on the list of those that contribute.
type ContributingEmployerState string

// The states.
const (
	// EmployerProposed: Action Logement put it on the list, which opens nothing yet.
	EmployerProposed ContributingEmployerState = "PROPOSED"
	// EmployerConfirmed: the Métropole confirmed it.
	EmployerConfirmed ContributingEmployerState = "CONFIRMED"
	// EmployerWithdrawn: one of the two took it off the list.
	EmployerWithdrawn ContributingEmployerState = "WITHDRAWN"
)

// Values lists the states, in the order of the contract.
func (ContributingEmployerState) Values() []string {
	return []string{string(EmployerProposed), string(EmployerConfirmed), string(EmployerWithdrawn)}
}

// MarshalGQL writes the word of the contract.
func (s ContributingEmployerState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ContributingEmployerState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// NamedEmployer is an establishment with the name that people know it by.
type NamedEmployer struct {
	Siret Siret
	Name  string
}

// CheckEmployers says what is wrong with proposing these while those are on the list.
func CheckEmployers(employers []*NamedEmployer, listed []Siret) Refusals {
	var all Refusals
	seen := slices.Clone(listed)
	for i, e := range employers {
		at := []string{"employers", strconv.Itoa(i)}
		all = append(all, oneLine(e.Name, 1, MaxEmployerName, subpath(at, "name"))...)
		if slices.Contains(seen, e.Siret) {
			all = append(all, EmployerListed(subpath(at, "siret")...))
		}
		seen = append(seen, e.Siret)
	}
	return all
}

// EmployerListed refuses an employer that is on the list.
func EmployerListed(field ...string) *Refusal {
	r := refuse(Duplicate, "This employer is on the list already.", "Cet employeur est déjà sur la liste.", field...)
	r.Help = Text{EN: "Leave it out, or withdraw the one that is there first.", FR: "L'omettre, ou retirer d'abord celui qui y est."}
	return r
}

// CheckEmployerStep says what is wrong with confirming employers in these states, or with
// withdrawing them, all of them or none.
func CheckEmployerStep(states []ContributingEmployerState, next ContributingEmployerState) Refusals {
	var all Refusals
	for i, s := range states {
		if s != EmployerWithdrawn && s != next {
			continue
		}
		r := refuse(IllegalTransition, "This employer is confirmed already.", "Cet employeur est déjà confirmé.", "ids", strconv.Itoa(i))
		if s == EmployerWithdrawn {
			r.Message = Text{EN: "This employer was withdrawn: propose it again.", FR: "Cet employeur a été retiré : le proposer de nouveau."}
		}
		all = append(all, r)
	}
	return all
}

// EmployersAtOnce refuses to change none of them, or too many in one call.
func EmployersAtOnce(n int, field string) Refusals {
	if n >= 1 && n <= MaxEmployersAtOnce {
		return nil
	}
	return Refusals{refuse(Invalid, "Name 1 to 50 employers at a time.", "Indiquer de 1 à 50 employeurs à la fois.", field)}
}
