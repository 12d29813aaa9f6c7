// Package guard is the wall and the tripwire between the program and its rows:
// every Ent schema attaches [Policy], every read needs a viewer and a registered
// scope, every write needs a grant.
//
// It may import ent's own packages and auth. It must not import generated code,
// and only ent/schema and policy may import it.
package guard
