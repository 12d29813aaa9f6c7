package service

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/policy"
)

// Recognise returns the viewer behind a verified token: a member of staff, an
// applicant, an app, or an app that acts for one of them. Everything about them is
// read at each request, so that what ended or was withdrawn is over at once. Nobody,
// and an app that is over, is NOT_FOUND.
func (s *Service) Recognise(ctx context.Context, id auth.Identity, at time.Time) (*auth.Viewer, error) {
	if id.ClientID == "" {
		v, err := s.recognisePerson(ctx, id, at)
		if err != nil {
			return nil, err
		}
		return policy.Place(v), nil
	}
	app, err := s.recogniseApp(ctx, id, at)
	if err != nil {
		return nil, err
	}
	if id.Issuer == "" {
		return &auth.Viewer{App: app, Now: at}, nil
	}
	person, err := s.recognisePerson(ctx, id, at)
	if err != nil {
		return nil, err
	}
	if !app.May(domain.ActForPersonScope) || person.Applicant && person.PortalID != app.OrganisationID {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	app.ActsForPerson = true
	return policy.Place(policy.Through(person, app)), nil
}

func (s *Service) recognisePerson(ctx context.Context, id auth.Identity, at time.Time) (*auth.Viewer, error) {
	if !id.Applicant {
		return s.recogniseStaff(ctx, id.Issuer, id.Subject, at)
	}
	portal, err := s.ent.Organisation.Query().Where(organisation.Key(id.Organisation)).OnlyID(policy.RecogniseCaller(ctx))
	if ent.IsNotFound(err) {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	if err != nil {
		return nil, fmt.Errorf("recognise the portal: %w", err)
	}
	return &auth.Viewer{Issuer: id.Issuer, Subject: id.Subject, Applicant: true, PortalID: portal, Now: at}, nil
}
