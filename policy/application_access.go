package policy

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	entgo "entgo.io/ent"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicationaccess"
	"github.com/guichet-logement/guichet/ent/audience"
	"github.com/guichet-logement/guichet/policy/guard"
)

// ApplicationFacts are what the grounds of one application rest on.
type ApplicationFacts struct {
	ID     domain.ID
	State  domain.ApplicationState
	Erased bool
	// Protected files are open to the agents named on them and to the Métropole's social
	// officers alone.
	Protected bool
	// FollowingPoint is empty when nobody follows it; FollowedSince is the first day.
	FollowingPoint domain.ID
	FollowedSince  domain.Date
	// Former are the points that handed it over, and see it until then.
	Former []FormerPoint
	// Wishes are the communes wished for.
	Wishes []domain.ID
	// Contributing: an adult works for an employer of the confirmed list.
	Contributing bool
	Accounts     []BoundAccount
	// NamedAgents are those whom a second person confirmed.
	NamedAgents []Naming
	// PutForward are the organisations whose candidate the applicant is or was by the act of
	// another one.
	PutForward []Candidacy
	// Oriented are the points that accepted an orientation of the applicant.
	Oriented []OrientedPoint
	// Receptions are the grants of those who received the applicant, Emergencies the
	// openings of the file in one.
	Receptions, Emergencies []Opening
}

// FormerPoint is a point that followed an application.
type FormerPoint struct {
	Point domain.ID
	Until time.Time
}

// OrientedPoint is a point that accepted an orientation; a zero Until is open: it has not
// reported back.
type OrientedPoint struct {
	Point       domain.ID
	From, Until time.Time
}

// Candidacy is that of an applicant with an organisation; a zero Until is open.
type Candidacy struct {
	Organisation domain.ID
	From, Until  domain.Date
	// Current: something is still to come.
	Current bool
}

// BoundAccount is an account of a portal that is bound to a person of the application.
type BoundAccount struct {
	Issuer, Subject string
	Since           time.Time
	// Reopened: an agent named on the protected file let the account see it again. It is
	// one account's, since the other adult of a file may be the danger.
	Reopened bool
}

// Naming is an agent named on a protected file; a zero Until is open.
type Naming struct {
	Person, Organisation domain.ID
	From, Until          domain.Date
}

// Opening is access of one person for some hours: at a point, or for an organisation.
type Opening struct {
	Person, Where domain.ID
	From, Until   time.Time
}

// Access is a row of application_access: an audience that sees the application. Zero
// instants are open.
type Access struct {
	Audience    domain.Audience
	Groups      domain.GroupSet
	From, Until time.Time
}

// Accesses are all who see an application, by the facts alone: the caller's side of a
// ground is asked when it reads, see [Audiences].
func Accesses(a ApplicationFacts) []Access {
	var all []Access
	for _, r := range groundRules() {
		if !a.admits(r) {
			continue
		}
		for _, f := range a.subjects(r) {
			all = append(all, Access{
				Audience: r.audience(f.subject), Groups: r.Groups, From: f.from, Until: f.until,
			})
		}
	}
	return all
}

// admits says which grounds the state of the application leaves.
func (a ApplicationFacts) admits(r GroundRule) bool {
	closed := !a.State.Living()
	switch {
	case a.Erased:
		return false
	case a.Protected:
		// For everybody else it does not exist, nor for the applicant until it is reopened.
		return r.Ground == domain.GroundNamedAgent || r.Ground == domain.GroundSelf ||
			r.Ground == domain.GroundTerritory && r.Class == "social" && !closed
	}
	switch r.Ground {
	case domain.GroundFollowed, domain.GroundSelf:
		return true
	case domain.GroundWishedCommune, domain.GroundWishedTerritory, domain.GroundContributingEmployer:
		return a.State == domain.ApplicationActive
	case domain.GroundTerritory:
		return !closed && len(a.Wishes) > 0
	case domain.GroundReceived, domain.GroundOriented, domain.GroundBreakGlass, domain.GroundPutForward:
		return !closed
	case domain.GroundNamedAgent: // of protected files
	}
	return false
}

