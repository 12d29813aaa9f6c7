package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Go through the whole trail: what was altered, removed, reordered or inserted?"`
	Head   auditHead   `cmd:"" help:"Print where the chain ends, as one line of JSON to be kept elsewhere, once a day."`
	Prune  auditPrune  `cmd:"" help:"Remove the lines that are too old, as the owner of the tables. Verify first."`
}

// auditDatabase opens the trail for a command.
type auditDatabase struct {
	databaseSettings
}

func (s *auditDatabase) use(ctx context.Context, env Environment, use func(*database) error) error {
	if err := s.validate(); err != nil {
		return err
	}
	db, err := s.open(ctx, env, newLog(env))
	if err != nil {
		return err
	}
	defer db.close(ctx)
	if err := migrations.Check(ctx, db.db); err != nil {
		return err
	}
	return use(db)
}

type auditVerify struct {
	auditDatabase
	auditSettings
	Head string        `type:"existingfile" help:"File of exported heads, which must be in the chain."`
	Late time.Duration `default:"5m" help:"How long a line may be without a seal, 10s to 24h."`
}

// Run prints each finding on a line, and what was looked at; any finding is a failure.
func (c *auditVerify) Run(ctx context.Context, env Environment) error {
	if c.Late < 10*time.Second || c.Late > 24*time.Hour {
		return &settingError{"late", "must lie between 10s and 24h"}
	}
	keys, err := c.keys(env, c.databaseSettings, false)
	if err != nil {
		return err
	}
	var heads []audit.Head
	if c.Head != "" {
		err := withFile(c.Head, func(f io.Reader) (err error) {
			heads, err = audit.ParseHeads(f)
			return err
		})
		if err != nil {
			return &settingError{"head", err.Error()}
		}
	}
	return c.use(ctx, env, func(db *database) error {
		v, err := audit.Verify(ctx, db.db, audit.Verifying{
			Keys: keys, Now: time.Now(), Late: c.Late, Heads: heads,
			Report: func(f audit.Finding) error {
				_, err := fmt.Fprintln(env.Stdout, f)
				return err
			},
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Stdout, "%d lines in their place, %d of them sealed late, %d too young for a seal; pruned up to position %d; %d of %d heads found\n",
			v.Sealed, v.SealedLate, v.Pending, v.Pruned, v.HeadsChecked, len(heads))
		if err == nil && v.Findings > 0 {
			err = fmt.Errorf("the audit trail is not as it was written: %d findings", v.Findings)
		}
		return err
	})
}

type auditHead struct {
	auditDatabase
	To string `type:"path" help:"Add the line to this file instead of printing it."`
}

// Run prints the head, or adds it to a file.
func (c *auditHead) Run(ctx context.Context, env Environment) error {
	return c.use(ctx, env, func(db *database) error {
		head, err := audit.ReadHead(ctx, db.db, time.Now())
		if err != nil {
			return err
		}
		if c.To == "" {
			return json.NewEncoder(env.Stdout).Encode(head)
		}
		f, err := os.OpenFile(c.To, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return &settingError{"to", err.Error()}
		}
		return errors.Join(json.NewEncoder(f).Encode(head), f.Close())
	})
}

type auditPrune struct {
	auditDatabase
	auditSettings
	Months int `env:"GUICHET_AUDIT_MONTHS" default:"12" help:"How long lines are kept, 2 to 120 months."`
}

// Run removes whole days and prints how much went.
func (c *auditPrune) Run(ctx context.Context, env Environment) error {
	if c.Months < 2 || c.Months > 120 {
		return &settingError{"months", "must lie between 2 and 120"}
	}
	keys, err := c.keys(env, c.databaseSettings, false)
	if err != nil {
		return err
	}
	return c.use(ctx, env, func(db *database) error {
		now := time.Now()
		pruned, err := audit.Prune(ctx, db.db, keys, now.AddDate(0, -c.Months, 0), now)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.Stdout, "%d lines of %d days removed\n", pruned.Lines, pruned.Segments)
		return err
	})
}
