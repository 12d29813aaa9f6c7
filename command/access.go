package command

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/service"
)

// accessCommand is the alarm: who sees which application is stored, and must be what
// the facts give.
type accessCommand struct {
	Check  accessCheckCommand  `cmd:"" help:"Compute again who sees each application, and fail when another is stored."`
	Repair accessRepairCommand `cmd:"" help:"Compute it again and store it."`
}

type accessCheckCommand struct{ databaseSettings }

// Run counts the differences. One is a failure, for whatever watches the job.
func (c *accessCheckCommand) Run(ctx context.Context, env Environment) error {
	differences, err := c.access(ctx, env, (*service.Service).CheckAccess)
	if err == nil && differences > 0 {
		return fmt.Errorf("%d accesses to applications are not what the facts give", differences)
	}
	return err
}

type accessRepairCommand struct{ databaseSettings }

// Run counts what it repaired.
func (c *accessRepairCommand) Run(ctx context.Context, env Environment) error {
	_, err := c.access(ctx, env, (*service.Service).RepairAccess)
	return err
}

func (s databaseSettings) access(
	ctx context.Context, env Environment, do func(*service.Service, context.Context) (int, error),
) (int, error) {
	log := newLog(env)
	if err := s.validate(); err != nil {
		return 0, err
	}
	db, err := s.openMigrated(ctx, env, log)
	if err != nil {
		return 0, err
	}
	defer db.close(ctx)
	differences, err := do(service.New(db.client(unobserved), service.NewClock(time.Now), false), ctx)
	if err == nil {
		log.Info("access to applications", "differences", differences)
	}
	return differences, err
}
