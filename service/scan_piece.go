package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/antivirus"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/deposit"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/piecefile"
	"github.com/guichet-logement/guichet/ent/upload"
	"github.com/guichet-logement/guichet/policy"
)

// ScanPieces asks the antivirus about each file that nobody asked about yet, and brings
// what was deposited blindly to its application. What cannot be done now waits: the error
// says why, and the rest is done all the same.
func (s *Service) ScanPieces(ctx context.Context, by antivirus.Scanner) error {
	ctx = policy.ScanPieces(ctx)
	pending, err := s.ent.Piece.Query().Where(piece.ScanEQ(domain.ScanPending)).Order(piece.ByID()).WithFile().All(ctx)
	if err != nil {
		return fmt.Errorf("pieces to scan: %w", err)
	}
	var failed []error
	for _, p := range pending {
		if err := s.scanPiece(ctx, by, p); err != nil {
			failed = append(failed, fmt.Errorf("scan %s: %w", p.ID, err))
		}
	}
	waiting, err := s.ent.Deposit.Query().Where(deposit.UniqueNumberNotNil()).Order(deposit.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("deposits to bring: %w", err)
	}
	for _, d := range waiting {
		if err := s.bring(ctx, by, d); err != nil {
			failed = append(failed, fmt.Errorf("bring %s: %w", d.ID, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) scanPiece(ctx context.Context, by antivirus.Scanner, p *ent.Piece) error {
	name := p.Edges.File.Name
	infected, err := s.infected(ctx, by, name)
	if err != nil {
		return err
	}
	if !infected {
		return s.inTx(ctx, func(tx *ent.Tx) error { return letThrough(ctx, tx, p.ID) })
	}
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		err := tx.Piece.UpdateOneID(p.ID).SetScan(domain.ScanInfected).
			SetState(domain.PieceRefused).SetRefusedFor(domain.PieceInfected).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.PieceFile.Delete().Where(piecefile.PieceID(p.ID)).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.bucket.Delete(ctx, name)
}

// letThrough notes that a piece is clean, which begins its way to the digitiser; unless
// another process was first.
func letThrough(ctx context.Context, tx *ent.Tx, id domain.ID) error {
	p, err := tx.Piece.Query().Where(piece.ID(id), piece.ScanEQ(domain.ScanPending)).ForUpdate().Only(ctx)
	if err != nil {
		return ent.MaskNotFound(err)
	}
	if p, err = p.Update().SetScan(domain.ScanClean).Save(ctx); err != nil {
		return err
	}
	return createTransfer(ctx, tx, p)
}

func (s *Service) infected(ctx context.Context, by antivirus.Scanner, name string) (bool, error) {
	content, err := s.bucket.Read(ctx, name)
	if err != nil {
		return false, err
	}
	found, err := by.Scan(ctx, content)
	return found != "", errors.Join(err, content.Close())
}

// bring gives a blind deposit to the application of its number. One that no application
// has may come with the next import; after a time it is nobody's.
func (s *Service) bring(ctx context.Context, by antivirus.Scanner, d *ent.Deposit) error {
	a, err := s.ent.Application.Query().Where(application.UniqueNumber(*d.UniqueNumber), application.ErasedOnIsNil()).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	if a == nil {
		days := policy.SettingsOn(domain.DateOf(s.Now())).PieceDays
		if s.Now().Before(d.DepositedAt.AddDate(0, 0, days)) {
			return nil
		}
		return s.drop(ctx, d)
	}
	infected, err := s.infected(ctx, by, d.Waiting.Name)
	if err != nil {
		return err
	}
	if infected {
		return s.drop(ctx, d)
	}
	return s.inTx(ctx, func(tx *ent.Tx) error {
		told, err := tx.Deposit.Update().Where(deposit.ID(d.ID), deposit.UniqueNumberNotNil()).
			ClearUniqueNumber().ClearWaiting().Save(ctx)
		if err != nil || told == 0 { // another process was first
			return err
		}
		_, err = createPiece(ctx, tx, a.ID, d, *d.Waiting, domain.ScanClean, nil)
		return err
	})
}

// drop forgets the file of a blind deposit; its receipt stays.
func (s *Service) drop(ctx context.Context, d *ent.Deposit) error {
	if err := s.ent.Deposit.Update().Where(deposit.ID(d.ID)).ClearUniqueNumber().ClearWaiting().Exec(ctx); err != nil {
		return err
	}
	return s.bucket.Delete(ctx, d.Waiting.Name)
}

// sweptAfter is how old a file is that nobody knows before it is taken away: who writes
// one says so much sooner.
const sweptAfter = time.Hour

// SweepStorage takes away the uploads that ended without a piece, and the files that
// nobody knows. Now is the clock by which the storage dates its files.
func (s *Service) SweepStorage(ctx context.Context, now time.Time) (swept int, err error) {
	ctx = policy.SweepStorage(ctx)
	if _, err := s.ent.Upload.Delete().Where(upload.ExpiresAtLTE(s.Now())).Exec(ctx); err != nil {
		return 0, fmt.Errorf("end uploads: %w", err)
	}
	return s.bucket.Sweep(ctx, now.Add(-sweptAfter), func(names []string) (map[string]bool, error) {
		known := map[string]bool{}
		files, err := s.ent.PieceFile.Query().Where(piecefile.NameIn(names...)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			known[f.Name] = true
		}
		waiting, err := s.ent.Deposit.Query().Where(deposit.UniqueNumberNotNil()).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, d := range waiting {
			known[d.Waiting.Name] = true
		}
		uploads, err := s.ent.Upload.Query().All(ctx)
		for _, u := range uploads {
			for _, part := range u.Parts {
				known[part] = true
			}
		}
		return known, err
	})
}
