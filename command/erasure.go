package command

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

type erasureCommand struct {
	Export erasureExport `cmd:"" help:"Print the ledger: a line of JSON for each application that was erased. Keep it apart from the backups."`
	Replay erasureReplay `cmd:"" help:"Erase again what a restored backup still has, before it is served. It may be run again."`
}

// ledgerLine is a line of the ledger of erasures.
type ledgerLine struct {
	Application domain.ID            `json:"application"`
	ErasedOn    string               `json:"erasedOn"`
	RemovedFor  domain.RemovalReason `json:"removedFor,omitempty"`
	Number      []byte               `json:"number,omitempty"`
}

type erasureExport struct{ databaseSettings }

// Run prints the whole ledger.
func (c *erasureExport) Run(ctx context.Context, env Environment) error {
	if err := c.validate(); err != nil {
		return err
	}
	db, err := c.openMigrated(ctx, env, newLog(env))
	if err != nil {
		return err
	}
	defer db.close(ctx)
	s := service.New(db.client(unobserved), service.NewClock(time.Now), false)
	ledger := json.NewEncoder(env.Stdout)
	return s.Erasures(ctx, func(e service.Erasure) error {
		return ledger.Encode(ledgerLine{e.ApplicationID, e.ErasedOn.String(), e.RemovedFor, e.Number})
	})
}

type erasureReplay struct {
	onRecordSettings
	Ledger string `arg:"" type:"existingfile" help:"The ledger, as export printed it."`
}

// Run erases what the ledger names. All of it is read before anything is erased.
func (c *erasureReplay) Run(ctx context.Context, env Environment) error {
	var ledger []service.Erasure
	if err := withFile(c.Ledger, func(f io.Reader) (err error) {
		ledger, err = parseLedger(f)
		return err
	}); err != nil {
		return &settingError{"ledger", err.Error()}
	}
	return c.onRecord(ctx, env, func(s *service.Service, _ bool, log *slog.Logger) error {
		erased := 0
		for _, e := range ledger {
			again, err := s.EraseAgain(ctx, e)
			if err != nil {
				return fmt.Errorf("erase %s: %w", e.ApplicationID, err)
			}
			if again {
				erased++
			}
		}
		log.Info("erasures replayed", "lines", len(ledger), "erased", erased)
		return nil
	})
}

const maxLedgerLine = 1000 // bytes

func parseLedger(f io.Reader) ([]service.Erasure, error) {
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLedgerLine)
	var ledger []service.Erasure
	for n := 1; lines.Scan(); n++ {
		var l ledgerLine
		err := json.Unmarshal(lines.Bytes(), &l)
		e := service.Erasure{ApplicationID: l.Application, RemovedFor: l.RemovedFor, Number: l.Number}
		if _, wrong := domain.ParseID(string(l.Application)); err == nil && (wrong != nil || l.Application.Prefix() != domain.ApplicationPrefix) {
			err = errors.New("application is no identifier of one")
		}
		if err == nil {
			e.ErasedOn, err = domain.ParseDate(l.ErasedOn)
		}
		if err == nil && l.RemovedFor != "" && l.RemovedFor.Article() == "" {
			err = errors.New("removedFor is no reason of a removal")
		}
		if err == nil && len(l.Number) != 0 && len(l.Number) != sha256.Size {
			err = errors.New("number is no hash of one")
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		ledger = append(ledger, e)
	}
	return ledger, lines.Err()
}
