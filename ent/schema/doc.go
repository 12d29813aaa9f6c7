// Package schema holds the shape of what is stored: fields, edges, indexes,
// named constraints, and for each entity the line that puts it behind the
// guard. One file a concept; a file reads top to bottom, with one mixin and no
// hooks.
//
// It may import domain and policy/guard. It must not import generated code,
// policy, service or graph: all generated code can then be deleted and rebuilt
// from nothing.
package schema
