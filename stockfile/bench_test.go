package stockfile_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// stock makes a file of the layout of 2026, of blocks of that many dwellings.
func stock(t testing.TB, rows, perBlock int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := stockfile.NewWriter(&out, stockfile.Layout2026)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		block := i / perBlock
		if err := w.Write(stockfile.Dwelling{
			Commune: "38185", CommuneName: "Grenoble", PostalCode: "38000", EPCI: "200040715",
			Address: stockfile.Address{Number: fmt.Sprint(1 + block%200), StreetType: "AV", Street: fmt.Sprintf("DE L'ÉTOILE %d", block/200)},
			Rooms:   1 + i%5, Surface: float64(20 + i%80), Floor: stockfile.Floor{Number: i % 9, Known: true},
			BuiltIn: 1950 + block%70, LetSince: 1950 + block%70, Financing: "13", Construction: "C", EnergyClass: "D",
			PriorityDistrict: domain.No, PositionQuality: "11",
			Coordinates: &domain.Coordinates{Latitude: 45.1 + domain.Latitude(block%1000)/1e4, Longitude: 5.7 + domain.Longitude(block/1000)/1e4},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func drain(t testing.TB, file []byte) (rows int) {
	t.Helper()
	r, err := stockfile.Open(bytes.NewReader(file), int64(len(file)), "bench", stockfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		_, reject, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return rows
		case err != nil, reject != nil:
			t.Fatal(reject, err)
		}
		rows++
	}
}

// A line costs no memory that its building has not cost already.
//
//nolint:paralleltest // AllocsPerRun counts what the whole process allocates.
func TestAllocationsPerLineAreBounded(t *testing.T) {
	const rows = 2_000
	for perBlock, most := range map[int]float64{10: 1.5, 1: 10} {
		file := stock(t, rows, perBlock)
		if perRow := testing.AllocsPerRun(1, func() { drain(t, file) }) / rows; perRow > most {
			t.Errorf("%.2f allocations a line in blocks of %d, more than %g", perRow, perBlock, most)
		}
	}
}

// Memory does not grow with the file: after ten times as many lines, what a
// reader keeps is the same.
//
//nolint:paralleltest // The heap is that of the whole process.
func TestMemoryIsFlat(t *testing.T) {
	kept := func(rows int) uint64 {
		text := stock(t, rows, 1)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := stockfile.NewReader(bytes.NewReader(text), "", stockfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range rows {
			if _, reject, err := r.Next(); reject != nil || err != nil {
				t.Fatal(reject, err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(text)
		runtime.KeepAlive(r)
		return after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
	}
	small, large := kept(1_000), kept(10_000)
	if small == 0 || large > small+64<<10 {
		t.Errorf("a reader keeps %d bytes after 1 000 lines, %d after 10 000", small, large)
	}
}

func BenchmarkReader(b *testing.B) {
	const rows = 50_000
	for name, file := range map[string][]byte{"blocks": stock(b, rows, 10), "houses": stock(b, rows, 1)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if n := drain(b, file); n != rows {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkGzip(b *testing.B) {
	const rows = 50_000
	file := stock(b, rows, 10)
	packed := gzipped(b, string(file))
	for b.Loop() {
		drain(b, packed)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(len(file))/float64(len(packed)), "ratio")
}

// BenchmarkEncodingCSV is what the standard library takes only to split the same
// lines.
func BenchmarkEncodingCSV(b *testing.B) {
	const rows = 50_000
	file := stock(b, rows, 10)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		r := csv.NewReader(strings.NewReader(string(bytes.TrimPrefix(file, []byte("\ufeff")))))
		r.Comma, r.ReuseRecord = ';', true
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
