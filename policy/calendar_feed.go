package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/calendarfeed"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A feed is seen by who opened it while it lasts, in person and through no app.
func installCalendarFeed() {
	guard.Register("CalendarFeed", func(v *auth.Viewer, q *ent.CalendarFeedQuery) {
		q.Where(calendarfeed.PersonID(v.PersonID), calendarfeed.ExpiresAtGT(v.Now)).Order(calendarfeed.ByID())
		if v.App != nil || v.PersonID == "" {
			q.Where(calendarfeed.IDIn())
		}
	})
}

// OpenCalendarFeed decides whether the viewer may have a feed of its own appointments: who
// receives, in person.
func OpenCalendarFeed(ctx context.Context) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(v.Assignments, func(a auth.Assignment) bool { return receives(a) || a.Role == domain.PointManager }) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "open calendar feed", "CalendarFeed"), nil
}

// RevokeCalendarFeed lets who sees a feed, which is its own, revoke it.
func RevokeCalendarFeed(ctx context.Context) (context.Context, error) {
	if _, err := inPerson(ctx); err != nil {
		return nil, err
	}
	return guard.Grant(ctx, "revoke calendar feed", "CalendarFeed"), nil
}

// ReadCalendarFeed reads when and where the owner of a feed is to be: of applicants nothing.
func ReadCalendarFeed(ctx context.Context) context.Context {
	return guard.Grant(ctx, "read calendar feed")
}
