package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/piecetransfer"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy"
)

// createTransfer begins the way of a piece to the national digitiser, once it may go
// there, in the transaction that says so.
func createTransfer(granted context.Context, tx *ent.Tx, p *ent.Piece) error {
	if !domain.Transferable(p.State, p.Scan) {
		return nil
	}
	given := domain.DateOf(p.DepositedAt)
	return tx.PieceTransfer.Create().SetApplicationID(p.ApplicationID).SetPieceID(p.ID).SetReference(rand.Text()).
		SetDueOn(domain.LegalClocksOn(given).PieceTransfer.After(given)).SetNextTry(p.DepositedAt).Exec(granted)
}

const (
	// sentAtOnce is how many transfers one round looks at.
	sentAtOnce = 100
	// digitiserWait is how long the digitiser may take for one piece. It is less than the
	// first time between two tries, by which a piece under way is nobody else's.
	digitiserWait = 30 * time.Second
	// failuresInARow are those after which a run takes it that nobody answers.
	failuresInARow = 3
)

var errNoDigitiser = errors.New("the national digitiser is not connected")

// SendPieces sends the digitiser what waits for it, the earliest first. What it does not
// take is tried again later. It returns how many it took and refused, and an error where
// one could not be sent.
func (s *Service) SendPieces(ctx context.Context) (sent, refused int, err error) {
	if err := s.digitised(); err != nil {
		return 0, 0, err
	}
	ctx = policy.SendPieces(ctx)
	var failed []error
	inARow := 0
	for last := domain.ID(""); ; {
		due, err := s.transfersWaiting().Where(piecetransfer.IDGT(last), piecetransfer.NextTryLTE(s.Now())).
			Limit(sentAtOnce).WithApplication().WithPiece(func(q *ent.PieceQuery) { q.WithFile() }).All(ctx)
		if err != nil || len(due) == 0 {
			return sent, refused, errors.Join(append(failed, err)...)
		}
		for _, t := range due {
			last = t.ID
			state, err := s.sendPiece(ctx, t)
			switch state {
			case domain.TransferSent:
				sent++
			case domain.TransferRejected:
				refused++
			default: // it waits
			}
			if inARow++; err == nil || state != "" {
				inARow = 0
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("send %s: %w", t.ID, err))
			}
			if inARow == failuresInARow || ctx.Err() != nil {
				return sent, refused, errors.Join(append(failed, ctx.Err())...)
			}
		}
	}
}

func (s *Service) digitised() error {
	switch {
	case s.digitiser == nil:
		return errNoDigitiser
	case s.audit == nil:
		return errNoAudit
	}
	return nil
}

// transfersWaiting are those that the digitiser is to be sent, the earliest first: of
// clean pieces that were not refused, of applications that it can name.
func (s *Service) transfersWaiting() *ent.PieceTransferQuery {
	return s.ent.PieceTransfer.Query().Where(
		piecetransfer.StateEQ(domain.TransferToSend),
		piecetransfer.HasPieceWith(piece.ScanEQ(domain.ScanClean), piece.StateNEQ(domain.PieceRefused), piece.HasFile()),
		piecetransfer.HasApplicationWith(application.StateEQ(domain.ApplicationActive), application.UniqueNumberNotNil()),
	).Order(piecetransfer.ByID())
}

