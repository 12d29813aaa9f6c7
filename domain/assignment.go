package domain

import (
	"io"
	"slices"
)

// Role is what a member of staff does for an organisation, for a time.
type Role string

// The roles.
const (
	ReceptionAgent    Role = "RECEPTION_AGENT"
	SocialOfficer     Role = "SOCIAL_OFFICER"
	AllocationOfficer Role = "ALLOCATION_OFFICER"
	StockManager      Role = "STOCK_MANAGER"
	PointManager      Role = "POINT_MANAGER"
	Steering          Role = "STEERING"
	PrivacyOfficer    Role = "PRIVACY_OFFICER"
	OrgAdmin          Role = "ORG_ADMIN"
)

// Values lists the roles in the order of the contract.
func (Role) Values() []string {
	return []string{
		string(ReceptionAgent), string(SocialOfficer), string(AllocationOfficer), string(StockManager),
		string(PointManager), string(Steering), string(PrivacyOfficer), string(OrgAdmin),
	}
}

// PointByPoint tells whether the role is held at named reception points rather
// than at the whole organisation.
func (r Role) PointByPoint() bool {
	return r == ReceptionAgent || r == SocialOfficer || r == PointManager
}

// MarshalGQL writes the word of the contract.
func (r Role) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *Role) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// AssignmentState says how far an assignment has come. Only a confirmed one gives
// rights.
type AssignmentState string

// The states of an assignment.
const (
	// AssignmentProposed waits for a second person, and gives nothing.
	AssignmentProposed AssignmentState = "PROPOSED"
	// AssignmentConfirmed gives its role from its first day to its last.
	AssignmentConfirmed AssignmentState = "CONFIRMED"
	// AssignmentRejected was refused by the second person.
	AssignmentRejected AssignmentState = "REJECTED"
	// AssignmentWithdrawn was ended before its first day was over.
	AssignmentWithdrawn AssignmentState = "WITHDRAWN"
)

// Values lists the states in the order of the contract.
func (AssignmentState) Values() []string {
	return []string{
		string(AssignmentProposed), string(AssignmentConfirmed), string(AssignmentRejected), string(AssignmentWithdrawn),
	}
}

