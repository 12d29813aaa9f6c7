package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestGrowthIsTold(t *testing.T) {
	t.Parallel()
	took := func(operation string, p50 float64) figure {
		return figure{Operation: operation, P50: p50, Statements: 3}
	}
	all := []grown{
		{Times: 1, Dwellings: 10, Operations: []figure{took("Flat", 2), took("Linear", 1), took("Lost", 1)}},
		{Times: 10, Dwellings: 100, Operations: []figure{took("Flat", 2), took("Linear", 10)}},
		{Times: 100, Dwellings: 1000, Operations: []figure{took("Linear", 100), took("Flat", 3)}},
	}
	found := lines(all)
	if len(found) != 2 || found[0].operation != "Linear" || found[1].took[2] != 3 {
		t.Fatalf("%+v", found)
	}
	var out strings.Builder
	must(t, printGrowth(all, &out))
	if told := strings.Fields(out.String()); !strings.Contains(out.String(), "100.0") || told[len(told)-1] != "1.5" {
		t.Error(out.String())
	}
	drawn := plotGrowth(all)
	if strings.Count(drawn, "<polyline") != 2 || !strings.Contains(drawn, "Linear ×100.0") {
		t.Error(drawn)
	}
	for read := xml.NewDecoder(strings.NewReader(drawn)); ; {
		if _, err := read.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
