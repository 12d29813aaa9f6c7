package service

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/deposit"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/upload"
	"github.com/guichet-logement/guichet/piecefile"
	"github.com/guichet-logement/guichet/policy"
)

// PieceGiven is a piece that is given in for an application. Point is empty for the
// applicant.
type PieceGiven struct {
	Ticket             string
	Application, Point domain.ID
	Kind               domain.PieceCode
	Members            []domain.ID
}

// DepositPiece gives in a piece for an application that the viewer sees. Whether it may
// is asked before the file is looked into, and again with it.
func (s *Service) DepositPiece(ctx context.Context, in PieceGiven) (*ent.Piece, *ent.Deposit, error) {
	var given *ent.Piece
	receipt, err := s.deposited(ctx, in.Ticket, func(tx *ent.Tx, file *domain.StoredFile) (receipt *ent.Deposit, err error) {
		_, held, err := lockedApplication(ctx, tx, in.Application)
		if err != nil {
			return nil, err
		}
		granted, by, err := policy.DepositPiece(ctx, held, in.Point)
		if err != nil {
			return nil, err
		}
		household, err := tx.HouseholdMember.Query().Where(householdmember.ApplicationID(in.Application)).IDs(granted)
		if err != nil {
			return nil, err
		}
		if err := domain.CheckDeposit(in.Kind, in.Members, household).Err(); err != nil || file == nil {
			return nil, err
		}
		if receipt, err = s.receipt(granted, tx, in.Kind, in.Point, *file).Save(granted); err != nil {
			return nil, err
		}
		if given, err = createPiece(granted, tx, in.Application, receipt, *file, domain.ScanPending, in.Members); err != nil {
			return nil, err
		}
		return receipt, s.noteAct(ctx, "depositPiece", by.Assignment, in.Application)
	})
	if err != nil {
		return nil, nil, err
	}
	seen, err := s.ent.Piece.Query().Where(piece.ID(given.ID)).Only(ctx)
	return seen, receipt, ent.MaskNotFound(err)
}

// DepositUnderNumber gives in a piece under a number. Whose it is nobody looks at now, so
// that nothing can tell.
func (s *Service) DepositUnderNumber(
	ctx context.Context, ticket string, number domain.UniqueNumber, kind domain.PieceCode, point domain.ID,
) (*ent.Deposit, error) {
	return s.deposited(ctx, ticket, func(tx *ent.Tx, file *domain.StoredFile) (*ent.Deposit, error) {
		at, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(point)).Only(ctx)
		if err != nil {
			return nil, notFound(err)
		}
		granted, _, err := policy.DepositBlindly(ctx, at)
		if err != nil {
			return nil, err
		}
		if err := domain.CheckPieceKind(kind).Err(); err != nil || file == nil {
			return nil, err
		}
		return s.receipt(granted, tx, kind, point, *file).SetUniqueNumber(number).SetWaiting(file).Save(granted)
	})
}

// deposited takes a file that has arrived: do is asked without it whether it may, and
// with it to write that it did. The upload is gone then, and its parts.
func (s *Service) deposited(
	ctx context.Context, ticket string, do func(*ent.Tx, *domain.StoredFile) (*ent.Deposit, error),
) (*ent.Deposit, error) {
	u, err := s.upload(ctx, ticket)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		_, err := do(tx, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	file, err := s.inspected(ctx, u)
	if err != nil {
		return nil, err
	}
	var receipt *ent.Deposit
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		if receipt, err = do(tx, file); err != nil {
			return err
		}
		used, err := tx.Upload.Delete().Where(upload.ID(u.ID)).Exec(policy.SendBytes(ctx))
		if err == nil && used == 0 {
			err = unknownTicket() // another request used it
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, s.bucket.Delete(ctx, file.Name))
	}
	for _, name := range u.Parts {
		_ = s.bucket.Delete(ctx, name) // what stays is swept
	}
	return receipt.Unwrap(), nil
}

// inspectedAtOnce bounds the files that are in memory: each may have its ten megabytes.
const inspectedAtOnce = 4

// inspected looks into a file that has arrived, and stores it whole.
func (s *Service) inspected(ctx context.Context, u *ent.Upload) (*domain.StoredFile, error) {
	if u.Received < u.Size {
		return nil, domain.Refusals{domain.FileRefused(domain.UploadUnfinished)}
	}
	select {
	case s.inspecting <- struct{}{}:
		defer func() { <-s.inspecting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	content, err := s.assembled(ctx, u)
	if err != nil {
		return nil, err
	}
	found, refusal := piecefile.Inspect(content)
	if refusal == nil && found.Type != u.MediaType {
		refusal = domain.FileRefused(domain.FileTypeDiffers)
	}
	if refusal != nil {
		return nil, domain.Refusals{refusal}
	}
	file := &domain.StoredFile{
		Name: "pieces/" + rand.Text(), Size: len(content), SHA256: u.Sha256, Type: found.Type, Pages: found.Pages,
	}
	return file, s.bucket.Write(ctx, file.Name, bytes.NewReader(content))
}

// receipt is what the viewer gets for a piece.
func (s *Service) receipt(
	ctx context.Context, tx *ent.Tx, kind domain.PieceCode, point domain.ID, file domain.StoredFile,
) *ent.DepositCreate {
	v := auth.FromContext(ctx)
	return tx.Deposit.Create().SetCaller(s.depositor(v)).SetNillablePersonID(orNil(v.PersonID)).SetKind(kind).
		SetSha256(file.SHA256).SetPages(file.Pages).SetDepositedAt(storedInstant(v.Now)).SetNillableReceptionPointID(orNil(point))
}

func orNil(id domain.ID) *domain.ID {
	if id == "" {
		return nil
	}
	return &id
}

// createPiece writes the piece of a receipt.
func createPiece(
	ctx context.Context, tx *ent.Tx, application domain.ID, of *ent.Deposit, file domain.StoredFile, scan domain.ScanState, members []domain.ID,
) (*ent.Piece, error) {
	kind, _ := domain.PieceKindOf(of.Kind)
	p, err := tx.Piece.Create().SetApplicationID(application).SetKind(of.Kind).SetSensitive(kind.Sensitive).SetScan(scan).
		SetDepositedAt(of.DepositedAt).SetNillableDepositedByID(of.PersonID).SetNillableReceptionPointID(of.ReceptionPointID).
		AddMemberIDs(members...).Save(ctx)
	if err != nil {
		return nil, err
	}
	err = tx.PieceFile.Create().SetApplicationID(application).SetPieceID(p.ID).SetName(file.Name).SetSize(file.Size).
		SetSha256(file.SHA256).SetMediaType(file.Type).SetPages(file.Pages).Exec(ctx)
	if err != nil {
		return nil, err
	}
	return p, createTransfer(ctx, tx, p)
}

// MaxDeposits bounds a list of receipts.
const MaxDeposits = 100

// Deposits are the receipts of the viewer, the latest first.
func (s *Service) Deposits(ctx context.Context, first int) ([]*ent.Deposit, error) {
	if err := domain.PageOf(first, MaxDeposits); err != nil {
		return nil, err
	}
	granted, err := policy.ReadReceipts(ctx)
	if err != nil {
		return nil, err
	}
	return s.ent.Deposit.Query().Where(deposit.Caller(s.depositor(auth.FromContext(ctx)))).
		Order(ent.Desc(deposit.FieldID)).Limit(first).WithReceptionPoint().All(granted)
}
