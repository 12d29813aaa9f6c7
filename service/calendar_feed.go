package service

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/calendarfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/calendarfeed"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/policy"
)

// OpenedFeed is a feed with its secret, as it is shown, this once.
type OpenedFeed struct {
	Feed   *ent.CalendarFeed
	Secret string
}

// OpenCalendarFeed opens a feed of the viewer's own appointments.
func (s *Service) OpenCalendarFeed(ctx context.Context, label string) (*OpenedFeed, error) {
	v := auth.FromContext(ctx)
	now := storedInstant(v.Now)
	opened := &OpenedFeed{Secret: rand.Text()}
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, err := policy.OpenCalendarFeed(ctx)
		if err != nil {
			return err
		}
		if err := domain.CheckFeedLabel(label).Err(); err != nil {
			return err
		}
		// Locked, so that two at once are counted.
		if _, err := tx.Person.Query().Where(person.ID(v.PersonID)).ForUpdate().Only(granted); err != nil {
			return err
		}
		if _, err := tx.CalendarFeed.Delete().Where(calendarfeed.PersonID(v.PersonID), calendarfeed.ExpiresAtLTE(now)).Exec(granted); err != nil {
			return err
		}
		n, err := tx.CalendarFeed.Query().Where(calendarfeed.PersonID(v.PersonID)).Count(granted)
		if err != nil {
			return err
		}
		if n >= domain.MaxCalendarFeeds {
			return domain.TooManyCalendarFeeds()
		}
		opened.Feed, err = tx.CalendarFeed.Create().SetPersonID(v.PersonID).SetLabel(label).SetHash(s.keyed("calendar feed", opened.Secret)).
			SetOpenedAt(now).SetExpiresAt(now.Add(policy.SettingsOn(v.Today()).CalendarFeed)).Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// RevokeCalendarFeed ends a feed of the viewer's.
func (s *Service) RevokeCalendarFeed(ctx context.Context, id domain.ID) error {
	return s.inTx(ctx, func(tx *ent.Tx) error {
		own, err := tx.CalendarFeed.Query().Where(calendarfeed.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := policy.RevokeCalendarFeed(ctx)
		if err != nil {
			return err
		}
		return tx.CalendarFeed.DeleteOne(own).Exec(granted)
	})
}

// The days around today of which a feed tells.
const (
	feedDaysBefore = 31
	feedDaysAfter  = domain.MaxSlotDays
	maxFeedEntries = 2000
)

// CalendarFeed are the appointments that the owner of a feed holds, by its secret. Whose
// assignments are over has none.
func (s *Service) CalendarFeed(ctx context.Context, secret string, now time.Time) ([]calendarfile.Entry, error) {
	ctx = policy.ReadCalendarFeed(ctx)
	feed, err := s.ent.CalendarFeed.Query().Where(
		calendarfeed.Hash(s.keyed("calendar feed", secret)), calendarfeed.ExpiresAtGT(now),
		calendarfeed.HasPersonWith(person.HasAssignmentsWith(policy.AssignmentInForce(domain.DateOf(now)))),
	).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	held, err := s.ent.Appointment.Query().Where(
		appointment.HasStaffWith(person.ID(feed.PersonID)), appointment.StateNEQ(domain.AppointmentCancelled),
		appointment.StartsAtGTE(now.AddDate(0, 0, -feedDaysBefore)), appointment.StartsAtLT(now.AddDate(0, 0, feedDaysAfter)),
	).Order(appointment.ByStartsAt(), appointment.ByID()).Limit(maxFeedEntries).WithReceptionPoint().WithRoom().All(ctx)
	if err != nil {
		return nil, err
	}
	entries := make([]calendarfile.Entry, len(held))
	for i, a := range held {
		entries[i] = calendarfile.Entry{
			UID: s.entryUID(a.ID), From: a.StartsAt, Until: a.EndsAt, Sequence: a.Version, Mode: a.Mode, Point: a.Edges.ReceptionPoint.Name,
		}
		if r := a.Edges.Room; r != nil {
			entries[i].Room = r.Name
		}
	}
	return entries, nil
}

// entryUID names an appointment in a calendar, and leads to it nowhere else.
func (s *Service) entryUID(of domain.ID) string {
	return hex.EncodeToString(s.keyed("calendar entry", string(of))[:16]) + "@guichet"
}
