// Package oracle says who may see what of an application, written from the rules in
// words and from nothing else: it is what the program's answers are compared with.
// A fault that both share would have to be made twice, so it is slow, plain, and of
// another shape than the program: no table of rules, no audiences, no SQL.
//
// It may import nothing of ours, and only tests use it.
package oracle
