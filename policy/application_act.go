package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// ApplicationAct is an act in the life of an application, by the name of its mutation.
type ApplicationAct string

// The acts.
const (
	ActValidate     ApplicationAct = "validateApplication"
	ActReject       ApplicationAct = "rejectApplication"
	ActDepositAgain ApplicationAct = "depositApplicationAgain"
	ActRenew        ApplicationAct = "renewApplication"
	ActCorrect      ApplicationAct = "correctApplication"
	ActPropose      ApplicationAct = "proposeChange"
	ActDecideChange ApplicationAct = "decideProposedChange"
	ActRecordNotice ApplicationAct = "recordNotice"
	// ActHoldAppointment is recordNotice of a personalised appointment.
	ActHoldAppointment ApplicationAct = "holdPersonalisedAppointment"
	ActWarn            ApplicationAct = "warnApplicant"
	ActWithdrawWarning ApplicationAct = "withdrawWarning"
	ActRemove          ApplicationAct = "removeApplication"
	ActReactivate      ApplicationAct = "reactivateApplication"
	ActMerge           ApplicationAct = "mergeApplications"
	ActUndoMerge       ApplicationAct = "undoMerge"
	ActSplit           ApplicationAct = "splitApplication"
	ActHandOver        ApplicationAct = "handOverApplication"
	ActOrient          ApplicationAct = "orientApplicant"
	ActAssignOnline    ApplicationAct = "assignOnlineRegistration"
	ActReleaseOnline   ApplicationAct = "releaseOnlineRegistration"
	ActBook            ApplicationAct = "bookAppointment"
	// ActOverbook is bookAppointment beside another one.
	ActOverbook   ApplicationAct = "overbookAppointment"
	ActMove       ApplicationAct = "moveAppointment"
	ActCancel     ApplicationAct = "cancelAppointment"
	ActAttendance ApplicationAct = "recordAttendance"

	ActJoinWaiting  ApplicationAct = "joinWaitingList"
	ActLeaveWaiting ApplicationAct = "leaveWaitingList"
	ActTakeOffer    ApplicationAct = "takeWaitingOffer"
	// ActSimpleInterview, ActHoldInterview and ActInDepthInterview are recordInterview, by
	// the kind of the interview.
	ActSimpleInterview  ApplicationAct = "recordSimpleInterview"
	ActHoldInterview    ApplicationAct = "recordPersonalisedInterview"
	ActInDepthInterview ApplicationAct = "recordInDepthInterview"
	// ActNote and ActSocialNote are addInterviewNote, by the readers of the note.
	ActNote       ApplicationAct = "addInterviewNote"
	ActSocialNote ApplicationAct = "addSocialNote"

	// Acts on proposals are the landlord's, but for what the holder of a reservation right
	// designates and takes back, see [OnProposal].
	ActPutForward       ApplicationAct = "putForward"
	ActDesignate        ApplicationAct = "designateCandidate"
	ActRecordDecision   ApplicationAct = "recordCommissionDecision"
	ActRecordAnswer     ApplicationAct = "recordProposalAnswer"
	ActWithdrawProposal ApplicationAct = "withdrawProposal"
)

// The levels of service that acts need (cahier des charges de l'accueil).
const (
	registrationLevel = domain.RegistrationLevel
	specialisedLevel  = domain.SpecialisedLevel
)

// actRule says who does an act: by which grounds, in which roles, at which level.
type actRule struct {
	roles map[domain.Ground][]domain.Role
	level int
	// also are the types that it writes besides those of every step.
	also []string
}

// lifeTypes are what each step of a life writes, formTypes what a form does.
var (
	lifeTypes = []string{"Application", "ApplicationSummary", "Deadline", "ApplicationEvent", "ApplicationAccess", "Audience", "RegistryEvent", "Orientation"}
	formTypes = append([]string{
		"ApplicationFile", "ApplicationContact", "Wish", "HouseholdMember", "MemberParticulars", "SensitiveRecord",
	}, lifeTypes...)
)

// The roles by the grounds. Who is named on a protected file stands where the point that
// follows stood.
var (
	agents    = []domain.Role{domain.ReceptionAgent}
	desk      = map[domain.Ground][]domain.Role{domain.GroundFollowed: agents, domain.GroundNamedAgent: {domain.ReceptionAgent, domain.SocialOfficer}}
	following = map[domain.Ground][]domain.Role{domain.GroundFollowed: agents}
	oriented  = map[domain.Ground][]domain.Role{domain.GroundOriented: agents}
	received  = map[domain.Ground][]domain.Role{domain.GroundReceived: agents}
	landlord  = map[domain.Ground][]domain.Role{domain.GroundWishedTerritory: {domain.AllocationOfficer}}
	candidate = map[domain.Ground][]domain.Role{domain.GroundPutForward: {domain.AllocationOfficer}}
	holder    = map[domain.Ground][]domain.Role{
		domain.GroundWishedCommune: {domain.AllocationOfficer}, domain.GroundTerritory: {domain.AllocationOfficer},
		domain.GroundContributingEmployer: {domain.AllocationOfficer},
	}
	applicant = map[domain.Ground][]domain.Role{domain.GroundSelf: nil}
	// socialDesk are social workers where agents of desk and oriented are, eachDesk both.
	socialDesk = deskOf(domain.SocialOfficer)
	eachDesk   = deskOf(domain.ReceptionAgent, domain.SocialOfficer)
)

