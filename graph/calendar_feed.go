package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// CalendarFeeds are the viewer's own.
func (r queryResolver) CalendarFeeds(ctx context.Context) ([]*ent.CalendarFeed, error) {
	q, err := r.ent.CalendarFeed.Query().Limit(domain.MaxCalendarFeeds).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// OpenCalendarFeed opens a feed.
func (r mutationResolver) OpenCalendarFeed(ctx context.Context, in model.OpenCalendarFeedInput) (*model.OpenCalendarFeedPayload, error) {
	opened, err := r.service.OpenCalendarFeed(ctx, in.Label)
	refused, err := userErrors(ctx, err)
	payload := &model.OpenCalendarFeedPayload{Errors: refused}
	if opened != nil {
		path := "/calendar/" + opened.Secret + ".ics"
		payload.Feed, payload.Path = opened.Feed, &path
	}
	return payload, err
}

// RevokeCalendarFeed revokes a feed.
func (r mutationResolver) RevokeCalendarFeed(ctx context.Context, in model.RevokeCalendarFeedInput) (*model.RevokeCalendarFeedPayload, error) {
	err := r.service.RevokeCalendarFeed(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	payload := &model.RevokeCalendarFeedPayload{Errors: refused}
	if err == nil && len(refused) == 0 {
		payload.RevokedID = &in.ID
	}
	return payload, err
}
