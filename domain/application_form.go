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
	Household []MemberForm
	SearchForm
	Contact ContactForm
	File    FileForm
}

// NamesForm is who somebody is; UsualName is empty where it is the birth name.
type NamesForm struct{ GivenNames, BirthName, UsualName string }

// ContactForm is how to reach an applicant, and where it lives.
type ContactForm struct {
	Address, PostalCode, Town string
	// CareOf is who hosts the applicant (chez), if anybody does.
	CareOf string `json:",omitempty"`
	// Mailing is where letters go, where that is elsewhere.
	Mailing            *MailingAddress `json:",omitempty"`
	Phone, SecondPhone PhoneNumber     `json:",omitempty"`
	Email              EmailAddress    `json:",omitempty"`
	// EmailAllowed and TextAllowed are what the applicant agrees to.
	EmailAllowed, TextAllowed bool `json:",omitempty"`
	HelpingStructure          string
	HelpingPhone              PhoneNumber      `json:",omitempty"`
	HelpingEmail              EmailAddress     `json:",omitempty"`
	Dwelling                  *CurrentDwelling `json:",omitempty"`
}

// MailingAddress is where letters go (adresse de correspondance).
type MailingAddress struct {
	Address    string `json:"address"`
	PostalCode string `json:"postalCode"`
	Town       string `json:"town"`
}

// CurrentDwelling is the home in which the applicant lives (logement actuel; boxes F23,
// F25, F48). What was not told is nil or empty.
type CurrentDwelling struct {
	// People live in it.
	People int `json:"people"`
	// Rent is that of a month, with charges; HousingBenefit what is paid for it.
	Rent           *Money    `json:"rent"`
	HousingBenefit *Money    `json:"housingBenefit"`
	Category       Stated    `json:"category"`
	Typology       *Typology `json:"typology"`
	Surface        Surface   `json:"surface"`
	Landlord       Stated    `json:"landlord"`
	OwnsAnother    *bool     `json:"ownsAnother"`
}

// SearchForm is what is looked for: communes, best first, and typologies.
type SearchForm struct {
	Wishes     []InseeCode
	Typologies []Typology
	// Enlarged tells that communes nearby will do, Category whether a flat or a house.
	Enlarged bool   `json:",omitempty"`
	Category Stated `json:",omitempty"`
}

// FileForm is the means of a household, its housing and its reasons.
type FileForm struct {
	TaxYear   int
	TaxIncome Money
	// EarlierTaxIncome is that of the year before.
	EarlierTaxIncome *Money `json:",omitempty"`
	// MonthlyResources follow from the lines of the household, where it has any.
	MonthlyResources Money
	Housing          HousingClass
	// HousingMode is exact, and sensitive where its class has others.
	HousingMode string `json:",omitempty"`
	Reasons     []string
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
	all := checkHousehold(f.Household, subpath(path, "household"), today)
	all = append(all, f.SearchForm.Check(path, today)...)
	all = append(all, f.Contact.Check(subpath(path, "contact"), today)...)
	all = append(all, f.File.Check(subpath(path, "file"), today)...)
	_, refusals := f.File.Monthly(f.Household, subpath(path, "file"))
	return append(all, refusals...)
}

// Monthly is what the household gets in a month. Where it was stated by kind the total is
// the sum, whoever states it.
func (f FileForm) Monthly(household []MemberForm, path []string) (Money, Refusals) {
	sum, byKind := monthly(household)
	switch {
	case !byKind:
		return f.MonthlyResources, nil
	case f.MonthlyResources != 0 && f.MonthlyResources != sum:
		return sum, Refusals{refuse(Invalid,
			"The resources of the household were stated by kind, and their sum is another: leave the total out.",
			"Les ressources du ménage ont été déclarées par nature, et leur somme est autre : ne pas donner le total.",
			subpath(path, "monthlyResources")...)}
	}
	return sum, nil
}

// Check says what is wrong with the names.
func (n NamesForm) Check(path []string) Refusals {
	all := oneLine(n.GivenNames, 1, MaxNameLength, subpath(path, "givenNames"))
	all = append(all, oneLine(n.BirthName, 1, MaxNameLength, subpath(path, "birthName"))...)
	return append(all, oneLine(n.UsualName, 0, MaxNameLength, subpath(path, "usualName"))...)
}