func deskOf(roles ...domain.Role) map[domain.Ground][]domain.Role {
	return map[domain.Ground][]domain.Role{domain.GroundFollowed: roles, domain.GroundNamedAgent: roles, domain.GroundOriented: roles}
}

func either(all ...map[domain.Ground][]domain.Role) map[domain.Ground][]domain.Role {
	roles := map[domain.Ground][]domain.Role{}
	for _, some := range all {
		for ground, of := range some {
			roles[ground] = of
		}
	}
	return roles
}

var actRules = map[ApplicationAct]actRule{
	ActValidate:        {roles: desk, level: registrationLevel, also: []string{"OnlineRegistration"}},
	ActReject:          {roles: desk, level: registrationLevel, also: []string{"OnlineRegistration"}},
	ActDepositAgain:    {roles: either(desk, applicant), level: registrationLevel},
	ActRenew:           {roles: either(desk, applicant, received), level: registrationLevel},
	ActCorrect:         {roles: either(desk, applicant), level: registrationLevel, also: append([]string{"ApplicantAccount", "BindingCode", "ReceptionGrant"}, formTypes...)},
	ActPropose:         {roles: received, level: registrationLevel, also: []string{"ProposedChange"}},
	ActDecideChange:    {roles: either(desk, applicant), level: registrationLevel, also: append([]string{"ProposedChange"}, formTypes...)},
	ActRecordNotice:    {roles: desk, level: registrationLevel},
	ActHoldAppointment: {roles: either(desk, oriented), level: specialisedLevel, also: appointmentTypes},
	ActWarn:            {roles: either(desk, landlord), level: registrationLevel},
	ActWithdrawWarning: {roles: either(desk, landlord), level: registrationLevel},
	ActRemove:          {roles: either(desk, landlord, applicant), level: registrationLevel},
	ActReactivate:      {roles: desk, level: registrationLevel},
	ActMerge:           {roles: following, level: registrationLevel, also: slices.Concat(interviewTypes, proposalTypes, appointmentTypes)},
	ActUndoMerge:       {roles: following, level: registrationLevel, also: slices.Concat(interviewTypes, proposalTypes)},
	ActSplit:           {roles: following, level: registrationLevel, also: append([]string{"ApplicantAccount", "BindingCode", "ReceptionGrant"}, formTypes...)},
	ActHandOver:        {roles: following, level: registrationLevel, also: []string{"HandOver"}},
	ActOrient:          {roles: either(desk, received), level: domain.InformationLevel},
	ActAssignOnline: {
		roles: map[domain.Ground][]domain.Role{domain.GroundFollowed: {domain.ReceptionAgent, domain.PointManager}},
		level: specialisedLevel, also: []string{"OnlineRegistration"},
	},
	ActReleaseOnline: {roles: following, level: specialisedLevel, also: []string{"OnlineRegistration"}},
	ActBook:          {roles: either(desk, oriented, applicant, received), also: appointmentTypes},
	ActOverbook: {
		roles: map[domain.Ground][]domain.Role{domain.GroundFollowed: {domain.PointManager}}, also: appointmentTypes,
	},
	ActMove:       {roles: either(desk, oriented, applicant, received), also: appointmentTypes},
	ActCancel:     {roles: either(desk, oriented, applicant, received), also: appointmentTypes},
	ActAttendance: {roles: either(desk, oriented), also: appointmentTypes},

	ActJoinWaiting:      {roles: either(desk, oriented, applicant, received), also: appointmentTypes},
	ActLeaveWaiting:     {roles: either(desk, oriented, applicant, received), also: appointmentTypes},
	ActTakeOffer:        {roles: either(desk, oriented, applicant, received), also: appointmentTypes},
	ActSimpleInterview:  {roles: either(desk, oriented), level: registrationLevel, also: interviewTypes},
	ActHoldInterview:    {roles: either(desk, oriented), level: specialisedLevel, also: interviewTypes},
	ActInDepthInterview: {roles: socialDesk, level: specialisedLevel, also: interviewTypes},
	ActNote:             {roles: eachDesk, level: registrationLevel, also: interviewTypes},
	ActSocialNote:       {roles: socialDesk, level: specialisedLevel, also: interviewTypes},

	ActPutForward:       {roles: either(landlord, candidate), also: proposalTypes},
	ActDesignate:        {roles: either(holder, candidate), also: proposalTypes},
	ActRecordDecision:   {roles: either(landlord, candidate), also: proposalTypes},
	ActRecordAnswer:     {roles: either(landlord, candidate), also: proposalTypes},
	ActWithdrawProposal: {roles: either(landlord, holder, candidate), also: proposalTypes},
}

