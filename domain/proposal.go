package domain

import (
	"io"
	"slices"
	"strconv"
	"strings"
)

// ProposalState is where a proposal of a dwelling stands.
type ProposalState string

// The states.
const (
	// ProposalPutForward waits for the commission.
	ProposalPutForward ProposalState = "PUT_FORWARD"
	// ProposalRetained waits for the candidate's answer.
	ProposalRetained    ProposalState = "RETAINED"
	ProposalNotRetained ProposalState = "NOT_RETAINED"
	ProposalAccepted    ProposalState = "ACCEPTED"
	// ProposalRefused was refused by the candidate, before the commission or after it.
	ProposalRefused   ProposalState = "REFUSED"
	ProposalWithdrawn ProposalState = "WITHDRAWN"
)

// proposalSteps are the states that each leads to. A candidate may say no before the
// commission, and yes to what it decided alone.
var proposalSteps = map[ProposalState][]ProposalState{
	ProposalPutForward: {ProposalRetained, ProposalNotRetained, ProposalRefused, ProposalWithdrawn},
	ProposalRetained:   {ProposalAccepted, ProposalRefused, ProposalWithdrawn},
}

// Values lists the states, in the order of the contract.
func (ProposalState) Values() []string {
	return words([]ProposalState{
		ProposalPutForward, ProposalRetained, ProposalNotRetained, ProposalAccepted, ProposalRefused, ProposalWithdrawn,
	})
}

// Current tells whether something is still to come.
func (s ProposalState) Current() bool { return len(proposalSteps[s]) > 0 }

// MarshalGQL writes the word of the contract.
func (s ProposalState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ProposalState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// CommissionDecision is what an allocation commission decided of a candidate (décision de la
// CALEOL, CCH R441-3).
type CommissionDecision string

// The decisions.
const (
	DecisionAttributed CommissionDecision = "ATTRIBUTED"
	// DecisionRanked attributes to whoever of the ranked accepts first.
	DecisionRanked CommissionDecision = "RANKED"
	// DecisionConditional attributes once a condition is met.
	DecisionConditional   CommissionDecision = "CONDITIONAL"
	DecisionNotAttributed CommissionDecision = "NOT_ATTRIBUTED"
	DecisionInadmissible  CommissionDecision = "INADMISSIBLE"
)

// Values lists the decisions, in the order of the contract.
func (CommissionDecision) Values() []string {
	return words([]CommissionDecision{
		DecisionAttributed, DecisionRanked, DecisionConditional, DecisionNotAttributed, DecisionInadmissible,
	})
}

// MarshalGQL writes the word of the contract.
func (d CommissionDecision) MarshalGQL(w io.Writer) { marshalEnum(w, d) }

// UnmarshalGQL reads the word of the contract.
func (d *CommissionDecision) UnmarshalGQL(v any) error { return unmarshalEnum(v, d) }

// leadsTo is the state of who was so decided on.
func (d CommissionDecision) leadsTo() ProposalState {
	if d == DecisionNotAttributed || d == DecisionInadmissible {
		return ProposalNotRetained
	}
	return ProposalRetained
}

// ProposalAnswer is what a candidate answers.
type ProposalAnswer string

// The answers.
const (
	AnswerAccepted ProposalAnswer = "ACCEPTED"
	AnswerRefused  ProposalAnswer = "REFUSED"
)

// Values lists the answers, in the order of the contract.
func (ProposalAnswer) Values() []string {
	return words([]ProposalAnswer{AnswerAccepted, AnswerRefused})
}

// MarshalGQL writes the word of the contract.
func (a ProposalAnswer) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *ProposalAnswer) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }

// ProposalRefusal is why a candidate refuses. What would tell of a disability, of health or of
// violence is no reason: it is OTHER here.
type ProposalRefusal string

// The reasons.
const (
	RefusedForRent      ProposalRefusal = "RENT"
	RefusedForSize      ProposalRefusal = "SIZE"
	RefusedForLocation  ProposalRefusal = "LOCATION"
	RefusedForDwelling  ProposalRefusal = "DWELLING"
	RefusedForTransport ProposalRefusal = "TRANSPORT"
	// RefusedForHoused: the household found another dwelling, or looks for none any more.
	RefusedForHoused ProposalRefusal = "NO_LONGER_LOOKING"
	// RefusedBySilence: ten days without an answer are a refusal (CCH R441-10).
	RefusedBySilence ProposalRefusal = "NO_ANSWER"
	RefusedForOther  ProposalRefusal = "OTHER"
)

