package service

import (
	"context"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// overBudget is the purpose of the notice that the privacy officer gets.
const overBudget = "READ_BUDGET"

// SpendReads refuses to show these applications to who has been shown too many others:
// the person, and the app in between, each within an hour and a day. It is asked before
// the answer is put on record, and counts what was: processes share the trail, and what
// is read again costs nothing. Answers that are made at the same moment do not count
// each other.
func (s *Service) SpendReads(ctx context.Context, v *auth.Viewer, ids []domain.ID) error {
	if len(ids) == 0 {
		return nil
	}
	if s.audit == nil {
		return errNoAudit
	}
	settings := policy.SettingsOn(v.Today())
	for _, who := range spenders(v) {
		for _, limit := range []domain.Limit{settings.ReadsAnHour, settings.ReadsADay} {
			wait, err := s.shown.Wait(ctx, who, ids, s.audit.Now(), limit)
			if err != nil {
				return err
			}
			if wait > 0 {
				if err := s.noticeOverBudget(ctx, who, limit); err != nil {
					return err
				}
				return domain.TooOften(overBudget, wait)
			}
		}
	}
	return nil
}

// spenders are those who have a budget: nobody counts what applicants read of their own.
func spenders(v *auth.Viewer) []domain.ID {
	var all []domain.ID
	if v.PersonID != "" {
		all = append(all, v.PersonID)
	}
	if v.App != nil {
		all = append(all, v.App.ID)
	}
	return all
}

// noticeOverBudget tells the privacy officer, once within the time of the limit.
func (s *Service) noticeOverBudget(ctx context.Context, who domain.ID, limit domain.Limit) error {
	told, err := s.shown.Told(ctx, who, overBudget, s.audit.Now().Add(-limit.Within))
	if err != nil || told {
		return err
	}
	return s.note(ctx, audit.Line{Kind: audit.Notice, Operation: "spendReads", Purpose: overBudget}, nil)
}
