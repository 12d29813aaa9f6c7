package service

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/policy"
)

// SandboxDesk is a reception point of a sandbox with applications that it follows: active ones
// that nobody protects, in the order of their identifiers.
type SandboxDesk struct {
	PointID        domain.ID
	ApplicationIDs []domain.ID
}

// SandboxDesk finds the point with that key, and n applications at most.
func (s *Service) SandboxDesk(ctx context.Context, key string, n int) (SandboxDesk, error) {
	ctx = policy.SeedSandbox(ctx)
	point, err := s.ent.ReceptionPoint.Query().Where(receptionpoint.Key(key)).OnlyID(ctx)
	if err != nil {
		return SandboxDesk{}, err
	}
	files, err := s.ent.Application.Query().Where(activeAt(key)).Order(application.ByID()).Limit(n).IDs(ctx)
	return SandboxDesk{point, files}, err
}

// activeAt keeps the active applications that the point with that key follows and nobody protects.
func activeAt(key string) predicate.Application {
	return application.And(
		application.StateEQ(domain.ApplicationActive), application.Protected(false),
		application.HasSummaryWith(applicationsummary.HasFollowingPointWith(receptionpoint.Key(key))),
	)
}

// SandboxRight finds a reservation right in force over what becomes vacant, of the
// organisation with that key, and a dwelling of its landlord: both are empty where there is
// none.
func (s *Service) SandboxRight(ctx context.Context, holder string, today domain.Date) (right, home domain.ID, err error) {
	ctx = policy.SeedSandbox(ctx)
	held, err := s.ent.ReservationRight.Query().Where(
		reservationright.HasReservataireWith(organisation.Key(holder)), reservationright.ModeEQ(domain.ReservedFlow), policy.ReservationInForce(today),
	).Order(reservationright.ByID()).Limit(1).All(ctx)
	if err != nil || len(held) == 0 {
		return "", "", err
	}
	homes, err := s.ent.Dwelling.Query().Where(dwelling.LandlordID(held[0].LandlordID)).
		Order(dwelling.ByID(sql.OrderDesc())).Limit(1).IDs(ctx)
	if err != nil || len(homes) == 0 {
		return "", "", err
	}
	return held[0].ID, homes[0], nil
}

// Received tells whether a desk ever gave an appointment.
func (s *Service) Received(ctx context.Context) (bool, error) {
	return s.ent.Appointment.Query().Exist(policy.SeedSandbox(ctx))
}
