package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// overBudget is the purpose of the notice that the privacy officer gets.
const overBudget = "READ_BUDGET"

const (
	// maxSpenders bounds the memory of what was shown to whom; who is forgotten is read
	// again from the trail.
	maxSpenders = 10_000
	// budgetsAreShared is how old the knowledge may be of what other processes showed.
	budgetsAreShared = 10 * time.Second
	// lineDelay is longer than a line of the trail takes from its time to its commit.
	lineDelay = 5 * time.Second
)

// readBudgets remember which applications were shown to whom, as the trail has it: to
// count them there for each answer would cost more than the answer.
type readBudgets struct {
	mu       sync.Mutex
	spenders *simplelru.LRU[domain.ID, *spender]
}

// spender is a person or an app to whom applications are shown.
type spender struct {
	mu sync.Mutex
	// shown says when each application was shown last.
	shown map[domain.ID]time.Time
	// readTo is up to when the trail is known.
	readTo time.Time
}

func newReadBudgets() *readBudgets {
	known, err := simplelru.NewLRU[domain.ID, *spender](maxSpenders, nil)
	if err != nil {
		panic("read budgets: " + err.Error()) //nolint:forbidigo // the size is a constant
	}
	return &readBudgets{spenders: known}
}

// Uncounted lets everybody be shown everything, to measure answers or compare them. Only
// tests may call it, see arch_test.go.
func (s *Service) Uncounted() *Service {
	s.budgets = nil
	return s
}

func (b *readBudgets) of(who domain.ID) *spender {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, known := b.spenders.Get(who)
	if !known {
		s = &spender{shown: map[domain.ID]time.Time{}}
		b.spenders.Add(who, s)
	}
	return s
}

// SpendReads refuses to show these applications to who has been shown too many others:
// the person, and the app in between, each within an hour and a day. What is shown
// again costs nothing. What other processes show counts ten seconds later at the latest,
// and answers that are made at the same moment do not count each other.
func (s *Service) SpendReads(ctx context.Context, v *auth.Viewer, ids []domain.ID) error {
	if len(ids) == 0 || s.budgets == nil {
		return nil
	}
	settings := policy.SettingsOn(v.Today())
	limits := []domain.Limit{settings.ReadsAnHour, settings.ReadsADay}
	for _, who := range spenders(v) {
		over, wait, err := s.waits(ctx, who, ids, limits)
		if err != nil {
			return err
		}
		if wait > 0 {
			if err := s.noticeOverBudget(ctx, who, over); err != nil {
				return err
			}
			return domain.TooOften(overBudget, wait)
		}
	}
	for _, who := range spenders(v) {
		s.budgets.of(who).spend(ids, s.audit.Now())
	}
	return nil
}

// waits says by which limit these are too many for somebody, and how long it waits; 0
// when they are not.
func (s *Service) waits(
	ctx context.Context, who domain.ID, ids []domain.ID, limits []domain.Limit,
) (over domain.Limit, wait time.Duration, err error) {
	by := s.budgets.of(who)
	by.mu.Lock()
	defer by.mu.Unlock()
	now := s.audit.Now()
	longest := slices.MaxFunc(limits, func(a, b domain.Limit) int { return int(a.Within - b.Within) }).Within
	for _, limit := range limits {
		if by.knows(ids, now.Add(-limit.Within)) {
			continue
		}
		if now.Sub(by.readTo) >= budgetsAreShared {
			if err := s.readSpent(ctx, by, who, now, longest); err != nil {
				return limit, 0, err
			}
		}
		if wait := by.wait(ids, now, limit); wait > 0 {
			return limit, wait, nil
		}
	}
	return domain.Limit{}, 0, nil
}

func (s *spender) spend(ids []domain.ID, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.shown[id] = now
	}
}

// readSpent reads what the trail has since it was read last, and forgets what is over.
func (s *Service) readSpent(ctx context.Context, by *spender, who domain.ID, now time.Time, longest time.Duration) error {
	since := now.Add(-longest)
	if from := by.readTo.Add(-lineDelay); from.After(since) {
		since = from
	}
	lines, err := s.trail.ShownSince(ctx, who, since)
	if err != nil {
		return err
	}
	for id, at := range lines {
		if at.After(by.shown[id]) {
			by.shown[id] = at
		}
	}
	for id, at := range by.shown {
		if !at.After(now.Add(-longest)) {
			delete(by.shown, id)
		}
	}
	by.readTo = now
	return nil
}

// knows tells whether all of them were shown since then.
func (s *spender) knows(ids []domain.ID, since time.Time) bool {
	return !slices.ContainsFunc(ids, func(id domain.ID) bool { return !s.shown[id].After(since) })
}

// wait is how long until these may be shown too: 0 while they are no more, with those
// that were shown, than the limit leaves. It is no longer than until the oldest that
// counts counts no more.
func (s *spender) wait(ids []domain.ID, now time.Time, limit domain.Limit) time.Duration {
	since, oldest := now.Add(-limit.Within), now
	all := map[domain.ID]bool{}
	for id, at := range s.shown {
		if at.After(since) {
			all[id] = true
			if at.Before(oldest) {
				oldest = at
			}
		}
	}
	for _, id := range ids {
		all[id] = true
	}
	if len(all) <= limit.Most {
		return 0
	}
	return oldest.Add(limit.Within).Sub(now)
}

// spenders are those who have a budget: nobody counts what applicants read of their own.
func spenders(v *auth.Viewer) []domain.ID {
	var all []domain.ID
	if v.PersonID != "" {
		all = append(all, v.PersonID)
	}
	if v.App != nil && !v.Applicant {
		all = append(all, v.App.ID)
	}
	return all
}

// noticeOverBudget tells the privacy officer, once within the time of the limit.
func (s *Service) noticeOverBudget(ctx context.Context, who domain.ID, limit domain.Limit) error {
	told, err := s.trail.Told(ctx, who, overBudget, s.audit.Now().Add(-limit.Within))
	if err != nil || told {
		return err
	}
	return s.note(ctx, audit.Line{Kind: audit.Notice, Operation: "spendReads", Purpose: overBudget}, nil)
}
