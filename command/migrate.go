package command

import (
	"context"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
)

type migrateCommand struct {
	databaseSettings
}

// Run applies the migrations that the database lacks.
func (c *migrateCommand) Run(ctx context.Context, env Environment) error {
	log := newLog(env)
	if err := c.validate(); err != nil {
		return err
	}
	db, err := c.open(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	before, err := migrations.Current(ctx, db.db)
	if err != nil {
		return err
	}
	if err := migrations.Apply(ctx, db.db); err != nil {
		return err
	}
	// A newer database has nothing to apply, and is not ours to serve.
	if err := migrations.Check(ctx, db.db); err != nil {
		return err
	}
	log.Info("migrated", "from", before, "to", migrations.Latest())
	return nil
}
