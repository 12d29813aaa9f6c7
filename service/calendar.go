package service

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationevent"
	"github.com/guichet-logement/guichet/ent/deadline"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy"
)

// KeepCalendar brings all applications to that day: deadlines are announced and fall
// due, each on its own day, and what the law does by itself is done on the day it is due,
// removals and erasures. It returns how many applications something happened to. What it
// has done it does not do again: it may be cut short, and run as often as one likes.
func (s *Service) KeepCalendar(ctx context.Context, today domain.Date) (int, error) {
	if s.audit == nil {
		return 0, errNoAudit
	}
	ctx = policy.KeepCalendar(ctx)
	for kept := 0; ; {
		ids, err := s.ent.Application.Query().Where(application.HasDeadlinesWith(comesBy(today))).
			Order(application.ByID()).Limit(keptAtOnce).IDs(ctx)
		if err != nil || len(ids) == 0 {
			return kept, err
		}
		if err := s.inTx(ctx, func(tx *ent.Tx) error { return s.keep(ctx, tx, ids, today) }); err != nil {
			return kept, fmt.Errorf("keep the calendar: %w", err)
		}
		kept += len(ids)
	}
}

// keptAtOnce is how many applications one transaction brings to the day.
const keptAtOnce = 100

// comesBy keeps the deadlines that something is to be told of by that day.
func comesBy(day domain.Date) predicate.Deadline {
	return deadline.Or(
		deadline.And(deadline.Announced(false), deadline.AnnouncedFromLTE(day)),
		deadline.And(deadline.Passed(false), deadline.DueOnLTE(day)),
	)
}

func (s *Service) keep(ctx context.Context, tx *ent.Tx, ids []domain.ID, today domain.Date) error {
	locked, err := tx.Application.Query().Where(application.IDIn(ids...)).Order(application.ByID()).ForUpdate().All(ctx)
	if err != nil {
		return err
	}
	for _, a := range locked {
		l, err := s.livingOf(ctx, tx, a, today)
		if err != nil {
			return err
		}
		if err := l.keep(ctx); err != nil {
			return fmt.Errorf("application %s: %w", a.ID, err)
		}
	}
	if err := settleAccess(ctx, tx, ids...); err != nil {
		return err
	}
	return s.audit.Record(ctx, audit.Line{Kind: audit.Write, Operation: "keepCalendar", ApplicationIDs: ids})
}

// keep tells of the deadlines of an application one by one, in the order of their days.
func (l *living) keep(ctx context.Context) error {
	until := l.today
	last, err := l.tx.ApplicationEvent.Query().Where(applicationevent.ApplicationID(l.life.ID)).
		Order(applicationevent.ByPosition(sql.OrderDesc())).First(ctx)
	if ent.MaskNotFound(err) != nil {
		return err
	}
	if l.today = (domain.Date{}); last != nil {
		l.today = last.HappenedOn
	}
	for {
		d, err := l.next(ctx, until)
		if err != nil || d == nil {
			return err
		}
		if err := l.comes(ctx, d); err != nil {
			return err
		}
	}
}

// next is the deadline that is to be told of first, nil when there is none by that day.
func (l *living) next(ctx context.Context, until domain.Date) (*ent.Deadline, error) {
	rows, err := l.tx.Deadline.Query().Where(deadline.ApplicationID(l.life.ID), comesBy(until)).
		Order(deadline.ByDueOn(), deadline.ByKind()).All(ctx)
	var first *ent.Deadline
	for _, d := range rows {
		if first == nil || tellOn(d).Before(tellOn(first)) {
			first = d
		}
	}
	return first, err
}

// tellOn is the day of what is to be told of the deadline: its coming, then its day.
func tellOn(d *ent.Deadline) domain.Date {
	if !d.Announced {
		return d.AnnouncedFrom
	}
	return d.DueOn
}

// comes tells of a deadline on its day, and does what the law does on it.
func (l *living) comes(ctx context.Context, d *ent.Deadline) error {
	kind := domain.EventDeadlineAnnounced
	if day := tellOn(d); l.today.Before(day) { // what is told late is told after what went before
		l.today, l.clocks = day, domain.LegalClocksOn(day)
	}
	row := d.Update().SetAnnounced(true)
	if d.Announced {
		kind = domain.EventDeadlineDue
		row.SetPassed(true)
	}
	if err := row.Exec(ctx); err != nil {
		return err
	}
	if kind == domain.EventDeadlineAnnounced {
		if err := l.tellOfRenewal(ctx, d); err != nil {
			return err
		}
	}
	err := l.event(ctx, kind, func(c *ent.ApplicationEventCreate) {
		c.SetDeadline(d.Kind).SetDueOn(d.DueOn).SetReason(domain.Stated(valueOf(d.Reason)))
	})
	if err != nil || kind == domain.EventDeadlineAnnounced {
		return err
	}
	switch d.Kind {
	case domain.RemovalDeadline:
		next, refusals := l.life.Remove(valueOf(d.Reason), l.clocks, l.today)
		err = l.take(ctx, domain.StepRemove, next, refusals)
	case domain.ErasureDeadline:
		err = l.erase(ctx)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if err := l.reload(ctx); err != nil {
		return err
	}
	return settleDeadlines(ctx, l.tx, l.life, l.clocks, l.today)
}

// tellOfRenewal has the applicant told, before the application is over, by when it is to be
// renewed.
func (l *living) tellOfRenewal(ctx context.Context, d *ent.Deadline) error {
	if d.Kind != domain.ExpiryDeadline {
		return nil
	}
	return l.s.queue(ctx, l.tx, l.life.ID, news{
		kind: domain.MessageRenewalDue, about: d.DueOn.At(0), due: l.today.At(0), worthless: d.DueOn.AddDays(1).At(0),
	})
}

// reload reads the rows again that a step wrote.
func (l *living) reload(ctx context.Context) error {
	a, err := l.tx.Application.Query().Where(application.ID(l.life.ID)).Only(ctx)
	if err != nil {
		return err
	}
	again, err := l.s.livingOf(ctx, l.tx, a, l.today)
	if err != nil {
		return err
	}
	l.application, l.summary, l.life = again.application, again.summary, again.life
	return nil
}
