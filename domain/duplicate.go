package domain

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// duplicatePointsCSV is what tells that two applications are of one person, and how
// much, as versioned data.
//
//go:embed duplicate_points.csv
var duplicatePointsCSV []byte

// DuplicateReason is something in which two applications agree.
type DuplicateReason string

// The reasons. Of a name and of a birth date the stronger one counts.
const (
	// SameName: the same given and family names, in any order, with or without accents and
	// particles, the family name being of birth or of use.
	SameName DuplicateReason = "SAME_NAME"
	// CloseName: a typing error in a name, or a given name that one of them leaves out.
	CloseName     DuplicateReason = "CLOSE_NAME"
	SameBirthDate DuplicateReason = "SAME_BIRTH_DATE"
	// CloseBirthDate: one digit differs, or day and month are the other way round.
	CloseBirthDate DuplicateReason = "CLOSE_BIRTH_DATE"
	SamePhone      DuplicateReason = "SAME_PHONE"
	SameEmail      DuplicateReason = "SAME_EMAIL"
	SameAddress    DuplicateReason = "SAME_ADDRESS"
)

// Values lists the reasons, in the order of the contract.
func (DuplicateReason) Values() []string {
	return []string{
		string(SameName), string(CloseName), string(SameBirthDate), string(CloseBirthDate),
		string(SamePhone), string(SameEmail), string(SameAddress),
	}
}

