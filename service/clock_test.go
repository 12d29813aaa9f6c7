package service_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/service"
)

// noon is the machine's time in these tests.
func noon() time.Time { return time.Date(2026, 11, 23, 11, 0, 0, 123_456_789, time.UTC) }

// somebody is a context with a known caller in it.
func somebody(t *testing.T) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), &auth.Viewer{Issuer: "https://id.example", Subject: "a", PersonID: "per_1", Now: noon()})
}

func TestSetSandboxClockRefuses(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	nobody := auth.NewContext(t.Context(), &auth.Viewer{Now: noon()})
	next := noon().AddDate(1, 0, 0)
	past, future := time.Date(2019, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		ctx     context.Context
		sandbox bool
		to      *time.Time
		want    func(error) bool
	}{
		"nobody":                     {nobody, true, &next, is(domain.Unauthenticated)},
		"outside a sandbox":          {somebody(t), false, &next, is(domain.Forbidden)},
		"to the real time, outside":  {somebody(t), false, nil, is(domain.Forbidden)},
		"before the field's history": {somebody(t), true, &past, isInvalid},
		"too far":                    {somebody(t), true, &future, isInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := service.NewClock(noon)
			if _, err := service.New(client, clock, c.sandbox).SetSandboxClock(c.ctx, c.to, false); !c.want(err) {
				t.Errorf("got %v", err)
			}
			if !clock.Now().Equal(noon()) {
				t.Errorf("the clock shows %s", clock.Now())
			}
		})
	}
}

func is(code domain.Code) func(error) bool {
	return func(err error) bool { return errors.Is(err, code) }
}

func isInvalid(err error) bool {
	var refusals domain.Refusals
	return errors.As(err, &refusals) && len(refusals) == 1 && refusals[0].Code == domain.Invalid
}

// TestClockIsKept: a sandbox that starts again shows the time it was moved to.
func TestClockIsKept(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	clock := service.NewClock(noon)
	s := service.New(client, clock, true)
	restored := func() time.Time {
		later := service.NewClock(noon)
		must(t, later.Restore(t.Context(), client))
		return later.Now()
	}
	if !restored().Equal(noon()) {
		t.Errorf("a clock that nobody moved shows %s", restored())
	}
	for _, to := range []time.Time{
		time.Date(2030, 6, 3, 10, 0, 0, 0, time.UTC), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC), noon(),
	} {
		shown, err := s.SetSandboxClock(somebody(t), &to, false)
		must(t, err)
		if off := shown.Sub(to).Abs(); off >= time.Second {
			t.Errorf("asked for %s, shows %s", to, shown)
		}
		if !clock.Now().Equal(shown) || !restored().Equal(shown) {
			t.Errorf("shows %s, again %s, after a start %s", shown, clock.Now(), restored())
		}
	}
	if shown, err := s.SetSandboxClock(somebody(t), nil, false); err != nil || !shown.Equal(noon()) || !restored().Equal(noon()) {
		t.Errorf("the real time is shown as %s, %v", shown, err)
	}
}

// TestClockRuns: a moved clock goes on with the machine's, for all at once.
func TestClockRuns(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	var passed atomic.Int64
	clock := service.NewClock(func() time.Time { return noon().Add(time.Duration(passed.Load())) })
	s := service.New(client, clock, true)
	to := time.Date(2030, 6, 3, 10, 0, 0, 0, time.UTC)
	shown, err := s.SetSandboxClock(somebody(t), &to, false)
	must(t, err)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 1000 {
				if now := clock.Now(); now.Before(shown) {
					t.Errorf("shows %s after %s", now, shown)
				}
				passed.Add(int64(time.Millisecond))
			}
		})
	}
	readers.Wait()
	if want := shown.Add(4 * time.Second); !clock.Now().Equal(want) {
		t.Errorf("shows %s, want %s", clock.Now(), want)
	}
}

// newClient is Ent over an empty database.
func newClient(t *testing.T) *ent.Client {
	t.Helper()
	_, db := newService(t)
	return ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
}
