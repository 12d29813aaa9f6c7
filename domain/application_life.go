package domain

import (
	"io"
	"slices"
	"strings"
)

// Step is an act in an application's life.
type Step string

// The steps.
const (
	// StepSubmit deposits a draft.
	StepSubmit Step = "SUBMIT"
	// StepValidate registers it: it has a number from then on.
	StepValidate Step = "VALIDATE"
	StepReject   Step = "REJECT"
	// StepRedeposit deposits again what was rejected and mended.
	StepRedeposit Step = "DEPOSIT_AGAIN"
	StepRenew     Step = "RENEW"
	// StepWarn tells the applicant of a removal to come, StepAnswer takes that back.
	StepWarn       Step = "WARN"
	StepAnswer     Step = "ANSWER"
	StepRemove     Step = "REMOVE"
	StepReactivate Step = "REACTIVATE"
	StepMerge      Step = "MERGE"
	StepUndoMerge  Step = "UNDO_MERGE"
	StepErase      Step = "ERASE"
)

// Values lists the steps, in the order of the contract.
func (Step) Values() []string {
	words := make([]string, len(transitions))
	for i, t := range transitions {
		words[i] = string(t.step)
	}
	return words
}

// MarshalGQL writes the word of the contract.
func (s Step) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *Step) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// Life is where an application stands in its legal life, and the days that say so. It
// is a value: each act returns the next one, or refuses and returns the same.
//
// The number and the day of the first deposit, from which seniority counts, are kept
// for ever: through rejection, renewal, removal and merge (arrêté du 23 mars 2015,
// annexe, 5 and 6.1).
type Life struct {
	ID    ID
	State ApplicationState
	// Number is given at registration.
	Number UniqueNumber
	// FirstDepositedOn is that of the first deposit, DepositedOn of the last.
	FirstDepositedOn, DepositedOn Date
	RegisteredOn                  Date
	// ValidFrom is the day of the deposit or of the last renewal; it is no longer valid
	// on ValidUntil.
	ValidFrom, ValidUntil Date
	RenewedOn             Date
	RejectedOn            Date
	RejectedFor           RejectionReason
	// WarnedOn and WarnedFor are those of a removal to come.
	WarnedOn   Date
	WarnedFor  RemovalReason
	RemovedOn  Date
	RemovedFor RemovalReason
	// MergedInto is the application that survives; MergedFrom the state to go back to.
	MergedInto ID
	MergedOn   Date
	MergedFrom ApplicationState
	ErasedOn   Date

	// AcknowledgedOn is when the certificate of registration was handed over, NoticedOn
	// when the end of this validity was announced: what is done is no deadline.
	AcknowledgedOn, NoticedOn Date
	// PersonalisedAppointmentOn is at a point of level 3, SingleFileCompletedOn when the single
	// file was complete.
	PersonalisedAppointmentOn, SingleFileCompletedOn Date
}

// NewLife is that of a draft.
func NewLife(id ID) Life { return Life{ID: id, State: ApplicationDraft} }

// Seniority is the day from which the wait of a household counts, its merged
// applications included. It is counted, not stored: to undo a merge gives it back.
func Seniority(survivor Life, merged ...Life) Date {
	first := survivor.FirstDepositedOn
	for _, l := range merged {
		if !l.FirstDepositedOn.IsZero() && l.FirstDepositedOn.Before(first) {
			first = l.FirstDepositedOn
		}
	}
	return first
}

// transition is a line of the table of what may follow what.
type transition struct {
	step Step
	from []ApplicationState
	to   ApplicationState
	// closed says why it is not open on a day, empty when it is; nil: it always is.
	closed func(Life, LegalClocks, Date) Text
}

// transitions is the whole table. Nothing leads out of ERASED, and out of MERGED only
// what undoes the merge and what erases.
var transitions = []transition{
	{StepSubmit, []ApplicationState{ApplicationDraft}, ApplicationPending, nil},
	{StepValidate, []ApplicationState{ApplicationPending}, ApplicationActive, nil},
	{StepReject, []ApplicationState{ApplicationPending}, ApplicationRejected, nil},
	{StepRedeposit, []ApplicationState{ApplicationRejected}, ApplicationPending, nil},
	{StepRenew, []ApplicationState{ApplicationActive}, ApplicationActive, Life.renewalClosed},
	{StepWarn, []ApplicationState{ApplicationActive}, ApplicationActive, Life.warningClosed},
	{StepAnswer, []ApplicationState{ApplicationActive}, ApplicationActive, Life.answerClosed},
	{StepRemove, []ApplicationState{ApplicationActive}, ApplicationRemoved, nil},
	{StepReactivate, []ApplicationState{ApplicationRemoved}, ApplicationActive, Life.reactivationClosed},
	{StepMerge, livingStates, ApplicationMerged, nil},
	{StepUndoMerge, []ApplicationState{ApplicationMerged}, "", Life.undoClosed}, // to where it was
	{StepErase, []ApplicationState{ApplicationRemoved, ApplicationRejected, ApplicationMerged}, ApplicationErased, Life.erasureClosed},
}