// MarshalGQL writes the word of the contract.
func (r DuplicateReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *DuplicateReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// DuplicatePoints are what each reason counts, and from how many points on a person is
// asked whether two applications are one.
type DuplicatePoints struct {
	Points    map[DuplicateReason]int
	Threshold int
}

var duplicateSettings = sync.OnceValue(func() []DatedSetting {
	settings, err := parseDuplicatePoints(duplicatePointsCSV)
	if err != nil {
		panic("domain: duplicate_points.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return settings
})

func parseDuplicatePoints(table []byte) ([]DatedSetting, error) {
	settings, err := ParseDatedSettings(table)
	if err != nil {
		return nil, err
	}
	p := DuplicatePoints{Points: map[DuplicateReason]int{}}
	for _, s := range settings {
		if err := p.set(s); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

func (p *DuplicatePoints) set(s DatedSetting) error {
	points, err := strconv.Atoi(s.Value)
	reason := DuplicateReason(s.Name)
	switch {
	case err != nil || points < 1:
		return fmt.Errorf("%s: %q is no number of points", s.Name, s.Value)
	case s.Name == "threshold":
		p.Threshold = points
	case slices.Contains(reason.Values(), s.Name):
		p.Points[reason] = points
	default:
		return fmt.Errorf("there is no reason %q", s.Name)
	}
	return nil
}

// DuplicatePointsOn are the points in force on that day.
func DuplicatePointsOn(day Date) DuplicatePoints {
	p := DuplicatePoints{Points: map[DuplicateReason]int{}}
	for _, s := range duplicateSettings() {
		if s.On(day) {
			_ = p.set(s) // it was set once before
		}
	}
	return p
}

// Identity is what is known of the applicant of an application, to find whether the
// same person has another one. What is empty agrees with nothing.
type Identity struct {
	GivenNames, BirthName, UsualName string
	BornOn                           Date
	Phones                           []PhoneNumber
	Emails                           []EmailAddress
	// Address is written with its postal code or commune: streets have namesakes.
	Address string
}

// Resemblance is how much two applications look like those of one person, and why.
type Resemblance struct {
	Points  int
	Reasons []DuplicateReason
	// Duplicate tells that a person is asked; nothing is decided by points.
	Duplicate bool
}

// Compare says how much a and b resemble each other; it is the same for b and a. A
// couple or a family shares telephone, e-mail and address, and twins the birth date as
// well: without a name that agrees, and a birth date, no two are a duplicate.
func (p DuplicatePoints) Compare(a, b Identity) Resemblance {
	var r Resemblance
	agree := func(reason DuplicateReason, does bool) bool {
		if does {
			r.Points += p.Points[reason]
			r.Reasons = append(r.Reasons, reason)
		}
		return does
	}
	name := agree(SameName, sameName(a, b)) || agree(CloseName, closeName(a, b))
	born := agree(SameBirthDate, !a.BornOn.IsZero() && a.BornOn == b.BornOn) || agree(CloseBirthDate, closeDates(a.BornOn, b.BornOn))
	agree(SamePhone, slices.ContainsFunc(a.Phones, func(n PhoneNumber) bool { return n != "" && slices.Contains(b.Phones, n) }))
	agree(SameEmail, slices.ContainsFunc(a.Emails, func(e EmailAddress) bool {
		return e != "" && slices.ContainsFunc(b.Emails, func(f EmailAddress) bool { return strings.EqualFold(string(e), string(f)) })
	}))
	address := NormaliseAddress(a.Address)
	agree(SameAddress, address != "" && address == NormaliseAddress(b.Address))
	r.Duplicate = name && born && r.Points >= p.Threshold
	return r
}

// families are the folded family names somebody goes by, each a list of words.
func (i Identity) families() [][]string {
	var all [][]string
	for _, name := range []string{i.BirthName, i.UsualName} {
		if words := NameWords(name); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// sameName tells two people of the same given and family names, also where one form was
// filled in with the two the other way round.
func sameName(a, b Identity) bool {
	return anyNames(a, b, func(g, f, h, e []string) bool {
		return slices.Equal(g, h) && slices.Equal(f, e) || slices.Equal(g, e) && slices.Equal(f, h)
	})
}

// closeName tells two people whose given and family names are each the same but for
// little.
func closeName(a, b Identity) bool {
	return anyNames(a, b, func(g, f, h, e []string) bool { return closeWords(g, h) && closeWords(f, e) })
}

// anyNames tries the given and family names of a, g and f, with those of b, h and e.
func anyNames(a, b Identity, agree func(g, f, h, e []string) bool) bool {
	g, h := NameWords(a.GivenNames), NameWords(b.GivenNames)
	if len(g) == 0 || len(h) == 0 {
		return false
	}
	for _, f := range a.families() {
		if slices.ContainsFunc(b.families(), func(e []string) bool { return agree(g, f, h, e) }) {
			return true
		}
	}
	return false
}

// closeWords tells whether each word of the shorter name is, but for a typing error, one
// of the longer.
func closeWords(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	within := func(a, b []string) bool {
		for _, w := range a {
			if !slices.ContainsFunc(b, func(v string) bool { return w == v || oneSlip(w, v) }) {
				return false
			}
		}
		return true
	}
	return within(a, b) || len(a) == len(b) && within(b, a)
}

// shortWord is the length below which another letter makes another name: Léa and Léo.
const shortWord = 5

// oneSlip tells two longer words that one typing error parts: a letter too many or
// another one, or two that changed places.
func oneSlip(a, b string) bool {
	v, w := []rune(a), []rune(b)
	if len(v) > len(w) {
		v, w = w, v
	}
	if len(v) < shortWord || len(w)-len(v) > 1 {
		return false
	}
	i := 0
	for i < len(v) && v[i] == w[i] {
		i++
	}
	rest, other := v[i:], w[i:]
	switch {
	case len(v) < len(w):
		return slices.Equal(rest, other[1:])
	case len(rest) == 0:
		return false
	case slices.Equal(rest[1:], other[1:]):
		return true
	}
	return len(rest) > 1 && rest[0] == other[1] && rest[1] == other[0] && slices.Equal(rest[2:], other[2:])
}

// closeDates tells two dates that one digit parts, or day and month the other way round.
func closeDates(a, b Date) bool {
	if a.IsZero() || b.IsZero() || a == b {
		return false
	}
	year, month, day := a.Civil()
	otherYear, otherMonth, otherDay := b.Civil()
	if year == otherYear && int(month) == otherDay && day == int(otherMonth) {
		return true
	}
	differ := 0
	v, w := a.String(), b.String()
	for i := range min(len(v), len(w)) {
		if v[i] != w[i] {
			differ++
		}
	}
	return differ == 1
}
