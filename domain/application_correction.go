package domain

import (
	"fmt"
	"slices"
	"strings"
)

// ApplicationCorrection is what is to be corrected in an application, column group by
// column group; nil leaves a group as it is.
type ApplicationCorrection struct {
	Names   *NamesForm   `json:",omitempty"`
	Search  *SearchForm  `json:",omitempty"`
	Contact *ContactForm `json:",omitempty"`
	File    *FileForm    `json:",omitempty"`
}

// Check says all that is wrong with the correction.
func (c ApplicationCorrection) Check(today Date) Refusals {
	path := []string{"correction"}
	var all Refusals
	if c == (ApplicationCorrection{}) {
		return Refusals{refuse(Invalid, "There is nothing to correct.", "Il n'y a rien à corriger.", path...)}
	}
	if c.Names != nil {
		all = append(all, c.Names.Check(subpath(path, "names"))...)
	}
	if c.Search != nil {
		all = append(all, c.Search.Check(subpath(path, "search"))...)
	}
	if c.Contact != nil {
		all = append(all, c.Contact.Check(subpath(path, "contact"))...)
	}
	if c.File != nil {
		all = append(all, c.File.Check(subpath(path, "file"), today)...)
	}
	return all
}

// FormValue is a value of a form in words, by the path of its field.
type FormValue struct{ Field, Value string }

// Values lists what the correction states, in the order of the form.
func (c ApplicationCorrection) Values() []FormValue {
	var all []FormValue
	add := func(field string, value any) {
		text := fmt.Sprint(value)
		if list, ok := value.([]string); ok {
			text = strings.Join(list, ", ")
		}
		all = append(all, FormValue{field, text})
	}
	if n := c.Names; n != nil {
		add("names.givenNames", n.GivenNames)
		add("names.birthName", n.BirthName)
		add("names.usualName", n.UsualName)
	}
	if s := c.Search; s != nil {
		add("search.wishes", words(s.Wishes))
		add("search.typologies", words(s.Typologies))
	}
	if t := c.Contact; t != nil {
		add("contact.address", t.Address)
		add("contact.postalCode", t.PostalCode)
		add("contact.town", t.Town)
		add("contact.phone", t.Phone)
		add("contact.email", t.Email)
		add("contact.helpingStructure", t.HelpingStructure)
	}
	if f := c.File; f != nil {
		add("file.taxYear", f.TaxYear)
		add("file.taxIncome", int64(f.TaxIncome))
		add("file.monthlyResources", int64(f.MonthlyResources))
		add("file.housing", f.Housing)
		add("file.reasons", f.Reasons)
	}
	return all
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
		{"contact", yours.Contact, theirs.Contact, ApplicationCorrection{Contact: c.Contact}},
		{"file", yours.File, theirs.File, ApplicationCorrection{File: c.File}},
	} {
		if g.part == (ApplicationCorrection{}) || g.yours == g.theirs {
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

// TooManyProposed refuses a change beside others that wait.
func TooManyProposed() Refusals {
	return Refusals{refuse(Duplicate, "Enough changes wait on this application.", "Assez de corrections sont en attente sur cette demande.")}
}
