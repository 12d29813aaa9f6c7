package service

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// recogniseStaff returns the member of staff behind an issuer and subject, with the
// assignments in force at that time; nobody is NOT_FOUND. It is one statement, made
// at each request: an assignment that ends takes its rights with it at once.
func (s *Service) recogniseStaff(ctx context.Context, issuer, subject string, at time.Time) (*auth.Viewer, error) {
	found, err := s.staff(policy.RecogniseCaller(ctx), at, "p.issuer = $2 AND p.subject = $3", issuer, subject)
	if err != nil {
		return nil, fmt.Errorf("recognise caller: %w", err)
	}
	if len(found) == 0 {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	return found[0], nil
}

// staffText is who the members of staff are and what they hold on the day $1, but for the
// condition on who. It is written once: it comes before all else that a request does, and to
// put it together took as long as all that was read.
const staffText = `SELECT p.id, p.issuer, p.subject, p.given_name, p.family_name,
		a.id, a.role, o.id, o.kind, o.registering_body, o.commune_id,
		-- Only an authorisation of this day, this role and this organisation counts.
		EXISTS (SELECT FROM staff_authorisation h
			WHERE h.person_id = a.person_id AND h.organisation_id = a.organisation_id AND h.role = a.role
			AND h.valid_from <= $1 AND h.valid_until > $1 AND (h.revoked_on IS NULL OR h.revoked_on > $1)),
		(SELECT string_agg(x.reception_point_id, ',') FROM assignment_reception_point x WHERE x.assignment_id = a.id),
		(SELECT string_agg(t.commune_id, ',') FROM landlord_territory t
			WHERE t.organisation_id = a.organisation_id AND a.role = 'ALLOCATION_OFFICER')
	FROM person p
	LEFT JOIN assignment a ON a.person_id = p.id AND a.state = 'CONFIRMED'
		AND a.valid_from <= $1 AND (a.valid_until IS NULL OR a.valid_until > $1)
	LEFT JOIN organisation o ON o.id = a.organisation_id
	WHERE `

// staff are the members of staff whom the condition keeps, each as the viewer that it would
// be at that time, in one statement. The condition is a text of the program, with arguments
// from $2 on.
func (s *Service) staff(ctx context.Context, at time.Time, such string, args ...any) (all []*auth.Viewer, err error) {
	if err := policy.SeeStaff(ctx); err != nil {
		return nil, err
	}
	rows, err := s.ent.QueryContext(ctx, staffText+such+" ORDER BY p.id, a.id", slices.Insert(args, 0, any(domain.DateOf(at)))...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v := auth.Viewer{Now: at}
		var held auth.Assignment
		// Empty for a person without an assignment today.
		var id, role, organisation, kind, commune, points, territory stdsql.NullString
		var registering stdsql.NullBool
		if err := rows.Scan(&v.PersonID, &v.Issuer, &v.Subject, &v.GivenName, &v.FamilyName,
			&id, &role, &organisation, &kind, &registering, &commune, &held.Authorised, &points, &territory); err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].PersonID != v.PersonID {
			all = append(all, &v)
		}
		if !id.Valid {
			continue
		}
		held.ID, held.Role = domain.ID(id.String), domain.Role(role.String)
		held.OrganisationID, held.OrganisationKind = domain.ID(organisation.String), domain.OrganisationKind(kind.String)
		held.RegisteringBody, held.CommuneID = registering.Bool, domain.ID(commune.String)
		held.PointIDs, held.TerritoryIDs = splitIDs(points.String), splitIDs(territory.String)
		last := all[len(all)-1]
		last.Assignments = append(last.Assignments, held)
	}
	return all, rows.Err()
}