// Values lists the reasons, in the order of the contract.
func (ProposalRefusal) Values() []string {
	return words([]ProposalRefusal{
		RefusedForRent, RefusedForSize, RefusedForLocation, RefusedForDwelling, RefusedForTransport,
		RefusedForHoused, RefusedBySilence, RefusedForOther,
	})
}

// MarshalGQL writes the word of the contract.
func (r ProposalRefusal) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *ProposalRefusal) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

const (
	// MaxProposals bounds those of one landlord for one application.
	MaxProposals = 50
	// MaxCurrentProposals bounds those of them that wait for something.
	MaxCurrentProposals = 5
	// MaxCandidates bounds those of one dwelling at a time, and the ranks.
	MaxCandidates = 20
	// maxProposalMonths is how late a proposal may be told of.
	maxProposalMonths = 12
)

// Proposal is a candidate for a dwelling (proposition de logement). It is a value: each step
// returns the next one, or refuses and returns the same.
type Proposal struct {
	State        ProposalState
	PutForwardOn Date
	Decision     CommissionDecision
	// Rank is that of who was ranked, 0 for nobody else.
	Rank       int
	DecidedOn  Date
	AnsweredOn Date
	RefusedFor ProposalRefusal
	// WithdrawnOn is when it was taken back.
	WithdrawnOn Date
	// Reserved tells that it is under a reservation right, Designated that the holder of that
	// right put the application forward.
	Reserved, Designated bool
}

// OpenToLandlord is from when and until when the candidacy opens the application to the
// landlord, so many days after it is settled: it was designated, which is no act of its own.
func (p Proposal) OpenToLandlord(days int) (from, until Date, opens bool) {
	return p.PutForwardOn, p.openUntil(days), p.Designated && p.State != ProposalWithdrawn
}

// OpenToHolder is the same for the holder of the reservation right: the landlord put the
// application forward under it, or had its commission decide on who was designated.
func (p Proposal) OpenToHolder(days int) (from, until Date, opens bool) {
	if !p.Reserved || p.State == ProposalWithdrawn {
		return from, until, false
	}
	if p.Designated {
		return p.DecidedOn, p.openUntil(days), !p.DecidedOn.IsZero()
	}
	return p.PutForwardOn, p.openUntil(days), true
}

// openUntil is zero until the commission has decided, or the candidate answered before it.
func (p Proposal) openUntil(days int) Date {
	switch {
	case !p.DecidedOn.IsZero():
		return p.DecidedOn.AddDays(days)
	case !p.AnsweredOn.IsZero():
		return p.AnsweredOn.AddDays(days)
	}
	return Date{}
}

// PutForward puts somebody forward on a day, today or in the twelve months before. No commission
// looks at an application that is not registered under a number (CCH L441-2-1).
func PutForward(state ApplicationState, on, today Date) (Proposal, Refusals) {
	p := Proposal{State: ProposalPutForward, PutForwardOn: on}
	if state != ApplicationActive {
		r := refuse(IllegalTransition,
			"This application is "+string(state)+": it is not registered.", "Cette demande est à l'état "+string(state)+" : elle n'est pas enregistrée.", "applicationId")
		r.Help = Text{EN: "Put it forward once a desk has validated it.", FR: "La proposer une fois qu'un guichet l'a validée."}
		return p, Refusals{r}
	}
	return p, dayFrom(today.AddMonths(-maxProposalMonths), on, today)
}

// Decide notes what the commission decided. Who is ranked has a rank, and nobody else.
func (p Proposal) Decide(d CommissionDecision, rank *int, on, today Date) (Proposal, Refusals) {
	refused := p.step(d.leadsTo())
	if refused == nil {
		refused = append(checkRank(d, rank), dayFrom(p.PutForwardOn, on, today)...)
	}
	if len(refused) > 0 {
		return p, refused
	}
	p.State, p.Decision, p.DecidedOn, p.Rank = d.leadsTo(), d, on, deref(rank)
	return p, nil
}

// Answer notes what the candidate answers, with the reason of who refuses.
func (p Proposal) Answer(a ProposalAnswer, reason *ProposalRefusal, on, today Date) (Proposal, Refusals) {
	refused := p.step(ProposalState(a))
	if refused == nil {
		first := p.PutForwardOn
		if !p.DecidedOn.IsZero() {
			first = p.DecidedOn
		}
		refused = append(checkReason(a, reason), dayFrom(first, on, today)...)
	}
	if len(refused) > 0 {
		return p, refused
	}
	p.State, p.AnsweredOn, p.RefusedFor = ProposalState(a), on, deref(reason)
	return p, nil
}

