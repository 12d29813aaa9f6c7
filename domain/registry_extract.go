package domain

import (
	"slices"
	"strings"
)

// RegistryListing says why a record of an extract of the national registry was not taken
// over, or not wholly: somebody looks at it.
type RegistryListing string

// Why a record is listed.
const (
	// ListedOutOfTerritory: none of the communes that are wished for is one of ours.
	ListedOutOfTerritory RegistryListing = "OUT_OF_TERRITORY"
	// ListedUnknown: nothing here has this number, and the record ends or renews something,
	// or says too little to make an application of.
	ListedUnknown RegistryListing = "UNKNOWN"
	// ListedErased: the application was erased here, and is not made again.
	ListedErased RegistryListing = "ERASED"
	// ListedMerged: the application was merged into another one.
	ListedMerged RegistryListing = "MERGED"
	// ListedNewerHere: something happened here that the registry did not know when it made
	// the extract.
	ListedNewerHere RegistryListing = "NEWER_HERE"
	// ListedKept: a stronger source stated some fields otherwise, and they stay.
	ListedKept RegistryListing = "KEPT"
	// ListedHousehold: the household is another one here, and stays.
	ListedHousehold RegistryListing = "HOUSEHOLD"
	// ListedNotOpen: the application is not in a state in which this can be done.
	ListedNotOpen RegistryListing = "NOT_OPEN"
	// ListedDeleted: the registry deleted it, which no step of the law does here.
	ListedDeleted RegistryListing = "DELETED"
)

// RegistryListings lists why a record may be listed, in the order of a report.
func RegistryListings() []RegistryListing {
	return []RegistryListing{
		ListedOutOfTerritory, ListedUnknown, ListedErased, ListedMerged, ListedNewerHere, ListedKept, ListedHousehold,
		ListedNotOpen, ListedDeleted,
	}
}

var listingWords = map[RegistryListing]Text{
	ListedOutOfTerritory: {EN: "No commune that is wished for is ours.", FR: "Aucune commune souhaitée n'est des nôtres."},
	ListedUnknown: {
		EN: "Nothing here has this number, and the record ends something or says too little to make an application of.",
		FR: "Aucune demande n'a ce numéro ici, et l'enregistrement met fin à une demande ou en dit trop peu pour en faire une.",
	},
	ListedErased: {EN: "It was erased here, and is not made again.", FR: "Elle a été effacée ici et n'est pas recréée."},
	ListedMerged: {EN: "It was merged into another application.", FR: "Elle a été fusionnée avec une autre demande."},
	ListedNewerHere: {
		EN: "Something happened here that the registry did not know yet.", FR: "Il s'est passé ici ce que le registre ne savait pas encore.",
	},
	ListedKept:      {EN: "Stated by a stronger source, or later: these fields stay.", FR: "Ces champs, d'une source plus forte ou plus récente, restent tels quels."},
	ListedHousehold: {EN: "The household is another one here, and stays.", FR: "Le ménage est autre ici, et reste tel quel."},
	ListedNotOpen:   {EN: "The application is not in a state in which this can be done.", FR: "L'état de la demande ne le permet pas."},
	ListedDeleted:   {EN: "The registry deleted it: see what became of it.", FR: "Le registre l'a supprimée : voir ce qu'elle est devenue."},
}

// Words say to a person why a record is listed.
func (l RegistryListing) Words() Text { return listingWords[l] }

// CheckFromRegistry says all that is wrong with what the registry states of an
// application. Another desk took it down, under the rules of another year: what it lacks
// may be missing and incomes may be old. What is there is checked as in any form.
func (f ApplicationForm) CheckFromRegistry(today Date) Refusals {
	return f.supplied(today).Check(today)
}

