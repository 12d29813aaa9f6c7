package testdb

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// draws is how often a property that goes through the database is tried in one run, where
// one that does not is tried a hundred times in the time of one of these. Other cases are
// drawn each time.
const draws = "40"

// Main runs the tests of a package whose properties go through the database; the flag
// -rapid.checks tells how often each is tried, as ever.
func Main(m *testing.M) {
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	if !told {
		if err := flag.Set("rapid.checks", draws); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}
