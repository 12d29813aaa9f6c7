package stockfile

import (
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for line, c := range map[string]struct {
		state  fault
		fields []string
	}{
		`a;"b`:          {openQuote, []string{"a", "b"}},
		`a;"b""`:        {openQuote, []string{"a", `b"`}},
		`a;"b"c;d`:      {brokenQuote, []string{"a", "b"}},
		``:              {wellFormed, []string{""}},
		`;`:             {wellFormed, []string{"", ""}},
		`"";""`:         {wellFormed, []string{"", ""}},
		`"a;b";"";c`:    {wellFormed, []string{"a;b", "", "c"}},
		`"a""b""";""""`: {wellFormed, []string{`a"b"`, `"`}},
		`a"b;c`:         {wellFormed, []string{`a"b`, "c"}},
	} {
		var s splitter
		state := s.split([]byte(line))
		got := make([]string, len(s.fields))
		for i, f := range s.fields {
			got[i] = string(f)
		}
		if state != c.state || !slices.Equal(got, c.fields) {
			t.Errorf("%s: %d %q, want %d %q", line, state, got, c.state, c.fields)
		}
	}
}
