package command

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

type keepCommand struct {
	Calendar keepCalendarCommand `cmd:"" help:"Announce the deadlines of applications, and do what the law does on their days: removals and erasures. Run it each day."`
}

type keepCalendarCommand struct{ recordedSettings }

// Run brings all applications to today, by the service's clock. What was cut short goes
// on with the next run.
func (c *keepCalendarCommand) Run(ctx context.Context, env Environment) error {
	return c.use(ctx, env, func(s *service.Service, log *slog.Logger) error {
		kept, err := s.KeepCalendar(ctx, domain.DateOf(s.Now()))
		log.Info("calendar kept", "applications", kept)
		return err
	})
}

// recordedSettings are those of a command whose acts are put on record.
type recordedSettings struct {
	databaseSettings
	auditSettings
}

// use gives the command a service by the clock of the one that serves.
func (c *recordedSettings) use(ctx context.Context, env Environment, use func(*service.Service, *slog.Logger) error) (err error) {
	log := newLog(env)
	if err := c.databaseSettings.validate(); err != nil {
		return err
	}
	db, err := c.openMigrated(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	clock, client := service.NewClock(time.Now), db.client(unobserved)
	nature, err := service.New(client, clock, false).Nature(ctx)
	if err != nil {
		return err
	}
	keys, err := c.keys(env, c.databaseSettings, nature == service.Sandbox)
	if err != nil {
		return err
	}
	if err := clock.Restore(ctx, client); err != nil {
		return err
	}
	// What serves the API seals the trail.
	trail, err := audit.StartWriter(ctx, db.dsn, audit.Options{Keys: keys, Clock: time.Now, Log: log, Wait: keepWait})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, trail.Stop()) }()
	return use(service.New(client, clock, nature == service.Sandbox).AuditTo(trail, nil), log)
}

// keepWait is how long a line of the trail may take: nobody waits for an answer.
const keepWait = 10 * time.Second
