package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

type keepCommand struct {
	Calendar  keepCalendarCommand  `cmd:"" help:"Announce the deadlines of applications, and do what the law does on their days: removals and erasures. Run it each day."`
	Registry  keepRegistryCommand  `cmd:"" help:"Do what the national registry tells, and tell it what it does not know. Run it each hour."`
	Digitiser keepDigitiserCommand `cmd:"" help:"Send pieces to the national digitiser, and note what it tells of them. Run it each hour."`
	Retention keepRetentionCommand `cmd:"" help:"Take away what was kept for as long as its purpose needs, kind by kind. Run it each day."`
}

type keepCalendarCommand struct {
	onRecordSettings
}

type keepRegistryCommand struct {
	onRecordSettings
	registrySettings
}

type keepDigitiserCommand struct {
	onRecordSettings
	storageSettings
	digitiserSettings
}

type keepRetentionCommand struct {
	onRecordSettings
	DryRun bool `help:"Count what would go, and change nothing."`
}

// Run brings all applications to today, by the service's clock. What was cut short goes
// on with the next run.
func (c *keepCalendarCommand) Run(ctx context.Context, env Environment) error {
	return c.onRecord(ctx, env, func(s *service.Service, _ bool, log *slog.Logger) error {
		kept, err := s.KeepCalendar(ctx, domain.DateOf(s.Now()))
		log.Info("calendar kept", "applications", kept)
		return err
	})
}

// Run does what the registry tells, and tells it what it does not know. What could not be
// done is done by a later run.
func (c *keepRegistryCommand) Run(ctx context.Context, env Environment) error {
	return c.onRecord(ctx, env, func(s *service.Service, sandbox bool, log *slog.Logger) error {
		if err := c.connect(s, sandbox); err != nil {
			return err
		}
		done, left, heard := s.HearRegistry(ctx)
		taken, refused, told := s.TellRegistry(ctx)
		log.Info("registry kept", "notices", done, "notices_left", left, "events_taken", taken, "events_refused", refused)
		return errors.Join(heard, told)
	})
}

// Run sends the digitiser what waits for it, and notes what it tells. What could not be
// done is done by a later run; where there is no digitiser pieces wait.
func (c *keepDigitiserCommand) Run(ctx context.Context, env Environment) error {
	return c.onRecord(ctx, env, func(s *service.Service, sandbox bool, log *slog.Logger) (err error) {
		connected, err := c.sendTo(ctx, s, sandbox, log)
		if err != nil || !connected {
			return err
		}
		bucket, err := c.bucket(ctx, env, c.databaseSettings, sandbox)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, bucket.Close()) }()
		sent, refused, went := s.StoreIn(bucket).SendPieces(ctx)
		acknowledged, rejected, heard := s.HearDigitiser(ctx)
		log.Info("digitiser kept", "pieces_sent", sent, "pieces_refused", refused, "acknowledged", acknowledged, "rejected", rejected)
		return errors.Join(went, heard)
	})
}

// Run prints for each purpose how many records went, or would go, and the day before which
// their time started.
func (c *keepRetentionCommand) Run(ctx context.Context, env Environment) error {
	return c.onRecord(ctx, env, func(s *service.Service, _ bool, log *slog.Logger) error {
		all := 0
		err := s.KeepRetention(ctx, domain.DateOf(s.Now()), c.DryRun, func(r service.Retired) error {
			all += r.Records
			_, err := fmt.Fprintf(env.Stdout, "%s\t%d of %s\tbefore %s (%s after: %s)\n", r.Purpose, r.Records, r.Record, r.Before, r.Delay, r.Starts)
			return err
		})
		log.Info("retention kept", "records", all, "dry_run", c.DryRun)
		return err
	})
}

// onRecordSettings are those of a command that acts on applications by itself.
type onRecordSettings struct {
	databaseSettings
	auditSettings
}

// onRecord has something done by a service whose doings are put on record.
func (c *onRecordSettings) onRecord(ctx context.Context, env Environment, do func(*service.Service, bool, *slog.Logger) error) (err error) {
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
	sandbox := nature == service.Sandbox
	keys, err := c.keys(env, c.databaseSettings, sandbox)
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
	return do(service.New(client, clock, sandbox).AuditTo(trail, nil), sandbox, log)
}

// keepWait is how long a line of the trail may take: nobody waits for an answer.
const keepWait = 10 * time.Second
