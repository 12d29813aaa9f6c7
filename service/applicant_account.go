package service

import (
	"context"
	"crypto/hmac"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/policy"
)

// actBind names the act in the audit trail.
const actBind = "bindAccount"

// BindAccount binds the viewer's account to the person for whom that code was handed
// over, of the application of that number. An account that the person had before is
// unbound: who stood at the desk is who they are.
//
// Failures count on the account and on each code of that application, in all processes:
// a code is void after a few, so that trying all of them is hopeless from any number of
// accounts.
func (s *Service) BindAccount(ctx context.Context, number domain.UniqueNumber, code string) (*ent.Application, error) {
	v := auth.FromContext(ctx)
	if err := s.forgetAttempts(ctx); err != nil {
		return nil, err
	}
	code = domain.TidyBindingCode(code)
	var bound domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		bound = ""
		granted, err := policy.BindAccount(ctx)
		if err != nil {
			return err
		}
		b := binding{s: s, settings: policy.SettingsOn(v.Today())}
		if err := b.count(granted, tx); err != nil {
			return err
		}
		// The count of the account is locked: it is not bound twice at once.
		bindings, err := tx.ApplicantAccount.Query().Count(ctx) // the scope keeps its own live one
		if err != nil {
			return err
		}
		if bindings > 0 {
			return domain.BoundElsewhere()
		}
		used, err := b.find(granted, tx, number, code)
		if err != nil {
			return err
		}
		if used == nil {
			return b.fail(granted, tx)
		}
		bound = used.ApplicationID
		return b.bind(granted, tx, used)
	})
	if err != nil {
		return nil, err
	}
	if bound == "" {
		return nil, domain.NotRecognised()
	}
	return s.seenApplication(ctx, bound)
}

// binding is an attempt to bind an account.
type binding struct {
	s        *Service
	settings policy.Settings
	row      *ent.AttemptCount
	// live are the codes of the application that are still good.
	live []*ent.BindingCode
}

// count refuses the attempt while too many of the account have failed.
func (b *binding) count(ctx context.Context, tx *ent.Tx) error {
	v := auth.FromContext(ctx)
	rows, err := counts(ctx, tx, b.s.keyed("failures of an account", v.Issuer+" "+v.Subject))
	if err != nil {
		return err
	}
	b.row = rows[0]
	return tooOften(b.settings.AccountFailures, b.row, v.Now)
}

// find is the code that was handed over for a person of that application, nil where
// there is none such.
func (b *binding) find(ctx context.Context, tx *ent.Tx, number domain.UniqueNumber, code string) (*ent.BindingCode, error) {
	v := auth.FromContext(ctx)
	// Locked as by who hands over a code: the tries of all processes come one by one.
	id, err := tx.Application.Query().Where(application.UniqueNumber(number), application.ErasedOnIsNil()).ForUpdate().OnlyID(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	b.live, err = tx.BindingCode.Query().Where(
		bindingcode.ApplicationID(id), bindingcode.ExpiresAtGT(v.Now), bindingcode.FailuresLT(b.settings.CodeTries),
	).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, live := range b.live {
		if hmac.Equal(live.Hash, b.s.codeHash(live.MemberID, code)) {
			return live, nil
		}
	}
	return nil, nil
}

// fail counts the failure on the account, and on the codes that it was not.
func (b *binding) fail(ctx context.Context, tx *ent.Tx) error {
	now := storedInstant(auth.FromContext(ctx).Now)
	if err := saveCount(ctx, b.row, b.settings.AccountFailures.Add(b.row.Failures, now)); err != nil {
		return err
	}
	ids := make([]domain.ID, len(b.live))
	for i, live := range b.live {
		ids[i] = live.ID
	}
	if err := tx.BindingCode.Update().Where(bindingcode.IDIn(ids...)).AddFailures(1).Exec(ctx); err != nil {
		return err
	}
	return b.s.note(ctx, audit.Line{Kind: audit.Refused, Operation: actBind}, nil)
}

// bind uses the code up.
func (b *binding) bind(ctx context.Context, tx *ent.Tx, used *ent.BindingCode) error {
	v := auth.FromContext(ctx)
	now := storedInstant(v.Now)
	if err := tx.BindingCode.DeleteOne(used).Exec(ctx); err != nil {
		return err
	}
	err := tx.ApplicantAccount.Update().
		Where(applicantaccount.MemberID(used.MemberID), applicantaccount.UnboundAtIsNil()).SetUnboundAt(now).Exec(ctx)
	if err != nil {
		return err
	}
	err = tx.ApplicantAccount.Create().SetApplicationID(used.ApplicationID).SetMemberID(used.MemberID).
		SetIssuer(v.Issuer).SetSubject(v.Subject).SetBoundAt(now).Exec(ctx)
	if err != nil {
		return err
	}
	if err := settleAccess(ctx, tx, used.ApplicationID); err != nil {
		return err
	}
	if err := b.s.tellNow(ctx, tx, used.ApplicationID, domain.MessageAccountBound, ""); err != nil {
		return err
	}
	return b.s.noteAct(ctx, actBind, nil, used.ApplicationID)
}

// UnbindAccount ends the binding of the viewer's account to that application, at once,
// and returns when.
func (s *Service) UnbindAccount(ctx context.Context, id domain.ID) (time.Time, error) {
	now := storedInstant(auth.FromContext(ctx).Now)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, err := policy.UnbindAccount(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.Application.Query().Where(application.ID(id)).ForUpdate().OnlyID(granted); err != nil {
			return notFound(err)
		}
		own, err := tx.ApplicantAccount.Query().Where(applicantaccount.ApplicationID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		if err := own.Update().SetUnboundAt(now).Exec(granted); err != nil {
			return err
		}
		if err := settleAccess(granted, tx, id); err != nil {
			return err
		}
		if err := s.tellNow(ctx, tx, id, domain.MessageAccountUnbound, ""); err != nil {
			return err
		}
		return s.noteAct(ctx, "unbindAccount", nil, id)
	})
	if err != nil {
		return time.Time{}, err
	}
	return now, nil
}
