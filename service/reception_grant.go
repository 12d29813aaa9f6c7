package service

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// actReceive names the act in the audit trail.
const actReceive = "receiveApplicant"

// ReceiveApplicant lets who receives an applicant see the application that the
// applicant names by its number and by the birth date of one of its adults.
//
// Whatever is wrong, the answer and the statements are the same: whether the number
// exists, and what of the application keeps it from the caller, cannot be told. A number
// on which too many failed is not recognised either, even with the right date.
func (s *Service) ReceiveApplicant(
	ctx context.Context, number domain.UniqueNumber, born domain.Date, contactID domain.ID,
) (*ent.Application, time.Time, error) {
	v := auth.FromContext(ctx)
	settings, now := policy.SettingsOn(v.Today()), storedInstant(v.Now)
	until := now.Add(settings.ReceptionGrant)
	if err := s.forgetAttempts(ctx); err != nil {
		return nil, time.Time{}, err
	}
	var received domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		received = ""
		contact, err := tx.ReceptionContact.Query().Where(receptioncontact.ID(contactID)).WithReceptionPoint().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, by, err := policy.ReceiveApplicant(ctx, contact)
		if err != nil {
			return err
		}
		if contact.Channel == domain.ContactMissed {
			return domain.NobodyReceived()
		}
		if !v.Now.Before(contact.OccurredAt.Add(settings.ContactAge)) {
			return domain.ContactTooOld()
		}
		r := reception{s, settings, by, contact, nil}
		if err := r.count(granted, tx, number); err != nil {
			return err
		}
		a, err := numbered(granted, tx, number)
		if err != nil {
			return err
		}
		member, err := adultBorn(granted, tx, a.ID, born)
		if err != nil {
			return err
		}
		silenced := settings.NumberFailures.Silenced(r.rows[2].Failures, now)
		if !a.recognisable || member == "" || silenced {
			return r.fail(granted, silenced)
		}
		received = a.ID
		err = tx.ReceptionGrant.Create().
			SetApplicationID(a.ID).SetMemberID(member).SetPersonID(v.PersonID).SetReceptionPointID(contact.ReceptionPointID).
			SetContactID(contact.ID).SetValidFrom(now).SetValidUntil(until).Exec(granted)
		if err != nil {
			return err
		}
		if err := settleAccess(granted, tx, a.ID); err != nil {
			return err
		}
		if err := s.tellNow(ctx, tx, a.ID, domain.MessageApplicantReceived, contact.ReceptionPointID); err != nil {
			return err
		}
		return s.note(ctx, audit.Line{
			Kind: audit.Write, Operation: actReceive, ApplicationIDs: []domain.ID{a.ID},
			Grounds: []string{string(domain.GroundReceived)}, ReceptionPointID: contact.ReceptionPointID,
		}, by)
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	if received == "" {
		return nil, time.Time{}, domain.NotRecognised()
	}
	a, err := s.seenApplication(ctx, received)
	return a, until, err
}

// reception is an attempt to receive an applicant. Its counts are those of the person,
// of the point and of the number.
type reception struct {
	s        *Service
	settings policy.Settings
	by       *auth.Assignment
	contact  *ent.ReceptionContact
	rows     []*ent.AttemptCount
}

// count refuses the attempt while too many of the person, or at the point, have failed.
func (r *reception) count(ctx context.Context, tx *ent.Tx, number domain.UniqueNumber) (err error) {
	v := auth.FromContext(ctx)
	r.rows, err = counts(ctx, tx,
		r.s.keyed("failures of a person", string(v.PersonID)),
		r.s.keyed("failures at a point", string(r.contact.ReceptionPointID)),
		r.s.keyed("failures on a number", string(number)))
	if err != nil {
		return err
	}
	if err := tooOften(r.settings.PersonFailures, r.rows[0], v.Now); err != nil {
		return err
	}
	return tooOften(r.settings.PointFailures, r.rows[1], v.Now)
}

// fail counts the failure, on the number only while it is not silenced, and puts it on
// record. The transaction commits: nothing else was written in it.
func (r *reception) fail(ctx context.Context, silenced bool) error {
	now := storedInstant(auth.FromContext(ctx).Now)
	onNumber := r.rows[2].Failures
	if !silenced {
		onNumber = r.settings.NumberFailures.Add(onNumber, now)
	}
	atPoint := r.settings.PointFailures.Add(r.rows[1].Failures, now)
	for i, failures := range [][]time.Time{r.settings.PersonFailures.Add(r.rows[0].Failures, now), atPoint, onNumber} {
		if err := saveCount(ctx, r.rows[i], failures); err != nil {
			return err
		}
	}
	line := audit.Line{Kind: audit.Refused, Operation: actReceive, ReceptionPointID: r.contact.ReceptionPointID}
	if r.settings.PointFailures.Wait(atPoint, now) > 0 {
		// The second limit: the privacy officer is told.
		if err := r.s.note(ctx, audit.Line{
			Kind: audit.Notice, Operation: actReceive, Purpose: "TOO_MANY_FAILURES", ReceptionPointID: r.contact.ReceptionPointID,
		}, r.by); err != nil {
			return err
		}
	}
	return r.s.note(ctx, line, r.by)
}

// numberedApplication is what an attempt to name an application by its number finds. Of
// a number that nobody has there is one too, which is not recognisable.
type numberedApplication struct {
	ID           domain.ID
	recognisable bool
}

// numbered finds the application of that number, and keeps other writers of its grounds
// waiting. It sends the same statements whatever there is.
func numbered(ctx context.Context, tx *ent.Tx, number domain.UniqueNumber) (numberedApplication, error) {
	a, err := tx.Application.Query().Where(application.UniqueNumber(number)).ForUpdate().Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return numberedApplication{}, err
	}
	if a == nil {
		a = &ent.Application{Protected: true}
	}
	// Every commune is one of the Métropole: an application that wishes none is another
	// territory's.
	wishes, err := tx.Wish.Query().Where(wish.ApplicationID(a.ID)).Exist(ctx)
	if err != nil {
		return numberedApplication{}, err
	}
	return numberedApplication{
		a.ID, a.State == domain.ApplicationActive && a.ErasedOn == nil && !a.Protected && wishes,
	}, nil
}

// adultBorn is the adult of the household who was born that day, the applicant first;
// empty where none was.
func adultBorn(ctx context.Context, tx *ent.Tx, application domain.ID, born domain.Date) (domain.ID, error) {
	member, err := tx.HouseholdMember.Query().Where(
		householdmember.ApplicationID(application), householdmember.LinkIn(domain.AdultLinks()...),
		householdmember.HasParticularsWith(memberparticulars.BornOn(born)),
	).Order(householdmember.ByRank()).FirstID(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	return member, err
}

// storedInstant is an instant as the database keeps it.
func storedInstant(t time.Time) time.Time { return t.Truncate(time.Microsecond) }