// sendPiece sends one piece, unless another run does, and notes how that went.
func (s *Service) sendPiece(granted context.Context, t *ent.PieceTransfer) (domain.PieceTransferState, error) {
	mine, err := s.ent.PieceTransfer.Update().
		Where(piecetransfer.ID(t.ID), piecetransfer.StateEQ(domain.TransferToSend), piecetransfer.Tries(t.Tries)).
		AddTries(1).SetNextTry(s.Now().Add(again(t.Tries))).Save(granted)
	if err != nil || mine == 0 {
		return "", err
	}
	// It is on record before it leaves.
	if err := s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "sendPiece", ApplicationIDs: []domain.ID{t.ApplicationID}}); err != nil {
		return "", err
	}
	receipt, sent := s.handOverPiece(granted, t)
	row := s.ent.PieceTransfer.Update().Where(
		piecetransfer.ID(t.ID), piecetransfer.StateEQ(domain.TransferToSend), piecetransfer.Reference(t.Reference),
	).SetSentAt(s.Now())
	refused := (*digitiser.RefusalError)(nil)
	switch {
	case errors.As(sent, &refused):
		reason := digitiser.Reason(refused.Code)
		err := row.SetState(domain.TransferRejected).SetRejectedFor(reason).SetSettledAt(s.Now()).Exec(granted)
		return domain.TransferRejected, errors.Join(unknownCode(reason, refused.Code), err)
	case sent != nil:
		return "", sent
	}
	return domain.TransferSent, row.SetState(domain.TransferSent).SetReceipt(domain.Stated(fitting(receipt))).Exec(granted)
}

// unknownCode has somebody look at a code that the digitiser gives and we do not know.
func unknownCode(reason domain.PieceTransferRejection, code string) error {
	if reason != domain.TransferOther {
		return nil
	}
	return fmt.Errorf("the digitiser rejects a piece for %q, which is no reason that we know", code)
}

// fitting is as much of a receipt as its column holds.
func fitting(receipt string) string { return receipt[:min(len(receipt), 100)] }

// handOverPiece has the digitiser read the file from the storage.
func (s *Service) handOverPiece(ctx context.Context, t *ent.PieceTransfer) (string, error) {
	p, file := t.Edges.Piece, t.Edges.Piece.Edges.File
	ctx, cancel := context.WithTimeout(ctx, digitiserWait)
	defer cancel()
	content, err := s.bucket.Read(ctx, file.Name)
	if err != nil {
		return "", err
	}
	receipt, err := s.digitiser.Send(ctx, digitiser.Piece{
		Reference: t.Reference, Number: *t.Edges.Application.UniqueNumber, Kind: p.Kind,
		Type: file.MediaType, Size: file.Size, SHA256: file.Sha256,
	}, content)
	return receipt, errors.Join(err, content.Close())
}

// HearDigitiser notes what became of pieces, as the digitiser tells it. It returns how
// many it filed and rejected.
func (s *Service) HearDigitiser(ctx context.Context) (acknowledged, rejected int, err error) {
	if err := s.digitised(); err != nil {
		return 0, 0, err
	}
	ctx = policy.SendPieces(ctx)
	var unknown error
	for {
		outcomes, err := s.outcomes(ctx)
		if err != nil {
			return acknowledged, rejected, errors.Join(unknown, fmt.Errorf("hear the digitiser: %w", err))
		}
		news := 0
		for _, o := range outcomes {
			state, err := s.settleTransfer(ctx, o)
			if err == nil { // what fails is told again, and found done
				err = s.tookOutcome(ctx, o.Reference)
			}
			if err != nil {
				return acknowledged, rejected, errors.Join(unknown, fmt.Errorf("hear the digitiser: %w", err))
			}
			switch state {
			case domain.TransferAcknowledged:
				acknowledged, news = acknowledged+1, news+1
			case domain.TransferRejected:
				rejected, news = rejected+1, news+1
				unknown = errors.Join(unknown, unknownCode(digitiser.Reason(o.Code), o.Code))
			default: // it was known
			}
		}
		if len(outcomes) < digitiser.MaxOutcomes || news == 0 {
			return acknowledged, rejected, unknown
		}
	}
}

func (s *Service) outcomes(ctx context.Context) ([]digitiser.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, digitiserWait)
	defer cancel()
	return s.digitiser.Outcomes(ctx)
}

func (s *Service) tookOutcome(ctx context.Context, reference string) error {
	ctx, cancel := context.WithTimeout(ctx, digitiserWait)
	defer cancel()
	return s.digitiser.Took(ctx, reference)
}

