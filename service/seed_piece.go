package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/deposit"
	entfile "github.com/guichet-logement/guichet/ent/piecefile"
	"github.com/guichet-logement/guichet/piecefile"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/storage"
)

// SandboxPiece is a fictional piece with its file, which the antivirus let through.
type SandboxPiece struct {
	domain.Piece
	// DueOn is by when another one is asked for; zero unless it was refused.
	DueOn       domain.Date
	DepositedAt time.Time
	// Point and DepositedBy are where and by whom it was given in; both are empty when the
	// applicant did.
	Point, DepositedBy string
	Content            []byte
}

// seededFiles is where the files of a sandbox's pieces are in its storage.
const seededFiles = "pieces/sandbox/"

// turnedDown is which fictional pieces the national digitiser rejected, by the last
// character of their identifiers.
const turnedDown = "7"

// file looks into what was given, as at any deposit.
func (p SandboxPiece) file() (*domain.StoredFile, error) {
	found, refused := piecefile.Inspect(p.Content)
	if refused != nil {
		return nil, fmt.Errorf("piece %s: %w", p.ID, domain.Refusals{refused})
	}
	sum := sha256.Sum256(p.Content)
	return &domain.StoredFile{
		Name: seededFiles + string(p.ID), Size: len(p.Content), SHA256: hex.EncodeToString(sum[:]), Type: found.Type, Pages: found.Pages,
	}, nil
}

// addPieces makes the rows of what was given for an application, or under its number.
func (r *applicationRows) addPieces(a SandboxApplication) error {
	household := make([]domain.ID, len(a.Members))
	for i, m := range a.Members {
		household[i] = m.ID
	}
	for _, p := range a.Pieces {
		if err := domain.CheckDeposit(p.Code, p.Members, household).Err(); err != nil {
			return fmt.Errorf("piece %s: %w", p.ID, err)
		}
		if err := r.addPiece(a, p); err != nil {
			return err
		}
	}
	for _, p := range a.Blind {
		if err := r.addDeposit(a, p); err != nil {
			return err
		}
	}
	return nil
}

func (r *applicationRows) addPiece(a SandboxApplication, p SandboxPiece) error {
	point, person, err := r.depositor(p)
	if err != nil {
		return err
	}
	file, err := p.file()
	if err != nil {
		return err
	}
	kind, _ := domain.PieceKindOf(p.Code)
	r.row(tablePiece, p.ID, a.ID, p.Code, kind.Sensitive, p.State, optional(p.RefusedFor), optional(p.DueOn), optional(p.IssuedOn),
		optional(p.ExpiresOn), domain.ScanClean, p.DepositedAt, person, point)
	for _, m := range p.Members {
		r.row(tablePieceMember, p.ID, m)
	}
	r.row(tablePieceFile, domain.DerivedID(domain.PieceFilePrefix, p.DepositedAt, string(p.ID)), a.ID, p.ID,
		file.Name, file.Size, file.SHA256, file.Type, file.Pages)
	if domain.Transferable(p.State, domain.ScanClean) {
		r.addTransfer(a, p)
	}
	return nil
}

// addTransfer makes the way of a piece to the digitiser, which has it by the next day:
// what has no number does not go, and none waits for a file that is not stored yet.
func (r *applicationRows) addTransfer(a SandboxApplication, p SandboxPiece) {
	given := domain.DateOf(p.DepositedAt)
	state, sent, rejected := domain.TransferToSend, (*time.Time)(nil), (*domain.PieceTransferRejection)(nil)
	if a.UniqueNumber != "" {
		at := p.DepositedAt.AddDate(0, 0, 1)
		state, sent = domain.TransferAcknowledged, &at
		if strings.HasSuffix(string(p.ID), turnedDown) {
			state, rejected = domain.TransferRejected, new(domain.TransferUnreadable)
		}
	}
	r.row(tableTransfer, domain.DerivedID(domain.PieceTransferPrefix, p.DepositedAt, string(p.ID)), a.ID, p.ID,
		domain.LegalClocksOn(given).PieceTransfer.After(given), string(p.ID[len(p.ID)-idSuffix:]), p.DepositedAt, state, rejected, sent, sent)
}

// idSuffix is what an identifier has behind its prefix: a reference has as much.
const idSuffix = 26

// addDeposit makes the receipt of a blind deposit, which waits to be brought to the
// application of its number.
func (r *applicationRows) addDeposit(a SandboxApplication, p SandboxPiece) error {
	point, person, err := r.depositor(p)
	if err != nil {
		return err
	}
	file, err := p.file()
	if err != nil {
		return err
	}
	waiting, err := json.Marshal(file)
	if err != nil {
		return err
	}
	caller := sha256.Sum256([]byte(p.DepositedBy))
	r.row(tableDeposit, domain.DerivedID(domain.DepositPrefix, p.DepositedAt, string(p.ID)), caller[:], person, p.Code,
		file.SHA256, file.Pages, p.DepositedAt, point, a.UniqueNumber, string(waiting))
	return nil
}

// depositor is where and by whom a piece was given in.
func (r *applicationRows) depositor(p SandboxPiece) (point, person *domain.ID, err error) {
	if p.Point == "" {
		return nil, nil, nil
	}
	at, known := r.points[p.Point]
	by, there := r.people[p.DepositedBy]
	if !known || !there {
		return nil, nil, fmt.Errorf("piece %s: nobody is %s at %s", p.ID, p.DepositedBy, p.Point)
	}
	return &at, &by.id, nil
}

// Filed tells whether fictional pieces were written.
func (s *Service) Filed(ctx context.Context) (bool, error) {
	return s.ent.PieceFile.Query().Where(entfile.NameHasPrefix(seededFiles)).Exist(policy.SeedSandbox(ctx))
}

// SeedFiles stores the files of the fictional pieces that are there, those that are not
// stored yet.
func (s *Service) SeedFiles(ctx context.Context, applications iter.Seq[SandboxApplication]) error {
	known, err := s.seededFiles(policy.SeedSandbox(ctx))
	if err != nil || len(known) == 0 {
		return err
	}
	for a := range applications {
		for _, p := range slices.Concat(a.Pieces, a.Blind) {
			if name := seededFiles + string(p.ID); known[name] {
				if err := s.keepFile(ctx, name, p.Content); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// seededFiles are the names of the files of a sandbox that belong to something.
func (s *Service) seededFiles(granted context.Context) (map[string]bool, error) {
	files, err := s.ent.PieceFile.Query().Where(entfile.NameHasPrefix(seededFiles)).All(granted)
	if err != nil {
		return nil, err
	}
	waiting, err := s.ent.Deposit.Query().Where(deposit.UniqueNumberNotNil()).All(granted)
	known := map[string]bool{}
	for _, f := range files {
		known[f.Name] = true
	}
	for _, d := range waiting {
		known[d.Waiting.Name] = strings.HasPrefix(d.Waiting.Name, seededFiles)
	}
	return known, err
}

func (s *Service) keepFile(ctx context.Context, name string, content []byte) error {
	stored, err := s.bucket.Read(ctx, name)
	if err == nil {
		return stored.Close()
	}
	if errors.Is(err, storage.ErrNotFound) {
		err = s.bucket.Write(ctx, name, bytes.NewReader(content))
	}
	return err
}
