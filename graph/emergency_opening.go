package graph

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// OpenApplicationInEmergency opens an application for an hour.
func (r mutationResolver) OpenApplicationInEmergency(
	ctx context.Context, in model.OpenApplicationInEmergencyInput,
) (*model.OpenApplicationInEmergencyPayload, error) {
	a, until, err := r.service.OpenInEmergency(ctx, in.UniqueNumber, service.Emergency{Motive: in.Motive, Explanation: in.Explanation})
	refused, err := userErrors(ctx, err)
	return &model.OpenApplicationInEmergencyPayload{Application: a, OpenUntil: unlessZero(until), Errors: refused}, err
}

// unlessZero is null for no instant.
func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