// MarshalGQL writes the word of the contract.
func (s AssignmentState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *AssignmentState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// Body is what the rules of staff need to know of an organisation.
type Body struct {
	Kind            OrganisationKind
	Reservataire    bool
	RegisteringBody bool
}

// roleRule says which bodies may have a role at all, and what giving it asks for.
type roleRule struct {
	// kinds may have it; nil is all of them.
	kinds []OrganisationKind
	// orReservataire lets any holder of reservation rights have it too.
	orReservataire bool
	// secondPerson: another administrator confirms it before it takes effect.
	secondPerson bool
	// authorisable: it opens nominative rows to whoever holds a named authorisation in
	// it; the other roles open none.
	authorisable bool
	// registering: every ground that lists the role asks for a registering body, so an
	// authorisation at any other body would open nothing.
	registering bool
}

// roleRules is the table of what an administrator may give. It follows from what
// each role can do: an organisation that lacks the right cannot hand it on.
var roleRules = map[Role]roleRule{
	// Desks of any body of the network receive people, registering or not: whether the
	// body has a desk is asked of its points. The ground RECEIVED needs no more.
	ReceptionAgent: {authorisable: true},
	// The same desks; the role sees what is sensitive, hence the second person.
	SocialOfficer: {secondPerson: true, authorisable: true},
	// Puts people forward for dwellings: the landlord's own, or those reserved.
	AllocationOfficer: {kinds: []OrganisationKind{Landlord}, orReservataire: true, authorisable: true, registering: true},
	// Writes a landlord's own dwellings.
	StockManager: {kinds: []OrganisationKind{Landlord}},
	// Runs desks; reads the files that its desk follows, and only a registering body
	// follows any.
	PointManager: {authorisable: true, registering: true},
	// Permanences, agreements, indicators: acts of the Métropole alone.
	Steering: {kinds: []OrganisationKind{Metropole}},
	// Reads the audit trail and answers requests for access: every body has data to
	// answer for.
	PrivacyOfficer: {secondPerson: true},
	// Gives roles to others.
	OrgAdmin: {secondPerson: true},
}

// AvailableAt tells whether an organisation may have the role.
func (r Role) AvailableAt(b Body) bool {
	rule, known := roleRules[r]
	return known && (rule.kinds == nil || slices.Contains(rule.kinds, b.Kind) || rule.orReservataire && b.Reservataire)
}

// NeedsSecondPerson tells whether the role takes effect only once another
// administrator has confirmed it.
func (r Role) NeedsSecondPerson() bool { return roleRules[r].secondPerson }

// AuthorisableAt tells whether a named authorisation in the role can open anything
// at that organisation.
func (r Role) AuthorisableAt(b Body) bool {
	rule := roleRules[r]
	return rule.authorisable && r.AvailableAt(b) && (b.RegisteringBody || !rule.registering)
}

// Bounds of an assignment.
const (
	// MaxAssignmentPoints bounds the reception points of one assignment.
	MaxAssignmentPoints = 50
	// MaxAssignments bounds what one person is assigned to, now and announced: a list
	// of them needs no pages.
	MaxAssignments = 50
	// FullTime is the share of a full-time job, in percent.
	FullTime = 100
)

// AssignmentPlan is an assignment that somebody asks for.
type AssignmentPlan struct {
	Role   Role
	Points []ID
	// Share of full time, in percent.
	Share int
	// From and Until bound it; a zero Until leaves it open.
	From, Until Date
}

// Check says what is wrong with the plan at that organisation today.
func (p AssignmentPlan) Check(b Body, today Date) Refusals {
	refusals := checkPeriod(p.From, p.Until, today)
	if !p.Role.AvailableAt(b) {
		refusals = append(refusals, &Refusal{
			Code: RoleUnavailable, Field: []string{"role"},
			Message: Text{
				EN: "The organisation does not have this role: nobody can hold it there.",
				FR: "L'organisme n'a pas ce rôle : personne ne peut l'y tenir.",
			},
			Help: Text{
				EN: "STOCK_MANAGER is for landlords, STEERING for the Métropole, ALLOCATION_OFFICER for landlords and holders of reservation rights.",
				FR: "STOCK_MANAGER est aux bailleurs, STEERING à la Métropole, ALLOCATION_OFFICER aux bailleurs et aux réservataires.",
			},
		})
	}
	if p.Share < 1 || p.Share > FullTime {
		refusals = append(refusals, refuse(Invalid,
			"The share of full time is 1 to 100 percent.", "La quotité de temps de travail va de 1 à 100 pour cent.", "share"))
	}
	switch n := len(p.Points); {
	case !p.Role.PointByPoint() && n > 0:
		refusals = append(refusals, refuse(Invalid,
			"This role is held for the whole organisation: name no reception point.",
			"Ce rôle vaut pour tout l'organisme : ne nommer aucun guichet.", "receptionPointIds"))
	case p.Role.PointByPoint() && (n == 0 || n > MaxAssignmentPoints):
		refusals = append(refusals, refuse(Invalid,
			"This role is held point by point: name 1 to 50 reception points.",
			"Ce rôle se tient guichet par guichet : nommer de 1 à 50 guichets.", "receptionPointIds"))
	}
	return refusals
}

// checkPeriod checks a period that somebody announces today. What is past cannot be
// given: nobody had the right when it was used.
func checkPeriod(from, until, today Date) Refusals {
	var refusals Refusals
	if from.Before(today) {
		refusals = append(refusals, refuse(Invalid,
			"It begins today or later: nothing is given for the past.",
			"Cela commence aujourd'hui ou plus tard : rien ne se donne pour le passé.", "validFrom"))
	}
	if !until.IsZero() && !from.Before(until) {
		refusals = append(refusals, refuse(Invalid,
			"The day after the last comes after the first day.",
			"Le lendemain du dernier jour vient après le premier.", "validUntil"))
	}
	return refusals
}

// CheckEnd says what is wrong with ending on that day what began on from and, unless
// zero, would have ended on until.
func CheckEnd(from, until, end, today Date) Refusals {
	switch {
	case end.Before(today):
		return Refusals{refuse(Invalid,
			"It ends today or later: what has been stays true.",
			"Cela finit aujourd'hui ou plus tard : ce qui a été reste vrai.", "validUntil")}
	case !until.IsZero() && until.Before(end):
		return Refusals{refuse(Invalid,
			"It ends before that day already.", "Cela finit déjà avant ce jour.", "validUntil")}
	case from.Before(end) || end == today:
		return nil
	}
	return Refusals{refuse(Invalid,
		"It has not begun on that day: end it today to withdraw it.",
		"Cela n'a pas commencé ce jour-là : y mettre fin aujourd'hui pour le retirer.", "validUntil")}
}

// NotOperated refuses reception points that the organisation does not operate.
func NotOperated() Refusals {
	return Refusals{refuse(Unknown,
		"One of these is no reception point that the organisation operates.",
		"L'un d'eux n'est pas un guichet que l'organisme tient.", "receptionPointIds")}
}

// TooManyAssignments refuses one more assignment.
func TooManyAssignments() Refusals {
	return Refusals{refuse(Invalid,
		"A person has at most 50 assignments: end one first.",
		"Une personne a 50 affectations au plus : mettre d'abord fin à l'une d'elles.", "personId")}
}

// NoLongerProposed refuses to decide on an assignment that waits for nobody.
func NoLongerProposed() Refusals {
	return Refusals{refuse(IllegalTransition,
		"It waits for nobody's confirmation.", "Elle n'attend la confirmation de personne.", "id")}
}

// AlreadyEnded refuses to end what holds no more.
func AlreadyEnded() Refusals {
	return Refusals{refuse(IllegalTransition, "It has ended already.", "C'est déjà terminé.", "id")}
}
