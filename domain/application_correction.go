package domain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ApplicationCorrection is what is to be corrected in an application, column group by
// column group; nil leaves a group as it is.
type ApplicationCorrection struct {
	Names   *NamesForm   `json:",omitempty"`
	Search  *SearchForm  `json:",omitempty"`
	Contact *ContactForm `json:",omitempty"`
	File    *FileForm    `json:",omitempty"`
	// Household are all members, the applicant first: who is left out leaves it.
	Household []MemberCorrection `json:",omitempty"`
}

// MemberCorrection is a member of a household, one that is there by its identifier.
type MemberCorrection struct {
	ID ID
	MemberForm
	// SensitiveVersion is that of the sensitive record that was read; 0 when there was none.
	SensitiveVersion int
}

// Empty tells that it leaves everything as it is.
func (c ApplicationCorrection) Empty() bool {
	return c.Names == nil && c.Search == nil && c.Contact == nil && c.File == nil && len(c.Household) == 0
}

// Members are the forms of the household.
func (c ApplicationCorrection) Members() []MemberForm {
	members := make([]MemberForm, len(c.Household))
	for i, m := range c.Household {
		members[i] = m.MemberForm
	}
	return members
}

// Check says all that is wrong with the correction.
func (c ApplicationCorrection) Check(today Date) Refusals {
	path := []string{"correction"}
	var all Refusals
	if c.Empty() {
		return Refusals{refuse(Invalid, "There is nothing to correct.", "Il n'y a rien à corriger.", path...)}
	}
	if c.Names != nil {
		all = append(all, c.Names.Check(subpath(path, "names"))...)
	}
	if c.Search != nil {
		all = append(all, c.Search.Check(subpath(path, "search"), today)...)
	}
	if c.Contact != nil {
		all = append(all, c.Contact.Check(subpath(path, "contact"), today)...)
	}
	if c.File != nil {
		all = append(all, c.File.Check(subpath(path, "file"), today)...)
	}
	if len(c.Household) > 0 {
		all = append(all, checkHousehold(c.Members(), subpath(path, "household"), today)...)
		if c.Names != nil {
			all = append(all, refuse(Invalid,
				"The household has the applicant's names: leave `names` out.",
				"Le ménage porte les noms du titulaire : ne pas donner `names`.", subpath(path, "names")...))
		}
	}
	return all
}

// FormValue is a value of a form in words, by the path of its field.
type FormValue struct{ Field, Value string }

// Values lists what the correction states, in the order of the form.
func (c ApplicationCorrection) Values() []FormValue {
	var all []FormValue
	add := func(field string, value any) { all = append(all, FormValue{field, formWords(value)}) }
	if n := c.Names; n != nil {
		add("names.givenNames", n.GivenNames)
		add("names.birthName", n.BirthName)
		add("names.usualName", n.UsualName)
	}
	if s := c.Search; s != nil {
		add("search.wishes", words(s.Wishes))
		add("search.typologies", words(s.Typologies))
		add("search.enlarged", s.Enlarged)
		add("search.category", s.Category)
	}
	if t := c.Contact; t != nil {
		add("contact.address", t.Address)
		add("contact.postalCode", t.PostalCode)
		add("contact.town", t.Town)
		add("contact.phone", t.Phone)
		add("contact.email", t.Email)
		add("contact.helpingStructure", t.HelpingStructure)
		add("contact.careOf", t.CareOf)
		add("contact.secondPhone", t.SecondPhone)
		add("contact.emailAllowed", t.EmailAllowed)
		add("contact.textAllowed", t.TextAllowed)
		add("contact.helpingPhone", t.HelpingPhone)
		add("contact.helpingEmail", t.HelpingEmail)
		add("contact.mailing", t.Mailing.words())
		add("contact.dwelling", t.Dwelling.words())
	}
	if f := c.File; f != nil {
		add("file.taxYear", f.TaxYear)
		add("file.taxIncome", f.TaxIncome)
		add("file.earlierTaxIncome", f.EarlierTaxIncome)
		add("file.monthlyResources", f.MonthlyResources)
		add("file.housing", f.Housing)
		add("file.reasons", f.Reasons)
	}
	for _, m := range c.Household {
		if m.ID == "" { // who is new states nothing that is stored
			continue
		}
		m.values(func(field string, value any) {
			if m.Link == LinkApplicant && slices.Contains(nameValues, field) {
				add("names."+field, value)
				return
			}
			add(MemberPath(m.ID)+field, value)
		})
	}
	return all
}

