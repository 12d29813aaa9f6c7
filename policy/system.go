package policy

import (
	"context"

	"github.com/guichet-logement/guichet/policy/guard"
)

// The system's own grants, by name: what the program does on nobody's behalf.
// Each names the types it may write; all of them read every row.

// RecogniseCaller reads who stands behind a token, before there is a viewer.
func RecogniseCaller(ctx context.Context) context.Context {
	return guard.Grant(ctx, "recognise caller")
}

// RestoreClock reads where the sandbox's clock was left.
func RestoreClock(ctx context.Context) context.Context {
	return guard.Grant(ctx, "restore clock")
}

// ImportDirectory writes the network from the operator's files.
func ImportDirectory(ctx context.Context) context.Context {
	return guard.Grant(ctx, "import directory",
		"Commune", "Organisation", "ReceptionPoint", "Agreement", "OpeningHours", "CatalogueEntry")
}

// SeedSandbox writes the people of a sandbox and the exceptions to its hours.
func SeedSandbox(ctx context.Context) context.Context {
	return guard.Grant(ctx, "seed sandbox",
		"Person", "Assignment", "StaffAuthorisation", "Pair", "OpeningHours", "SandboxClock")
}

// ImportStock writes the stock from the operator's files.
func ImportStock(ctx context.Context) context.Context {
	return guard.Grant(ctx, "import stock", "StockVintage", "StockChange", "Building", "Dwelling", "Ownership")
}
