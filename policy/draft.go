package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/draft"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A draft is seen by who writes it, and by an agent only at a point where it still
// receives: it may hold what is sensitive, and no ground opens it to a colleague.
func installDraft() {
	guard.Register("Draft", func(v *auth.Viewer, q *ent.DraftQuery) {
		// What the trail asks for, and what tells what is missing and how long it is kept.
		alsoSelect(q, draft.FieldApplicationID, draft.FieldForm, draft.FieldChangedAt)
		if v.Applicant {
			q.Where(draft.PersonIDIsNil(), draft.Issuer(v.Issuer), draft.Subject(v.Subject))
			return
		}
		q.Where(draft.PersonID(v.PersonID), draft.ReceptionPointIDIn(followsAt(v)...))
	})
}

// SaveDraft decides whether the viewer may keep a form for that point: who may register an
// application there, and the applicant at no point.
func SaveDraft(ctx context.Context, point domain.ID, level int) (context.Context, *auth.Assignment, error) {
	if point == "" {
		granted, err := withAccount(ctx, "save draft", "Draft")
		return granted, nil, err
	}
	by, err := atPoint(ctx, point, registrationLevel, level)
	if err != nil {
		return nil, nil, err
	}
	return guard.Grant(ctx, "save draft", "Draft"), by, nil
}

// DiscardDraft lets who sees a draft, which is its own, throw it away.
func DiscardDraft(ctx context.Context) context.Context {
	return guard.Grant(ctx, "discard draft", "Draft")
}
