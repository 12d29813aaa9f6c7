package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/policy"
)

// firstAdministrators are appointed by the operator: one proposes everybody else, and
// the other confirms.
const firstAdministrators = 2

// The reasons for which nobody is appointed.
var (
	ErrNoMetropole = errors.New("the directory has no Métropole: run `guichet import organisations` first")
	ErrAppointed   = errors.New("the Métropole has its two administrators: they appoint others through the API")
)

// AppointAdministrator makes somebody one of the first two administrators of the
// Métropole, from that day on. Nobody is there yet who could do it through the API.
func (s *Service) AppointAdministrator(ctx context.Context, staff domain.Staff) error {
	staff = staff.Tidy()
	if err := staff.Check().Err(); err != nil {
		return err
	}
	ctx = policy.AppointAdministrator(ctx)
	return s.inTx(ctx, func(tx *ent.Tx) error {
		// Of two operators at once the second one waits, and counts the first one's.
		metropole, err := tx.Organisation.Query().Where(organisation.KindEQ(domain.Metropole)).ForUpdate().OnlyID(ctx)
		if ent.IsNotFound(err) {
			return ErrNoMetropole
		}
		if err != nil {
			return err
		}
		today := domain.DateOf(s.clock.Now())
		n, err := tx.Assignment.Query().Where(
			assignment.OrganisationID(metropole), assignment.RoleEQ(domain.OrgAdmin), policy.AssignmentInForce(today),
		).Count(ctx)
		if err != nil {
			return err
		}
		if n >= firstAdministrators {
			return ErrAppointed
		}
		person, err := tx.Person.Create().SetIssuer(staff.Issuer).SetSubject(staff.Subject).
			SetGivenName(staff.GivenName).SetFamilyName(staff.FamilyName).SetOrganisationID(metropole).Save(ctx)
		if ent.IsConstraintError(err) {
			return domain.AlreadyRegistered()
		}
		if err != nil {
			return fmt.Errorf("register the administrator: %w", err)
		}
		return tx.Assignment.Create().SetPerson(person).SetOrganisationID(metropole).SetRole(domain.OrgAdmin).SetValidFrom(today).Exec(ctx)
	})
}
