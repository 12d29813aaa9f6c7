// Package domain holds what is true of the field whoever asks and wherever it
// is stored: values (ids, days, opening hours), state machines, calendars and
// refusals.
//
// It is pure: no I/O, no SQL, no HTTP, no GraphQL library and no clock. A
// function that needs the time takes it as an argument, so that every rule can
// be tested by the thousand and under any date.
//
// It may import the standard library and well-kept libraries of values
// (identifiers, holiday calendars, Unicode). It must not import any other package
// of this module.
package domain
