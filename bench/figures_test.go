package main

import (
	"strings"
	"testing"
	"time"
)

func TestRatio(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rates, limits []float64
		want          float64
	}{
		"nothing measured":          {nil, nil, 0},
		"a limit that stood still":  {[]float64{10}, []float64{0}, 0},
		"one round":                 {[]float64{50}, []float64{100}, 0.5},
		"a machine that slows down": {[]float64{80, 40, 20}, []float64{160, 80, 40}, 0.5},
		"one disturbed round":       {[]float64{50, 5, 60}, []float64{100, 100, 100}, 0.5},
		"an even number":            {[]float64{40, 60}, []float64{100, 100}, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ratio(c.rates, c.limits); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	latencies := make([]time.Duration, 100)
	for i := range latencies {
		latencies[i] = time.Duration(i + 1)
	}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 51, 0.99: 100, 1: 100} {
		if got := quantile(latencies, q); got != want {
			t.Errorf("%v: got %d, want %d", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 {
		t.Error("there is a latency of no request")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		"-connections=0", "-connections=16,", "-connections=300", "-seconds=0", "-seconds=61", "-rounds=0",
		"-rounds=21", "-page=0", "-page=101", "-points=-1", "-points=20001", "-unknown", "word",
	} {
		if _, err := readSettings([]string{wrong}, &strings.Builder{}); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
	s, err := readSettings([]string{"-connections", "1,16,64", "-variant", "GOGC=400 GOMEMLIMIT=1GiB"}, &strings.Builder{})
	if err != nil || len(s.connections) != 3 || len(s.variant) != 2 || s.duration() != 2*time.Second {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestReportMarksWhatIsBelowTarget(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := report{Operations: []figure{
		{Operation: "Good", Engine: "api", Ratio: 0.5, Target: 0.35},
		{Operation: "Slow", Engine: "api", Ratio: 0.2, Target: 0.35},
		{Operation: "Slow", Engine: "limit", Ratio: 1},
	}}
	if err := r.print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "0.35 !") != 1 || !strings.Contains(out.String(), "1 below target") {
		t.Error(out.String())
	}
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"{[1,2]}", "{[a,2)}", "x", "{[1)}"} {
		if got, err := readIntervals(wrong); err == nil {
			t.Errorf("%s was read as %v", wrong, got)
		}
	}
	got, err := readIntervals("{[480,720),[810,1020)}")
	if err != nil || len(got) != 2 || got[0] != (interval{"08:00", "12:00"}) || got[1] != (interval{"13:30", "17:00"}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := readIntervals("{}"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("closed is read as %v, %v", got, err)
	}
}
