package domain

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ApplicationForm is what an applicant states in an application (formulaire Cerfa
// 14069), but for the social security number, which is refused wherever it is written.
type ApplicationForm struct {
	Household  []MemberForm
	Wishes     []InseeCode
	Typologies []Typology
	Contact    ContactForm
	File       FileForm
}

// MemberForm is somebody to be housed. Names and day of birth are empty for a child to
// be born, ExpectedOn for everybody else.
type MemberForm struct {
	Link HouseholdLink
	NamesForm
	BornOn, ExpectedOn Date
}

// NamesForm is who somebody is; UsualName is empty where it is the birth name.
type NamesForm struct{ GivenNames, BirthName, UsualName string }

// ContactForm is how to reach an applicant.
type ContactForm struct {
	Address, PostalCode, Town string
	Phone                     PhoneNumber
	Email                     EmailAddress
	HelpingStructure          string
}

// SearchForm is what is looked for: communes, best first, and typologies.
type SearchForm struct {
	Wishes     []InseeCode
	Typologies []Typology
}

// FileForm is the means of a household, its housing and its reasons.
type FileForm struct {
	TaxYear                     int
	TaxIncome, MonthlyResources Money
	Housing                     HousingClass
	Reasons                     []string
}

// Bounds of a form.
const (
	maxAddress = 200 // characters
	maxTown    = 100
	// taxYears is how long ago the last known tax income may be.
	taxYears = 3
)

// Check says all that is wrong with the form, on the day it is handed in.
func (f ApplicationForm) Check(today Date) Refusals {
	path := []string{"form"}
	all := f.checkHousehold(subpath(path, "household"), today)
	all = append(all, SearchForm{f.Wishes, f.Typologies}.Check(path)...)
	all = append(all, f.Contact.Check(subpath(path, "contact"))...)
	return append(all, f.File.Check(subpath(path, "file"), today)...)
}

func (f ApplicationForm) checkHousehold(path []string, today Date) Refusals {
	var all Refusals
	applicants := 0
	for i, m := range f.Household {
		if m.Link == LinkApplicant {
			applicants++
		}
		all = append(all, m.check(subpath(path, strconv.Itoa(i)), today)...)
	}
	if applicants != 1 || f.Household[0].Link != LinkApplicant || len(f.Household) > MaxHousehold {
		all = append(all, refuse(Invalid,
			"A household has one applicant, who comes first, and 20 people at most.",
			"Un ménage a un seul titulaire, en premier, et au plus 20 personnes.", path...))
	}
	return all
}

func (m MemberForm) check(path []string, today Date) Refusals {
	if m.Link == LinkToBeBorn {
		if m.NamesForm != (NamesForm{}) || !m.BornOn.IsZero() || m.ExpectedOn.IsZero() || today.AddMonths(10).Before(m.ExpectedOn) {
			return Refusals{refuse(Invalid,
				"Of a child to be born only the day on which it is expected is stated, within ten months.",
				"D'un enfant à naître, seul le jour prévu est indiqué, dans les dix mois.", path...)}
		}
		return nil
	}
	all := m.Check(path)
	if m.BornOn.IsZero() || !m.BornOn.Before(today) || !m.ExpectedOn.IsZero() {
		all = append(all, refuse(Invalid,
			"Somebody who is born has a day of birth, which is past.",
			"Une personne née a un jour de naissance, passé.", subpath(path, "bornOn")...))
	}
	return all
}

// Check says what is wrong with the names.
func (n NamesForm) Check(path []string) Refusals {
	all := oneLine(n.GivenNames, 1, MaxNameLength, subpath(path, "givenNames"))
	all = append(all, oneLine(n.BirthName, 1, MaxNameLength, subpath(path, "birthName"))...)
	return append(all, oneLine(n.UsualName, 0, MaxNameLength, subpath(path, "usualName"))...)
}

// Check says what is wrong with what is looked for.
func (s SearchForm) Check(path []string) Refusals {
	var all Refusals
	if n := len(s.Wishes); n < 1 || n > MaxWishes || distinct(s.Wishes) < n {
		all = append(all, refuse(Invalid,
			"Wish 1 to 10 communes, each once, best first.",
			"Souhaiter de 1 à 10 communes, chacune une fois, la préférée d'abord.", subpath(path, "wishes")...))
	}
	if n := len(s.Typologies); n < 1 || distinct(s.Typologies) < n || slices.Contains(s.Typologies, UnknownTypology) {
		all = append(all, refuse(Invalid,
			"Look for one typology at least, each once.",
			"Chercher au moins une typologie, chacune une fois.", subpath(path, "typologies")...))
	}
	return all
}

// Check says what is wrong with the contact.
func (c ContactForm) Check(path []string) Refusals {
	all := oneLine(c.Address, 1, maxAddress, subpath(path, "address"))
	all = append(all, oneLine(c.Town, 1, maxTown, subpath(path, "town"))...)
	all = append(all, oneLine(c.HelpingStructure, 0, maxAddress, subpath(path, "helpingStructure"))...)
	if len(c.PostalCode) != 5 || strings.Trim(c.PostalCode, "0123456789") != "" {
		all = append(all, refuse(Invalid,
			"A postal code has five digits.", "Un code postal a cinq chiffres.", subpath(path, "postalCode")...))
	}
	return all
}

// Check says what is wrong with the means and the reasons.
func (f FileForm) Check(path []string, today Date) Refusals {
	var all Refusals
	if year, _, _ := today.Civil(); f.TaxYear > year || f.TaxYear < year-taxYears {
		all = append(all, refuse(Invalid,
			"The tax income is that of one of the last three years.",
			"Le revenu fiscal est celui d'une des trois dernières années.", subpath(path, "taxYear")...))
	}
	if f.TaxIncome < 0 || f.MonthlyResources < 0 {
		all = append(all, refuse(Invalid, "An income is not negative.", "Un revenu n'est pas négatif.", path...))
	}
	unknown := func(code string) bool { return !slices.Contains(requestReasons, code) }
	if n := len(f.Reasons); n < 1 || distinct(f.Reasons) < n || slices.ContainsFunc(f.Reasons, unknown) {
		all = append(all, refuse(Invalid,
			"Give one reason at least, by the codes of the list requestReason, each once.",
			"Donner au moins un motif, par les codes de la liste requestReason, chacun une fois.", subpath(path, "reasons")...))
	}
	return all
}

func distinct[T ~string](words []T) int {
	return len(slices.Compact(slices.Sorted(slices.Values(words))))
}

// oneLine checks a text of a form: its length, that it is one line without spaces
// around it, and that no social security number is in it.
func oneLine(text string, least, most int, path []string) Refusals {
	n := utf8.RuneCountInString(text)
	if n < least || n > most || text != strings.TrimSpace(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return Refusals{refuse(Invalid,
			"Write "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+" characters on one line, without spaces around them.",
			"Écrire de "+strconv.Itoa(least)+" à "+strconv.Itoa(most)+" caractères sur une ligne, sans espaces autour.", path...)}
	}
	return RefuseNIR(text, path...)
}
