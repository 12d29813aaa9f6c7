package domain

import (
	"io"
	"slices"
	"time"
)

// DeadlineKind says what must be, or can last be, done on a day in an application's
// life (échéance).
type DeadlineKind string

// The deadlines.
const (
	// AcknowledgementDeadline: the applicant has the certificate of registration.
	AcknowledgementDeadline DeadlineKind = "ACKNOWLEDGEMENT"
	// RenewalNoticeDeadline: the applicant has been told when validity ends.
	RenewalNoticeDeadline DeadlineKind = "RENEWAL_NOTICE"
	// ExpiryDeadline: the application is valid no more.
	ExpiryDeadline DeadlineKind = "EXPIRY"
	// RemovalDeadline: it is removed, not having been renewed or after a warning.
	RemovalDeadline DeadlineKind = "REMOVAL"
	// ReactivationDeadline: the removal can last be taken back.
	ReactivationDeadline DeadlineKind = "REACTIVATION_LIMIT"
	// ErasureDeadline: what is personal is erased.
	ErasureDeadline DeadlineKind = "ERASURE"
	// SingleFileDeadline: the single file (dossier unique) is complete.
	SingleFileDeadline DeadlineKind = "SINGLE_FILE"
	// MergeUndoDeadline: the merge can last be undone.
	MergeUndoDeadline DeadlineKind = "MERGE_UNDO_LIMIT"
)

// Values lists the kinds, in the order of the contract.
func (DeadlineKind) Values() []string {
	return []string{
		string(AcknowledgementDeadline), string(RenewalNoticeDeadline), string(ExpiryDeadline), string(RemovalDeadline),
		string(ReactivationDeadline), string(ErasureDeadline), string(SingleFileDeadline), string(MergeUndoDeadline),
	}
}

// MarshalGQL writes the word of the contract.
func (k DeadlineKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *DeadlineKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// DeadlineState says how near a deadline is.
type DeadlineState string

// The states of a deadline.
const (
	DeadlineAhead   DeadlineState = "IN_PROGRESS"
	DeadlineNear    DeadlineState = "AT_RISK"
	DeadlineOverdue DeadlineState = "OVERDUE"
)

// Values lists the states, in the order of the contract.
func (DeadlineState) Values() []string {
	return []string{string(DeadlineAhead), string(DeadlineNear), string(DeadlineOverdue)}
}

// MarshalGQL writes the word of the contract.
func (s DeadlineState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *DeadlineState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// Deadline is a day in an application's life that somebody must not miss.
type Deadline struct {
	Kind DeadlineKind
	// Reason is that of a removal; empty for the other kinds.
	Reason RemovalReason
	// Due is the day, which counts in full; Event the day on which it is announced.
	Due, Event Date
	Article    string
}

// On tells how near it is on that day.
func (d Deadline) On(today Date) DeadlineState {
	switch {
	case d.Due.Before(today):
		return DeadlineOverdue
	case today.Before(d.Event):
		return DeadlineAhead
	}
	return DeadlineNear
}

// Closed tells a limit that is over: what it bounds can no longer be done.
func (d Deadline) Closed(today Date) bool {
	return (d.Kind == ReactivationDeadline || d.Kind == MergeUndoDeadline) && d.Due.Before(today)
}

// EventAt is the instant from which it is announced, the first of that day in Paris.
func (d Deadline) EventAt() time.Time { return d.Event.At(0) }

// OverAt is the instant from which it is overdue: the last day of a delay ends at
// midnight in Paris (code de procédure civile, art. 642).
func (d Deadline) OverAt() time.Time { return d.Due.At(endOfDay) }

// Deadlines are those that an application has before it today, and those that were
// missed; the next one first. What was done on time is none, and what can no longer be
// done is left out.
func Deadlines(l Life, c LegalClocks, today Date) []Deadline {
	var all []Deadline
	add := func(kind DeadlineKind, due Date, article string) {
		all = append(all, Deadline{Kind: kind, Due: due, Event: c.Events[kind].Before(due), Article: article})
	}
	living := slices.Contains(livingStates, l.State)
	if living && l.AcknowledgedOn.IsZero() {
		add(AcknowledgementDeadline, c.Acknowledgement.After(l.DepositedOn), c.Acknowledgement.Article)
	}
	if living && !l.PersonalisedAppointmentOn.IsZero() && l.SingleFileCompletedOn.IsZero() {
		add(SingleFileDeadline, c.SingleFile.After(l.PersonalisedAppointmentOn), c.SingleFile.Article)
	}
	erasure, because := l.erasure(c)
	switch l.State {
	case ApplicationActive:
		if l.NoticedOn.IsZero() {
			add(RenewalNoticeDeadline, c.RenewalNotice.Before(l.ValidUntil), c.RenewalNotice.Article)
		}
		add(ExpiryDeadline, l.ValidUntil, c.Validity.Article)
		all = append(all, l.removal(c))
	case ApplicationRemoved:
		if limit, article := l.reactivationLimit(c); !limit.Before(today) {
			add(ReactivationDeadline, limit, article)
		}
		add(ErasureDeadline, erasure, because)
	case ApplicationRejected:
		add(ErasureDeadline, erasure, because)
	case ApplicationMerged:
		if last := c.MergeUndo.After(l.MergedOn); !last.Before(today) {
			add(MergeUndoDeadline, last, c.MergeUndo.Article)
		}
		add(ErasureDeadline, erasure, because)
	default:
	}
	slices.SortStableFunc(all, func(a, b Deadline) int { return a.Due.Compare(b.Due) })
	return all
}

// removal is when an active application is removed unless something is done: after a
// warning, or when no renewal comes, whichever is first.
func (l Life) removal(c LegalClocks) Deadline {
	d := Deadline{
		Kind: RemovalDeadline, Reason: RemovedNotRenewed, Due: c.Removal.After(l.ValidFrom), Article: c.Removal.Article,
	}
	if warning := removalRules[l.WarnedFor].warning; warning != nil {
		if warned := warning(c).After(l.WarnedOn); warned.Before(d.Due) {
			d.Reason, d.Due, d.Article = l.WarnedFor, warned, warning(c).Article
		}
	}
	d.Event = c.Events[RemovalDeadline].Before(d.Due)
	return d
}
