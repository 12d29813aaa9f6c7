package main

import (
	"fmt"
	"regexp"
	"strings"
)

// mutant is the template with one thing broken.
type mutant struct{ what, text string }

// replacement is one way to break a line.
type replacement struct {
	old *regexp.Regexp
	new string
}

// ways are those in which a hand slips: a condition the wrong way round, a branch
// of the other case, another character, a wrong constant.
var ways = []replacement{
	{regexp.MustCompile(`(\{\{-? (?:else )?if )(.+?)( \}\})`), "${1}not (${2})${3}"},
	{regexp.MustCompile(`\bif (v|obj) == nil\b`), "if ${1} != nil"},
	{regexp.MustCompile(`\bif !`), "if "},
	{regexp.MustCompile(`\bif (w\.\w+\(\))`), "if !${1}"},
	{regexp.MustCompile(`\{\{ \$type\.GQL\.NonNull \}\}`), "true"},
	{regexp.MustCompile(`\{\{ \$type\.GQL\.NonNull \}\}`), "false"},
	{regexp.MustCompile(`\(false\)`), "(true)"},
	{regexp.MustCompile(`GiveUp\(\)`), "Null(false)"},
	{regexp.MustCompile(`Raw\("(.)"\)`), `Raw("${1}${1}")`},
	{regexp.MustCompile(`"__typename"`), `"typename"`},
	{regexp.MustCompile(`\(w, i\b`), "(w, i+1"},
	{regexp.MustCompile(`\b(Item|Name)\(i\b`), "${1}(i+1"},
	{regexp.MustCompile(`&fields\[i\]`), "&fields[0]"},
	{regexp.MustCompile(`v\[i\]`), "v[0]"},
	{regexp.MustCompile(`\.TakeRef`), ".CanBeNil"},
	{regexp.MustCompile(`, err :=`), ", _ :="},
}

// unreachable marks a line of which a test cannot see whether it is right.
const unreachable = "// no valid document comes here"

// mutants lists every way to break one line of the template once.
func mutants(text string) []mutant {
	lines := strings.Split(text, "\n")
	var all []mutant
	add := func(i int, line, what string) {
		changed := append(append([]string{}, lines[:i]...), line)
		all = append(all, mutant{
			fmt.Sprintf("line %d, %s: %s", i+1, what, strings.TrimSpace(lines[i])),
			strings.Join(append(changed, lines[i+1:]...), "\n"),
		})
	}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" || strings.Contains(line, unreachable) {
			continue
		}
		add(i, "", "left out")
		for _, way := range ways {
			if way.old.MatchString(line) {
				changed := way.old.ReplaceAllString(line, way.new)
				add(i, changed, "made "+strings.TrimSpace(changed))
			}
		}
	}
	return all
}