// livingStates are those of an application that waits or counts: others neither merge
// nor survive a merge.
var livingStates = []ApplicationState{ApplicationPending, ApplicationActive}

// Open lists the steps that are open on that day. What a removal needs depends on its
// reason, see [Life.Remove].
func (l Life) Open(c LegalClocks, today Date) []Step {
	var open []Step
	for _, t := range transitions {
		if t.closes(l, c, today) == (Text{}) {
			open = append(open, t.step)
		}
	}
	return open
}

// closes says why the step is not open, and nothing when it is.
func (t transition) closes(l Life, c LegalClocks, today Date) Text {
	if !slices.Contains(t.from, l.State) {
		return Text{EN: "the application is " + string(l.State), FR: "la demande est à l'état " + string(l.State)}
	}
	if t.closed == nil {
		return Text{}
	}
	return t.closed(l, c, today)
}

// move takes a step where it is open.
func (l Life) move(s Step, c LegalClocks, today Date) (Life, Refusals) {
	i := slices.IndexFunc(transitions, func(t transition) bool { return t.step == s })
	t := transitions[i]
	if why := t.closes(l, c, today); why != (Text{}) {
		return l, l.illegal(s, why, c, today)
	}
	l.State = t.to
	return l, nil
}

// illegal refuses a step and names those that are open.
func (l Life) illegal(s Step, why Text, c LegalClocks, today Date) Refusals {
	allowed := append([]Step{}, l.Open(c, today)...) // never nil: no step may be open
	open := Text{EN: "nothing", FR: "rien"}
	if len(allowed) > 0 {
		list := strings.Join(words(allowed), ", ")
		open = Text{EN: list, FR: list}
	}
	r := refuse(IllegalTransition,
		string(s)+" is not open: "+why.EN+". Open today: "+open.EN+".",
		string(s)+" n'est pas possible : "+why.FR+". Possible aujourd'hui : "+open.FR+".")
	r.Allowed = allowed
	return Refusals{r}
}

// Submit deposits a draft; a paper form counts from the day on which it was handed in.
func (l Life) Submit(depositedOn Date, c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepSubmit, c, today)
	if refusals == nil && (depositedOn.IsZero() || today.Before(depositedOn)) {
		refusals = Refusals{refuse(Invalid,
			"It was deposited today or earlier.", "Elle a été déposée aujourd'hui ou plus tôt.", "depositedOn")}
	}
	if refusals != nil {
		return l, refusals
	}
	next.FirstDepositedOn, next.DepositedOn = depositedOn, depositedOn
	return next, nil
}

// Validate registers it under its number, valid from its deposit (CCH L441-2-1 and
// R441-2-7).
func (l Life) Validate(number UniqueNumber, c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepValidate, c, today)
	if refusals == nil && (number == "" || l.Number != "" && l.Number != number) {
		refusals = Refusals{refuse(Invalid,
			"It is registered under a number, which it keeps for ever.",
			"Elle est enregistrée sous un numéro, qu'elle garde toujours.", "uniqueNumber")}
	}
	if refusals != nil {
		return l, refusals
	}
	next.Number, next.RegisteredOn = number, today
	next.valid(next.DepositedOn, c)
	return next, nil
}

func (l *Life) valid(from Date, c LegalClocks) {
	l.ValidFrom, l.ValidUntil = from, c.Validity.After(from)
	l.NoticedOn = Date{}
}

// Reject does not register it, for a reason that the applicant is told.
func (l Life) Reject(reason RejectionReason, c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepReject, c, today)
	if refusals == nil && reason.Article() == "" {
		refusals = unknownReason()
	}
	if refusals != nil {
		return l, refusals
	}
	next.RejectedOn, next.RejectedFor = today, reason
	return next, nil
}

func unknownReason() Refusals {
	return Refusals{refuse(Invalid,
		"This is no reason that the texts know.", "Ce n'est pas un motif que les textes connaissent.", "reason")}
}

