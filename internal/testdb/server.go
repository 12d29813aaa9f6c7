package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/pgserver"
)

// urlVariable names the environment variable with the URL of another server.
const urlVariable = "GUICHET_TEST_DATABASE_URL"

// Names of databases. A test's carries the key of its process, a template and
// its ready copies the hash of their migrations, an original that of the sources.
const (
	testPrefix     = "guichet_test_"     // + key + "_" + number
	templatePrefix = "guichet_template_" // + hash
	readyPrefix    = "guichet_ready_"    // + hash + "_" + number
	originalPrefix = "guichet_original_" // + hash of sources + "_" + hash of steps
	readableSuffix = "_readable"         // after an original's
	hashDigits     = 8                   // 32 bits, which also make an advisory lock's key
)

// Classes of advisory locks: the first of their two numbers.
const (
	lockProcess  = 0x67756901 + iota // the process of this key is alive
	lockTemplate                     // shared: the template of this hash is in use
	lockBuild                        // the template or original of this hash is being built
	lockFill                         // ready copies of this hash are being made
	lockOriginal                     // shared: the originals of these sources are in use
)

// server is where this process makes its databases.
type server struct {
	base     *url.URL
	admin    *sql.DB
	keeper   *sql.Conn // holds the locks that say this process is alive
	key      int32     // of this process
	hash     string    // of the migrations
	sources  string    // hash of them
	strategy string    // clause of CREATE DATABASE
	count    atomic.Int64
	fill     chan struct{}
	// originals by the names of their steps.
	originals sync.Map
}

// open connects, sweeps what killed processes left, and makes the template.
func open(ctx context.Context) (*server, error) {
	base, err := serverURL(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{
		base: base,
		key:  rand.Int32(),
		hash: migrations.Hash()[:hashDigits],
		fill: make(chan struct{}, 1),
	}
	if s.sources, err = sourcesOf("."); err != nil {
		return nil, err
	}
	if s.admin, err = sql.Open("postgres", s.patient(base.Path)); err != nil {
		return nil, err
	}
	s.admin.SetMaxOpenConns(24) // each original that is made holds one
	if s.keeper, err = s.admin.Conn(ctx); err != nil {
		return nil, fmt.Errorf("connect to the test server: %w", err)
	}
	var version int
	err = s.keeper.QueryRowContext(ctx, `
		SELECT current_setting('server_version_num')::int
		FROM pg_advisory_lock($1, $2), pg_advisory_lock_shared($3, $4), pg_advisory_lock_shared($5, $6) AS sources`,
		lockProcess, s.key, lockTemplate, hashKey(s.hash), lockOriginal, hashKey(s.sources)).Scan(&version)
	if err != nil {
		return nil, fmt.Errorf("announce this process: %w", err)
	}
	if version >= 150000 {
		// Copies files instead of writing every page to the log.
		s.strategy = " STRATEGY FILE_COPY"
	}
	if err := s.sweep(ctx); err != nil {
		return nil, fmt.Errorf("sweep old test databases: %w", err)
	}
	if err := s.buildTemplate(ctx); err != nil {
		return nil, fmt.Errorf("build template database: %w", err)
	}
	go s.keepFilled()
	return s, nil
}

// serverURL starts or adopts the private cluster, unless another server is
// named.
func serverURL(ctx context.Context) (*url.URL, error) {
	if named := os.Getenv(urlVariable); named != "" {
		u, err := url.Parse(named)
		if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return nil, errors.New(urlVariable + ": not a URL of the form postgres://user:password@host/postgres")
		}
		query := u.Query()
		query.Set("options", strings.TrimSpace(query.Get("options")+" -csearch_path=public,ext"))
		u.RawQuery = query.Encode()
		return u, nil
	}
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	private, err := pgserver.Start(ctx, pgserver.Options{
		Dir:      dir,
		CreateDB: true,
		Settings: map[string]string{
			"max_connections": "500", // Many test processes at once.
			// No plan changes in the middle of a test; and a worker at work would keep its
			// database from being dropped.
			"autovacuum": "off",
		},
	})
	if err != nil {
		return nil, err
	}
	return url.Parse(private.DSN("postgres"))
}

// url returns the connection URL of a database.
func (s *server) url(name string) string {
	u := *s.base
	u.Path = "/" + name
	return u.String()
}

// patient is the connection URL of a database without the role's timeouts: making one waits
// for others, the whole stock even, and writes more at once than a request does.
func (s *server) patient(path string) string {
	u := *s.base
	u.Path = path
	query := u.Query()
	query.Set("options", query.Get("options")+" -clock_timeout=5min -cstatement_timeout=5min")
	u.RawQuery = query.Encode()
	return u.String()
}

// hashKey turns a hash of [hashDigits] digits into an advisory lock's key.
func hashKey(hash string) int32 {
	key, err := strconv.ParseUint(hash, 16, 32)
	if err != nil {
		panic(fmt.Sprintf("testdb: hash %q: %v", hash, err))
	}
	return int32(uint32(key)) // The same 32 bits.
}

// exec runs a statement made of a fixed text and quoted names.
func (s *server) exec(ctx context.Context, format string, names ...any) error {
	for i, name := range names {
		names[i] = pq.QuoteIdentifier(fmt.Sprint(name))
	}
	_, err := s.admin.ExecContext(ctx, fmt.Sprintf(format, names...))
	return err
}

// drop removes a database, with whoever is still connected.
func (s *server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name)
}

// create makes a database without migrations, which orders text as a private cluster does.
func (s *server) create(ctx context.Context, name string) error {
	return s.exec(ctx, "CREATE DATABASE %s TEMPLATE template0 LC_COLLATE 'C'"+s.strategy, name)
}

// names lists the databases whose name starts with the prefix, in no order.
func (s *server) names(ctx context.Context, prefix string) ([]string, error) {
	rows, err := s.admin.QueryContext(ctx,
		"SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY random()", prefix)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
