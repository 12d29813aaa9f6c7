package service

import (
	"context"
	"errors"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registry"
)

// ValidateApplication registers an application whose identity document was checked: it
// has its number from then on.
func (s *Service) ValidateApplication(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActValidate, func(granted context.Context, l *living) error {
		number := l.life.Number
		if number == "" {
			var err error
			if number, err = l.newNumber(granted); err != nil {
				return err
			}
		}
		next, refusals := l.life.Validate(number, l.clocks, l.today)
		if err := l.take(granted, domain.StepValidate, next, refusals); err != nil {
			return err
		}
		return l.leaveQueue(granted)
	})
}

// registryWait is how long the registry may take: the application is locked meanwhile.
const registryWait = 5 * time.Second

// newNumber asks the national registry for the number. It gives an application the same
// one however often it is asked, so that an answer that was lost costs nothing but time:
// the application waits, and is validated again.
func (l *living) newNumber(granted context.Context) (domain.UniqueNumber, error) {
	if l.s.registry == nil {
		return "", &domain.Error{Code: domain.Internal, Reason: "NO_REGISTRY", Message: domain.Text{
			EN: "The national registry, which gives the numbers, is not connected.",
			FR: "Le registre national, qui délivre les numéros, n'est pas raccordé.",
		}}
	}
	// What refuses the step refuses it before a number is given.
	if _, refusals := l.life.Validate(anyNumber, l.clocks, l.today); refusals != nil {
		return "", l.refused(refusals)
	}
	ctx, cancel := context.WithTimeout(granted, registryWait)
	defer cancel()
	given, err := l.s.registry.Number(ctx, l.life.ID, l.life.DepositedOn)
	if refused := (*registry.RefusalError)(nil); errors.As(err, &refused) {
		return "", domain.NoNumber(domain.RegistryRefuses)
	}
	if err != nil {
		if gone := granted.Err(); gone != nil {
			return "", gone
		}
		return "", domain.NoNumber(domain.RegistryUnavailable)
	}
	number, err := domain.ParseUniqueNumber(string(given))
	if err != nil {
		return "", domain.NoNumber(domain.RegistryUnavailable)
	}
	taken, err := l.tx.Application.Query().Where(application.UniqueNumber(number)).Exist(granted)
	if err == nil && taken {
		err = domain.NoNumber(domain.RegistryUnavailable)
	}
	return number, err
}

// anyNumber stands for one that is to be asked for.
const anyNumber domain.UniqueNumber = "?"

// leaveQueue takes an application that was decided on out of the queue of online
// registrations.
func (l *living) leaveQueue(granted context.Context) error {
	return l.tx.OnlineRegistration.Update().Where(onlineregistration.ApplicationID(l.life.ID)).SetHandled(true).Exec(granted)
}

// RejectApplication does not register an application, for a reason that can be mended.
func (s *Service) RejectApplication(ctx context.Context, id domain.ID, reason domain.RejectionReason) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActReject, func(granted context.Context, l *living) error {
		next, refusals := l.life.Reject(reason, l.clocks, l.today)
		if err := l.take(granted, domain.StepReject, next, refusals); err != nil {
			return err
		}
		return l.leaveQueue(granted)
	})
}

// DepositApplicationAgain deposits again what was rejected and mended.
func (s *Service) DepositApplicationAgain(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActDepositAgain, func(granted context.Context, l *living) error {
		next, refusals := l.life.Redeposit(l.clocks, l.today)
		return l.take(granted, domain.StepRedeposit, next, refusals)
	})
}

// RenewApplication makes an application valid anew. Who received the applicant and does
// not follow the application says that the applicant asks for it.
func (s *Service) RenewApplication(ctx context.Context, id domain.ID, confirmed bool) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActRenew, func(granted context.Context, l *living) error {
		if l.by.Rule.Ground == domain.GroundReceived && !confirmed {
			return domain.NotConfirmed()
		}
		next, refusals := l.life.Renew(l.clocks, l.today)
		if err := l.take(granted, domain.StepRenew, next, refusals); err != nil {
			return err
		}
		return l.offerAppointment(granted, domain.RenewalMotive)
	})
}

// RecordNotice notes that the applicant was given what is due. A personalised appointment may
// find the single file complete.
func (s *Service) RecordNotice(ctx context.Context, id domain.ID, notice domain.ApplicationNotice) (*ent.Application, error) {
	act := policy.ActRecordNotice
	if notice == domain.NoticeOfAppointment {
		act = policy.ActHoldAppointment
	}
	return s.onLife(ctx, id, act, func(granted context.Context, l *living) error {
		if err := l.noticed(granted, notice, l.today); err != nil {
			return err
		}
		return l.completeSingleFile(granted)
	})
}

// WarnApplicant tells the applicant of a removal to come.
func (s *Service) WarnApplicant(ctx context.Context, id domain.ID, reason domain.RemovalReason) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActWarn, func(granted context.Context, l *living) error {
		if err := policy.RemoveFor(l.by, reason); err != nil {
			return err
		}
		next, refusals := l.life.Warn(reason, l.clocks, l.today)
		return l.take(granted, domain.StepWarn, next, refusals)
	})
}

// WithdrawWarning takes a warning back: the applicant has answered.
func (s *Service) WithdrawWarning(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActWithdrawWarning, func(granted context.Context, l *living) error {
		if l.life.WarnedFor != "" {
			if err := policy.RemoveFor(l.by, l.life.WarnedFor); err != nil {
				return err
			}
		}
		next, refusals := l.life.Answer(l.clocks, l.today)
		return l.take(granted, domain.StepAnswer, next, refusals)
	})
}

// RemoveApplication ends an application for a reason.
func (s *Service) RemoveApplication(ctx context.Context, id domain.ID, reason domain.RemovalReason) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActRemove, func(granted context.Context, l *living) error {
		if err := policy.RemoveFor(l.by, reason); err != nil {
			return err
		}
		next, refusals := l.life.Remove(reason, l.clocks, l.today)
		return l.take(granted, domain.StepRemove, next, refusals)
	})
}

// ReactivateApplication takes a removal back.
func (s *Service) ReactivateApplication(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActReactivate, func(granted context.Context, l *living) error {
		next, refusals := l.life.Reactivate(l.clocks, l.today)
		return l.take(granted, domain.StepReactivate, next, refusals)
	})
}
