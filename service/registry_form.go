package service

import (
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registryfile"
)

// registryForm is what the registry states of an application, in the form: the other way
// of [registryView]. Wishes elsewhere than in the towns are left out and counted. Its
// housing is empty where none is stated.
func registryForm(v registryfile.View, towns map[domain.InseeCode]string) (form domain.ApplicationForm, elsewhere int) {
	form.Household = registryHousehold(v)
	for _, w := range v.Wishes {
		switch _, ours := towns[w]; {
		case !ours:
			elsewhere++
		case !slices.Contains(form.Wishes, w):
			form.Wishes = append(form.Wishes, w)
		}
	}
	for _, code := range v.Typologies {
		if t := typologyOf(code); !slices.Contains(form.Typologies, t) {
			form.Typologies = append(form.Typologies, t)
		}
	}
	form.Enlarged = valueOf(v.Enlarged)
	form.Contact = registryContact(v, towns)
	form.File = registryMeans(v)
	return form, elsewhere
}

// typologyOf is the kind of a home of that code. A single room is a home of one room.
func typologyOf(code string) domain.Typology {
	switch code {
	case "C":
		return domain.T1
	case "T6P":
		return domain.T6Plus
	}
	return domain.Typology(code)
}

func registryContact(v registryfile.View, towns map[domain.InseeCode]string) domain.ContactForm {
	a := v.Applicant.Address
	c := domain.ContactForm{
		Address: spaced(a.Number, a.Street), PostalCode: a.PostalCode, Town: towns[a.Commune],
		Phone: v.Applicant.Phone, SecondPhone: v.Applicant.OtherPhone, Email: v.Applicant.Email,
	}
	if valueOf(a.Abroad) { // a postal code of another country has a form of its own
		c.Address, c.PostalCode = spaced(c.Address, a.PostalCode), ""
	}
	h := v.Housing
	d := domain.CurrentDwelling{People: h.People, Rent: h.Rent, Category: domain.Stated(h.Category), OwnsAnother: h.OwnsOther}
	if h.Typology != "" {
		t := typologyOf(h.Typology)
		d.Typology = &t
	}
	if d != (domain.CurrentDwelling{}) {
		c.Dwelling = &d
	}
	return c
}

func spaced(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// registryMeans are the means, the housing and the reasons. The tax income is that of all
// who sign, of the last year that one of them states.
func registryMeans(v registryfile.View) domain.FileForm {
	f := domain.FileForm{}
	adults := append([]registryfile.Person{v.Applicant}, v.CoApplicants...)
	for _, p := range adults {
		if p.TaxIncome != nil {
			f.TaxYear = max(f.TaxYear, p.TaxYear)
		}
	}
	for _, p := range adults {
		if p.TaxIncome != nil && p.TaxYear == f.TaxYear {
			f.TaxIncome += *p.TaxIncome
		}
		if p.EarlierTaxIncome != nil && p.EarlierTaxYear == f.TaxYear-1 {
			f.EarlierTaxIncome = sum(f.EarlierTaxIncome, p.EarlierTaxIncome)
		}
	}
	if len(v.Housing.Modes) > 0 {
		f.HousingMode = v.Housing.Modes[0]
		f.Housing = domain.HousingClassOf(f.HousingMode)
	}
	for _, r := range v.Reasons {
		if !slices.Contains(f.Reasons, r) {
			f.Reasons = append(f.Reasons, r)
		}
	}
	return f
}

// sum adds amounts, of which none may be stated.
func sum(a, b *domain.Money) *domain.Money {
	if b == nil {
		return a
	}
	total := valueOf(a) + *b
	return &total
}

func registryHousehold(v registryfile.View) []domain.MemberForm {
	all := []domain.MemberForm{registryMember(v.Applicant, domain.LinkApplicant)}
	for _, p := range v.CoApplicants {
		link := domain.LinkCoApplicant
		if slices.Contains([]string{"M", "P", "C"}, p.Link) { // married, in a civil partnership, living as a couple
			link = domain.LinkSpouse
		}
		all = append(all, registryMember(p, link))
	}
	for _, p := range v.Dependants {
		link := domain.LinkOtherDependant
		if p.Link == "E" {
			link = domain.LinkChild
		}
		all = append(all, registryMember(p, link))
	}
	for _, p := range v.Visiting {
		all = append(all, registryMember(p, domain.LinkVisitingChild))
	}
	for range v.ToBeBorn.Count {
		all = append(all, domain.MemberForm{Link: domain.LinkToBeBorn, ExpectedOn: v.ToBeBorn.On})
	}
	return all
}

func registryMember(p registryfile.Person, link domain.HouseholdLink) domain.MemberForm {
	m := domain.MemberForm{Link: link, NamesForm: domain.NamesForm{GivenNames: p.GivenNames, BirthName: p.Name}, BornOn: p.BornOn}
	if p.BirthName != "" && p.BirthName != p.Name {
		m.BirthName, m.UsualName = p.BirthName, p.Name
	}
	title := p.Title
	if title == "3" { // out of use: a woman's
		title = "2"
	}
	civil := domain.CivilStatus{Title: domain.Stated(title), Nationality: domain.Stated(p.Nationality), FamilyStatus: domain.Stated(p.FamilyStatus)}
	if civil != (domain.CivilStatus{}) {
		m.CivilStatus = &civil
	}
	for _, r := range p.Received {
		if valueOf(r.Amount) == 0 {
			continue
		}
		i := slices.IndexFunc(m.Resources, func(l domain.ResourceLine) bool { return l.Kind == r.Code })
		if i < 0 {
			m.Resources = append(m.Resources, domain.ResourceLine{Kind: r.Code, Amount: *r.Amount})
			continue
		}
		m.Resources[i].Amount += *r.Amount
	}
	for _, r := range p.Paid {
		if r.Code == maintenance {
			m.MaintenancePaid = sum(m.MaintenancePaid, r.Amount)
		}
	}
	return m
}
