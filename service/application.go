package service

import (
	"context"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/deadline"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// MaskedGroups are the column groups of an application that no ground opens to the
// viewer. An applicant's own sensitive record is open, whatever another's is.
func MaskedGroups(v *auth.Viewer, a *ent.Application) []domain.ColumnGroup {
	opened, _ := policy.OpenedBy(a) // read under a grant, nothing counts as open
	if v.Applicant {
		opened.Groups |= domain.GroupSensitive.Bit()
	}
	return opened.Groups.Missing()
}

// ByNumber keeps the application of that national number, if it is open to the viewer.
func ByNumber(v *auth.Viewer, number domain.UniqueNumber) predicate.Application {
	return policy.OpenByNumber(v, number)
}

// WithSummary keeps the applications whose summary is such, among those whose summary
// the viewer may see.
func WithSummary(such ...predicate.ApplicationSummary) predicate.Application {
	return application.And(policy.LookingAt(domain.GroupSummary), application.HasSummaryWith(such...))
}

// LookingFor keeps the summaries that name one of these typologies.
func LookingFor(typologies []domain.Typology) predicate.ApplicationSummary {
	return anyElement[predicate.ApplicationSummary](applicationsummary.FieldTypologies, typologies)
}

// Wishing keeps the applications that wish one of these communes, among those whose
// wishes the viewer may see. The communes are named by their identifiers: how many wish
// for one of them the database knows, how many for one of that code it does not.
func (s *Service) Wishing(ctx context.Context, codes []domain.InseeCode) (predicate.Application, error) {
	ids, err := s.communeIDs(ctx, codes)
	if err != nil {
		return nil, err
	}
	return application.And(
		policy.LookingAt(domain.GroupSummary), application.HasWishesWith(wish.CommuneIDIn(ids...)),
	), nil
}

// WithDeadline keeps the applications with a deadline of one of these kinds, and in one of
// these states on the viewer's day, among those whose summary the viewer may see.
func WithDeadline(v *auth.Viewer, kinds []domain.DeadlineKind, states []domain.DeadlineState) predicate.Application {
	such := []predicate.Deadline{deadline.Or(deadlineIn(v.Today(), states)...)}
	if kinds != nil {
		such = append(such, deadline.KindIn(kinds...))
	}
	return application.And(policy.LookingAt(domain.GroupSummary), application.HasDeadlinesWith(such...))
}

// deadlineIn keeps the deadlines in one of these states, as domain.Deadline tells them;
// what can no longer be done is no deadline.
func deadlineIn(today domain.Date, states []domain.DeadlineState) []predicate.Deadline {
	if states == nil {
		for _, s := range domain.DeadlineState("").Values() {
			states = append(states, domain.DeadlineState(s))
		}
	}
	in := []predicate.Deadline{deadline.IDIn()} // none, where no state is asked for
	for _, s := range states {
		switch s {
		case domain.DeadlineAhead:
			in = append(in, deadline.AnnouncedFromGT(today))
		case domain.DeadlineNear:
			in = append(in, deadline.And(deadline.AnnouncedFromLTE(today), deadline.DueOnGTE(today)))
		case domain.DeadlineOverdue:
			in = append(in, deadline.And(
				deadline.DueOnLT(today), deadline.KindNotIn(domain.ReactivationDeadline, domain.MergeUndoDeadline)))
		}
	}
	return in
}

// WithFile keeps the applications whose file is such, among those whose file the viewer
// may see.
func WithFile(such ...predicate.ApplicationFile) predicate.Application {
	return application.And(policy.LookingAt(domain.GroupFile), application.HasFileWith(such...))
}

// ForReasons keeps the files that give one of these reasons.
func ForReasons(codes []string) predicate.ApplicationFile {
	return anyElement[predicate.ApplicationFile](applicationfile.FieldReasons, codes)
}

// Reachable keeps the applications with that telephone, among those whose contact the
// viewer may see.
func Reachable(v *auth.Viewer, phone domain.PhoneNumber) predicate.Application {
	return policy.Reachable(v, phone)
}

// OrderedByDate keeps the applications that an order by date may rank: where the date
// is hidden its place among others would tell it.
func OrderedByDate() predicate.Application {
	return policy.LookingAt(domain.GroupSummary)
}

// lockApplication loads an application that the viewer sees, and keeps other writers of
// what its grounds rest on waiting.
func lockApplication(ctx context.Context, tx *ent.Tx, id domain.ID) (*ent.Application, error) {
	a, err := tx.Application.Query().Where(policy.OpenAmong(auth.FromContext(ctx), id)).ForUpdate().Only(ctx)
	return a, notFound(err)
}

// lockedApplication is lockApplication with the claims by which the viewer sees it.
func lockedApplication(ctx context.Context, tx *ent.Tx, id domain.ID) (*ent.Application, []policy.Claim, error) {
	a, err := lockApplication(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	held, _, err := standingOn(ctx, tx, id)
	return a, held, err
}

// seenApplication is the application as the viewer sees it once an act is done, nil
// where it does not.
func (s *Service) seenApplication(ctx context.Context, id domain.ID) (*ent.Application, error) {
	a, err := s.ent.Application.Query().Where(policy.OpenAmong(auth.FromContext(ctx), id)).Only(ctx)
	return a, ent.MaskNotFound(err)
}

// OnPage tells a list of everything, in the order of identifiers, where its page is. One
// row more than the page says whether there is a next one. Its count is planned for the
// caller: it goes through what the caller sees.
func OnPage(v *auth.Viewer, q *ent.ApplicationQuery, after, before *ent.Cursor, first, last *int) {
	countedForCaller(q)
	var span policy.Span
	if after != nil {
		span.After = after.ID
	}
	if before != nil {
		span.Before = before.ID
	}
	switch {
	case last != nil:
		span.Most, span.FromEnd = *last+1, true
	case first != nil:
		span.Most = *first + 1
	default:
		return
	}
	policy.Within(v, q, span)
}

// The bounds of what is searched for.
const (
	minSearchLetters = 2
	maxSearchLetters = 100
)

// Found keeps the applications whose applicant bears these names, or that have this
// number.
func Found(v *auth.Viewer, text string) (predicate.Application, error) {
	text = strings.TrimSpace(text)
	if n, err := domain.ParseUniqueNumber(text); err == nil {
		return policy.OpenByNumber(v, n), nil
	}
	words := domain.NameWords(text)
	if len(strings.Join(words, "")) < minSearchLetters || len([]rune(text)) > maxSearchLetters {
		return nil, &domain.Error{Code: domain.BadRequest, Reason: "BAD_SEARCH", Field: "where.search", Message: domain.Text{
			EN: "Search for 2 letters at least, 100 characters at most, or for a whole national number.",
			FR: "Chercher au moins 2 lettres, au plus 100 caractères, ou un numéro unique entier.",
		}}
	}
	return policy.Named(v, words...), nil
}