// supplied has something in each place that may be empty in what the registry states.
func (f ApplicationForm) supplied(today Date) ApplicationForm {
	const something = "-"
	f.Household = slices.Clone(f.Household)
	for i := range f.Household {
		m := &f.Household[i]
		if m.Link == LinkToBeBorn {
			continue
		}
		supply(&m.GivenNames, something)
		supply(&m.BirthName, something)
		if m.Link == LinkApplicant {
			supply(&m.BornOn, today.AddDays(-1))
		}
	}
	if len(f.Wishes) == 0 {
		f.Wishes = []InseeCode{something}
	}
	if len(f.Typologies) == 0 {
		f.Typologies = []Typology{T1}
	}
	supply(&f.Contact.Address, something)
	supply(&f.Contact.Town, something)
	supply(&f.Contact.PostalCode, "00000")
	if d := f.Contact.Dwelling; d != nil {
		filled := *d
		supply(&filled.People, 1)
		f.Contact.Dwelling = &filled
	}
	if year, _, _ := today.Civil(); f.File.TaxYear < year {
		f.File.TaxYear = year
	}
	if len(f.File.Reasons) == 0 {
		f.File.Reasons = []string{otherReason}
	}
	return f
}

// otherReason is that of what no other code names.
const otherReason = "23"

func supply[T comparable](v *T, something T) {
	var none T
	if *v == none {
		*v = something
	}
}

// EnoughToRegister tells whether the form says what an application cannot be without: who
// applies and what is looked for.
func (f ApplicationForm) EnoughToRegister() bool {
	first := f.Household[0]
	return first.GivenNames != "" && first.BirthName != "" && !first.BornOn.IsZero() && len(f.Wishes) > 0 && len(f.Typologies) > 0
}

// TakenOver is the life of an application that another desk registered, once it comes
// here: its certificate was handed over there, and it would not be there any more had it
// not been renewed on each anniversary.
func (l Life) TakenOver(c LegalClocks, today Date) Life {
	l.AcknowledgedOn = l.RegisteredOn
	from := l.DepositedOn
	for years := 1; ; years++ {
		next := l.DepositedOn.AddMonths(12 * years)
		if today.Before(next) {
			break
		}
		from = next
	}
	if from != l.DepositedOn {
		l.RenewedOn = from
	}
	l.valid(from, c)
	return l
}

// RemovalReasonsOf are the reasons of that code of the national registry; none for a code
// that it does not have.
func RemovalReasonsOf(code string) []RemovalReason {
	var all []RemovalReason
	for _, word := range RemovalReason("").Values() {
		if r := RemovalReason(word); removalRules[r].code == code {
			all = append(all, r)
		}
	}
	return all
}

// SaysNothing tells a value of a form that is as where nothing was said.
func (v FormValue) SaysNothing() bool { return slices.Contains([]string{"", "0", "false"}, v.Value) }

// Stating is the provenance once that source has said all that the correction says: what
// it is silent about stays anybody's to fill in.
func (p Provenance) Stating(c ApplicationCorrection, origin ValueOrigin) Provenance {
	for _, v := range c.Values() {
		if !v.SaysNothing() {
			origin.Field = v.Field
			p = p.With(origin)
		}
	}
	return p
}

// Keeps tells whether a value stays as it is when that origin says something else: what
// is stronger stays, and what the same source said on a later day.
func (p Provenance) Keeps(field string, origin ValueOrigin) bool {
	i, found := p.find(field)
	if !found {
		return false
	}
	switch by := p[i].Source.strength() - origin.Source.strength(); {
	case by != 0:
		return by > 0
	default:
		return origin.On.Before(p[i].On)
	}
}

// SameHousehold tells whether a household that somebody states is the one that is stored:
// by links, names and days, in whatever order, and by means and civil status where any is
// stated.
func SameHousehold(stated, stored []MemberForm) bool {
	means := slices.ContainsFunc(stated, func(m MemberForm) bool { return len(m.Resources) > 0 || m.MaintenancePaid != nil })
	civil := slices.ContainsFunc(stated, func(m MemberForm) bool { return m.CivilStatus != nil })
	people := func(household []MemberForm) []string {
		var all []string
		for _, m := range household {
			all = append(all, m.inWords(means, civil))
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(people(stated), people(stored))
}

// inWords says who a member is. The names of the applicant are a value of the application.
func (m MemberForm) inWords(means, civil bool) string {
	var said []string
	m.values(func(field string, value any) {
		if m.Link == LinkApplicant && slices.Contains(nameValues, field) ||
			!means && (field == "resources" || field == "maintenancePaid") || !civil && strings.HasPrefix(field, "civilStatus.") ||
			strings.HasPrefix(field, "work.") {
			return
		}
		said = append(said, formWords(value))
	})
	return strings.Join(said, "|")
}
