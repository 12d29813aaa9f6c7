package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each switch is where it was, once: a run over all of them takes an hour, and would end
// at the first that is not.
func TestSwitchesAreThere(t *testing.T) {
	t.Parallel()
	for _, s := range switches {
		source, err := os.ReadFile(filepath.Join("..", "..", "..", s.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), s.old); n != 1 {
			t.Errorf("%s: %s holds it %d times: %s", s.what, s.file, n, s.old)
		}
		if s.old == s.new {
			t.Errorf("%s: nothing is broken", s.what)
		}
	}
}
