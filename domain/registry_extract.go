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

// SameHousehold tells whether two households are of the same people: by links, names and
// days, in whatever order.
func SameHousehold(some, others []MemberForm) bool {
	return slices.Equal(people(some), people(others))
}

func people(household []MemberForm) []string {
	var all []string
	for _, m := range household {
		name := NameKey(m.GivenNames, m.BirthName, m.UsualName)
		if m.Link == LinkApplicant {
			name = "" // the names of an application are a value of their own
		}
		all = append(all, strings.Join([]string{string(m.Link), dayOrNothing(m.BornOn), dayOrNothing(m.ExpectedOn), name}, "|"))
	}
	slices.Sort(all)
	return all
}
