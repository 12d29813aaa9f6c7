package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/upload"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What is on its way is nobody's to read: a ticket finds it.
func installUpload() {
	guard.Register("Upload", func(_ *auth.Viewer, q *ent.UploadQuery) { q.Where(upload.IDIn()) })
}

// PrepareUpload decides whether the viewer may send a file: a RECEPTION_AGENT of some
// point, or an applicant.
func PrepareUpload(ctx context.Context) (context.Context, error) {
	v := auth.FromContext(ctx)
	if v == nil || v.Anonymous() {
		return nil, unauthenticated()
	}
	if !throughApp(v) {
		return nil, forbidden()
	}
	for _, a := range v.Assignments {
		if a.Role == domain.ReceptionAgent && len(a.PointIDs) > 0 {
			return guard.Grant(ctx, "prepare upload", "Upload"), nil
		}
	}
	if v.Applicant {
		return guard.Grant(ctx, "prepare upload", "Upload"), nil
	}
	return nil, forbidden()
}

// SendBytes lets who has a ticket send what it is for. Whose ticket it is the service
// looks at.
func SendBytes(ctx context.Context) context.Context { return guard.Grant(ctx, "send bytes", "Upload") }
