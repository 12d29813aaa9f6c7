package testapi

import (
	"context"
	"database/sql"
	"strings"

	"github.com/guichet-logement/guichet/service"
)

// Step writes what tests are served beyond the sandbox. It is done once for all that name the
// same after the same steps, and they get copies: a name says all that the step depends on but
// for the sources that are no tests.
type Step struct {
	Name string
	Do   func(context.Context, *service.Service, *sql.DB) error
}

// SQL is the step of these statements, one after the other. They are its name.
func SQL(statements ...string) Step {
	return Step{strings.Join(statements, ";\n"), func(ctx context.Context, _ *service.Service, db *sql.DB) error {
		for _, statement := range statements {
			if _, err := db.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}}
}

// Analysed is the step after which the planner knows what there is.
func Analysed() Step { return SQL("VACUUM ANALYZE") }
