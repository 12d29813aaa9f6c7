package command

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

type seedCommand struct {
	databaseSettings
	sandboxSettings
	Scale     int    `default:"1" help:"Write a stock file that many times the size of the sandbox's, instead of filling a database: 100 is a country."`
	StockFile string `type:"path" help:"Write the sandbox's stock to this file, instead of filling a database. Default with --scale: rpls-2026-x<scale>.csv."`
}

// Run migrates and fills an empty database, or writes a stock file.
func (c *seedCommand) Run(ctx context.Context, env Environment) error {
	log := newLog(env)
	if c.Scale != 1 || c.StockFile != "" {
		return c.writeStock(env)
	}
	if err := errors.Join(c.databaseSettings.validate(), c.sandboxSettings.validate()); err != nil {
		return err
	}
	db, err := c.open(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	s := service.New(db.client(unobserved), service.NewClock(time.Now), true)
	nature, err := s.Nature(ctx)
	if err != nil {
		return err
	}
	if nature == service.Production {
		return &settingError{"database-url", "holds real data: fictional people are not added to it"}
	}
	if err := migrations.Apply(ctx, db.db); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := migrations.Check(ctx, db.db); err != nil {
		return err
	}
	return c.seed(ctx, s, db.db, log)
}

// writeStock writes the last vintage of the sandbox's stock, in the latest layout.
func (c *seedCommand) writeStock(env Environment) (err error) {
	if c.Scale < 1 || c.Scale > sandbox.MaxStockScale {
		return &settingError{"scale", fmt.Sprintf("must lie between 1 and %d", sandbox.MaxStockScale)}
	}
	vintages := sandbox.StockVintages()
	year := vintages[len(vintages)-1]
	if c.StockFile == "" {
		c.StockFile = fmt.Sprintf("rpls-%d-x%d.csv", year, c.Scale)
	}
	file, err := os.Create(c.StockFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := sandbox.WriteStock(file, sandbox.StockOptions{Vintage: year, Scale: c.Scale, Layout: stockfile.Layout2026}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Stdout, c.StockFile)
	return err
}

// seed fills the database with what it does not have yet.
func (c sandboxSettings) seed(ctx context.Context, s *service.Service, db *sql.DB, log *slog.Logger) error {
	start := time.Now()
	peopled, err := s.Seeded(ctx)
	if err != nil {
		return err
	}
	stocked := c.SandboxStock != "on"
	if !stocked {
		if stocked, err = s.Stocked(ctx); err != nil {
			return err
		}
	}
	applied, err := sandbox.Applied(ctx, s, c.SandboxApplications)
	if err != nil {
		return err
	}
	filed, err := s.Filed(ctx)
	if err != nil {
		return err
	}
	if peopled && stocked && applied && (filed || c.SandboxApplications == 0) {
		return nil
	}
	if !peopled {
		err = sandbox.Seed(ctx, s)
	}
	if err == nil && !stocked {
		err = sandbox.SeedStock(ctx, s, db, stockfile.Filter{})
	}
	if err == nil && !applied {
		_, err = sandbox.SeedApplications(ctx, s, db, c.SandboxApplications)
	}
	if err == nil && c.SandboxApplications > 0 {
		err = errors.Join(sandbox.SeedPieces(ctx, s, db, c.SandboxApplications), sandbox.SeedFigures(ctx, s), sandbox.SeedProposals(ctx, s))
	}
	if err != nil {
		return err
	}
	log.Info("sandbox data written", "took", time.Since(start).Round(time.Millisecond))
	return nil
}
