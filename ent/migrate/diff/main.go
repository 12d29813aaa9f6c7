// Command diff writes the migration that leads from the migrations there are to
// the schema in ent/schema: go run ./ent/migrate/diff NAME. Without a difference
// it writes nothing. With no name it only rewrites atlas.sum, after a migration
// was written by hand.
//
// It applies the migrations in an empty private PostgreSQL that it starts and
// removes, and compares what it finds there. (Atlas can replay a folder by itself,
// but not one that makes a schema of its own, as our extensions need.)
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/lib/pq"

	"github.com/guichet-logement/guichet/ent/migrate"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/pgserver"
)

const folder = "ent/migrate/migrations"

func main() {
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	if err := run(name); err != nil {
		log.Fatalf("diff migrations: %v", err)
	}
}

func run(name string) (err error) {
	dir, err := sqltool.NewGooseDir(folder)
	if err != nil {
		return err
	}
	if err := writeSum(dir); err != nil || name == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	place, err := os.MkdirTemp("", "guichet-diff-")
	if err != nil {
		return err
	}
	if err := os.Chmod(place, 0o755); err != nil { //nolint:gosec // the server may run as another user, who must pass through
		return err
	}
	defer func() { _ = os.RemoveAll(place) }()
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: place + "/postgres"})
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop(context.WithoutCancel(ctx)) }()
	if err := server.CreateDatabase(ctx, "diff"); err != nil {
		return err
	}
	db, err := sql.Open("postgres", server.DSN("diff"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := migrations.Apply(ctx, db); err != nil {
		return err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db),
		schema.WithDir(dir),
		schema.WithMigrationMode(schema.ModeInspect),
		schema.WithDialect(dialect.Postgres),
		schema.WithFormatter(sqltool.GooseFormatter),
	)
	if err != nil {
		return err
	}
	if err := m.NamedDiff(ctx, name, migrate.Tables...); err != nil {
		return fmt.Errorf("named diff: %w", err)
	}
	return writeSum(dir)
}

func writeSum(dir atlas.Dir) error {
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	return atlas.WriteSumFile(dir, sum)
}
