package service

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// Clock is what time it is for the service: the machine's own, moved by an offset
// in a sandbox. It is safe for concurrent use.
type Clock struct {
	machine func() time.Time
	offset  atomic.Int64 // in nanoseconds
}

// NewClock returns a clock over the machine's.
func NewClock(machine func() time.Time) *Clock { return &Clock{machine: machine} }

// Now is the time for the service.
func (c *Clock) Now() time.Time { return c.machine().Add(time.Duration(c.offset.Load())) }

// Restore takes the clock to where the sandbox left it.
func (c *Clock) Restore(ctx context.Context, client *ent.Client) error {
	rows, err := client.SandboxClock.Query().Limit(1).All(policy.RestoreClock(ctx))
	if err != nil {
		return fmt.Errorf("restore clock: %w", err)
	}
	for _, row := range rows {
		c.offset.Store(row.OffsetNanoseconds)
	}
	return nil
}
