// Command bench answers one question: how far are we from the same answer by
// hand? It serves each documented read operation twice, by the program itself and
// by prepared SQL written for that one operation behind net/http and lib/pq, over
// the same rows and the same scopes, and prints the rates of both and their ratio.
//
// Both answers are compared as JSON before anything is measured. The engines take
// turns within each round, because a machine is faster or slower from one minute
// to the next: a ratio of one run says something, a rate of another run does not.
//
// With -postgraphile it asks the same of PostGraphile, the generic engine that a team might
// pick instead, on the same database: of our scopes it is told, of rights and of the trail it
// knows nothing. What it answers is compared with our answer first. "compare OLD NEW" says how
// the ratios of two runs differ that -json kept.
//
// With -import it does the same for the import of the official stock file: against
// COPY of the rows that it ends with, into the same tables with the same indexes.
//
// It may import anything. Nothing imports it, and nothing of it is shipped.
package main
