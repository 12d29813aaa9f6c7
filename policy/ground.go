package policy

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// groundsCSV is who sees applications and why, as versioned data: one line for each
// ground and class of roles, with the article it rests on.
//
//go:embed grounds.csv
var groundsCSV []byte

// GroundRule is one line of the table of grounds: the roles that the ground is for,
// and what it opens to them.
type GroundRule struct {
	Ground domain.Ground
	// Class tells apart the roles that one ground opens different groups to.
	Class string
	Roles []domain.Role
	// Kinds of the organisation; none for all of them.
	Kinds []domain.OrganisationKind
	// Registering: the organisation must be a registering body.
	Registering bool
	Subject     Subject
	Groups      domain.GroupSet
	// From and Until bound the days on which the rule is law; a zero Until is open.
	From, Until domain.Date
	Article     string
	// HoldsWhen and Ends are the condition in words, for a person to read.
	HoldsWhen, Ends string
}

// Subject is what a ground looks at, both in the application and in the caller.
type Subject string

// The subjects of grounds.
const (
	// SubjectPoint is a reception point of the caller, which follows the application or was
	// sent the applicant.
	SubjectPoint Subject = "POINT"
	// SubjectOwnCommune is the commune whose officer the caller is.
	SubjectOwnCommune Subject = "OWN_COMMUNE"
	// SubjectLandlordCommune is a commune in which the caller's landlord has dwellings.
	SubjectLandlordCommune Subject = "LANDLORD_COMMUNE"
	// SubjectOrganisation is the organisation of the caller.
	SubjectOrganisation Subject = "ORGANISATION"
	// SubjectNone: the organisation's kind says it all.
	SubjectNone Subject = "NONE"
	// SubjectPersonAtPoint is the caller itself, while it works at that point.
	SubjectPersonAtPoint Subject = "PERSON_AT_POINT"
	// SubjectPersonAtOrganisation is the caller itself, while it works there.
	SubjectPersonAtOrganisation Subject = "PERSON_AT_ORGANISATION"
	// SubjectAccount is an applicant's account.
	SubjectAccount Subject = "ACCOUNT"
)

// GroundRules is the table of grounds.
func GroundRules() []GroundRule { return slices.Clone(groundRules()) }

