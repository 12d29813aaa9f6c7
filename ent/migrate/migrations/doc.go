// Package migrations holds the versioned SQL migrations of the database and
// applies them.
//
// A migration is a file YYYYMMDDHHMMSS_name.sql in goose's format; every such
// file of this directory is embedded. Migrations are mended forward: a file
// that has been released never changes.
//
// It may import the migration library and the PostgreSQL driver. It must not
// import any other package of this module, nor be called by a request.
package migrations
