package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// Seed fills an empty database with the sandbox's network and people. Told to
// continue after it was interrupted, or to run again, it leaves the same data.
func Seed(ctx context.Context, s *service.Service) error {
	communes, err := directoryfile.Communes()
	if err != nil {
		return err
	}
	boundaries, err := directoryfile.Boundaries()
	if err != nil {
		return err
	}
	d := service.Directory{Communes: communes, Boundaries: boundaries, Organisations: Organisations(communes)}
	if err := s.MarkSandbox(ctx); err != nil {
		return fmt.Errorf("mark the sandbox: %w", err)
	}
	// The past first, then what changed: the importer ends what no longer holds.
	for _, from := range []domain.Date{networkBegins, networkChanges} {
		if d.ReceptionPoints, err = throughFile(d, receptionPoints(communes, from)); err != nil {
			return err
		}
		if _, err := s.ImportDirectory(ctx, d, nil); err != nil {
			return fmt.Errorf("seed the network: %w", err)
		}
	}
	if err := s.SeedSandbox(ctx, staff()); err != nil {
		return fmt.Errorf("seed the people: %w", err)
	}
	return nil
}

// throughFile writes the points as an operator would and reads them back, so that
// the sandbox shows what the importer makes of a file.
func throughFile(d service.Directory, points []directoryfile.ReceptionPoint) ([]directoryfile.ReceptionPoint, error) {
	known := directoryfile.Known{Communes: map[domain.InseeCode]bool{}, Organisations: map[string]bool{}}
	for _, c := range d.Communes {
		known.Communes[c.InseeCode] = true
	}
	for _, o := range d.Organisations {
		known.Organisations[o.Key] = true
	}
	var file bytes.Buffer
	if err := directoryfile.WriteReceptionPoints(&file, points); err != nil {
		return nil, fmt.Errorf("write the sandbox's points: %w", err)
	}
	parsed, err := directoryfile.ParseReceptionPoints(&file, directoryfile.UTF8, known)
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's points: %w", err)
	}
	if !parsed.Complete || parsed.RejectCount > 0 {
		return nil, errors.New("read the sandbox's points: " + parsed.Rejects[0].String())
	}
	return parsed.Rows, nil
}

// epoch is when people and apps came to the sandbox.
var epoch = time.Date(2024, time.September, 1, 0, 0, 0, 0, time.UTC)

// staff turns the personas into people of the service and the apps into apps, and
// announces that the shared desk closes between Christmas and New Year.
func staff() service.SandboxSeed {
	seed := service.SandboxSeed{Issuer: IssuerURL, Authorisations: authorisations(), Pairs: pairs(), Rooms: rooms(), Availabilities: availabilities(), Permanences: permanences(), Employers: employers(), Exceptions: []service.SandboxException{{
		Point: sharedDesk, Exception: domain.OpeningException{
			From: domain.NewDate(2026, 12, 24), Until: domain.NewDate(2027, 1, 4), Reason: "Fermeture de fin d'année",
		},
	}, {
		Point: "mairie-grenoble", Exception: domain.OpeningException{
			From: domain.NewDate(2026, 12, 24), Until: domain.NewDate(2026, 12, 25),
			Intervals: domain.OpeningIntervals{{Opens: domain.NewLocalTime(8, 30), Closes: domain.NewLocalTime(12, 0)}},
			Reason:    "Fermeture anticipée la veille de Noël",
		},
	}}}
	for _, p := range Personas() {
		seed.People = append(seed.People, service.SandboxPerson{
			ID:           domain.DerivedID(domain.PersonPrefix, staffEpoch, p.Name),
			AssignmentID: domain.DerivedID(domain.AssignmentPrefix, staffEpoch, p.Name),
			Subject:      p.Name, GivenName: p.GivenName, FamilyName: p.FamilyName,
			Organisation: p.Organisation, Role: p.Role, Points: p.Points, From: p.From, Until: p.Until,
		})
	}
	for _, a := range PartnerApps() {
		seed.Apps = append(seed.Apps, service.SandboxApp{
			ID: a.ClientID, SecretID: domain.DerivedID(domain.PartnerAppSecretPrefix, epoch, a.Key),
			Organisation: a.Organisation, Secret: a.Secret, Settings: a.Settings, MadeAt: epoch,
		})
	}
	return seed
}
