package main

import (
	"os"
	"strings"
	"testing"
)

func TestImportFiguresArePrinted(t *testing.T) {
	t.Parallel()
	f := importFigures{rows: 1000, first: []float64{100, 300, 200}, copied: []float64{200, 400, 400}, next: []float64{500}, idle: 30, peak: 90}
	var out strings.Builder
	if err := f.print(&out, 7); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1000 dwellings, scale 7, 3 rounds", "200 dwellings/s", "5.0 s", "0.50", "at least 0.50", "90 MiB, 60 MiB over", "at most 150 MiB over",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestImportScale(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"0", "1000", "-1"} {
		if _, err := readSettings([]string{"-import", "-scale", wrong}, &strings.Builder{}); err == nil {
			t.Errorf("-scale %s is taken", wrong)
		}
	}
	if s, err := readSettings([]string{"-import"}, &strings.Builder{}); err != nil || !s.imports || s.scale != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestPeakOfMemory(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/status"); err == nil && peakMiB(os.Getpid()) < 1 {
		t.Error("this process takes no memory")
	}
	if n := peakMiB(-1); n != 0 {
		t.Errorf("no process takes %v MiB", n)
	}
}
