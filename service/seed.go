package service

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/openinghours"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/stockvintage"
	"github.com/guichet-logement/guichet/policy"
)

// SandboxSeed is what a sandbox has beyond the files of a directory.
type SandboxSeed struct {
	// Issuer is that of the people's tokens.
	Issuer     string
	People     []SandboxPerson
	Exceptions []SandboxException

	Authorisations []SandboxAuthorisation
	Pairs          []SandboxPair
	Rooms          []SandboxRoom
	Availabilities []SandboxAvailability
	Permanences    []SandboxPermanence
	Employers      []SandboxContributingEmployer
	Apps           []SandboxApp
}

// SandboxApp is a fictional partner app with a secret that everybody knows.
// Organisation is a key of the directory.
type SandboxApp struct {
	ID, SecretID domain.ID
	Organisation string
	Secret       string
	Settings     domain.PartnerAppSettings
	MadeAt       time.Time
}

// SandboxPerson is a fictional member of staff with one assignment. Organisation
// and Points are keys of the directory.
type SandboxPerson struct {
	ID, AssignmentID      domain.ID
	Subject               string
	GivenName, FamilyName string
	Organisation          string
	Role                  domain.Role
	Points                []string
	From, Until           domain.Date
}

// SandboxException is an exception to the hours of the point with that key.
type SandboxException struct {
	Point     string
	Exception domain.OpeningException
}

// Seeded tells whether SeedSandbox has run to its end in this database.
func (s *Service) Seeded(ctx context.Context) (bool, error) {
	return s.ent.PartnerApp.Query().Exist(policy.SeedSandbox(ctx))
}

// Stocked tells whether the sandbox's stock, its landlords and what they manage were loaded.
func (s *Service) Stocked(ctx context.Context) (bool, error) {
	return s.ent.ReservationRight.Query().Exist(policy.SeedSandbox(ctx))
}

// Applied tells whether that fictional application was written.
func (s *Service) Applied(ctx context.Context, id domain.ID) (bool, error) {
	return s.ent.Application.Query().Where(application.ID(id)).Exist(policy.SeedSandbox(ctx))
}

// StockStatedOn is the day whose stock the vintage in force states, zero when there
// is none.
func (s *Service) StockStatedOn(ctx context.Context) (domain.Date, error) {
	inForce, err := s.ent.StockVintage.Query().Where(stockvintage.Current(true)).Only(policy.SeedSandbox(ctx))
	if ent.IsNotFound(err) {
		return domain.Date{}, nil
	}
	if err != nil {
		return domain.Date{}, fmt.Errorf("vintage in force: %w", err)
	}
	return inForce.StatedOn, nil
}

// SeedSandbox writes the people and exceptions of a sandbox, those that are not
// there yet, in one transaction.
func (s *Service) SeedSandbox(ctx context.Context, seed SandboxSeed) error {
	ctx = policy.SeedSandbox(ctx)
	return s.inTx(ctx, func(tx *ent.Tx) error {
		for _, p := range seed.People {
			if err := seedPerson(ctx, tx, seed.Issuer, p); err != nil {
				return fmt.Errorf("person %s: %w", p.Subject, err)
			}
		}
		for _, a := range seed.Apps {
			if err := seedApp(ctx, tx, a); err != nil {
				return fmt.Errorf("app %s: %w", a.Settings.Name, err)
			}
		}
		if err := seedStaff(ctx, tx, seed); err != nil {
			return err
		}
		for _, e := range seed.Exceptions {
			if err := seedException(ctx, tx, e); err != nil {
				return fmt.Errorf("exception at %s: %w", e.Point, err)
			}
		}
		return nil
	})
}

