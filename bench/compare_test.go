package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCompareMarksWhatFell(t *testing.T) {
	t.Parallel()
	at := func(ratio, times float64) report {
		return report{Operations: []figure{
			{Operation: "Node", Connections: 16, Engine: "limit", Ratio: 1},
			{Operation: "Node", Connections: 16, Engine: "api", Ratio: ratio, Times: times},
		}}
	}
	for _, c := range []struct {
		name          string
		before, after report
		fell          string
	}{
		{"less of the limit", at(0.6, 3), at(0.5, 3), "1 fell"},
		{"less of the generic engine", at(0.6, 3), at(0.6, 2.5), "1 fell"},
		{"as two runs differ", at(0.6, 3), at(0.55, 2.8), "0 fell"},
		{"one that was not measured", report{}, at(0.1, 1), "0 fell"},
	} {
		var out strings.Builder
		if err := compareReports(c.before, c.after, &out); err != nil || !strings.Contains(out.String(), c.fell) {
			t.Errorf("%s: %v\n%s", c.name, err, out.String())
		}
	}
	old := filepath.Join(t.TempDir(), "old.json")
	must(t, at(0.6, 3).write(old))
	var out strings.Builder
	if err := start(t.Context(), []string{compareCommand, old, old}, &out); err != nil || !strings.Contains(out.String(), "0 fell") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := start(t.Context(), []string{compareCommand, old}, &out); err == nil {
		t.Error("one file was compared")
	}
}

// What the generic engine answers is compared with ours, but for what it cannot say.
func TestCovered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		generic, ours string
		same          bool
	}{
		{"another value", `{"a":1}`, `{"a":2}`, false},
		{"a field that we have not", `{"b":1}`, `{"a":1}`, false},
		{"a list that is longer", `{"a":[1,2]}`, `{"a":[1]}`, false},
		{"a list of two for one", `{"a":[{"b":1},{"b":2}]}`, `{"a":{"b":1}}`, false},
		{"one of a list", `{"a":[{"b":1},{"b":3}]}`, `{"a":[{"b":1},{"b":2}]}`, false},
		{"another instant", `{"a":"2026-11-27T10:00:00+02:00"}`, `{"a":"2026-11-27T09:00:00Z"}`, false},
		{"an instant that is none", `{"a":"2026-11-27T10:00:00+01:00"}`, `{"a":"soon"}`, false},
		{"fewer fields", `{"a":1}`, `{"a":1,"b":2}`, true},
		{"a column as it is stored", `{"a":""}`, `{"a":null}`, true},
		{"a number of eight bytes", `{"a":"1"}`, `{"a":1}`, true},
		{"a list of one for one", `{"a":[{"b":1}]}`, `{"a":{"b":1}}`, true},
		{"an instant with an offset", `{"a":"2026-11-27T10:00:00.5+01:00"}`, `{"a":"2026-11-27T09:00:00.5Z"}`, true},
		{"a cursor of its own", `{"endCursor":"x"}`, `{"endCursor":"y"}`, true},
	} {
		generic, err := parsed([]byte(`{"data":` + c.generic + `}`))
		must(t, err)
		ours, err := parsed([]byte(`{"data":` + c.ours + `}`))
		must(t, err)
		if err := covered("data", generic, ours); (err == nil) != c.same {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
