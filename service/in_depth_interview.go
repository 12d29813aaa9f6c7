package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/policy"
)

// InDepthReasons are why an application calls for an in-depth interview, as far as the rows
// tell that the viewer sees.
func (s *Service) InDepthReasons(ctx context.Context, a *ent.Application) ([]domain.InDepthReason, error) {
	found := []domain.InDepthReason{}
	if !a.State.Living() {
		return found, nil
	}
	today := auth.FromContext(ctx).Today()
	old, err := s.ent.ApplicationSummary.Query().Where(applicationsummary.ApplicationID(a.ID), veryOld(today)).All(ctx)
	if err != nil {
		return nil, err
	}
	if len(old) > 0 {
		found = append(found, domain.InDepthVeryOld)
	}
	for _, of := range []struct {
		reason domain.InDepthReason
		such   predicate.ApplicationFile
	}{{domain.InDepthNoHome, noHome()}, {domain.InDepthManyReasons, manyReasons(today)}} {
		files, err := s.ent.ApplicationFile.Query().Where(applicationfile.ApplicationID(a.ID), of.such).All(ctx)
		if err != nil {
			return nil, err
		}
		if len(files) > 0 {
			found = append(found, of.reason)
		}
	}
	refused, err := s.ent.Proposal.Query().Where(
		proposal.ApplicationID(a.ID), policy.DecisionsOpen(auth.FromContext(ctx)), refusedLately(today),
	).All(ctx)
	if err != nil {
		return nil, err
	}
	hard, err := s.ent.SensitiveRecord.Query().Where(sensitiverecord.ApplicationID(a.ID), hardship()).All(ctx)
	if len(hard) > 0 {
		found = append(found, domain.InDepthHardship)
	}
	if len(refused) >= policy.SettingsOn(today).InDepthRefusals {
		found = append(found, domain.InDepthManyRefusals)
	}
	return found, err
}

// CallingInDepth keeps the living applications that call for an in-depth interview for that
// reason on the viewer's day, among those whose column group the viewer may see.
func CallingInDepth(v *auth.Viewer, reason domain.InDepthReason) predicate.Application {
	living := application.StateIn(domain.ApplicationPending, domain.ApplicationActive)
	switch reason {
	case domain.InDepthVeryOld:
		return application.And(living, policy.LookingAt(domain.GroupSummary), application.HasSummaryWith(veryOld(v.Today())))
	case domain.InDepthNoHome:
		return application.And(living, WithFile(noHome()))
	case domain.InDepthManyReasons:
		return application.And(living, WithFile(manyReasons(v.Today())))
	case domain.InDepthManyRefusals:
		return application.And(living, policy.LookingAt(domain.GroupDecisions),
			refusedOften(refusalsFrom(v.Today()), policy.SettingsOn(v.Today()).InDepthRefusals))
	default:
	}
	return application.And(living, policy.LookingAt(domain.GroupSensitive),
		application.HasHouseholdWith(householdmember.HasSensitiveWith(hardship())))
}

func veryOld(today domain.Date) predicate.ApplicationSummary {
	return applicationsummary.RegisteredOnLTE(today.AddMonths(-policy.SettingsOn(today).InDepthMonths))
}

// noHomeReason is that of the form for who has none (motif 01).
const noHomeReason = "01"

func noHome() predicate.ApplicationFile { return ForReasons([]string{noHomeReason}) }

func manyReasons(today domain.Date) predicate.ApplicationFile {
	return elements[predicate.ApplicationFile](applicationfile.FieldReasons, policy.SettingsOn(today).InDepthReasons)
}

func hardship() predicate.SensitiveRecord {
	return sensitiverecord.Or(elements[predicate.SensitiveRecord](sensitiverecord.FieldReasons, 1), sensitiverecord.HousingModeNEQ(""))
}
