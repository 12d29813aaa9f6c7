package command

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

type seedCommand struct {
	databaseSettings
}

// Run migrates and fills an empty database.
func (c *seedCommand) Run(ctx context.Context, env Environment) error {
	log := newLog(env)
	if err := c.validate(); err != nil {
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
	return seed(ctx, s, log)
}

// seed fills the database unless that was done before.
func seed(ctx context.Context, s *service.Service, log *slog.Logger) error {
	done, err := s.Seeded(ctx)
	if err != nil || done {
		return err
	}
	start := time.Now()
	if err := sandbox.Seed(ctx, s); err != nil {
		return err
	}
	log.Info("sandbox data written", "took", time.Since(start).Round(time.Millisecond))
	return nil
}
