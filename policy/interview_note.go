package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/interviewnote"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A note is seen by those for whom it is: with FILE, with SENSITIVE or as its author, and
// SOCIAL_NOTES by authorised social workers of the author's organisation, whatever ground
// opens the application to them. The person reads notes on a right-of-access request alone.
func installInterviewNote() {
	guard.Register("InterviewNote", func(v *auth.Viewer, q *ent.InterviewNoteQuery) {
		q.Where(seenNotes(v)).Order(interviewnote.ByInterviewID(), interviewnote.ByWrittenAt(), interviewnote.ByID())
		alsoSelect(q, interviewnote.FieldApplicationID, interviewnote.FieldAudience)
	})
}

func seenNotes(v *auth.Viewer) predicate.InterviewNote {
	if v.Applicant {
		return interviewnote.IDIn()
	}
	opened := func(groups ...domain.ColumnGroup) predicate.InterviewNote {
		return predicate.InterviewNote(partOpenedTo(v, domain.GroupsOf(groups...)))
	}
	return interviewnote.Or(
		interviewnote.And(interviewnote.AudienceEQ(domain.NoteForFile), opened(domain.GroupFile)),
		interviewnote.And(interviewnote.AudienceEQ(domain.NoteForSensitive), interviewnote.Or(
			opened(domain.GroupSensitive), interviewnote.And(interviewnote.AuthorID(v.PersonID), opened(domain.GroupFile)))),
		interviewnote.And(interviewnote.AudienceEQ(domain.NoteForSocial), interviewnote.OrganisationIDIn(socialAt(v)...), opened(domain.GroupIdentity)),
	)
}

// socialAt are the organisations of which the viewer is an authorised social worker.
func socialAt(v *auth.Viewer) []domain.ID {
	all := []domain.ID{}
	for _, a := range v.Assignments {
		if a.Role == domain.SocialOfficer && a.Authorised && throughApp(v) {
			all = append(all, a.OrganisationID)
		}
	}
	return all
}
