package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// noticeable is by how much a ratio falls before it is marked: two runs of the same program
// differ by less.
const noticeable = 0.15

// readReport reads what [report.write] wrote.
func readReport(file string) (r report, err error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that the caller names
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// compareReports says how the ratios of the API to the limit and to the generic engine
// changed from one run to another: rates of two runs say nothing of each other.
func compareReports(before, after report, out io.Writer) error {
	type key struct {
		operation   string
		connections int
	}
	was := map[key]figure{}
	for _, f := range before.Operations {
		if f.Engine == "api" {
			was[key{f.Operation, f.Connections}] = f
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	say("operation\tconnections\tof limit\tbefore\tof generic\tbefore\tallocs\tbefore\tSQL\tbefore\t\n")
	fell := 0
	for _, f := range after.Operations {
		b, known := was[key{f.Operation, f.Connections}]
		if f.Engine != "api" || !known {
			continue
		}
		mark := ""
		if f.Ratio < b.Ratio*(1-noticeable) || f.Times < b.Times*(1-noticeable) {
			mark = "!"
			fell++
		}
		say("%s\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\t%.1f\t%.1f\t%s\n", f.Operation, f.Connections, f.Ratio, b.Ratio, f.Times, b.Times,
			f.Allocations, b.Allocations, f.Statements, b.Statements, mark)
	}
	say("%d fell by more than %.0f %% (!)\n", fell, noticeable*100)
	return w.Flush()
}

// compareFiles compares two files of figures.
func compareFiles(before, after string, out io.Writer) error {
	was, err := readReport(before)
	if err != nil {
		return err
	}
	is, err := readReport(after)
	if err != nil {
		return err
	}
	return compareReports(was, is, out)
}
