// Package registrytest answers the question "what may a file of the national registry look
// like?" for tests: files in all the ways in which they may be written, records that lack
// nothing, and what can happen to them.
//
// It may import registryfile. Nothing but tests may import it.
package registrytest