// Places are where an act on an application is done, with the levels of service there:
// the point that follows it, the one at which the viewer received the applicant, and that
// of the viewer's which accepted it and has not reported back.
type Places struct {
	Following, Received, Oriented                domain.ID
	FollowingLevel, ReceivedLevel, OrientedLevel int
}

// ActOn decides whether the viewer, who holds these grounds on an application, may do
// the act, and returns the claim by which it does.
func ActOn(ctx context.Context, act ApplicationAct, held []Claim, at Places) (context.Context, *Claim, error) {
	v := auth.FromContext(ctx)
	if v == nil || !v.Applicant {
		if _, err := identified(ctx); err != nil {
			return nil, nil, err
		}
	}
	rule := actRules[act]
	var tooLow error
	for i, c := range held {
		roles, by := rule.roles[c.Rule.Ground]
		if !by || c.Assignment != nil && !slices.Contains(roles, c.Assignment.Role) || at.former(c) {
			continue
		}
		if tooLow = at.reach(c.Rule.Ground, rule.level); tooLow == nil {
			return guard.Grant(ctx, string(act), append(rule.also, lifeTypes...)...), &held[i], nil
		}
	}
	if tooLow != nil {
		return nil, nil, tooLow
	}
	return nil, nil, forbidden()
}

// former tells a claim of a point that followed and handed over, or that was sent an
// applicant and has reported back: it sees, and acts no more.
func (at Places) former(c Claim) bool {
	now, bound := map[domain.Ground]domain.ID{domain.GroundFollowed: at.Following, domain.GroundOriented: at.Oriented}[c.Rule.Ground]
	return bound && !slices.ContainsFunc(c.Audiences, func(a domain.Audience) bool { return a.Subject == string(now) })
}

// reach refuses where the level of the place is too low. The applicant and landlords act
// from anywhere.
func (at Places) reach(ground domain.Ground, level int) error {
	switch ground {
	case domain.GroundFollowed, domain.GroundNamedAgent:
		if at.FollowingLevel < level {
			return domain.TooLow(level, at.Following)
		}
	case domain.GroundReceived:
		if at.ReceivedLevel < level {
			return domain.TooLow(level, at.Received)
		}
	case domain.GroundOriented:
		if at.OrientedLevel < level {
			return domain.TooLow(level, at.Oriented)
		}
	default:
	}
	return nil
}

// RemoveFor decides whether the viewer may warn of a removal for that reason, or remove
// for it, by that claim: the applicant gives up; landlords, through their committees,
// tell of a lease or that the law does not admit the applicant (arrêté du 23 mars 2015,
// annexe, 6.2 and 6.4); the desk tells of the rest.
func RemoveFor(by *Claim, reason domain.RemovalReason) error {
	theirs := []domain.RemovalReason{domain.RemovedHoused, domain.RemovedStay, domain.RemovedResources}
	var allowed bool
	switch by.Rule.Ground {
	case domain.GroundSelf:
		allowed = reason == domain.RemovedWithdrawn
	case domain.GroundWishedTerritory:
		allowed = slices.Contains(theirs, reason)
	default:
		allowed = !slices.Contains(theirs, reason)
	}
	if !allowed {
		return forbidden()
	}
	return nil
}

// RegisterApplication decides whether the viewer may register an application at that
// point, which follows it from then on: a RECEPTION_AGENT there, at level 2 or 3.
func RegisterApplication(ctx context.Context, point domain.ID, level int) (context.Context, *auth.Assignment, error) {
	by, err := atPoint(ctx, point, registrationLevel, level)
	if err != nil {
		return nil, nil, err
	}
	return guard.Grant(ctx, "register application", formTypes...), by, nil
}

// atPoint is the assignment by which the viewer receives at the point for a registering
// body, with an authorisation, where the level of the point is enough.
func atPoint(ctx context.Context, point domain.ID, needed, level int) (*auth.Assignment, error) {
	v, err := identified(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range Claims(v) {
		if c.Rule.Ground != domain.GroundFollowed || c.Missing != "" || c.Assignment.Role != domain.ReceptionAgent {
			continue
		}
		if slices.ContainsFunc(c.Audiences, func(a domain.Audience) bool { return a.Subject == string(point) }) {
			if level < needed {
				return nil, domain.TooLow(needed, point)
			}
			return c.Assignment, nil
		}
	}
	return nil, forbidden()
}
