// Package digitiser is the national digitiser (numériseur national) as far as this service
// deals with it: it takes pieces and files them in the national single file (dossier
// unique), and tells what it filed and what not.
//
// [Development] plays it for a sandbox, for who works on the program and for tests, and
// fails in every way in which the real one may. How the real one is spoken to is to be
// agreed on with the GIP-SNE, and is one more [Digitiser]; until then pieces of production
// wait.
//
// It keeps no piece, and decides nothing about one.
package digitiser