// formWords are the words of a value of a form.
func formWords(value any) string {
	switch value := value.(type) {
	case []string:
		return strings.Join(value, ", ")
	case *Money:
		if value == nil {
			return ""
		}
		return value.String()
	}
	return fmt.Sprint(value)
}

// nameValues are those that the application has of its applicant.
var nameValues = []string{"givenNames", "birthName", "usualName"}

// MemberPath is the beginning of the paths of the values of a member.
func MemberPath(id ID) string { return "household." + string(id) + "." }

// values are those of a member that its records show to who sees no sensitive data.
func (m MemberForm) values(add func(field string, value any)) {
	add("link", m.Link)
	add("givenNames", m.GivenNames)
	add("birthName", m.BirthName)
	add("usualName", m.UsualName)
	add("bornOn", dayOrNothing(m.BornOn))
	add("expectedOn", dayOrNothing(m.ExpectedOn))
	civil, work := valueOr(m.CivilStatus), valueOr(m.Work)
	add("civilStatus.title", civil.Title)
	add("civilStatus.nationality", civil.Nationality)
	add("civilStatus.familyStatus", civil.FamilyStatus)
	add("work.contract", work.Contract)
	add("work.profession", work.Profession)
	add("work.employer", work.Employer)
	add("work.employerSiret", work.EmployerSiret)
	add("work.employerTown", work.EmployerTown)
	var lines []string
	for _, r := range Shown(m.Resources) {
		lines = append(lines, fmt.Sprintf("%s %d", r.Kind, r.Amount))
	}
	add("resources", lines)
	add("maintenancePaid", m.MaintenancePaid)
}

func valueOr[T any](v *T) T {
	var none T
	if v == nil {
		return none
	}
	return *v
}

