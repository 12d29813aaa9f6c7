// Command mutate answers one question: would the differential test notice? It
// breaks the template of the writers in ways that it makes up itself, one at a
// time, generates the writers of the test's contract from each, and runs the test
// over them. A broken template that passes is either one that means the same or a
// hole in the test: it is printed, and fails the command.
//
// It runs commands of this repository, from its root, and imports nothing of ours.
package main
