package server

import "testing"

// BenchmarkTransport measures what the transport adds to an operation whose
// document is known: decoding, checks, headers, log and metrics.
func BenchmarkTransport(b *testing.B) {
	h := newHandler(b)
	for name, body := range map[string]string{
		"one field":   ask("{ hello }"),
		"two pages":   ask("query($n: Int) { things(first: $n) { edges { cursor node { id name things(first: 5) { totalCount edges { node { id } } } } } pageInfo { hasNextPage } } }", `{"n":20}`),
		"introspects": ask(introspectionQuery),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := post(b, h, body); !r.ok() {
					b.Fatalf("%s", r.body)
				}
			}
		})
	}
}
