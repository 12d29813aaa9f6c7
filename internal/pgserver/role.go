package pgserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Roles of the cluster: the application's owns its databases and is no
// superuser.
const (
	adminRole = "guichet_admin"
	appRole   = "guichet"
)

// roleTimeouts bound what one request can hold; a migration or an import sets
// its own.
var roleTimeouts = []struct{ name, value string }{
	{"statement_timeout", "30s"},
	{"lock_timeout", "5s"},
	{"idle_in_transaction_session_timeout", "60s"},
}

// dsn is a URL both lib/pq and psql read. Everything is said, so that PGPORT and
// the like change nothing.
func (c *cluster) dsn(role, password, database string) string {
	query := url.Values{
		"host":    {c.socket()},
		"port":    {port},
		"sslmode": {"disable"},
		"options": {"-csearch_path=public,ext"},
	}
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, password),
		Path:     "/" + database,
		RawQuery: query.Encode(),
	}
	return u.String()
}

// admin opens the maintenance database as the superuser.
func (c *cluster) admin() (*sql.DB, error) {
	return sql.Open("postgres", c.dsn(adminRole, c.adminPassword, "postgres"))
}

// ready waits until the server answers. [errExited] says that it ended first.
func (c *cluster) ready(ctx context.Context, p process) error {
	db, err := c.admin()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		if pq.As(err, pqerror.InvalidPassword, pqerror.InvalidAuthorizationSpecification) != nil {
			return fmt.Errorf("the passwords in %s are not the cluster's: %w", c.path, err)
		}
		if p.ended(ctx) {
			return errExited
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// setRole makes the application's role as the options say. It is repeated at
// every start, so that a program killed in between leaves nothing half made.
func (c *cluster) setRole(ctx context.Context) error {
	db, err := c.admin()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "CREATE ROLE "+appRole)
	if err != nil && pq.As(err, pqerror.DuplicateObject) == nil {
		return err
	}
	createDB := "NOCREATEDB"
	if c.options.CreateDB {
		createDB = "CREATEDB"
	}
	statements := []string{"ALTER ROLE " + appRole + " LOGIN NOSUPERUSER " + createDB + " PASSWORD " + pq.QuoteLiteral(c.password)}
	for _, t := range roleTimeouts {
		statements = append(statements, "ALTER ROLE "+appRole+" SET "+t.name+" = "+pq.QuoteLiteral(t.value))
	}
	_, err = db.ExecContext(ctx, strings.Join(statements, "; "))
	return err
}
