package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationaccess"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/appointmentoffer"
	"github.com/guichet-logement/guichet/ent/audience"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/deposit"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/ent/erasednumber"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/interview"
	"github.com/guichet-logement/guichet/ent/interviewnote"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/message"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/orientation"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/piecefile"
	"github.com/guichet-logement/guichet/ent/piecetransfer"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/ent/proposedchange"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/ent/waitingplace"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// erase takes away what is personal (décret 2017-917, art. 4): names and number, who is
// in the household, means, contact, wishes, pieces, and whose the application was. What is left
// counts: dates, size, what was looked for, and why it ended.
func (l *living) erase(granted context.Context) error {
	next, refusals := l.life.Erase(l.clocks, l.today)
	if refusals != nil {
		return refusals
	}
	return l.forget(granted, next)
}

// forget leaves of an application what its erased life has.
func (l *living) forget(granted context.Context, erased domain.Life) error {
	id, tx := l.life.ID, l.tx
	accounts, err := tx.ApplicantAccount.Query().Where(applicantaccount.ApplicationID(id)).All(granted)
	if err != nil {
		return err
	}
	for _, rows := range []interface {
		Exec(ctx context.Context) (int, error)
	}{
		tx.RegistryEvent.Delete().Where(registryevent.ApplicationID(id)),
		tx.ProposedChange.Delete().Where(proposedchange.ApplicationID(id)),
		tx.OnlineRegistration.Delete().Where(onlineregistration.ApplicationID(id)),
		tx.HandOver.Delete().Where(handover.ApplicationID(id)),
		tx.Orientation.Delete().Where(orientation.ApplicationID(id)),
		tx.ReceptionGrant.Delete().Where(receptiongrant.ApplicationID(id)),
		tx.EmergencyOpening.Delete().Where(emergencyopening.ApplicationID(id)),
		tx.BindingCode.Delete().Where(bindingcode.ApplicationID(id)),
		tx.ApplicantAccount.Delete().Where(applicantaccount.ApplicationID(id)),
		tx.NamedAgent.Delete().Where(namedagent.ApplicationID(id)),
		tx.Message.Delete().Where(message.ApplicationID(id)),
		tx.AppointmentOffer.Delete().Where(appointmentoffer.ApplicationID(id)),
		tx.Proposal.Delete().Where(proposal.ApplicationID(id)),
		tx.InterviewNote.Delete().Where(interviewnote.ApplicationID(id)),
		tx.Interview.Delete().Where(interview.ApplicationID(id)),
		tx.BookedTime.Delete().Where(bookedtime.HasAppointmentWith(appointment.ApplicationID(id))),
		tx.Appointment.Delete().Where(appointment.ApplicationID(id)),
		tx.BookedTime.Delete().Where(bookedtime.HasWaitingPlaceWith(waitingplace.ApplicationID(id))),
		tx.WaitingPlace.Delete().Where(waitingplace.ApplicationID(id)),
		tx.PieceTransfer.Delete().Where(piecetransfer.ApplicationID(id)),
		// Their bytes go with the next sweep of the storage: no row names them any more.
		tx.PieceFile.Delete().Where(piecefile.ApplicationID(id)),
		tx.Piece.Delete().Where(piece.ApplicationID(id)),
		tx.SensitiveRecord.Delete().Where(sensitiverecord.ApplicationID(id)),
		tx.MemberParticulars.Delete().Where(memberparticulars.ApplicationID(id)),
		tx.HouseholdMember.Delete().Where(householdmember.ApplicationID(id)),
		tx.ApplicationContact.Delete().Where(applicationcontact.ApplicationID(id)),
		tx.ApplicationFile.Delete().Where(applicationfile.ApplicationID(id)),
		tx.Wish.Delete().Where(wish.ApplicationID(id)),
	} {
		if _, err := rows.Exec(granted); err != nil {
			return err
		}
	}
	if l.life.Number != "" { // what waits under it is brought to nobody any more
		err := tx.Deposit.Update().Where(deposit.UniqueNumber(l.life.Number)).ClearUniqueNumber().ClearWaiting().Exec(granted)
		if err != nil {
			return err
		}
	}
	err = tx.ReceptionContact.Update().Where(receptioncontact.ApplicationID(id)).ClearApplicationID().Exec(granted)
	if err != nil {
		return err
	}
	gone := Erasure{ApplicationID: id, ErasedOn: erased.ErasedOn, RemovedFor: erased.RemovedFor}
	if l.life.Number != "" {
		gone.Number = l.s.erasedDigests(l.life.Number)[0]
	}
	if err := remember(granted, tx, gone); err != nil {
		return err
	}
	if err := l.take(granted, domain.StepErase, erased, nil); err != nil {
		return err
	}
	if err := settleAccess(granted, tx, id); err != nil {
		return err
	}
	return forgetAudiences(granted, tx, policy.AccountAudiences(accounts))
}

