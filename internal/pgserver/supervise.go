package pgserver

import (
	"context"
	"errors"
	"time"
)

// supervise starts the server again whenever it dies, until the context ends.
func (s *Server) supervise(ctx context.Context) {
	defer close(s.done)
	log := s.cluster.log
	for {
		if s.current().wait(ctx) != nil {
			return
		}
		log.WarnContext(ctx, "PostgreSQL has died; starting it again", "dir", s.cluster.path)
		delay := 100 * time.Millisecond
		for {
			err := s.restart(ctx)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return
			}
			log.ErrorContext(ctx, "PostgreSQL does not start", "error", err)
			if errors.Is(err, ErrForeign) {
				return // The cluster was removed: there is nothing to look after.
			}
			if pause(ctx, delay) != nil {
				return
			}
			delay = min(2*delay, 5*time.Second)
		}
	}
}

// restart brings the server back, or adopts the one that another program has
// brought back meanwhile.
func (s *Server) restart(ctx context.Context) error {
	if err := s.cluster.marked(); err != nil {
		return err
	}
	lock, err := s.cluster.lock(ctx)
	if err != nil {
		return err
	}
	defer lock.release()
	if err := s.cluster.marked(); err != nil {
		return err
	}
	p, err := s.cluster.ensure(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = p
	return nil
}

// current returns the process at this moment.
func (s *Server) current() process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}