// Check says what is wrong with what is looked for.
func (s SearchForm) Check(path []string, today Date) Refusals {
	all := oneCode(listSought, s.Category, today, subpath(path, "category"))
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
func (c ContactForm) Check(path []string, today Date) Refusals {
	all := MailingAddress{c.Address, c.PostalCode, c.Town}.check(path)
	all = append(all, oneLine(c.CareOf, 0, maxAddress, subpath(path, "careOf"))...)
	all = append(all, oneLine(c.HelpingStructure, 0, maxAddress, subpath(path, "helpingStructure"))...)
	if c.Mailing != nil {
		all = append(all, c.Mailing.check(subpath(path, "mailing"))...)
	}
	if c.Dwelling != nil {
		all = append(all, c.Dwelling.check(subpath(path, "dwelling"), today)...)
	}
	if c.EmailAllowed && c.Email == "" || c.TextAllowed && c.Phone == "" {
		all = append(all, refuse(Invalid,
			"Who agrees to be written to tells where: `email`, and `phone` for text messages.",
			"Qui accepte qu'on lui écrive dit où : `email`, et `phone` pour les SMS.", path...))
	}
	return all
}

func (a MailingAddress) check(path []string) Refusals {
	all := oneLine(a.Address, 1, maxAddress, subpath(path, "address"))
	all = append(all, oneLine(a.Town, 1, maxTown, subpath(path, "town"))...)
	if len(a.PostalCode) != 5 || !onlyDigits(a.PostalCode) {
		all = append(all, refuse(Invalid,
			"A postal code has five digits.", "Un code postal a cinq chiffres.", subpath(path, "postalCode")...))
	}
	return all
}

// maxPeople and maxSurface bound what a home holds: beyond is a mistake.
const (
	maxPeople          = 50
	maxSurface Surface = 1000
)

func (d CurrentDwelling) check(path []string, today Date) Refusals {
	all := oneCode(listDwellings, d.Category, today, subpath(path, "category"))
	all = append(all, oneLine(string(d.Landlord), 0, maxAddress, subpath(path, "landlord"))...)
	if d.People < 1 || d.People > maxPeople || d.Surface < 0 || d.Surface > maxSurface {
		all = append(all, refuse(Invalid,
			"Somebody lives in a home, 50 people at most, on 1000 m² at most.",
			"Un logement abrite quelqu'un, 50 personnes au plus, sur 1000 m² au plus.", path...))
	}
	for _, amount := range []*Money{d.Rent, d.HousingBenefit} {
		if amount != nil && (*amount < 0 || *amount > maxMonthly) {
			all = append(all, refuse(Invalid,
				"Amounts are those of a month, in cents, and not negative.",
				"Les montants sont ceux d'un mois, en centimes, et non négatifs.", path...))
		}
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
	if f.TaxIncome < 0 || f.MonthlyResources < 0 || f.EarlierTaxIncome != nil && *f.EarlierTaxIncome < 0 {
		all = append(all, refuse(Invalid, "An income is not negative.", "Un revenu n'est pas négatif.", path...))
	}
	all = append(all, oneCode(listHousing, f.HousingMode, today, subpath(path, "housingMode"))...)
	if class := HousingClassOf(f.HousingMode); class != "" && class != f.Housing {
		all = append(all, refuse(Invalid,
			"This mode of housing is of the class "+string(class)+".", "Ce mode de logement est de la classe "+string(class)+".", subpath(path, "housing")...))
	}
	if len(f.Reasons) < 1 {
		all = append(all, refuse(Invalid, "Give one reason at least.", "Donner au moins un motif.", subpath(path, "reasons")...))
	}
	return append(all, someCodes(listReasons, f.Reasons, today, subpath(path, "reasons"))...)
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

// someText checks a text that may have lines, as oneLine does.
func someText(text string, most int, path []string) Refusals {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' }
	if utf8.RuneCountInString(text) > most || text != strings.TrimSpace(text) || strings.ContainsFunc(text, control) {
		return Refusals{refuse(Invalid,
			"Write "+strconv.Itoa(most)+" characters at most, without spaces around them.",
			"Écrire au plus "+strconv.Itoa(most)+" caractères, sans espaces autour.", path...)}
	}
	return RefuseNIR(text, path...)
}
