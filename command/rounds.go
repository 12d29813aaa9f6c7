package command

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// rounds are jobs that are done again and again while the program serves.
type rounds struct {
	ended  sync.WaitGroup
	cancel context.CancelFunc
}

// begin gives the context in which the rounds run, until they are stopped.
func (r *rounds) begin(ctx context.Context) context.Context {
	ctx, r.cancel = context.WithCancel(ctx)
	return ctx
}

// every has something done each period; what fails is logged in those words, and done again.
func (r *rounds) every(ctx context.Context, period time.Duration, log *slog.Logger, what string, do func() error) {
	r.ended.Go(func() {
		ticks := time.NewTicker(period)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
				if err := do(); err != nil && ctx.Err() == nil {
					log.WarnContext(ctx, what, "error", err)
				}
			}
		}
	})
}

// stop waits for the rounds under way.
func (r *rounds) stop() {
	if r.cancel != nil {
		r.cancel()
		r.ended.Wait()
	}
}
