package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph/model"
)

// AddInterviewNote adds a note to an interview.
func (r mutationResolver) AddInterviewNote(ctx context.Context, in model.AddInterviewNoteInput) (*model.AddInterviewNotePayload, error) {
	held, err := r.service.AddInterviewNote(ctx, in.InterviewID, domain.NoteForm{Audience: in.Audience, Text: in.Text})
	refused, err := userErrors(ctx, err)
	return &model.AddInterviewNotePayload{Interview: held, Errors: refused}, err
}
