// Package testdb gives each test a migrated PostgreSQL database of its own.
//
// The databases live on one private cluster per machine user (without fsync, see
// package pgserver), or on the server of GUICHET_TEST_DATABASE_URL: the URL of a
// maintenance database, for a role that may create databases. Migrations run
// once per set of migrations, into a template; each test gets a copy. What
// named steps write is written once too, and copied ([Prepared]); tests that only read may share
// one copy ([Readable]).
//
// The cluster is kept in memory where the system has room (see [Dir]). It stays up between
// runs, where it costs some hundreds of MB of that room and no processor time, so that the next
// run starts at once. To stop and remove it:
//
//	go run ./internal/testdb/remove
//
// It may import pgserver and the migrations. Only tests import it.
package testdb
