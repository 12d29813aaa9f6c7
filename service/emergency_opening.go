package service

import (
	"context"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/policy"
)

// actEmergency names the act in the audit trail.
const actEmergency = "openApplicationInEmergency"

// Emergency is why somebody opens an application in an emergency.
type Emergency struct {
	Motive domain.EmergencyMotive
	// Explanation is kept with the audit trail alone, where it can be erased.
	Explanation string
}

// OpenInEmergency lets the viewer see the application of exactly that number for an
// hour. A number that nobody has, and one of an application that no emergency opens,
// get the same answer by the same statements.
func (s *Service) OpenInEmergency(ctx context.Context, number domain.UniqueNumber, e Emergency) (*ent.Application, time.Time, error) {
	v := auth.FromContext(ctx)
	settings, now := policy.SettingsOn(v.Today()), storedInstant(v.Now)
	until := now.Add(settings.EmergencyGrant)
	if err := s.forgetAttempts(ctx); err != nil {
		return nil, time.Time{}, err
	}
	var opened domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		opened = ""
		granted, by, err := policy.OpenInEmergency(ctx)
		if err != nil {
			return err
		}
		if err := domain.CheckExplanation(e.Explanation).Err(); err != nil {
			return err
		}
		rows, err := counts(granted, tx, s.keyed("failures of a person", string(v.PersonID)))
		if err != nil {
			return err
		}
		if err := tooOften(settings.PersonFailures, rows[0], v.Now); err != nil {
			return err
		}
		// The count of the person is locked: no two of its emergencies pass at once.
		if err := tooManyEmergencies(granted, tx, v, settings.Emergencies); err != nil {
			return err
		}
		a, err := numbered(granted, tx, number)
		if err != nil {
			return err
		}
		if !a.recognisable {
			if err := saveCount(granted, rows[0], settings.PersonFailures.Add(rows[0].Failures, now)); err != nil {
				return err
			}
			return s.note(ctx, audit.Line{Kind: audit.Refused, Operation: actEmergency}, by)
		}
		opened = a.ID
		err = tx.EmergencyOpening.Create().
			SetApplicationID(a.ID).SetPersonID(v.PersonID).SetOrganisationID(by.OrganisationID).SetMotive(e.Motive).
			SetValidFrom(now).SetValidUntil(until).Exec(granted)
		if err != nil {
			return err
		}
		if err := settleAccess(granted, tx, a.ID); err != nil {
			return err
		}
		return s.noteEmergency(ctx, a.ID, e, by)
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	if opened == "" {
		return nil, time.Time{}, domain.NotRecognised()
	}
	a, err := s.seenApplication(ctx, opened)
	return a, until, err
}

// noteEmergency puts the act on record, and tells the privacy officer of it.
func (s *Service) noteEmergency(ctx context.Context, id domain.ID, e Emergency, by *auth.Assignment) error {
	line := audit.Line{
		Kind: audit.Write, Operation: actEmergency, ApplicationIDs: []domain.ID{id}, Purpose: string(e.Motive),
		Grounds: []string{string(domain.GroundBreakGlass)}, Reason: strings.TrimSpace(e.Explanation),
	}
	if err := s.note(ctx, line, by); err != nil {
		return err
	}
	line.Kind, line.Reason = audit.Notice, ""
	return s.note(ctx, line, by)
}

// tooManyEmergencies refuses one more emergency than a person may have.
func tooManyEmergencies(ctx context.Context, tx *ent.Tx, v *auth.Viewer, limit domain.Limit) error {
	last, err := tx.EmergencyOpening.Query().
		Where(emergencyopening.PersonID(v.PersonID), emergencyopening.ValidFromGT(v.Now.Add(-limit.Within))).
		Order(emergencyopening.ByValidFrom()).All(ctx)
	if err != nil {
		return err
	}
	times := make([]time.Time, len(last))
	for i, o := range last {
		times[i] = o.ValidFrom
	}
	if wait := limit.Wait(times, v.Now); wait > 0 {
		return domain.TooOften("TOO_MANY_EMERGENCIES", wait)
	}
	return nil
}
