// Package command answers one question: what can the program be told to do? It
// reads flags and environment, checks them, opens the database and puts the parts
// together: serve, migrate, import, export, audit, seed, access, publish, keep, token, schema,
// version.
//
// It may import every other package. Only main imports it.
package command
