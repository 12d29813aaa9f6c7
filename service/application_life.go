package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/applicationevent"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/policy"
)

// acting is somebody who acts on an application. Its lock is held.
type acting struct {
	s           *Service
	tx          *ent.Tx
	application *ent.Application
	today       domain.Date
	// by is the claim by which somebody acts, and point the reception point where; both
	// are empty for what the law does by itself.
	by    *policy.Claim
	point domain.ID
}

// living is an application while somebody acts on its life.
type living struct {
	acting

	summary *ent.ApplicationSummary
	life    domain.Life
	clocks  domain.LegalClocks
	// told is that the registry knows already: it told us.
	told bool
}

// onLife has an act done on an application that the viewer sees, by a ground that allows
// it, with its deadlines, who sees it and the trail made right afterwards.
func (s *Service) onLife(
	ctx context.Context, id domain.ID, act policy.ApplicationAct, do func(context.Context, *living) error,
) (*ent.Application, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, l, err := s.allowed(ctx, tx, id, act)
		if err != nil {
			return err
		}
		if err := do(granted, l); err != nil {
			return err
		}
		if err := l.settle(granted); err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), l.by.Assignment, id)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, id)
}

// allowed locks an application that the viewer sees, decides on the act, and reads its life.
func (s *Service) allowed(ctx context.Context, tx *ent.Tx, id domain.ID, act policy.ApplicationAct) (context.Context, *living, error) {
	granted, a, err := s.actingOn(ctx, tx, id, act)
	if err != nil {
		return nil, nil, err
	}
	l, err := s.livingOf(policy.ReadGrounds(ctx), tx, a.application, a.today)
	if err != nil {
		return nil, nil, err
	}
	l.acting = *a
	return granted, l, nil
}

