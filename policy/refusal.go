package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// identified returns the viewer, or refuses one that is no member of staff: an
// anonymous one for lack of a token, an app alone or an applicant for good.
func identified(ctx context.Context) (*auth.Viewer, error) {
	v := auth.FromContext(ctx)
	if v == nil || v.Anonymous() {
		return nil, unauthenticated()
	}
	if v.PersonID == "" {
		return nil, &domain.Error{
			Code: domain.Forbidden, Reason: "PERSON",
			Message: domain.Text{
				EN: "This act needs a member of staff: an app exchanges the person's token for its own.",
				FR: "Cet acte demande un agent : une application échange le jeton de la personne contre le sien.",
			},
		}
	}
	return v, nil
}

func unauthenticated() error {
	return &domain.Error{
		Code: domain.Unauthenticated,
		Message: domain.Text{
			EN: "Send a bearer token: this act needs to know who you are.",
			FR: "Envoyez un jeton : cet acte demande de savoir qui vous êtes.",
		},
	}
}

// inPerson returns the viewer, or refuses one that acts through an app: apps and
// rights are managed with a person's own token, or an app could get through that
// person what it was not given.
func inPerson(ctx context.Context) (*auth.Viewer, error) {
	v, err := identified(ctx)
	if err == nil && v.App != nil {
		return nil, &domain.Error{
			Code: domain.Forbidden, Reason: "OWN_TOKEN",
			Message: domain.Text{
				EN: "This is done with a person's own token, not through an app.",
				FR: "Cela se fait avec le jeton d'une personne, pas à travers une application.",
			},
		}
	}
	return v, err
}

// sameOrganisation refuses to open an application to one's own organisation alone.
func sameOrganisation() error {
	return &domain.Error{
		Code: domain.Forbidden, Reason: "SAME_ORGANISATION",
		Message: domain.Text{
			EN: "Within one organisation the applicant's code is needed.",
			FR: "Au sein d'un même organisme, il faut le code du demandeur.",
		},
	}
}

// forbidden refuses an act on something that the viewer sees.
func forbidden() error {
	return &domain.Error{
		Code: domain.Forbidden,
		Message: domain.Text{
			EN: "Your assignments of today do not allow this act here.",
			FR: "Vos affectations du jour ne permettent pas cet acte ici.",
		},
	}
}