// Withdraw takes it back.
func (p Proposal) Withdraw(today Date) (Proposal, Refusals) {
	if refused := p.step(ProposalWithdrawn); refused != nil {
		return p, refused
	}
	p.State, p.WithdrawnOn = ProposalWithdrawn, today
	return p, nil
}

// step refuses a state that the present one does not lead to, and names those that it does.
func (p Proposal) step(to ProposalState) Refusals {
	open := proposalSteps[p.State]
	if slices.Contains(open, to) {
		return nil
	}
	r := refuse(IllegalTransition,
		"This proposal is "+string(p.State)+".", "Cette proposition est à l'état "+string(p.State)+".", "id")
	r.Help = Text{EN: "Nothing follows.", FR: "Rien ne suit."}
	if len(open) > 0 {
		next := strings.Join(words(open), ", ")
		r.Help = Text{EN: "It can become: " + next + ".", FR: "Elle peut devenir : " + next + "."}
	}
	return Refusals{r}
}

func checkRank(d CommissionDecision, rank *int) Refusals {
	if (d == DecisionRanked) == (rank != nil && *rank >= 1 && *rank <= MaxCandidates) && (d == DecisionRanked || rank == nil) {
		return nil
	}
	most := strconv.Itoa(MaxCandidates)
	return Refusals{refuse(Invalid,
		"RANKED comes with a rank from 1 to "+most+", and no other decision does.",
		"RANKED s'accompagne d'un rang de 1 à "+most+", et aucune autre décision.", "rank")}
}

func checkReason(a ProposalAnswer, reason *ProposalRefusal) Refusals {
	if (a == AnswerRefused) == (reason != nil) {
		return nil
	}
	return Refusals{refuse(Invalid,
		"REFUSED comes with its reason, and ACCEPTED with none.", "REFUSED s'accompagne d'un motif, et ACCEPTED d'aucun.", "reason")}
}

// dayFrom refuses a day before the first one or after today.
func dayFrom(first, on, today Date) Refusals {
	if !on.Before(first) && !today.Before(on) {
		return nil
	}
	return Refusals{refuse(Invalid,
		"The day is from "+first.String()+" to "+today.String()+".", "Le jour est du "+first.String()+" au "+today.String()+".", "on")}
}

// NotReserved refuses a reservation right that does not hold over the dwelling today.
func NotReserved() Refusals {
	r := refuse(Unknown,
		"This reservation right does not hold over this dwelling today.",
		"Ce droit de réservation ne porte pas sur ce logement aujourd'hui.", "reservationRightId")
	r.Help = Text{
		EN: "Choose a right of this dwelling's landlord that both parties confirmed and that is in force; one over named dwellings holds over those alone.",
		FR: "Choisir un droit sur ce bailleur, confirmé par les deux parties et en vigueur ; un droit sur des logements désignés ne porte que sur eux.",
	}
	return Refusals{r}
}

// Candidacies are what a landlord or the holder of a right has proposed already, beside one more.
type Candidacies struct {
	// Again: the application is a candidate for the dwelling now.
	Again bool
	// Ever and Current are those of the application, Candidates the others of the dwelling now.
	Ever, Current, Candidates int
}

// Check refuses one more.
func (c Candidacies) Check() Refusals {
	switch {
	case c.Again:
		r := refuse(Duplicate,
			"This application is put forward for this dwelling already.", "Cette demande est déjà proposée pour ce logement.", "dwellingId")
		r.Help = Text{EN: "Withdraw that proposal first, or choose another dwelling.", FR: "Retirer d'abord cette proposition, ou choisir un autre logement."}
		return Refusals{r}
	case c.Ever >= MaxProposals:
		return Refusals{refuse(Invalid,
			"A landlord or a holder of rights makes at most 50 proposals to one application.", "Un bailleur ou un réservataire fait 50 propositions au plus à une demande.", "applicationId")}
	case c.Current >= MaxCurrentProposals:
		return Refusals{refuse(Invalid,
			"An application has at most 5 current proposals of a landlord or a holder of rights: settle one first.",
			"Une demande a 5 propositions en cours au plus d'un bailleur ou d'un réservataire : en régler une d'abord.", "applicationId")}
	case c.Candidates >= MaxCandidates:
		return Refusals{refuse(Invalid,
			"A dwelling has at most 20 candidates at a time: settle one first.",
			"Un logement a 20 candidatures au plus à la fois : en régler une d'abord.", "dwellingId")}
	}
	return nil
}