var groundRules = sync.OnceValue(func() []GroundRule {
	rules, err := parseGrounds(groundsCSV)
	if err != nil {
		panic("policy: grounds.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return rules
})

func parseGrounds(table []byte) ([]GroundRule, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var rules []GroundRule
	for n, line := range lines[1:] {
		r := GroundRule{
			Ground: domain.Ground(line[0]), Class: line[1], Registering: line[4] == "yes", Subject: Subject(line[5]),
			Article: line[9], HoldsWhen: line[10], Ends: line[11],
		}
		for word := range strings.FieldsSeq(line[2]) {
			r.Roles = append(r.Roles, domain.Role(word))
		}
		for word := range strings.FieldsSeq(line[3]) {
			r.Kinds = append(r.Kinds, domain.OrganisationKind(word))
		}
		for word := range strings.FieldsSeq(line[6]) {
			r.Groups |= domain.ColumnGroup(word).Bit()
		}
		if r.Groups&domain.GroupIdentity.Bit() == 0 {
			return nil, fmt.Errorf("line %d: what opens a group opens the identity, see scopeOfApplications", n+2)
		}
		if r.From, err = domain.ParseDate(line[7]); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		if line[8] != "" {
			if r.Until, err = domain.ParseDate(line[8]); err != nil {
				return nil, fmt.Errorf("line %d: %w", n+2, err)
			}
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// GroundRulesOn are those that are law on that day.
func GroundRulesOn(day domain.Date) []GroundRule {
	return slices.DeleteFunc(GroundRules(), func(r GroundRule) bool { return !r.inForce(day) })
}

// inForce tells whether the rule is law on that day.
func (r GroundRule) inForce(day domain.Date) bool {
	return !day.Before(r.From) && (r.Until.IsZero() || day.Before(r.Until))
}

// lists tells whether the rule names the role and the kind of that assignment.
func (r GroundRule) lists(a auth.Assignment) bool {
	return slices.Contains(r.Roles, a.Role) && (len(r.Kinds) == 0 || slices.Contains(r.Kinds, a.OrganisationKind))
}

// missing is what the assignment lacks for a rule that lists it: a registering body,
// a named authorisation in force.
func (r GroundRule) missing(a auth.Assignment) domain.MissingLink {
	switch {
	case r.Registering && !a.RegisteringBody:
		return domain.MissingRegisteringBody
	case !a.Authorised:
		return domain.MissingAuthorisation
	}
	return ""
}

// audience of the rule for that subject.
func (r GroundRule) audience(subject string) domain.Audience {
	return domain.Audience{Ground: r.Ground, Class: r.Class, Subject: subject}
}

// Claim is a rule that is for the viewer today, by one of its assignments.
type Claim struct {
	Rule GroundRule
	// Assignment is nil for an applicant.
	Assignment *auth.Assignment
	// Missing is what keeps it from opening anything, empty when nothing does.
	Missing domain.MissingLink
	// Audiences are what the viewer is by it, or would be if nothing were missing.
	Audiences []domain.Audience
}

// Claims are the rules that are for the viewer today, in the order of the table. Only a
// person has any, or an app that acts for one.
func Claims(v *auth.Viewer) []Claim {
	var all []Claim
	today := v.Today()
	for _, r := range groundRules() {
		if !r.inForce(today) {
			continue
		}
		if r.Subject == SubjectAccount {
			if v.Applicant {
				all = append(all, r.claim(v, nil, "", []string{account(v.Issuer, v.Subject)}))
			}
			continue
		}
		for i, a := range v.Assignments {
			if v.PersonID != "" && r.lists(a) {
				all = append(all, r.claim(v, &v.Assignments[i], r.missing(a), callerSubjects(r.Subject, v, a)))
			}
		}
	}
	return all
}

// claim leaves of the subjects what an app leaves, and makes audiences of them.
func (r GroundRule) claim(v *auth.Viewer, by *auth.Assignment, missing domain.MissingLink, subjects []string) Claim {
	c := Claim{Rule: r, Assignment: by, Missing: missing}
	left := slices.DeleteFunc(subjects, func(subject string) bool { return !within(v.App, r.Subject, subject) })
	if c.Missing == "" && len(left) < len(subjects) && len(left) == 0 {
		c.Missing = domain.MissingApp
	}
	for _, subject := range left {
		c.Audiences = append(c.Audiences, r.audience(subject))
	}
	return c
}

// HeldBy are the viewer's claims by which it sees an application, which these audiences see
// now.
func HeldBy(v *auth.Viewer, opened []domain.AudienceID) []Claim {
	return slices.DeleteFunc(Claims(v), func(c Claim) bool {
		return !slices.ContainsFunc(c.Audiences, func(a domain.Audience) bool { return slices.Contains(opened, a.ID()) })
	})
}

// Place notes in the viewer what its audiences are: the last step of recognising it,
// once an app has taken away what it does not leave.
func Place(v *auth.Viewer) *auth.Viewer {
	placed := *v
	placed.Audiences = []int64{}
	for _, c := range Claims(v) {
		if c.Missing != "" {
			continue
		}
		for _, a := range c.Audiences {
			placed.Audiences = append(placed.Audiences, int64(a.ID()))
		}
	}
	return &placed
}

// callerSubjects are what the assignment is for grounds of that subject.
func callerSubjects(s Subject, v *auth.Viewer, a auth.Assignment) []string {
	var all []string
	switch s {
	case SubjectPoint:
		for _, p := range a.PointIDs {
			all = append(all, string(p))
		}
	case SubjectPersonAtPoint:
		for _, p := range a.PointIDs {
			all = append(all, together(v.PersonID, p))
		}
	case SubjectPersonAtOrganisation:
		all = []string{together(v.PersonID, a.OrganisationID)}
	case SubjectOwnCommune:
		if a.CommuneID != "" {
			all = []string{string(a.CommuneID)}
		}
	case SubjectLandlordCommune:
		for _, c := range a.TerritoryIDs {
			all = append(all, string(c))
		}
	case SubjectOrganisation:
		all = []string{string(a.OrganisationID)}
	case SubjectNone:
		all = []string{""}
	case SubjectAccount: // is no assignment's
	}
	return all
}

// within tells whether the scope and the limits of an app leave that subject. The app's
// points limit the assignments already, see [Through]; its communes also limit the
// points, and what is wider than either is not for an app that is limited.
func within(app *auth.App, s Subject, subject string) bool {
	switch {
	case app == nil:
		return true
	case !app.May(domain.ApplicationsScope):
		return false
	case len(app.PointIDs) == 0 && len(app.CommuneIDs) == 0:
		return true
	}
	switch s {
	case SubjectAccount:
		return true
	case SubjectPoint, SubjectPersonAtPoint:
		point := domain.ID(subject[strings.LastIndexByte(subject, '@')+1:])
		return len(app.CommuneIDs) == 0 || slices.Contains(app.TerritoryPointIDs, point)
	case SubjectOwnCommune, SubjectLandlordCommune:
		return slices.Contains(app.CommuneIDs, domain.ID(subject))
	case SubjectNone, SubjectOrganisation, SubjectPersonAtOrganisation:
	}
	return false
}

func together(a, b domain.ID) string { return string(a) + "@" + string(b) }

// account cannot be mistaken for another: an issuer is a URL and holds no space.
func account(issuer, subject string) string { return issuer + " " + subject }