// Redeposit deposits again what was rejected. Seniority is that of the first deposit.
func (l Life) Redeposit(c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepRedeposit, c, today)
	if refusals != nil {
		return l, refusals
	}
	next.DepositedOn, next.RejectedOn, next.RejectedFor = today, Date{}, ""
	return next, nil
}

// Renew makes it valid anew from today (CCH R441-2-7). It is open from some time before
// its validity ends until the day of the removal, and then no more even where the
// removal is late: how long an applicant has depends on no job. What was removed is
// reactivated.
func (l Life) Renew(c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepRenew, c, today)
	if refusals != nil {
		return l, refusals
	}
	next.renew(c, today)
	return next, nil
}

func (l *Life) renew(c LegalClocks, today Date) {
	l.RenewedOn = today
	l.valid(today, c)
	if l.WarnedFor == RemovedUnreachable { // the applicant has shown up
		l.WarnedOn, l.WarnedFor = Date{}, ""
	}
}

func (l Life) renewalClosed(c LegalClocks, today Date) Text {
	first, last := c.RenewalOpening.Before(l.ValidUntil), c.Removal.After(l.ValidFrom)
	switch {
	case today.Before(first):
		return Text{EN: "it may be renewed from " + first.String(), FR: "elle pourra être renouvelée à partir du " + first.String()}
	case !today.Before(last):
		return Text{EN: "it could be renewed before " + last.String(), FR: "elle pouvait être renouvelée avant le " + last.String()}
	}
	return Text{}
}

// RenewalDue tells an application in the time in which the applicant has been told to
// renew it (CCH R441-2-7).
func (l Life) RenewalDue(c LegalClocks, today Date) bool {
	return l.State == ApplicationActive && !today.Before(c.RenewalNotice.Before(l.ValidUntil))
}

// Warn tells the applicant, by a letter whose delivery can be proved, of the removal to
// come (CCH R441-2-8).
func (l Life) Warn(reason RemovalReason, c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepWarn, c, today)
	if refusals == nil && !reason.NeedsWarning() {
		refusals = Refusals{refuse(Invalid,
			"No warning comes before a removal for this reason.",
			"Aucun avertissement ne précède une radiation pour ce motif.", "reason")}
	}
	if refusals != nil {
		return l, refusals
	}
	next.WarnedOn, next.WarnedFor = today, reason
	return next, nil
}

func (l Life) warningClosed(LegalClocks, Date) Text {
	if l.WarnedFor != "" {
		return Text{EN: "a warning runs, for " + string(l.WarnedFor), FR: "un avertissement court, pour " + string(l.WarnedFor)}
	}
	return Text{}
}

// Answer takes a warning back: the applicant has answered, or the cause is gone.
func (l Life) Answer(c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepAnswer, c, today)
	if refusals != nil {
		return l, refusals
	}
	next.WarnedOn, next.WarnedFor = Date{}, ""
	return next, nil
}

func (l Life) answerClosed(LegalClocks, Date) Text {
	if l.WarnedFor == "" {
		return Text{EN: "no warning runs", FR: "aucun avertissement ne court"}
	}
	return Text{}
}

// Remove ends it for a reason (radiation, CCH R441-2-8): at once when the applicant is
// housed or gives up, otherwise once the delay of the reason is over.
func (l Life) Remove(reason RemovalReason, c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepRemove, c, today)
	if refusals == nil && reason.Article() == "" {
		refusals = unknownReason()
	}
	if refusals == nil {
		if why := l.removalClosed(reason, c, today); why != (Text{}) {
			refusals = l.illegal(StepRemove, why, c, today)
		}
	}
	if refusals != nil {
		return l, refusals
	}
	next.RemovedOn, next.RemovedFor = today, reason
	return next, nil
}

func (l Life) removalClosed(reason RemovalReason, c LegalClocks, today Date) Text {
	var first Date
	switch warning := removalRules[reason].warning; {
	case reason == RemovedNotRenewed:
		first = c.Removal.After(l.ValidFrom)
	case warning == nil:
		return Text{}
	case l.WarnedFor != reason:
		return Text{EN: "the applicant is warned first, for this reason", FR: "le demandeur est d'abord averti, pour ce motif"}
	default:
		first = warning(c).After(l.WarnedOn)
	}
	if today.Before(first) {
		return Text{EN: "it may be removed for this reason from " + first.String(), FR: "elle pourra être radiée pour ce motif à partir du " + first.String()}
	}
	return Text{}
}

