// Command mutate answers one question: would the leak test notice? It breaks one
// switch of the program at a time, builds it so and runs the leak test over it. What is
// broken in data, such as the table of grounds, is broken by a test of package policy;
// here is what only code can say. A broken program that passes is printed, and fails
// the command.
//
// It runs commands of this repository, from its root, and imports nothing of ours.
package main
