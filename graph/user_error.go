package graph

import (
	"context"
	"errors"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph/model"
)

// maxUserErrors bounds the refusals of one command.
const maxUserErrors = 20

// userErrors takes the refusals of a command out of its error and puts them in
// the words of the contract; anything else passes through.
func userErrors(ctx context.Context, err error) ([]model.UserError, error) {
	var refusals domain.Refusals
	if !errors.As(err, &refusals) {
		return []model.UserError{}, err
	}
	l := auth.FromContext(ctx).Language
	out := make([]model.UserError, 0, len(refusals))
	for _, r := range refusals[:min(len(refusals), maxUserErrors)] {
		out = append(out, userError(r, l))
	}
	return out, nil
}

func userError(r *domain.Refusal, l domain.Language) model.UserError {
	var help *string
	if r.Help != (domain.Text{}) {
		text := r.Help.In(l)
		help = &text
	}
	if r.Conflict != nil {
		return &model.StaleVersionError{
			Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help,
			Yours: r.Conflict.Yours, Theirs: r.Conflict.Theirs,
		}
	}
	return &model.InputError{Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help}
}
