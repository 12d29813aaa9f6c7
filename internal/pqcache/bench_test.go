package pqcache

import "testing"

// BenchmarkQuery reads one row by primary key.
func BenchmarkQuery(b *testing.B) {
	dsn := emptyDB(b)
	for _, bb := range []struct {
		name string
		size int
	}{{"cached", DefaultSize}, {"uncached", off}} {
		b.Run(bb.name, func(b *testing.B) {
			db := open(b, dsn, bb.size, 1)
			b.ReportAllocs()
			for b.Loop() {
				var label string
				if err := db.QueryRowContext(b.Context(), `SELECT label FROM item WHERE id = $1`, 7).Scan(&label); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
