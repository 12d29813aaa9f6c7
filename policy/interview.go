package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/interview"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An interview is seen with the column group FILE; one of a household of reduced mobility,
// which tells of a disability by itself, with SENSITIVE too, or by who held it. To an
// applicant such a one is not shown.
func installInterview() {
	guard.Register("Interview", func(v *auth.Viewer, q *ent.InterviewQuery) {
		q.Where(seenInterviews(v)).Order(interview.ByApplicationID(), interview.ByHeldOn(), interview.ByID())
		alsoSelect(q, interview.FieldApplicationID, interview.FieldKind)
		sayWhyPart(v, q)
	})
}

func seenInterviews(v *auth.Viewer) predicate.Interview {
	ordinary := interview.KindNEQ(domain.PMRInterview)
	if !v.Applicant {
		ordinary = interview.Or(ordinary, interview.HeldByID(v.PersonID), predicate.Interview(partOpenedTo(v, domain.GroupsOf(domain.GroupSensitive))))
	}
	return interview.And(predicate.Interview(partOpenedTo(v, domain.GroupsOf(domain.GroupFile))), ordinary)
}

// interviewTypes are what the record of an interview writes.
var interviewTypes = []string{"Interview", "InterviewNote"}

// InterviewActOf is by which act an interview of that kind is held.
func InterviewActOf(kind domain.InterviewKind) ApplicationAct {
	switch kind {
	case domain.SimpleInterview:
		return ActSimpleInterview
	case domain.InDepthInterview:
		return ActInDepthInterview
	case domain.PersonalisedInterview, domain.PMRInterview:
	}
	return ActHoldInterview
}

// NoteActOf is by which act a note for these readers is written.
func NoteActOf(audience domain.NoteAudience) ApplicationAct {
	if audience == domain.NoteForSocial {
		return ActSocialNote
	}
	return ActNote
}