// Erasure is a line of the ledger of erasures. It holds nothing personal: a backup that is
// older is told by it what it must not bring back.
type Erasure struct {
	ApplicationID domain.ID
	ErasedOn      domain.Date
	// RemovedFor is empty for what was rejected or merged.
	RemovedFor domain.RemovalReason
	// Number recognises its number, as a keyed hash; empty for what had none.
	Number []byte
}

// erasedDigests are the hashes by which a number may be kept once it is erased, the first
// being the one by which it is.
func (s *Service) erasedDigests(number domain.UniqueNumber) [][]byte {
	return s.audit.Digests("erased number", string(number))
}

// remember keeps by what the number of an erased application is recognised.
func remember(granted context.Context, tx *ent.Tx, e Erasure) error {
	if len(e.Number) == 0 {
		return nil
	}
	there, err := tx.ErasedNumber.Query().Where(erasednumber.ApplicationID(e.ApplicationID)).Exist(granted)
	if err != nil || there {
		return err
	}
	c := tx.ErasedNumber.Create().SetApplicationID(e.ApplicationID).SetDigest(e.Number).SetErasedOn(e.ErasedOn)
	if e.RemovedFor != "" {
		c.SetRemovedFor(e.RemovedFor)
	}
	return c.Exec(granted)
}

// Erasures tells of all applications that were erased, in the order of their identifiers,
// and then of those of which another ledger told and that were never here.
func (s *Service) Erasures(ctx context.Context, tell func(Erasure) error) error {
	ctx = policy.KeepCalendar(ctx)
	if err := s.erasuresHere(ctx, tell); err != nil {
		return err
	}
	for after := domain.ID(""); ; {
		rows, err := s.ent.ErasedNumber.Query().Where(erasednumber.ApplicationIDGT(after)).
			Order(erasednumber.ByApplicationID()).Limit(keptAtOnce).All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			after = row.ApplicationID
			here, err := s.ent.Application.Query().Where(application.ID(row.ApplicationID)).Exist(ctx)
			if err == nil && !here {
				err = tell(Erasure{row.ApplicationID, row.ErasedOn, valueOf(row.RemovedFor), row.Digest})
			}
			if err != nil {
				return err
			}
		}
	}
}

func (s *Service) erasuresHere(ctx context.Context, tell func(Erasure) error) error {
	for after := domain.ID(""); ; {
		rows, err := s.ent.Application.Query().Where(application.ErasedOnNotNil(), application.IDGT(after)).
			WithSummary().Order(application.ByID()).Limit(keptAtOnce).All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		numbers, err := s.ent.ErasedNumber.Query().
			Where(erasednumber.ApplicationIDGTE(rows[0].ID), erasednumber.ApplicationIDLTE(after)).All(ctx)
		if err != nil {
			return err
		}
		digests := map[domain.ID][]byte{}
		for _, n := range numbers {
			digests[n.ApplicationID] = n.Digest
		}
		for _, a := range rows {
			if err := tell(Erasure{a.ID, valueOf(a.ErasedOn), valueOf(a.Edges.Summary.RemovedFor), digests[a.ID]}); err != nil {
				return err
			}
		}
	}
}

// EraseAgain erases what a line of the ledger names, unless it is erased or was never
// there; it tells whether it was. Its number is recognised from then on in any case.
// Whatever the application did in the backup it is not
// what it did in the end.
func (s *Service) EraseAgain(ctx context.Context, e Erasure) (again bool, err error) {
	if s.audit == nil {
		return false, errNoAudit
	}
	ctx = policy.KeepCalendar(ctx)
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		if err := remember(ctx, tx, e); err != nil {
			return err
		}
		a, err := tx.Application.Query().Where(application.ID(e.ApplicationID), application.ErasedOnIsNil()).ForUpdate().Only(ctx)
		if err != nil {
			return ent.MaskNotFound(err)
		}
		again = true
		l, err := s.livingOf(ctx, tx, a, e.ErasedOn)
		if err != nil {
			return err
		}
		way := l.life.EraseAgain(e.ErasedOn, e.RemovedFor)
		for _, l.life = range way[:len(way)-1] {
			if err := l.store(ctx); err != nil {
				return err
			}
			if err := l.reload(ctx); err != nil {
				return err
			}
		}
		if err := l.forget(ctx, way[len(way)-1]); err != nil {
			return err
		}
		if err := settleDeadlines(ctx, tx, l.life, l.clocks, l.today); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Line{Kind: audit.Write, Operation: "replayErasure", ApplicationIDs: []domain.ID{a.ID}})
	})
	return again, err
}

// forgetAudiences takes away those of them that see nothing any more: their keys name
// accounts.
func forgetAudiences(granted context.Context, tx *ent.Tx, ids []domain.AudienceID) error {
	used, err := tx.ApplicationAccess.Query().Where(applicationaccess.AudienceIDIn(ids...)).All(granted)
	if err != nil {
		return err
	}
	for _, row := range used {
		ids = slices.DeleteFunc(ids, func(id domain.AudienceID) bool { return id == row.AudienceID })
	}
	_, err = tx.Audience.Delete().Where(audience.IDIn(ids...)).Exec(granted)
	return err
}
