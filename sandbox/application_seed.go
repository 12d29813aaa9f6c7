package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// SeedApplications writes the first n fictional applications, those that are not there
// yet, and returns how many these were. The network must be there.
func SeedApplications(ctx context.Context, s *service.Service, db *sql.DB, n int) (int, error) {
	// Protected files name people whom a sandbox of long ago has not.
	if err := s.SeedSandbox(ctx, staff()); err != nil {
		return 0, fmt.Errorf("seed the people: %w", err)
	}
	issuers := service.SandboxIssuers{Staff: IssuerURL, Portal: PortalURL}
	written, err := service.SeedApplications(ctx, db, issuers, Applications(n))
	if err != nil {
		return written, fmt.Errorf("seed the applications: %w", err)
	}
	return written, nil
}

// Applied tells whether the first n fictional applications are all there: the last of
// them is written last.
func Applied(ctx context.Context, s *service.Service, n int) (bool, error) {
	if n == 0 {
		return true, nil
	}
	return s.Applied(ctx, planApplications().application(n-1).ID)
}

// FiguresMonth is the month of which a sandbox publishes figures: the last one before
// its applications were made.
func FiguresMonth() domain.Date { return domain.MonthOf(applicationsOn.AddDays(-1)) }

// SeedFigures publishes those of that month and of the year before, unless they are.
func SeedFigures(ctx context.Context, s *service.Service) error {
	if err := s.SeedHousedFigures(ctx, HousedYear, Housed()); err != nil {
		return fmt.Errorf("publish who was housed: %w", err)
	}
	if err := s.PublishFigures(ctx, FiguresMonth()); err != nil && !errors.Is(err, service.ErrPublished) {
		return fmt.Errorf("publish figures: %w", err)
	}
	return nil
}

// SeedPieces writes what was given for the first n fictional applications, unless it was.
func SeedPieces(ctx context.Context, s *service.Service, db *sql.DB, n int) error {
	there, err := s.Filed(ctx)
	if err == nil && !there && n > 0 {
		err = service.SeedPieces(ctx, db, service.SandboxIssuers{Staff: IssuerURL, Portal: PortalURL}, filed(n))
	}
	if err != nil {
		return fmt.Errorf("seed the pieces: %w", err)
	}
	return nil
}

// SeedFiles stores the files of these pieces, those that are not stored yet.
func SeedFiles(ctx context.Context, s *service.Service, n int) error {
	if err := s.SeedFiles(ctx, filed(n)); err != nil {
		return fmt.Errorf("store the files of the pieces: %w", err)
	}
	return nil
}