// settleTransfer notes one outcome, and returns the state it makes: none where it is known,
// or of a piece that was sent anew, refused or erased since.
func (s *Service) settleTransfer(granted context.Context, o digitiser.Outcome) (state domain.PieceTransferState, err error) {
	err = s.inTx(granted, func(tx *ent.Tx) error {
		state = ""
		t, err := tx.PieceTransfer.Query().Where(piecetransfer.Reference(o.Reference), piecetransfer.SettledAtIsNil()).ForUpdate().Only(granted)
		if err != nil {
			return ent.MaskNotFound(err)
		}
		update := t.Update().SetState(domain.TransferAcknowledged).SetSettledAt(s.Now())
		if t.SentAt == nil { // the answer that it was taken is still to come
			update.SetSentAt(s.Now())
		}
		if state = domain.TransferAcknowledged; o.Code != "" {
			state = domain.TransferRejected
			update.SetState(state).SetRejectedFor(digitiser.Reason(o.Code))
		}
		if err := update.Exec(granted); err != nil {
			return err
		}
		return s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "hearDigitiser", ApplicationIDs: []domain.ID{t.ApplicationID}})
	})
	return state, err
}

// DigitiserWaiting tells how many pieces the digitiser is to be sent, and when the first
// of them was given in; nil when there is none. Connected is false where nobody takes them.
func (s *Service) DigitiserWaiting(ctx context.Context) (waiting int, oldest *time.Time, connected bool, err error) {
	ctx = policy.SendPieces(ctx)
	connected = s.digitiser != nil
	n, err := s.transfersWaiting().Count(ctx)
	if err != nil || n == 0 {
		return 0, nil, connected, err
	}
	first, err := s.transfersWaiting().WithPiece().First(ctx)
	if err != nil {
		return 0, nil, connected, ent.MaskNotFound(err)
	}
	return n, &first.Edges.Piece.DepositedAt, connected, nil
}

// ResendPiece has a piece sent to the digitiser once more: one that it rejected, under
// another reference, or one of which it says nothing, under the same.
func (s *Service) ResendPiece(ctx context.Context, id domain.ID) (*ent.Piece, error) {
	v := auth.FromContext(ctx)
	return s.checked(ctx, "resendPiece", id, func(granted context.Context, tx *ent.Tx, p *ent.Piece) (change, error) {
		if err := domain.CheckScanned(p.Scan).Err(); err != nil {
			return nil, err
		}
		t, err := tx.PieceTransfer.Query().Where(piecetransfer.PieceID(id)).ForUpdate().Only(granted)
		if ent.IsNotFound(err) {
			t, err = &ent.PieceTransfer{}, nil // it was refused before it was sent
		}
		if err != nil {
			return nil, err
		}
		was := domain.PieceTransfer{State: t.State, SentAt: valueOf(t.SentAt)}
		if err := was.CheckResend(p.State, v.Now, policy.SettingsOn(v.Today()).ReceiptWait).Err(); err != nil {
			return nil, err
		}
		update := t.Update().SetState(domain.TransferToSend).ClearRejectedFor().ClearSentAt().ClearSettledAt().
			SetReceipt("").SetTries(0).SetNextTry(v.Now)
		if t.State == domain.TransferRejected {
			update.SetReference(rand.Text())
		}
		return update, nil
	})
}

// InTrouble keeps the applications with a piece that the viewer sees whose transfer is in
// one of these troubles today.
func InTrouble(v *auth.Viewer, troubles []domain.PieceTransferTrouble) predicate.Application {
	var found []predicate.PieceTransfer
	for _, trouble := range troubles {
		switch trouble {
		case domain.TransferLate:
			found = append(found, piecetransfer.And(piecetransfer.SettledAtIsNil(), piecetransfer.DueOnLT(v.Today())))
		case domain.TransferTurnedDown:
			found = append(found, piecetransfer.StateEQ(domain.TransferRejected))
		}
	}
	if found == nil {
		return application.IDIn()
	}
	return application.HasPiecesWith(policy.SeenPieces(v), piece.StateNEQ(domain.PieceRefused),
		piece.HasTransferWith(piecetransfer.StateNEQ(domain.TransferAcknowledged), piecetransfer.Or(found...)))
}
