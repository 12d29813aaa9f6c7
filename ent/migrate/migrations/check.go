package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// searchPath is what every connection must have: our tables first, then the
// operators and functions of the extensions.
const searchPath = "public, ext"

// VersionError says that a database and this program are not of the same
// version. Versions are as in [Latest]; 0 is a database without migrations.
type VersionError struct {
	Have int64 // the database's
	Want int64 // this program's
}

// Error says what is wrong and how to mend it, in one sentence.
func (e *VersionError) Error() string {
	if e.Have < e.Want {
		return fmt.Sprintf("the database is at version %d and this program needs %d: run `guichet migrate`", e.Have, e.Want)
	}
	return fmt.Sprintf("the database is at version %d and this program only knows %d: run a newer release of guichet", e.Have, e.Want)
}

// Current returns the version of the database, 0 when no migration was ever
// applied. It writes nothing.
func Current(ctx context.Context, db *sql.DB) (int64, error) {
	var version int64
	err := db.QueryRowContext(ctx,
		`SELECT coalesce(max(version_id), 0) FROM public.goose_db_version WHERE is_applied`).Scan(&version)
	if pq.As(err, pqerror.UndefinedTable) != nil {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read database version: %w", err)
	}
	return version, nil
}

// Check returns a [*VersionError] unless the database is at exactly [Latest]: an
// older one lacks columns, a newer one may have lost some.
func Check(ctx context.Context, db *sql.DB) error {
	have, err := Current(ctx, db)
	if err != nil {
		return err
	}
	if want := Latest(); have != want {
		return &VersionError{Have: have, Want: want}
	}
	return nil
}

// AssertSearchPath refuses a connection that would not find the extensions'
// operators, or would create tables in another schema than public.
func AssertSearchPath(ctx context.Context, db *sql.DB) error {
	var have string
	if err := db.QueryRowContext(ctx, `SHOW search_path`).Scan(&have); err != nil {
		return fmt.Errorf("read search_path: %w", err)
	}
	if strings.ReplaceAll(have, " ", "") != strings.ReplaceAll(searchPath, " ", "") {
		return fmt.Errorf("search_path is %q instead of %q: add search_path=public,ext to the database URL", have, searchPath)
	}
	return nil
}