// found is a subject that the ground finds in an application, for a time.
type found struct {
	subject     string
	from, until time.Time
}

// subjects are what the ground of the rule finds in the application.
func (a ApplicationFacts) subjects(r GroundRule) []found {
	var all []found
	switch r.Ground {
	case domain.GroundFollowed:
		if a.FollowingPoint != "" {
			all = append(all, found{subject: string(a.FollowingPoint), from: startOf(a.FollowedSince)})
		}
		all = append(all, a.former()...)
	case domain.GroundWishedCommune, domain.GroundWishedTerritory:
		for _, c := range a.Wishes {
			all = append(all, found{subject: string(c)})
		}
	case domain.GroundPutForward:
		all = a.putForward(r.Class == currentCandidates)
	case domain.GroundContributingEmployer:
		if a.Contributing {
			all = append(all, found{})
		}
	case domain.GroundTerritory:
		all = append(all, found{})
	case domain.GroundOriented:
		all = a.oriented()
	case domain.GroundReceived:
		all = openings(a.Receptions)
	case domain.GroundBreakGlass:
		all = openings(a.Emergencies)
	case domain.GroundNamedAgent:
		for _, n := range a.NamedAgents {
			all = append(all, found{together(n.Person, n.Organisation), startOf(n.From), startOf(n.Until)})
		}
	case domain.GroundSelf:
		for _, b := range a.Accounts {
			if a.Protected && !b.Reopened {
				continue
			}
			all = append(all, found{subject: account(b.Issuer, b.Subject), from: b.Since})
		}
	}
	return all
}

// AccountAudiences are what the accounts of applicants are.
func AccountAudiences(accounts []*ent.ApplicantAccount) []domain.AudienceID {
	var all []domain.AudienceID
	for _, r := range groundRules() {
		if r.Subject != SubjectAccount {
			continue
		}
		for _, a := range accounts {
			all = append(all, r.audience(account(a.Issuer, a.Subject)).ID())
		}
	}
	return all
}

// former are the points that handed the application over, each for the last time it did:
// an audience has one row, and who follows again needs none of these.
func (a ApplicationFacts) former() []found {
	last := map[domain.ID]time.Time{}
	for _, f := range a.Former {
		if f.Point != a.FollowingPoint && last[f.Point].Before(f.Until) {
			last[f.Point] = f.Until
		}
	}
	var all []found
	for _, point := range slices.Sorted(maps.Keys(last)) {
		all = append(all, found{subject: string(point), until: last[point]})
	}
	return all
}

// currentCandidates is the class of the rule for candidates of whom something is still to come.
const currentCandidates = "candidate"

// putForward are the organisations whose candidate the applicant is, or was, each by the
// candidacy that lasts longest: an audience has one row.
func (a ApplicationFacts) putForward(current bool) []found {
	last := map[domain.ID]Candidacy{}
	for _, c := range a.PutForward {
		was, again := last[c.Organisation]
		if c.Current == current && (!again || c.Until.IsZero() || !was.Until.IsZero() && was.Until.Before(c.Until)) {
			last[c.Organisation] = c
		}
	}
	var all []found
	for _, organisation := range slices.Sorted(maps.Keys(last)) {
		all = append(all, found{string(organisation), startOf(last[organisation].From), startOf(last[organisation].Until)})
	}
	return all
}

// oriented are the points that were sent the applicant, each by the orientation that lasts
// longest: an audience has one row.
func (a ApplicationFacts) oriented() []found {
	last := map[domain.ID]OrientedPoint{}
	for _, o := range a.Oriented {
		if !o.Until.IsZero() && !o.From.Before(o.Until) {
			continue // it lapsed at once, and opened nothing
		}
		was, again := last[o.Point]
		if !again || o.Until.IsZero() || !was.Until.IsZero() && was.Until.Before(o.Until) {
			last[o.Point] = o
		}
	}
	var all []found
	for _, point := range slices.Sorted(maps.Keys(last)) {
		all = append(all, found{string(point), last[point].From, last[point].Until})
	}
	return all
}

