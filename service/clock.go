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
	tokens  func() time.Time
	offset  atomic.Int64 // in nanoseconds
}

// NewClock returns a clock over the machine's.
func NewClock(machine func() time.Time) *Clock { return &Clock{machine: machine, tokens: machine} }

// TokensBy names the clock by which tokens are made and expire, where it is not the
// machine's. The offset never moves it: moving a sandbox to next year expires
// nobody's token.
func (c *Clock) TokensBy(tokens func() time.Time) *Clock {
	c.tokens = tokens
	return c
}

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