// Reactivate takes a removal back within the delay of its reason (déradiation). What is
// left of its validity is left to it; where nothing is, it is renewed.
func (l Life) Reactivate(c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepReactivate, c, today)
	if refusals != nil {
		return l, refusals
	}
	next.RemovedOn, next.RemovedFor = Date{}, ""
	next.WarnedOn, next.WarnedFor = Date{}, ""
	if !today.Before(next.ValidUntil) {
		next.renew(c, today)
	}
	return next, nil
}

func (l Life) reactivationClosed(c LegalClocks, today Date) Text {
	limit, _ := l.reactivationLimit(c)
	switch {
	case limit.IsZero():
		return Text{EN: "a removal for " + string(l.RemovedFor) + " is final", FR: "une radiation pour " + string(l.RemovedFor) + " est définitive"}
	case limit.Before(today):
		return Text{EN: "it could be reactivated until " + limit.String(), FR: "elle pouvait être réactivée jusqu'au " + limit.String()}
	}
	return Text{}
}

// reactivationLimit is the last day on which a removal may be taken back, zero when it
// may not.
func (l Life) reactivationLimit(c LegalClocks) (Date, string) {
	rule := removalRules[l.RemovedFor]
	if rule.reactivation == nil {
		return Date{}, ""
	}
	clock, start := rule.reactivation(c), l.ValidFrom
	if rule.sinceRemoval {
		start = l.RemovedOn
	}
	return clock.After(start), clock.Article
}

// Merge ends it in favour of another application of the household, which is kept (one
// application in a département, CCH L441-2-1).
func (l Life) Merge(survivor Life, c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepMerge, c, today)
	if refusals == nil && (survivor.ID == l.ID || !slices.Contains(livingStates, survivor.State)) {
		refusals = Refusals{refuse(Invalid,
			"The application that is kept is another one, waiting for validation or active.",
			"La demande qui est gardée en est une autre, en attente de validation ou active.", "survivorId")}
	}
	if refusals != nil {
		return l, refusals
	}
	next.MergedInto, next.MergedOn, next.MergedFrom = survivor.ID, today, l.State
	return next, nil
}

// UndoMerge gives it back the life it had.
func (l Life) UndoMerge(c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepUndoMerge, c, today)
	if refusals != nil {
		return l, refusals
	}
	next.State = l.MergedFrom
	next.MergedInto, next.MergedOn, next.MergedFrom = "", Date{}, ""
	return next, nil
}

func (l Life) undoClosed(c LegalClocks, today Date) Text {
	if last := c.MergeUndo.After(l.MergedOn); last.Before(today) {
		return Text{EN: "the merge could be undone until " + last.String(), FR: "la fusion pouvait être annulée jusqu'au " + last.String()}
	}
	return Text{}
}

// Erase takes away what is personal, a year after the removal (décret 2017-917, art. 4).
func (l Life) Erase(c LegalClocks, today Date) (Life, Refusals) {
	next, refusals := l.move(StepErase, c, today)
	if refusals != nil {
		return l, refusals
	}
	next.ErasedOn = today
	return next, nil
}

// EraseAgain are the lives through which an application that a backup brought back comes
// to its end a second time. They are not those of the law, which it has lived through
// once: the database takes no other way.
func (l Life) EraseAgain(on Date, removedFor RemovalReason) []Life {
	var way []Life
	for state := l.State; state != ApplicationErased; {
		switch state {
		case ApplicationDraft:
			state = ApplicationPending
		case ApplicationPending:
			state = ApplicationRejected
		case ApplicationActive:
			state, l.RemovedOn, l.RemovedFor = ApplicationRemoved, on, removedFor
		default:
			state, l.ErasedOn = ApplicationErased, on
		}
		l.State = state
		way = append(way, l)
	}
	return way
}

// erasure is the day on which nothing is left that the data are kept for.
func (l Life) erasure(c LegalClocks) (day Date, article string) {
	switch l.State {
	case ApplicationRejected:
		return c.ClosedErasure.After(l.RejectedOn), c.ClosedErasure.Article
	case ApplicationMerged:
		return c.ClosedErasure.After(l.MergedOn), c.ClosedErasure.Article
	default:
		return c.Erasure.After(l.RemovedOn), c.Erasure.Article
	}
}

func (l Life) erasureClosed(c LegalClocks, today Date) Text {
	if first, _ := l.erasure(c); today.Before(first) {
		return Text{EN: "it is kept until " + first.String(), FR: "elle est conservée jusqu'au " + first.String()}
	}
	return Text{}
}
