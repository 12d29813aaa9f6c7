package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// PrepareUpload prepares the sending of a file.
func (r mutationResolver) PrepareUpload(ctx context.Context, in model.PrepareUploadInput) (*model.PrepareUploadPayload, error) {
	prepared, err := r.service.PrepareUpload(ctx, in.Size, in.MediaType, in.Sha256)
	refused, err := userErrors(ctx, err)
	return &model.PrepareUploadPayload{Upload: prepared, Errors: refused}, err
}
