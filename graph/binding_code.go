package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph/model"
)

// IssueBindingCode makes a code and shows it.
func (r mutationResolver) IssueBindingCode(ctx context.Context, in model.IssueBindingCodeInput) (*model.IssueBindingCodePayload, error) {
	var member domain.ID
	if in.MemberID != nil {
		member = *in.MemberID
	}
	issued, err := r.service.IssueBindingCode(ctx, in.ApplicationID, member)
	refused, err := userErrors(ctx, err)
	return &model.IssueBindingCodePayload{
		Code: unlessEmpty(issued.Code), ExpiresAt: unlessZero(issued.ExpiresAt), Errors: refused,
	}, err
}
