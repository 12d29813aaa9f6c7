package service

import (
	"context"
	stdsql "database/sql"
	"errors"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy"
)

// WithAssignment keeps the people that hold such an assignment on the day read, as
// far as the viewer sees their assignments.
func WithAssignment(v *auth.Viewer, such ...predicate.Assignment) predicate.Person {
	return person.HasAssignmentsWith(append(such, policy.AssignmentVisible(v), policy.AssignmentInForce(v.Day()))...)
}

// AwaitingConfirmation keeps the people with a proposed assignment that the viewer
// sees, or those without.
func AwaitingConfirmation(v *auth.Viewer, awaiting bool) predicate.Person {
	has := person.HasAssignmentsWith(policy.AssignmentVisible(v), assignment.StateEQ(domain.AssignmentProposed))
	if awaiting {
		return has
	}
	return person.Not(has)
}

// RegisterPerson registers a member of staff, for whom the organisation answers. It
// gives no right.
func (s *Service) RegisterPerson(ctx context.Context, organisation domain.ID, staff domain.Staff) (*ent.Person, error) {
	staff = staff.Tidy()
	var registered *ent.Person
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		o, err := visibleOrganisation(ctx, tx, organisation)
		if err != nil {
			return err
		}
		granted, err := policy.RegisterPerson(ctx, o.ID)
		if err != nil {
			return err
		}
		if err := staff.Check().Err(); err != nil {
			return err
		}
		// Of two who register the same person at once the database lets one write.
		id := domain.NewID(domain.PersonPrefix, s.clock.Now())
		err = tx.Person.Create().SetID(id).SetIssuer(staff.Issuer).SetSubject(staff.Subject).
			SetGivenName(staff.GivenName).SetFamilyName(staff.FamilyName).SetOrganisationID(o.ID).
			OnConflict(sql.ConflictColumns(person.FieldIssuer, person.FieldSubject), sql.DoNothing()).Exec(granted)
		if err != nil && !errors.Is(err, stdsql.ErrNoRows) {
			return err
		}
		registered, err = tx.Person.Query().Where(person.ID(id)).Only(granted)
		if ent.IsNotFound(err) {
			return domain.AlreadyRegistered()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return registered.Unwrap(), nil
}

// SetSpokenLanguages says which languages a member of staff speaks besides French.
func (s *Service) SetSpokenLanguages(ctx context.Context, id domain.ID, languages []domain.LanguageCode) (*ent.Person, error) {
	var said *ent.Person
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.Person.Query().Where(person.ID(id)).
			WithAssignments(func(q *ent.AssignmentQuery) { q.WithReceptionPoints() }).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := policy.SetSpokenLanguages(ctx, p)
		if err != nil {
			return err
		}
		if err := domain.CheckSpoken(languages, domain.MaxSpokenLanguages).Err(); err != nil {
			return err
		}
		said, err = p.Update().SetLanguages(languages).Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return said.Unwrap(), nil
}

func visibleOrganisation(ctx context.Context, tx *ent.Tx, id domain.ID) (*ent.Organisation, error) {
	o, err := tx.Organisation.Query().Where(organisation.ID(id)).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	return o, nil
}

// bodyOf is what the rules of staff need to know of the organisation.
func bodyOf(o *ent.Organisation) domain.Body {
	return domain.Body{Kind: o.Kind, Reservataire: o.Reservataire, RegisteringBody: o.RegisteringBody}
}

// lockPerson keeps other writers of what the person is given waiting. It is a
// person that the viewer sees, or none.
func lockPerson(ctx context.Context, tx *ent.Tx, id domain.ID) error {
	_, err := tx.Person.Query().Where(person.ID(id)).ForUpdate().OnlyID(ctx)
	return notFound(err)
}

// today replaces a day that the caller left out.
func today(ctx context.Context, day domain.Date) domain.Date {
	if day.IsZero() {
		return auth.FromContext(ctx).Today()
	}
	return day
}
