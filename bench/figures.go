package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// ratio compares the rates of two engines that took turns: the median of the
// ratios of neighbours, so that a machine that slows down between rounds does not
// count. Both have one rate a round; without any the ratio is 0.
func ratio(rates, limits []float64) float64 {
	var ratios []float64
	for i := range min(len(rates), len(limits)) {
		if limits[i] > 0 {
			ratios = append(ratios, rates[i]/limits[i])
		}
	}
	return median(ratios)
}

// median returns the middle of the values, the mean of the two in the middle when
// they are even, 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// quantile returns the latency that the share q of requests stayed within.
// Latencies are in rising order; of none it is 0.
func quantile(latencies []time.Duration, q float64) time.Duration {
	if len(latencies) == 0 {
		return 0
	}
	return latencies[min(int(q*float64(len(latencies))), len(latencies)-1)]
}

// figure is what one engine did with one operation.
type figure struct {
	Operation   string  `json:"operation"`
	Connections int     `json:"connections"`
	Engine      string  `json:"engine"`
	Rate        float64 `json:"requestsPerSecond"`
	Ratio       float64 `json:"ratioToLimit"`
	Target      float64 `json:"target,omitempty"`
	// Times is the ratio to the generic engine, TimesTarget the least one; 0 where that is
	// not measured.
	Times       float64 `json:"ratioToGeneric,omitempty"`
	TimesTarget float64 `json:"genericTarget,omitempty"`
	P50         float64 `json:"p50Milliseconds"`
	P99         float64 `json:"p99Milliseconds"`
	// Statements are of SQL, Allocations and Kilobytes of the server's heap, all
	// for one request; not known for an engine that does not count them.
	Statements  float64 `json:"sqlStatements,omitempty"`
	Allocations float64 `json:"allocations"`
	Kilobytes   float64 `json:"allocatedKilobytes"`
	Bytes       int     `json:"answerBytes"`
	// Processor is the time of the server's process for one request, one at a time, and
	// Resident its memory under the load.
	Processor float64 `json:"processorMilliseconds"`
	Resident  float64 `json:"residentMegabytes"`
}

// beginning is how the program starts.
type beginning struct {
	Name string `json:"name"`
	// Milliseconds from the start of the process to the first good answer.
	Milliseconds float64 `json:"milliseconds"`
	// Resident is the memory of the process 1.5 s later, PostgreSQL's not counted.
	Resident float64 `json:"residentMegabytes"`
}

// report is all that one run found.
type report struct {
	Points     int         `json:"receptionPoints"`
	Page       int         `json:"page"`
	Rounds     int         `json:"rounds"`
	Seconds    float64     `json:"seconds"`
	Operations []figure    `json:"operations"`
	Starts     []beginning `json:"starts"`
}

// print writes the figures for a reader.
func (r report) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	say("%d reception points, pages of %d, %d rounds of %g s, engines in turn\n\n", r.Points, r.Page, r.Rounds, r.Seconds)
	say("operation\tconnections\tengine\treq/s\tof limit\ttarget\tof generic\ttarget\tp50 ms\tp99 ms\tSQL\tallocs\tKB\tanswer KB\tCPU ms\tRSS MB\t\n")
	below := 0
	for _, f := range r.Operations {
		statements := ""
		marked := func(got, least float64) (ratio, target string) {
			if got > 0 {
				ratio = fmt.Sprintf("%.2f", got)
			}
			if least > 0 {
				target = fmt.Sprintf("%.2f", least)
				if got < least {
					below++
					target += " !"
				}
			}
			return ratio, target
		}
		ratio, target := marked(f.Ratio, f.Target)
		times, least := marked(f.Times, f.TimesTarget)
		if f.Statements > 0 {
			statements = fmt.Sprintf("%.1f", f.Statements)
		}
		say("%s\t%d\t%s\t%.0f\t%s\t%s\t%s\t%s\t%.2f\t%.1f\t%s\t%.0f\t%.0f\t%.1f\t%.2f\t%.0f\t\n", f.Operation, f.Connections, f.Engine,
			f.Rate, ratio, target, times, least, f.P50, f.P99, statements, f.Allocations, f.Kilobytes, float64(f.Bytes)/1024, f.Processor, f.Resident)
	}
	say("\n")
	for _, s := range r.Starts {
		say("%s: first good answer after %.0f ms, %.0f MB resident\n", s.Name, s.Milliseconds, s.Resident)
	}
	if below > 0 {
		say("%d below target (!)\n", below)
	}
	return w.Flush()
}

// write keeps the figures for a program.
func (r report) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644) //nolint:gosec // Figures are for everybody.
}
