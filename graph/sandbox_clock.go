package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// SetSandboxClock moves the sandbox's clock.
func (r mutationResolver) SetSandboxClock(ctx context.Context, in model.SetSandboxClockInput) (*model.SetSandboxClockPayload, error) {
	now, err := r.service.SetSandboxClock(ctx, in.To, in.KeepCalendar)
	refused, err := userErrors(ctx, err)
	if err != nil || len(refused) > 0 {
		return &model.SetSandboxClockPayload{Errors: refused}, err
	}
	return &model.SetSandboxClockPayload{Now: &now, Errors: refused}, nil
}
