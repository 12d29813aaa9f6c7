package service

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/policy"
)

// recogniseStaff returns the member of staff behind an issuer and subject, with the
// assignments in force at that time; nobody is NOT_FOUND. It is one statement, made
// at each request: an assignment that ends takes its rights with it at once.
func (s *Service) recogniseStaff(ctx context.Context, issuer, subject string, at time.Time) (*auth.Viewer, error) {
	found, err := s.staff(policy.RecogniseCaller(ctx), at, person.Issuer(issuer), person.Subject(subject))
	if err != nil {
		return nil, fmt.Errorf("recognise caller: %w", err)
	}
	if len(found) == 0 {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	return found[0], nil
}

// staff are the members of staff that the predicates keep, each as the viewer that it
// would be at that time, in one statement.
func (s *Service) staff(ctx context.Context, at time.Time, such ...predicate.Person) ([]*auth.Viewer, error) {
	day := domain.DateOf(at)
	var rows []struct {
		PersonID   domain.ID `sql:"person_id"`
		Issuer     string    `sql:"issuer"`
		Subject    string    `sql:"subject"`
		GivenName  string    `sql:"given_name"`
		FamilyName string    `sql:"family_name"`
		// The rest is empty for a person without an assignment today.
		AssignmentID     sql.NullString `sql:"assignment_id"`
		Role             sql.NullString `sql:"role"`
		OrganisationID   sql.NullString `sql:"organisation_id"`
		OrganisationKind sql.NullString `sql:"kind"`
		RegisteringBody  sql.NullBool   `sql:"registering_body"`
		CommuneID        sql.NullString `sql:"commune_id"`
		Authorised       sql.NullBool   `sql:"authorised"`
		PointIDs         sql.NullString `sql:"point_ids"`
		TerritoryIDs     sql.NullString `sql:"territory_ids"`
	}
	err := s.ent.Person.Query().
		Where(such...).
		Modify(func(q *sql.Selector) {
			a := sql.Table(assignment.Table).As("a")
			o := sql.Table(organisation.Table).As("o")
			ap := sql.Table(assignment.ReceptionPointsTable).As("ap")
			au := sql.Table(staffauthorisation.Table).As("au")
			t := sql.Table(organisation.TerritoryTable).As("t")
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
				q.C(person.FieldIssuer), q.C(person.FieldSubject), q.C(person.FieldGivenName), q.C(person.FieldFamilyName),
				sql.As(a.C(assignment.FieldID), "assignment_id"),
				a.C(assignment.FieldRole),
				sql.As(o.C(organisation.FieldID), "organisation_id"),
				o.C(organisation.FieldKind), o.C(organisation.FieldRegisteringBody), o.C(organisation.FieldCommuneID),
				sql.As("string_agg("+ap.C(assignment.ReceptionPointsPrimaryKey[1])+", ',')", "point_ids"),
			)
			// Only an authorisation of this day, this role and this organisation counts.
			authorised := sql.Dialect(q.Dialect()).SelectExpr(sql.Raw("TRUE")).From(au).Where(sql.And(
				sql.ColumnsEQ(au.C(staffauthorisation.FieldPersonID), a.C(assignment.FieldPersonID)),
				sql.ColumnsEQ(au.C(staffauthorisation.FieldOrganisationID), a.C(assignment.FieldOrganisationID)),
				sql.ColumnsEQ(au.C(staffauthorisation.FieldRole), a.C(assignment.FieldRole)),
				sql.LTE(au.C(staffauthorisation.FieldValidFrom), day), sql.GT(au.C(staffauthorisation.FieldValidUntil), day),
				sql.Or(sql.IsNull(au.C(staffauthorisation.FieldRevokedOn)), sql.GT(au.C(staffauthorisation.FieldRevokedOn), day)),
			)).Limit(1)
			q.AppendSelectExprAs(authorised, "authorised")
			territory := sql.Dialect(q.Dialect()).
				Select("string_agg(" + t.C(organisation.TerritoryPrimaryKey[1]) + ", ',')").From(t).
				Where(sql.And(
					sql.ColumnsEQ(t.C(organisation.TerritoryPrimaryKey[0]), a.C(assignment.FieldOrganisationID)),
					sql.EQ(a.C(assignment.FieldRole), string(domain.AllocationOfficer)),
				))
			q.AppendSelectExprAs(territory, "territory_ids")
			q.GroupBy(q.C(person.FieldID), a.C(assignment.FieldID), o.C(organisation.FieldID))
			q.OrderBy(q.C(person.FieldID), a.C(assignment.FieldID))
		}).
		Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	var all []*auth.Viewer
	for _, r := range rows {
		if len(all) == 0 || all[len(all)-1].PersonID != r.PersonID {
			all = append(all, &auth.Viewer{
				Issuer: r.Issuer, Subject: r.Subject, Now: at,
				PersonID: r.PersonID, GivenName: r.GivenName, FamilyName: r.FamilyName,
			})
		}
		if !r.AssignmentID.Valid {
			continue
		}
		v := all[len(all)-1]
		held := auth.Assignment{
			ID:               domain.ID(r.AssignmentID.String),
			OrganisationID:   domain.ID(r.OrganisationID.String),
			OrganisationKind: domain.OrganisationKind(r.OrganisationKind.String),
			Role:             domain.Role(r.Role.String),
			RegisteringBody:  r.RegisteringBody.Bool,
			Authorised:       r.Authorised.Bool,
			CommuneID:        domain.ID(r.CommuneID.String),
			PointIDs:         splitIDs(r.PointIDs.String),
			TerritoryIDs:     splitIDs(r.TerritoryIDs.String),
		}
		v.Assignments = append(v.Assignments, held)
	}
	return all, nil
}
