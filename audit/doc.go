// Package audit answers one question: who saw or changed what, and can it be proved?
//
// A [Writer] commits lines before an answer leaves: many requests share one insert,
// and one whose line cannot be committed in time is refused. A [Sealer] gives each
// committed line its place in a chain of keyed hashes, whose key is not in the
// database; at midnight it closes a segment, whose head stays when its lines have
// gone. [Verify] finds what was done to lines or chain behind its back, and a [Head]
// kept elsewhere finds that the end was cut off. A [Reader] answers in pages.
//
// What each line can prove:
//   - its own keyed hash, made by the writer: that this service wrote it, as it is;
//   - its seal: that it stood there, at this place, within seconds of its time.
//
// What cannot be proved: that a line was removed before it was sealed, in its first
// second, and what somebody did who has the key as well as the database.
//
// It may import domain and the PostgreSQL driver. It must not import ent, policy,
// service, graph, server or net/http.
package audit