// openings are those of a person, the last one where there are several: an audience
// has one row.
func openings(opened []Opening) []found {
	last := map[string]int{}
	var all []found
	for _, o := range opened {
		h := found{together(o.Person, o.Where), o.From, o.Until}
		at, again := last[h.subject]
		switch {
		case !again:
			last[h.subject] = len(all)
			all = append(all, h)
		case all[at].until.Before(h.until):
			all[at] = h
		}
	}
	return all
}

// startOf is midnight in Paris, or no instant for no day.
func startOf(day domain.Date) time.Time {
	if day.IsZero() {
		return time.Time{}
	}
	return day.At(domain.LocalTime(0))
}

// openedColumn is the name under which a row of an application carries why the viewer
// sees it, and which column groups of it.
const openedColumn = "opened_by"

// Who else sees a file is nobody's to read here: explanations are acts of their own.
func installApplicationAccess() {
	guard.Register("ApplicationAccess", func(_ *auth.Viewer, q *ent.ApplicationAccessQuery) { q.Where(applicationaccess.IDIn()) })
	guard.Register("Audience", func(_ *auth.Viewer, q *ent.AudienceQuery) { q.Where(audience.IDIn()) })
}

// Opened is why a viewer sees an application, and which column groups of it.
type Opened struct {
	Grounds []domain.Ground
	Groups  domain.GroupSet
}

// opening is one reason why a viewer sees an application, and what it opens.
type opening struct {
	ground domain.Ground
	groups domain.GroupSet
}

// openingsIn reads why the viewer sees what it read, see [OpenedBy].
func openingsIn(a interface {
	Value(column string) (entgo.Value, error)
},
) ([]opening, bool) {
	v, err := a.Value(openedColumn)
	if err != nil {
		return nil, false
	}
	var joined string
	switch v := v.(type) {
	case string:
		joined = v
	case []byte:
		joined = string(v)
	}
	var all []opening
	for opened := range strings.SplitSeq(joined, ",") {
		ground, groups, _ := strings.Cut(opened, " ")
		n, err := strconv.Atoi(groups)
		if err != nil {
			return nil, false
		}
		all = append(all, opening{domain.Ground(ground), domain.GroupSet(n)})
	}
	return all, true
}

// OpenedBy tells why the viewer sees an application, or an appointment, that it read. One
// that was read under a grant says nothing of that: false.
func OpenedBy(a interface {
	Value(column string) (entgo.Value, error)
},
) (Opened, bool) {
	var o Opened
	all, seen := openingsIn(a)
	for _, opened := range all {
		o.Groups |= opened.groups
		o.Grounds = append(o.Grounds, opened.ground)
	}
	return o, seen
}

// Overseen is what a privacy officer answers for: its organisations, or everything.
type Overseen struct {
	Everywhere    bool
	Organisations []domain.ID
}

// OverseeAccess decides whether the viewer may ask who sees and saw what: a
// PRIVACY_OFFICER, of its organisation, the Métropole's of all. Others oversee nothing,
// and for them there is nothing to see.
func OverseeAccess(ctx context.Context) (context.Context, Overseen) {
	var o Overseen
	v := auth.FromContext(ctx)
	if v == nil || v.App != nil {
		return ctx, o
	}
	for _, a := range v.Assignments {
		if a.Role == domain.PrivacyOfficer {
			o.Everywhere = o.Everywhere || a.OrganisationKind == domain.Metropole
			o.Organisations = append(o.Organisations, a.OrganisationID)
		}
	}
	if len(o.Organisations) == 0 {
		return ctx, o
	}
	return guard.Grant(ctx, "oversee access"), o
}