func dayOrNothing(d Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func (a *MailingAddress) words() string {
	if a == nil {
		return ""
	}
	return a.Address + ", " + a.PostalCode + " " + a.Town
}

// words says what is known of a home, in the order of the form.
func (d *CurrentDwelling) words() string {
	if d == nil {
		return ""
	}
	said := []string{strconv.Itoa(d.People)}
	for _, amount := range []*Money{d.Rent, d.HousingBenefit} {
		text := ""
		if amount != nil {
			text = amount.String()
		}
		said = append(said, text)
	}
	said = append(said, string(d.Category), string(valueOr(d.Typology)), fmt.Sprint(float64(d.Surface)), string(d.Landlord))
	if d.OwnsAnother != nil {
		said = append(said, strconv.FormatBool(*d.OwnsAnother))
	}
	return strings.Join(said, "; ")
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// ValueConflict is a field of which two people want something else.
type ValueConflict struct{ Field, Yours, Theirs string }

// Conflicts are the fields in which the correction differs from what is stored.
func (c ApplicationCorrection) Conflicts(stored ApplicationCorrection) []ValueConflict {
	theirs := stored.Values()
	var all []ValueConflict
	for _, v := range c.Values() {
		i := slices.IndexFunc(theirs, func(w FormValue) bool { return w.Field == v.Field })
		if i >= 0 && theirs[i].Value != v.Value {
			all = append(all, ValueConflict{v.Field, v.Value, theirs[i].Value})
		}
	}
	return all
}

// GroupVersions are the versions of column groups; 0 for one that was not read.
type GroupVersions struct{ Identity, Summary, Contact, File int }

// CheckVersions refuses to write over a group that changed since it was read, and tells
// what differs in it.
func (c ApplicationCorrection) CheckVersions(yours, theirs GroupVersions, stored ApplicationCorrection) Refusals {
	var all Refusals
	for _, g := range []struct {
		name          string
		yours, theirs int
		part          ApplicationCorrection
	}{
		{"identity", yours.Identity, theirs.Identity, ApplicationCorrection{Names: c.Names}},
		{"summary", yours.Summary, theirs.Summary, ApplicationCorrection{Search: c.Search}},
		{"contact", yours.Contact, theirs.Contact, ApplicationCorrection{Contact: c.Contact, Household: c.Household}},
		{"file", yours.File, theirs.File, ApplicationCorrection{File: c.File, Household: c.Household}},
	} {
		if g.part.Empty() || g.yours == g.theirs {
			continue
		}
		r := refuse(StaleVersion, "It changed since you read it.", "Cela a changé depuis votre lecture.", "versions", g.name)
		r.Help = Text{EN: "Read it again and decide.", FR: "Relire, puis décider."}
		r.Conflict = &Conflict{g.yours, g.theirs, g.part.Conflicts(stored)}
		all = append(all, r)
	}
	return all
}

// NotCorrectable refuses to correct an application that is over.
func NotCorrectable(l Life, c LegalClocks, today Date) Refusals {
	return l.illegal("CORRECT", Text{EN: "the application is " + string(l.State), FR: "la demande est à l'état " + string(l.State)}, c, today)
}

// HouseholdNotProposed refuses a proposal that would change who is in a household.
func HouseholdNotProposed() Refusals {
	return Refusals{refuse(Invalid,
		"The point that follows the application, or the applicant, corrects the household.",
		"Le guichet référent, ou le demandeur, corrige la composition du ménage.", "correction", "household")}
}

// NotOfHousehold refuses a member that is not there, or comes twice.
func NotOfHousehold(at int) Refusals {
	return Refusals{refuse(Unknown,
		"Nobody of this household has this identifier, or it comes twice.",
		"Personne de ce ménage n'a cet identifiant, ou il est répété.", "correction", "household", strconv.Itoa(at), "id")}
}

// NotUnborn refuses to take the applicant, or anybody who is born, for somebody else.
func NotUnborn(at int) Refusals {
	return Refusals{refuse(Invalid,
		"The applicant stays the applicant, and who is born stays so.",
		"Le titulaire le reste, et qui est né le reste.", "correction", "household", strconv.Itoa(at), "link")}
}

// SensitiveNotYours refuses to write what is sensitive about somebody where one may not read it.
func SensitiveNotYours(at int) Refusals {
	return Refusals{refuse(Invalid,
		"You may not write over what is sensitive about this person.",
		"Vous ne pouvez pas modifier ce qui est sensible sur cette personne.", "correction", "household", strconv.Itoa(at), "sensitive")}
}

// StaleSensitive refuses to write over a sensitive record that changed since it was read.
func StaleSensitive(at, yours, theirs int) Refusals {
	r := refuse(StaleVersion, "It changed since you read it.", "Cela a changé depuis votre lecture.",
		"correction", "household", strconv.Itoa(at), "sensitiveVersion")
	r.Help = Text{EN: "Read it again and decide.", FR: "Relire, puis décider."}
	r.Conflict = &Conflict{Yours: yours, Theirs: theirs}
	return Refusals{r}
}

// NotYourSource refuses an applicant that speaks for somebody else.
func NotYourSource() Refusals {
	return Refusals{refuse(Invalid,
		"What an applicant corrects is its word.", "Ce que corrige un demandeur est sa déclaration.", "source")}
}

// TooManyProposed refuses a change beside others that wait.
func TooManyProposed() Refusals {
	return Refusals{refuse(Duplicate, "Enough changes wait on this application.", "Assez de corrections sont en attente sur cette demande.")}
}
