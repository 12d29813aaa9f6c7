// Package sqlwatch tells an observer of every SQL statement that Ent sends: how
// many a request costs and how long they take is measured in production and
// asserted in tests, by the same means.
//
// It may import ent's dialect packages.
package sqlwatch
