package service

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// The years that the sandbox's clock can show.
const firstSandboxYear, lastSandboxYear = 2020, 2100

// SetSandboxClock moves the clock of the sandbox, or back to the real time when
// to is nil, and returns what it shows. When the calendar is kept what the days bring by
// themselves is done, which is not undone by moving back.
func (s *Service) SetSandboxClock(ctx context.Context, to *time.Time, keepCalendar bool) (time.Time, error) {
	ctx, err := policy.SetSandboxClock(ctx, s.sandbox)
	if err != nil {
		return time.Time{}, err
	}
	var offset time.Duration
	if to != nil {
		if y := to.UTC().Year(); y < firstSandboxYear || y >= lastSandboxYear {
			return time.Time{}, domain.Refusals{{
				Code: domain.Invalid, Field: []string{"to"},
				Message: domain.Text{
					EN: "The clock can show the years 2020 to 2099.",
					FR: "L'horloge peut montrer les années 2020 à 2099.",
				},
			}}
		}
		offset = to.Sub(s.clock.machine())
	}
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		if _, err := tx.SandboxClock.Delete().Exec(ctx); err != nil {
			return err
		}
		return tx.SandboxClock.Create().SetOffsetNanoseconds(int64(offset)).Exec(ctx)
	})
	if err != nil {
		return time.Time{}, err
	}
	s.clock.offset.Store(int64(offset))
	if keepCalendar {
		err = s.catchUp(ctx)
	}
	return s.clock.Now(), err
}

// catchingUp is how long who moves the clock waits until the calendar is kept: in a
// large sandbox the daily run does the rest.
const catchingUp = 3 * time.Second

// catchUp does what the days bring that the clock has passed over.
func (s *Service) catchUp(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, catchingUp)
	defer cancel()
	if _, err := s.KeepCalendar(limited, domain.DateOf(s.clock.Now())); limited.Err() == nil {
		return err
	}
	return ctx.Err()
}
