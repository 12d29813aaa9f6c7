package sandbox

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/guichet-logement/guichet/service"
)

// SeedApplications writes the first n fictional applications, those that are not there
// yet, and returns how many these were. The network and the people must be there.
func SeedApplications(ctx context.Context, db *sql.DB, n int) (int, error) {
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
