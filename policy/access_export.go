package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy/guard"
)

// AnswerAccessRequest decides whether the viewer may answer somebody who asks what is
// kept of it (RGPD, art. 15): a PRIVACY_OFFICER in person. It returns which applications
// are the viewer's to answer for and the assignment by which: those that its organisation
// follows, at a point where its people receive today, and for the Métropole's all. A
// protected file is nobody's here.
func AnswerAccessRequest(ctx context.Context) (context.Context, predicate.Application, *auth.Assignment, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	var by *auth.Assignment
	var own []domain.ID
	for i, a := range v.Assignments {
		if a.Role != domain.PrivacyOfficer {
			continue
		}
		if own = append(own, a.OrganisationID); by == nil || a.OrganisationKind == domain.Metropole {
			by = &v.Assignments[i]
		}
	}
	if by == nil {
		return nil, nil, nil, forbidden()
	}
	such := application.And(application.ErasedOnIsNil(), application.Protected(false))
	if by.OrganisationKind != domain.Metropole {
		such = application.And(such, application.HasSummaryWith(applicationsummary.HasFollowingPointWith(
			receptionpoint.HasAssignmentsWith(
				assignment.OrganisationIDIn(own...), AssignmentInForce(v.Today()),
				assignment.RoleIn(domain.ReceptionAgent, domain.SocialOfficer, domain.PointManager),
				assignment.HasOrganisationWith(organisation.RegisteringBody(true)),
			))))
	}
	return guard.Grant(ctx, "answer access request"), such, by, nil
}
