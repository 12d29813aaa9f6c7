package service

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/policy"
)

// recogniseStaff returns the member of staff behind an issuer and subject, with the
// assignments in force at that time; nobody is NOT_FOUND. It is one statement, made
// at each request: an assignment that ends takes its rights with it at once.
func (s *Service) recogniseStaff(ctx context.Context, issuer, subject string, at time.Time) (*auth.Viewer, error) {
	day := domain.DateOf(at)
	var rows []struct {
		PersonID   domain.ID `sql:"person_id"`
		GivenName  string    `sql:"given_name"`
		FamilyName string    `sql:"family_name"`
		// The rest is empty for a person without an assignment today.
		AssignmentID     sql.NullString `sql:"assignment_id"`
		Role             sql.NullString `sql:"role"`
		OrganisationID   sql.NullString `sql:"organisation_id"`
		OrganisationKind sql.NullString `sql:"kind"`
		PointIDs         sql.NullString `sql:"point_ids"`
	}
	err := s.ent.Person.Query().
		Where(person.Issuer(issuer), person.Subject(subject)).
		Modify(func(q *sql.Selector) {
			a := sql.Table(assignment.Table).As("a")
			o := sql.Table(organisation.Table).As("o")
			ap := sql.Table(assignment.ReceptionPointsTable).As("ap")
			q.LeftJoin(a).OnP(sql.And(
				sql.ColumnsEQ(a.C(assignment.FieldPersonID), q.C(person.FieldID)),
				sql.EQ(a.C(assignment.FieldState), string(domain.AssignmentConfirmed)),
				sql.LTE(a.C(assignment.FieldValidFrom), day),
				sql.Or(sql.IsNull(a.C(assignment.FieldValidUntil)), sql.GT(a.C(assignment.FieldValidUntil), day)),
			))
			q.LeftJoin(o).On(o.C(organisation.FieldID), a.C(assignment.FieldOrganisationID))
			q.LeftJoin(ap).On(ap.C(assignment.ReceptionPointsPrimaryKey[0]), a.C(assignment.FieldID))
			q.Select(
				sql.As(q.C(person.FieldID), "person_id"),
				q.C(person.FieldGivenName), q.C(person.FieldFamilyName),
				sql.As(a.C(assignment.FieldID), "assignment_id"),
				a.C(assignment.FieldRole),
				sql.As(o.C(organisation.FieldID), "organisation_id"),
				o.C(organisation.FieldKind),
				sql.As("string_agg("+ap.C(assignment.ReceptionPointsPrimaryKey[1])+", ',')", "point_ids"),
			)
			q.GroupBy(q.C(person.FieldID), a.C(assignment.FieldID), o.C(organisation.FieldID))
			q.OrderBy(a.C(assignment.FieldID))
		}).
		Scan(policy.RecogniseCaller(ctx), &rows)
	if err != nil {
		return nil, fmt.Errorf("recognise caller: %w", err)
	}
	if len(rows) == 0 {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	v := &auth.Viewer{
		Issuer: issuer, Subject: subject, Now: at,
		PersonID: rows[0].PersonID, GivenName: rows[0].GivenName, FamilyName: rows[0].FamilyName,
	}
	for _, r := range rows {
		if !r.AssignmentID.Valid {
			continue
		}
		held := auth.Assignment{
			ID:               domain.ID(r.AssignmentID.String),
			OrganisationID:   domain.ID(r.OrganisationID.String),
			OrganisationKind: domain.OrganisationKind(r.OrganisationKind.String),
			Role:             domain.Role(r.Role.String),
		}
		if r.PointIDs.Valid {
			for id := range strings.SplitSeq(r.PointIDs.String, ",") {
				held.PointIDs = append(held.PointIDs, domain.ID(id))
			}
		}
		v.Assignments = append(v.Assignments, held)
	}
	return v, nil
}
