package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

// SeedStock loads the fictional stock of a territory, vintage by vintage, and its
// landlords: by the files and the importers that an operator uses. Told to run
// again, it leaves the same data.
func SeedStock(ctx context.Context, s *service.Service, db *sql.DB, territory stockfile.Filter) error {
	// Landlords are known by their SIREN, which a sandbox of long ago has not.
	communes, err := directoryfile.Communes()
	if err != nil {
		return err
	}
	if _, err := s.ImportDirectory(ctx, service.Directory{Organisations: Organisations(communes)}, nil); err != nil {
		return fmt.Errorf("seed the landlords: %w", err)
	}
	inForce, err := s.StockStatedOn(ctx)
	if err != nil {
		return err
	}
	vintages := StockVintages()
	ownerships, err := Ownerships(vintages[len(vintages)-1])
	if err != nil {
		return err
	}
	known, err := s.KnownDirectory(ctx)
	if err != nil {
		return err
	}
	if ownerships, err = ownershipsThroughFile(ownerships, known); err != nil {
		return err
	}
	for _, year := range vintages {
		if january(year).Before(inForce) {
			continue // loaded before an interruption
		}
		if err := seedVintage(ctx, s, db, year, territory, ownerships); err != nil {
			return fmt.Errorf("seed the stock of %d: %w", year, err)
		}
	}
	if err := seedManagedStock(ctx, s, db); err != nil {
		return fmt.Errorf("seed what landlords manage: %w", err)
	}
	return nil
}

// january is the day whose stock a vintage states.
func january(year int) domain.Date { return domain.NewDate(year, time.January, 1) }

// seedVintage writes the file and reads it at the same time: it is never whole in
// memory.
func seedVintage(ctx context.Context, s *service.Service, db *sql.DB, year int, territory stockfile.Filter, landlords []directoryfile.Ownership) error {
	file, text := io.Pipe()
	go func() {
		// What goes wrong in writing is met by the reader.
		_ = text.CloseWithError(WriteStock(text, StockOptions{Vintage: year, Scale: 1, Layout: stockfile.Layout2026}))
	}()
	// Lets the writer go when reading ends before the file does.
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	rows, err := stockfile.NewReader(io.TeeReader(file, sum), fmt.Sprintf("the sandbox's stock of %d", year), stockfile.Options{Filter: territory})
	if err != nil {
		return err
	}
	refused := func(r stockfile.Reject) error { return errors.New(r.String()) }
	_, err = service.ImportStock(ctx, db, s.Now, service.StockImport{
		Rows: rows, StatedOn: january(year), Source: "Parc fictif du bac à sable, au format du RPLS", Territory: "Grenoble-Alpes Métropole",
		SHA256: func() (string, error) { return hex.EncodeToString(sum.Sum(nil)), nil }, MaxLoss: 1, Reject: refused, Landlords: landlords,
	})
	return err
}

// ownershipsThroughFile writes the landlords as an operator would and reads them
// back.
func ownershipsThroughFile(ownerships []directoryfile.Ownership, known directoryfile.Known) ([]directoryfile.Ownership, error) {
	var file bytes.Buffer
	if err := directoryfile.WriteOwnerships(&file, ownerships); err != nil {
		return nil, fmt.Errorf("write the sandbox's landlords: %w", err)
	}
	parsed, err := directoryfile.ParseOwnerships(&file, directoryfile.UTF8, known)
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's landlords: %w", err)
	}
	if !parsed.Complete || parsed.RejectCount > 0 {
		return nil, errors.New("read the sandbox's landlords: " + parsed.Rejects[0].String())
	}
	return parsed.Rows, nil
}