// actingOn locks an application that the viewer sees and decides on the act.
func (s *Service) actingOn(ctx context.Context, tx *ent.Tx, id domain.ID, act policy.ApplicationAct) (context.Context, *acting, error) {
	a, err := lockApplication(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	held, at, err := standingOn(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	granted, by, err := policy.ActOn(ctx, act, held, at)
	if err != nil {
		return nil, nil, err
	}
	on := &acting{s: s, tx: tx, application: a, today: auth.FromContext(ctx).Today(), by: by}
	switch by.Rule.Ground {
	case domain.GroundFollowed, domain.GroundNamedAgent:
		on.point = at.Following
	case domain.GroundReceived:
		on.point = at.Received
	case domain.GroundOriented:
		on.point = at.Oriented
	default:
	}
	return granted, on, nil
}

// livingOf reads the life of a locked application.
func (s *Service) livingOf(granted context.Context, tx *ent.Tx, a *ent.Application, today domain.Date) (*living, error) {
	summary, err := tx.ApplicationSummary.Query().Where(applicationsummary.ApplicationID(a.ID)).Only(granted)
	if err != nil {
		return nil, fmt.Errorf("summary of an application: %w", err)
	}
	return &living{
		acting:  acting{s: s, tx: tx, application: a, today: today},
		summary: summary, life: lifeOf(a, summary), clocks: domain.LegalClocksOn(today),
	}, nil
}

// levelsOf are the levels of service of these points on the viewer's day; one that is in
// no network has none.
func levelsOf(ctx context.Context, tx *ent.Tx, points ...domain.ID) (map[domain.ID]int, error) {
	agreements, err := tx.Agreement.Query().Where(
		agreement.ReceptionPointIDIn(points...), policy.AgreementInForce(auth.FromContext(ctx).Today()),
	).All(ctx)
	levels := map[domain.ID]int{}
	for _, a := range agreements {
		levels[a.ReceptionPointID] = a.Level
	}
	return levels, err
}

// lifeOf is the life that the rows tell.
func lifeOf(a *ent.Application, s *ent.ApplicationSummary) domain.Life {
	l := domain.Life{
		ID: a.ID, State: a.State, Number: valueOf(a.UniqueNumber),
		FirstDepositedOn: s.RegisteredOn, DepositedOn: s.RegisteredOn, RegisteredOn: valueOf(s.NumberedOn),
		ValidFrom: valueOf(s.ValidFrom), RenewedOn: valueOf(s.RenewedOn),
		RejectedOn: valueOf(s.RejectedOn), RejectedFor: valueOf(s.RejectedFor),
		WarnedOn: valueOf(s.WarnedOn), WarnedFor: valueOf(s.WarnedFor),
		RemovedOn: valueOf(a.RemovedOn), RemovedFor: valueOf(s.RemovedFor),
		MergedInto: valueOf(s.MergedIntoID), MergedOn: valueOf(s.MergedOn), MergedFrom: valueOf(s.MergedFrom),
		ErasedOn: valueOf(a.ErasedOn), AcknowledgedOn: valueOf(s.AcknowledgedOn), NoticedOn: valueOf(s.NoticedOn),
		PersonalisedAppointmentOn: valueOf(s.PersonalisedAppointmentOn), SingleFileCompletedOn: valueOf(s.SingleFileCompletedOn),
	}
	if s.DepositedOn != nil {
		l.DepositedOn = *s.DepositedOn
	}
	if s.ValidFrom != nil { // until then what is stored is only what is expected
		l.ValidUntil = a.ValidUntil
	}
	return l
}

// take stores the life that a step led to, and puts the step in the history.
func (l *living) take(granted context.Context, step domain.Step, next domain.Life, refusals domain.Refusals) error {
	if refusals != nil {
		return l.refused(refusals)
	}
	reasons := map[domain.Step]string{
		domain.StepReject: string(next.RejectedFor), domain.StepWarn: string(next.WarnedFor),
		domain.StepRemove: string(next.RemovedFor),
	}
	l.life = next
	if err := l.store(granted); err != nil {
		return err
	}
	if !next.State.Living() {
		if err := lapseOrientations(granted, l.tx, next.ID, l.at(granted)); err != nil {
			return err
		}
	}
	if err := l.report(granted, domain.RegistryEventOf(step, l.summary.SplitFromID != nil)); err != nil {
		return err
	}
	return l.tell(granted, domain.ApplicationEventKind(step), reasons[step])
}

// refused says why a step was refused, and to who sees the identity alone no more than
// that: the steps that are open tell of a warning.
func (l *living) refused(refusals domain.Refusals) error {
	if l.by == nil || l.by.Rule.Groups.Opens(domain.GroupSummary) {
		return refusals
	}
	return domain.NotOpenToday()
}

// store writes the life. What the identity shows has a version of its own.
func (l *living) store(granted context.Context) error {
	n := l.life
	if was := lifeOf(l.application, l.summary); was.State != n.State || was.Number != n.Number || was.ValidUntil != n.ValidUntil || was.RemovedOn != n.RemovedOn {
		a := l.application.Update().SetState(n.State).AddVersion(1)
		put(n.Number, a.SetUniqueNumber, a.ClearUniqueNumber)
		put(n.RemovedOn, a.SetRemovedOn, a.ClearRemovedOn)
		put(n.ErasedOn, a.SetErasedOn, a.ClearErasedOn)
		if !n.ValidUntil.IsZero() {
			a.SetValidUntil(n.ValidUntil)
		}
		if n.State == domain.ApplicationErased {
			a.ClearUniqueNumber().SetGivenNames("").SetBirthName("").SetUsualName("").SetNameKey("")
		}
		if err := a.Exec(granted); err != nil {
			return err
		}
	}
	s := l.summary.Update().AddVersion(1).SetDepositedOn(n.DepositedOn)
	put(n.RegisteredOn, s.SetNumberedOn, s.ClearNumberedOn)
	put(n.ValidFrom, s.SetValidFrom, s.ClearValidFrom)
	put(n.RenewedOn, s.SetRenewedOn, s.ClearRenewedOn)
	put(n.RejectedOn, s.SetRejectedOn, s.ClearRejectedOn)
	put(n.RejectedFor, s.SetRejectedFor, s.ClearRejectedFor)
	put(n.WarnedOn, s.SetWarnedOn, s.ClearWarnedOn)
	put(n.WarnedFor, s.SetWarnedFor, s.ClearWarnedFor)
	put(n.RemovedFor, s.SetRemovedFor, s.ClearRemovedFor)
	put(n.MergedInto, s.SetMergedIntoID, s.ClearMergedIntoID)
	put(n.MergedOn, s.SetMergedOn, s.ClearMergedOn)
	put(n.MergedFrom, s.SetMergedFrom, s.ClearMergedFrom)
	put(n.AcknowledgedOn, s.SetAcknowledgedOn, s.ClearAcknowledgedOn)
	put(n.NoticedOn, s.SetNoticedOn, s.ClearNoticedOn)
	put(n.PersonalisedAppointmentOn, s.SetPersonalisedAppointmentOn, s.ClearPersonalisedAppointmentOn)
	put(n.SingleFileCompletedOn, s.SetSingleFileCompletedOn, s.ClearSingleFileCompletedOn)
	return s.Exec(granted)
}

// tell puts an event in the history.
func (l *living) tell(granted context.Context, kind domain.ApplicationEventKind, reason string) error {
	return l.event(granted, kind, func(c *ent.ApplicationEventCreate) { c.SetReason(domain.Stated(reason)) })
}

func (l *living) event(granted context.Context, kind domain.ApplicationEventKind, more func(*ent.ApplicationEventCreate)) error {
	told, err := l.tx.ApplicationEvent.Query().Where(applicationevent.ApplicationID(l.life.ID)).Count(granted)
	if err != nil {
		return err
	}
	c := l.tx.ApplicationEvent.Create().SetApplicationID(l.life.ID).SetPosition(told + 1).
		SetHappenedOn(l.today).SetKind(kind).SetState(l.life.State).SetReason("")
	if l.point != "" {
		c.SetReceptionPointID(l.point)
	}
	more(c)
	return c.Exec(granted)
}

// settle makes right what follows from the life: the deadlines, and who sees it.
func (l *living) settle(granted context.Context) error {
	if err := settleDeadlines(granted, l.tx, l.life, l.clocks, l.today); err != nil {
		return err
	}
	return settleAccess(granted, l.tx, l.life.ID)
}

// put sets a column, and clears it for nothing.
func put[T comparable, U any](v T, set func(T) U, unset func() U) {
	var none T
	if v == none {
		unset()
		return
	}
	set(v)
}

// valueOf is nothing for null.
func valueOf[T any](v *T) T {
	var none T
	if v == nil {
		return none
	}
	return *v
}
