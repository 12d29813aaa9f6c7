package service

import (
	"context"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// registryValues are the values of an application that the registry states again, and how
// each goes from one correction into another.
var registryValues = []struct {
	field string
	take  func(into, from *domain.ApplicationCorrection)
}{
	{"names.givenNames", func(into, from *domain.ApplicationCorrection) { into.Names.GivenNames = from.Names.GivenNames }},
	{"names.birthName", func(into, from *domain.ApplicationCorrection) { into.Names.BirthName = from.Names.BirthName }},
	{"names.usualName", func(into, from *domain.ApplicationCorrection) { into.Names.UsualName = from.Names.UsualName }},
	{"search.wishes", func(into, from *domain.ApplicationCorrection) { into.Search.Wishes = from.Search.Wishes }},
	{"search.typologies", func(into, from *domain.ApplicationCorrection) { into.Search.Typologies = from.Search.Typologies }},
	{"search.enlarged", func(into, from *domain.ApplicationCorrection) { into.Search.Enlarged = from.Search.Enlarged }},
	{"contact.address", func(into, from *domain.ApplicationCorrection) { into.Contact.Address = from.Contact.Address }},
	{"contact.postalCode", func(into, from *domain.ApplicationCorrection) { into.Contact.PostalCode = from.Contact.PostalCode }},
	{"contact.town", func(into, from *domain.ApplicationCorrection) { into.Contact.Town = from.Contact.Town }},
	{"contact.phone", func(into, from *domain.ApplicationCorrection) { into.Contact.Phone = from.Contact.Phone }},
	{"contact.secondPhone", func(into, from *domain.ApplicationCorrection) { into.Contact.SecondPhone = from.Contact.SecondPhone }},
	{"contact.email", func(into, from *domain.ApplicationCorrection) { into.Contact.Email = from.Contact.Email }},
	{"contact.dwelling", func(into, from *domain.ApplicationCorrection) { into.Contact.Dwelling = from.Contact.Dwelling }},
	{"file.taxYear", func(into, from *domain.ApplicationCorrection) { into.File.TaxYear = from.File.TaxYear }},
	{"file.taxIncome", func(into, from *domain.ApplicationCorrection) { into.File.TaxIncome = from.File.TaxIncome }},
	{"file.earlierTaxIncome", func(into, from *domain.ApplicationCorrection) {
		into.File.EarlierTaxIncome = from.File.EarlierTaxIncome
	}},
	{"file.housing", func(into, from *domain.ApplicationCorrection) {
		into.File.Housing, into.File.HousingMode = from.File.Housing, from.File.HousingMode
	}},
	{"file.reasons", func(into, from *domain.ApplicationCorrection) { into.File.Reasons = from.File.Reasons }},
}

// correct writes what the registry states again over what is stored, value by value: not
// over a stronger source, nor what the registry stated later. Who is in the household is
// not its to write.
func (t *taking) correct(granted context.Context, l *living) error {
	form, elsewhere := registryForm(t.view, t.towns)
	switch {
	case !l.life.State.Living() && l.life.State != domain.ApplicationRejected:
		t.list(domain.ListedNotOpen)
		return nil
	case len(form.Wishes) == 0 && elsewhere > 0:
		t.list(domain.ListedOutOfTerritory)
		return nil
	}
	if err := form.CheckFromRegistry(t.today).Err(); err != nil {
		return err
	}
	t.elsewhere = elsewhere
	st, err := l.stated(granted)
	if err != nil {
		return err
	}
	stored := l.correction(st)
	if !t.view.Applicant.BornOn.IsZero() && !domain.SameHousehold(form.Household, stored.Members()) {
		t.list(domain.ListedHousehold)
	}
	c, kept := t.restated(form, stored, &st)
	if len(kept) > 0 {
		t.list(domain.ListedKept, kept...)
	}
	if c.Empty() {
		t.counted = &t.report.Unchanged
		return nil
	}
	if err := l.rewrite(granted, c, st); err != nil {
		return err
	}
	if err := l.tell(granted, domain.EventCorrected, ""); err != nil {
		return err
	}
	return t.done(granted, l, &t.report.Changed)
}

// restated is what is to be written, and which fields stay as they are though the
// registry states something else.
func (t *taking) restated(form domain.ApplicationForm, stored domain.ApplicationCorrection, st *stated) (c domain.ApplicationCorrection, kept []string) {
	said := domain.ApplicationCorrection{
		Names: &form.Household[0].NamesForm, Search: &form.SearchForm, Contact: &form.Contact, File: &form.File,
	}
	if said.Contact.Dwelling != nil && stored.Contact.Dwelling != nil {
		said.Contact.Dwelling = sameHome(*stored.Contact.Dwelling, *said.Contact.Dwelling)
	}
	says, has := wordsOf(said), wordsOf(stored)
	next := domain.ApplicationCorrection{Names: stored.Names, Search: stored.Search, Contact: stored.Contact, File: stored.File}
	groups := map[string]bool{}
	for _, v := range registryValues {
		if !states(says, has, v.field) || says[v.field] == has[v.field] && v.field != "file.housing" {
			continue
		}
		switch {
		case v.field == "file.reasons" && sameReasons(form.File.Reasons, *st), v.field == "file.housing" && sameHousing(form.File, *st):
			continue
		case st.provenance.Keeps(v.field, t.origin()):
			kept = append(kept, v.field)
			continue
		}
		v.take(&next, &said)
		origin := t.origin()
		origin.Field = v.field
		st.provenance = st.provenance.With(origin)
		group, _, _ := strings.Cut(v.field, ".")
		groups[group] = true
	}
	for group, drop := range map[string]func(){
		"names": func() { next.Names = nil }, "search": func() { next.Search = nil },
		"contact": func() { next.Contact = nil }, "file": func() { next.File = nil },
	} {
		if !groups[group] {
			drop()
		}
	}
	return next, kept
}

func wordsOf(c domain.ApplicationCorrection) map[string]string {
	c.Household = nil // its names are those of the application
	all := map[string]string{}
	for _, v := range c.Values() {
		all[v.Field] = v.Value
	}
	return all
}

// goesWith are values that are stated with others, even where they are nothing.
var goesWith = map[string]string{"names.usualName": "names.birthName", "search.enlarged": "search.typologies", "file.taxIncome": "file.taxYear"}

// movesWith are values that belong to others: where these change, what was beside them is
// gone.
var movesWith = map[string]string{"contact.postalCode": "contact.address", "contact.town": "contact.address", "file.earlierTaxIncome": "file.taxYear"}

// states tells whether a value is stated.
func states(says, has map[string]string, field string) bool {
	stated := func(field string) bool { return !domain.FormValue{Value: says[field]}.SaysNothing() }
	other := movesWith[field]
	return stated(field) || stated(goesWith[field]) || stated(other) && says[other] != has[other]
}

// sameHome is a home as the registry states it, with what it knows nothing of.
func sameHome(stored, said domain.CurrentDwelling) *domain.CurrentDwelling {
	was := stored
	if said.People != 0 {
		was.People = said.People
	}
	if said.Rent != nil {
		was.Rent = said.Rent
	}
	if said.Category != "" {
		was.Category = said.Category
	}
	if said.Typology != nil {
		was.Typology = said.Typology
	}
	if said.OwnsAnother != nil {
		was.OwnsAnother = said.OwnsAnother
	}
	return &was
}

// confided is what is told in confidence of the applicant.
func confided(st stated) ent.SensitiveRecord {
	for _, m := range st.household {
		if m.Link == domain.LinkApplicant && m.Edges.Sensitive != nil {
			return *m.Edges.Sensitive
		}
	}
	return ent.SensitiveRecord{}
}

// sameHousing tells whether the housing is the one that is stored. Where the registry has
// the mode that it has from us it knows no more than the class.
func sameHousing(f domain.FileForm, st stated) bool {
	return f.Housing == st.file.Housing &&
		(f.HousingMode == registryHousing(f.Housing) || string(confided(st).HousingMode) == confidedMode(f))
}

// sameReasons tells whether reasons are those that are stored, and those that are
// sensitive among them: none of these is taken away.
func sameReasons(codes []string, st stated) bool {
	ordinary, sensitive := partReasons(codes)
	told := confided(st).Reasons
	return slices.Equal(slices.Sorted(slices.Values(ordinary)), slices.Sorted(slices.Values(st.file.Reasons))) &&
		!slices.ContainsFunc(sensitive, func(r string) bool { return !slices.Contains(told, r) })
}
