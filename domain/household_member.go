package domain

import (
	"io"
	"slices"
)

// HouseholdLink says what a member of a household is to the applicant (lien avec le
// demandeur; form 14069, boxes B2 to B7 and the dependants).
type HouseholdLink string

// The links of a household.
const (
	// LinkApplicant is the applicant itself (titulaire).
	LinkApplicant HouseholdLink = "APPLICANT"
	LinkSpouse    HouseholdLink = "SPOUSE"
	// LinkCoApplicant signs the application without being a couple with the applicant.
	LinkCoApplicant HouseholdLink = "CO_APPLICANT"
	LinkChild       HouseholdLink = "CHILD"
	// LinkVisitingChild lives elsewhere and counts for the size, not for the ceilings
	// (droit de visite, garde alternée).
	LinkVisitingChild HouseholdLink = "VISITING_CHILD"
	// LinkToBeBorn is a child that is expected.
	LinkToBeBorn       HouseholdLink = "TO_BE_BORN"
	LinkOtherDependant HouseholdLink = "OTHER_DEPENDANT"
)

// Values lists the links, in the order of the contract.
func (HouseholdLink) Values() []string {
	return []string{
		string(LinkApplicant), string(LinkSpouse), string(LinkCoApplicant), string(LinkChild),
		string(LinkVisitingChild), string(LinkToBeBorn), string(LinkOtherDependant),
	}
}

// Adult tells a link whose person signs, and may have an account of its own.
func (l HouseholdLink) Adult() bool { return slices.Contains(AdultLinks(), l) }

// AdultLinks are those of the adults who sign.
func AdultLinks() []HouseholdLink { return []HouseholdLink{LinkApplicant, LinkSpouse, LinkCoApplicant} }

// MarshalGQL writes the word of the contract.
func (l HouseholdLink) MarshalGQL(w io.Writer) { marshalEnum(w, l) }

// UnmarshalGQL reads the word of the contract.
func (l *HouseholdLink) UnmarshalGQL(v any) error { return unmarshalEnum(v, l) }

// Majority is the age of an adult (code civil, art. 414).
const Majority = 18

// Age is how old somebody born on that day is on another, in full years.
func Age(born, on Date) int {
	year, month, day := on.Civil()
	bornYear, bornMonth, bornDay := born.Civil()
	age := year - bornYear
	if month < bornMonth || month == bornMonth && day < bornDay {
		age--
	}
	return max(age, 0)
}
