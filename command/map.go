package command

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/guichet-logement/guichet/service"
)

// mapEvery is how long maps may show what was there before an import.
const mapEvery = 2 * time.Second

// mapFollower keeps what maps show in memory while the program serves.
type mapFollower struct {
	ended  sync.WaitGroup
	cancel context.CancelFunc
}

func (f *mapFollower) start(ctx context.Context, s *service.Service, log *slog.Logger) {
	ctx, f.cancel = context.WithCancel(ctx)
	f.ended.Go(func() { s.FollowMap(ctx, mapEvery, log) })
}

func (f *mapFollower) stop() {
	if f.cancel != nil {
		f.cancel()
		f.ended.Wait()
	}
}
