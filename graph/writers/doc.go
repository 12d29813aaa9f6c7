// Package writers answers one question: how does an answer become bytes without
// paying gqlgen's executor for every scalar? Command generate, below this folder,
// is a gqlgen plugin that generates a writer for each output type: it appends a
// finished value to a buffer. This package is what generated writers run on.
//
// gqlgen keeps the operation, arguments, root resolvers and their middleware. At
// each root or resolver field whose type has fields of its own, gqlgen's generated
// code calls [Answer] with the value. A writer writes complete values only: at the
// first error, panic, null in a non-null place or anything else out of the
// ordinary it gives up, and gqlgen marshals the same value from the beginning. So
// errors, their paths and the propagation of null have one implementation,
// gqlgen's, and an answer is the same bytes with writers and without.
//
// What a method or resolver below the root may rely on:
//
//   - It is called one object after the other, where gqlgen starts goroutines. It
//     reads what was loaded with its object.
//   - It may be called again when a value is handed over, three times at most: it
//     changes nothing.
//   - The context has the field's FieldContext with its arguments, shared by all
//     objects of the selection: Parent leads to the fields above, but neither Index
//     nor Result are set.
//   - No field interceptor runs around it, which is why [Install] refuses one, and
//     no directive, which is why generation refuses them.
//
// It imports gqlgen and its parser, and nothing of ours.
package writers
