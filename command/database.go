package command

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/internal/pqcache"
	"github.com/guichet-logement/guichet/internal/sqlwatch"
)

// database is an open database, and the private server that runs it, if any.
type database struct {
	db     *sql.DB
	server *pgserver.Server
	// dsn is its URL, with the password: for connections beside the pool.
	dsn string
}

// privateName is the database on the private server.
const privateName = "guichet"

// minPostgres is in PostgreSQL's own counting: 14.0. Multiranges came with it.
const minPostgres = 140000

// dataDir is where the program keeps what is its own.
func (s databaseSettings) dataDir(env Environment) (string, error) {
	if s.DataDir != "" {
		return s.DataDir, nil
	}
	dir, err := pgserver.DefaultDir(env.Getenv, os.Geteuid() == 0)
	if err != nil {
		return "", &settingError{"data-dir", err.Error()}
	}
	return dir, nil
}

// privateDir is where the private server keeps its data.
func (s databaseSettings) privateDir(env Environment) (string, error) {
	dir, err := s.dataDir(env)
	return filepath.Join(dir, "postgresql"), err
}

// openMigrated opens a database that is of this program's version.
func (s databaseSettings) openMigrated(ctx context.Context, env Environment, log *slog.Logger) (*database, error) {
	d, err := s.open(ctx, env, log)
	if err != nil {
		return nil, err
	}
	if err := migrations.Check(ctx, d.db); err != nil {
		d.close(ctx)
		return nil, err
	}
	return d, nil
}

// open opens the database of the settings, starting the private server when they
// name none.
func (s databaseSettings) open(ctx context.Context, env Environment, log *slog.Logger) (*database, error) {
	dsn := s.DatabaseURL
	var d database
	if dsn == "" {
		dir, err := s.privateDir(env)
		if err != nil {
			return nil, err
		}
		if d.server, err = pgserver.Start(ctx, pgserver.Options{Dir: dir, Fsync: true, Log: log}); err != nil {
			return nil, err
		}
		if err := d.server.CreateDatabase(ctx, privateName); err != nil {
			d.close(ctx)
			return nil, err
		}
		dsn = d.server.DSN(privateName)
	} else {
		dsn = withSearchPath(dsn)
	}
	d.dsn = dsn
	inner, err := pq.NewConnector(dsn)
	if err != nil {
		d.close(ctx)
		return nil, &settingError{"database-url", "is not understood"}
	}
	d.db = sql.OpenDB(pqcache.New(inner, pqcache.Options{Size: s.StatementCache}))
	d.db.SetMaxOpenConns(s.PoolSize)
	d.db.SetMaxIdleConns(s.PoolSize)
	// A kept statement does not notice that a column changed its type.
	d.db.SetConnMaxLifetime(5 * time.Minute)
	if err := d.check(ctx); err != nil {
		d.close(ctx)
		return nil, err
	}
	return &d, nil
}

// withSearchPath adds the schemas that every session of ours looks in.
func withSearchPath(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn // refused by the connector, whose message hides the password
	}
	q := u.Query()
	if q.Get("options") == "" {
		q.Set("options", "-csearch_path=public,ext")
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func (d *database) check(ctx context.Context) error {
	var version int
	err := d.db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	if version < minPostgres {
		return &settingError{"database-url", "PostgreSQL 14 or newer is needed"}
	}
	return nil
}

// client is Ent over the database; the observer is told of each statement.
func (d *database) client(observe sqlwatch.Observer) *ent.Client {
	return ent.NewClient(ent.Driver(sqlwatch.Driver(entsql.OpenDB(dialect.Postgres, d.db), observe)))
}

// close closes the connections and stops the private server, also when the
// program was told to stop.
func (d *database) close(ctx context.Context) {
	if d.db != nil {
		// What was acknowledged is committed: nothing is lost by a failed goodbye.
		_ = d.db.Close()
	}
	if d.server != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		_ = d.server.Stop(ctx)
	}
}

// unobserved is for commands that serve nobody.
func unobserved(context.Context, string, time.Duration) {}