func seedPerson(ctx context.Context, tx *ent.Tx, issuer string, p SandboxPerson) error {
	there, err := tx.Person.Query().Where(person.Issuer(issuer), person.Subject(p.Subject)).Exist(ctx)
	if err != nil || there {
		return err
	}
	employer, err := tx.Organisation.Query().Where(organisation.Key(p.Organisation)).OnlyID(ctx)
	if err != nil {
		return err
	}
	points, err := tx.ReceptionPoint.Query().Where(receptionpoint.KeyIn(p.Points...)).IDs(ctx)
	if err != nil {
		return err
	}
	err = tx.Person.Create().SetID(p.ID).SetIssuer(issuer).SetSubject(p.Subject).
		SetGivenName(p.GivenName).SetFamilyName(p.FamilyName).Exec(ctx)
	if err != nil {
		return err
	}
	return tx.Assignment.Create().SetID(p.AssignmentID).SetPersonID(p.ID).SetOrganisationID(employer).
		SetRole(p.Role).AddReceptionPointIDs(points...).
		SetValidFrom(p.From).SetNillableValidUntil(optional(p.Until)).
		Exec(ctx)
}

func seedApp(ctx context.Context, tx *ent.Tx, a SandboxApp) error {
	there, err := tx.PartnerApp.Query().Where(partnerapp.ID(a.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	owner, err := tx.Organisation.Query().Where(organisation.Key(a.Organisation)).OnlyID(ctx)
	if err != nil {
		return err
	}
	s := a.Settings
	err = tx.PartnerApp.Create().SetID(a.ID).SetOrganisationID(owner).
		SetName(s.Name).SetScopes(s.Scopes).SetReadOnly(s.ReadOnly).SetValidUntil(s.ValidUntil).
		SetOperations(s.Operations).SetOrigins(s.Origins).SetNetworks(s.Networks).
		SetAudiences(s.Audiences).SetPublicKeys(s.PublicKeys).
		Exec(ctx)
	if err != nil {
		return err
	}
	return tx.PartnerAppSecret.Create().SetID(a.SecretID).SetPartnerAppID(a.ID).
		SetHash(auth.HashSecret(a.Secret)).SetMadeAt(a.MadeAt).Exec(ctx)
}

func seedException(ctx context.Context, tx *ent.Tx, e SandboxException) error {
	point, err := tx.ReceptionPoint.Query().Where(receptionpoint.Key(e.Point)).OnlyID(ctx)
	if err != nil {
		return err
	}
	there, err := tx.OpeningHours.Query().
		Where(openinghours.ReceptionPointID(point), openinghours.WeekdayIsNil(), openinghours.ValidFrom(e.Exception.From)).
		Exist(ctx)
	if err != nil || there {
		return err
	}
	return tx.OpeningHours.Create().
		SetID(importedID(domain.OpeningHoursPrefix, e.Point, e.Exception.From)).SetReceptionPointID(point).
		SetIntervals(e.Exception.Intervals).SetReason(e.Exception.Reason).
		SetValidFrom(e.Exception.From).SetValidUntil(e.Exception.Until).
		Exec(ctx)
}

// Nature says what a database holds.
type Nature int

// The natures of a database.
const (
	// Empty: nobody and no organisation.
	Empty Nature = iota
	// Sandbox: fictional data, which a sandbox wrote.
	Sandbox
	// Production: data that no sandbox wrote.
	Production
)

// Nature tells a sandbox's database from a real one: the stored clock is written
// with a sandbox's first row, and never in production.
func (s *Service) Nature(ctx context.Context) (Nature, error) {
	ctx = policy.SeedSandbox(ctx)
	marked, err := s.ent.SandboxClock.Query().Exist(ctx)
	if pq.As(err, pqerror.UndefinedTable) != nil {
		return Empty, nil // no migration has made our tables yet
	}
	if err != nil {
		return Empty, fmt.Errorf("nature of the database: %w", err)
	}
	if marked {
		return Sandbox, nil
	}
	filled, err := s.ent.Organisation.Query().Exist(ctx)
	if err != nil {
		return Empty, fmt.Errorf("nature of the database: %w", err)
	}
	if filled {
		return Production, nil
	}
	return Empty, nil
}

// MarkSandbox says that the database is a sandbox's, before anything else is
// written to it.
func (s *Service) MarkSandbox(ctx context.Context) error {
	ctx = policy.SeedSandbox(ctx)
	marked, err := s.ent.SandboxClock.Query().Exist(ctx)
	if err != nil || marked {
		return err
	}
	return s.ent.SandboxClock.Create().SetOffsetNanoseconds(0).Exec(ctx)
}
