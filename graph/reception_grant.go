package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// ReceiveApplicant opens an application to who receives its applicant.
func (r mutationResolver) ReceiveApplicant(ctx context.Context, in model.ReceiveApplicantInput) (*model.ReceiveApplicantPayload, error) {
	a, until, err := r.service.ReceiveApplicant(ctx, in.UniqueNumber, in.BirthDate, in.ContactID)
	refused, err := userErrors(ctx, err)
	return &model.ReceiveApplicantPayload{Application: a, OpenUntil: unlessZero(until), Errors: refused}, err
}
