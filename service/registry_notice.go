package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registry"
)

// HearRegistry does here what others did with applications, as the registry tells it:
// removals and renewal notices. What is done is told no more; what is not open here, or is
// of no application, stays for somebody to look at. It returns how many of both.
func (s *Service) HearRegistry(ctx context.Context) (done, left int, err error) {
	switch {
	case s.registry == nil:
		return 0, 0, errNoRegistry
	case s.audit == nil:
		return 0, 0, errNoAudit
	}
	notices, err := s.heard(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("hear the registry: %w", err)
	}
	seen := map[string]bool{}
	for _, n := range notices {
		if seen[n.ID] {
			continue
		}
		seen[n.ID] = true
		err := s.inTx(ctx, func(tx *ent.Tx) error { return s.hear(policy.HearRegistry(ctx), tx, n) })
		refused := domain.Refusals(nil)
		switch {
		case errors.As(err, &refused), ent.IsNotFound(err):
			left++
			continue
		case err != nil:
			return done, left, fmt.Errorf("hear the registry: %w", err)
		}
		if err := s.took(ctx, n.ID); err != nil { // it is told again, and found done
			return done, left, fmt.Errorf("hear the registry: %w", err)
		}
		done++
	}
	return done, left, nil
}

func (s *Service) heard(ctx context.Context) ([]registry.Notice, error) {
	ctx, cancel := context.WithTimeout(ctx, registryWait)
	defer cancel()
	return s.registry.Notices(ctx)
}

func (s *Service) took(ctx context.Context, notice string) error {
	ctx, cancel := context.WithTimeout(ctx, registryWait)
	defer cancel()
	return s.registry.Took(ctx, notice)
}

// hear does what one notice says, unless that is done.
func (s *Service) hear(granted context.Context, tx *ent.Tx, n registry.Notice) error {
	a, err := tx.Application.Query().Where(application.UniqueNumber(n.Number)).ForUpdate().Only(granted)
	if err != nil {
		return err
	}
	l, err := s.livingOf(granted, tx, a, domain.DateOf(s.Now()))
	if err != nil {
		return err
	}
	l.told = true
	switch {
	case n.Kind == registry.NoticeRemoved && l.life.State == domain.ApplicationRemoved:
		return nil
	case n.Kind == registry.NoticeRemoved:
		next, refusals := l.life.Remove(n.Reason, l.clocks, l.today)
		err = l.take(granted, domain.StepRemove, next, refusals)
	case n.Kind == registry.NoticeRenewal && !l.life.NoticedOn.IsZero():
		return nil
	case n.Kind == registry.NoticeRenewal:
		err = l.noticed(granted, domain.NoticeOfRenewal, l.today)
	default:
		return domain.NotOpenToday()
	}
	if err != nil {
		return err
	}
	if err := l.settle(granted); err != nil {
		return err
	}
	return s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "hearRegistry", ApplicationIDs: []domain.ID{a.ID}})
}

// noticed notes that the applicant was given what is due, on that day.
func (l *living) noticed(granted context.Context, notice domain.ApplicationNotice, on domain.Date) error {
	next, kind, refusals := l.life.Notify(notice, on)
	if refusals != nil {
		return refusals
	}
	l.life = next
	if err := l.store(granted); err != nil {
		return err
	}
	return l.tell(granted, kind, "")
}
