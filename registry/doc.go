// Package registry is the national registration system (système national
// d'enregistrement, SNE) as far as this service deals with it: it gives applications
// their numbers, is told what was done with them, and tells what others did.
//
// [Development] plays it for a sandbox, for who works on the program and for tests, and
// fails in every way in which the real one may. The web services of the real one are to
// be agreed on with the GIP-SNE, and are one more [Registry]; until then production is
// told by files, see package registryfile.
//
// It keeps nothing that must last, and decides nothing about applications.
package registry
