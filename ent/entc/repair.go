package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"entgo.io/ent/entc/gen"
)

// repair is one replacement in files that Ent 0.14.5 and entgql 0.7.0 generate. It must be
// found exactly as often as its anchor occurs in each: an upgrade that moves the line
// breaks the generation here, never an answer of the server.
type repair struct {
	// file is a pattern, for which there must be one.
	file string
	// why tells what goes wrong without the repair.
	why string
	old *regexp.Regexp
	new string
	// anchor counts how often old must be found; nil means once.
	anchor *regexp.Regexp
}

var repairs = []repair{
	{
		file: "gql_pagination.go",
		why:  "fixed names of a connection are compared with response names: { e: edges } comes back empty",
		old:  regexp.MustCompile(`\n\t\t\tif f\.Alias == name \{`),
		new:  "\n\t\t\tif f.Alias == name || \":\"+f.Name == name { // a colon cannot stand in a response name",
	},
	{
		file: "gql_pagination.go",
		why:  "the same: the constants are marked with the colon",
		old:  regexp.MustCompile(`(\n\t(?:edgesField|nodeField|pageInfoField|totalCountField)\s+= )"`),
		new:  `${1}":`,
		// Four constants.
		anchor: regexp.MustCompile(`\n\t(?:edgesField|nodeField|pageInfoField|totalCountField)\s+= `),
	},
	{
		file:   "gql_pagination.go",
		why:    "pageInfo counts the whole list although hasNextPage comes from one more row",
		old:    regexp.MustCompile(`if hasCollectedField\(ctx, totalCountField\) \|\| hasCollectedField\(ctx, pageInfoField\) \{`),
		new:    `if hasCollectedField(ctx, totalCountField) {`,
		anchor: regexp.MustCompile(`\) Paginate\(\n`),
	},
	{
		file:   "gql_pagination.go",
		why:    "pageInfo without edges reads no row, and so knows no next page",
		old:    regexp.MustCompile(`ignoredEdges := !hasCollectedField\(ctx, edgesField\)\n`),
		new:    "ignoredEdges := !hasCollectedField(ctx, edgesField) && !hasCollectedField(ctx, pageInfoField)\n",
		anchor: regexp.MustCompile(`\) Paginate\(\n`),
	},
	{
		file:   "gql_collection.go",
		why:    "the same in nested connections",
		old:    regexp.MustCompile(`if hasCollectedField\(ctx, append\(path, totalCountField\)\.\.\.\) \|\| hasCollectedField\(ctx, append\(path, pageInfoField\)\.\.\.\) \{`),
		new:    `if hasCollectedField(ctx, append(path, totalCountField)...) {`,
		anchor: regexp.MustCompile(`pager, err := new`),
	},
	{
		file:   "gql_collection.go",
		why:    "the same in nested connections",
		old:    regexp.MustCompile(`ignoredEdges := !hasCollectedField\(ctx, append\(path, edgesField\)\.\.\.\)\n`),
		new:    "ignoredEdges := !hasCollectedField(ctx, append(path, edgesField)...) && !hasCollectedField(ctx, append(path, pageInfoField)...)\n",
		anchor: regexp.MustCompile(`pager, err := new`),
	},
	{
		file: "gql_collection.go",
		why:  "null for a filter arrives as an empty one: dwellings of a building are then those of the vintage in force, as at the root",
		old:  regexp.MustCompile(`(if v, ok := rv\[whereField\]\.\(\*DwellingWhereInput\); ok \{\n)`),
		new: `${1}		if _, err := v.P(); err == ErrEmptyDwellingWhereInput {
			v = &DwellingWhereInput{LastVintageIDIsNil: true}
		}
`,
	},
	{
		file: "gql_collection.go",
		why:  "a second response name on a to-one edge forgets the columns that the first one asked for",
		old: regexp.MustCompile(
			`(query = \(&\w+Client\{config: _q\.config\}\)\.Query\(\)\n\t\t\t\))` +
				`(\n\t\t\tif err := query\.collectField\([^\n]+\n\t\t\t\treturn err\n\t\t\t\})` +
				`(\n\t\t\t_q\.with(\w+) = query\n)`),
		new: `${1}` + `
			again := _q.with${4} != nil
			if again {
				query = _q.with${4}
			}${2}
			if again {
				query.ctx.Fields = nil
			}${3}`,
		anchor: regexp.MustCompile(`\n\t\t\t_q\.with\w+ = query\n`),
	},
	{
		file: "gql_collection.go",
		why:  "a field that is no column has all columns read; every row says what is masked, whatever is selected",
		old:  regexp.MustCompile(`(?s)(\nfunc \(_q \*ApplicationQuery\) collectField\(.*?\n\t\tcase "id":\n)`),
		new:  "${1}\t\tcase \"masked\":\n",
	},
	{
		file: "*_query.go",
		why:  "each row has its values read into boxes of its own, from which they are copied",
		old: regexp.MustCompile(`\n\t_spec\.ScanValues = (func\(columns \[\]string\) \(\[\]any, error\) \{\n` +
			`\t\treturn \(\*\w+\)\.scanValues\(nil, columns\)\n\t\})\n`),
		new: "\n\t_spec.ScanValues = boxes.OfQuery(${1})\n",
	},
	{
		file: "*_query.go",
		why:  "the same: the import",
		old:  regexp.MustCompile(`\n(\t"github\.com/guichet-logement/guichet/ent/predicate"\n)`),
		new:  "\n\t\"github.com/guichet-logement/guichet/ent/boxes\"\n${1}",
	},
	{
		file: "application_query.go",
		why:  "parts of an application are loaded without a word of what its row said of who sees it",
		old:  regexp.MustCompile(`(\n\tif len\(nodes\) == 0 \{\n\t\treturn nodes, nil\n\t\})\n`),
		new:  "${1}\n\tctx = page.Of(ctx, nodes)\n",
	},
	{
		file: "application_query.go",
		why:  "the same: the import",
		old:  regexp.MustCompile(`\n(\t"github\.com/guichet-logement/guichet/ent/piece"\n)`),
		new:  "\n\t\"github.com/guichet-logement/guichet/ent/page\"\n${1}",
	},
	{
		file:   "*_query.go",
		why:    "a map of all rows grows row by row",
		old:    regexp.MustCompile(`(\n\t(?:nodeids|byID) := make\(map\[[\w.]+\]\*\w+)\)\n`),
		new:    "${1}, len(nodes))\n",
		anchor: regexp.MustCompile(`\n\t(?:nodeids|byID) := make\(map\[[\w.]+\]\*\w+`),
	},
}

// keptBox is where a row keeps the box itself that a value was read into. It must be one
// that package boxes makes anew for each row.
var keptBox = regexp.MustCompile(`values\[i\]\.\(\*([^)]+)\); !ok \{\n[^\n]*\n\t+\} else if value != nil \{\n\t+_m\.\w+ = value\n`)

// checkBoxes fails when a row would share what it keeps with the next one.
func checkBoxes(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return fmt.Errorf("boxes: %w", err)
	}
	for _, path := range files {
		src, err := os.ReadFile(path) //nolint:gosec // code just generated
		if err != nil {
			return fmt.Errorf("boxes: %w", err)
		}
		for _, found := range keptBox.FindAllSubmatch(src, -1) {
			if typ := string(found[1]); typ != "[]byte" {
				return fmt.Errorf("boxes: %s keeps a *%s: is it made anew for each row?", path, typ)
			}
		}
	}
	return nil
}

// repairRelay mends entgql's output once everything is written.
func repairRelay(next gen.Generator) gen.Generator {
	return gen.GenerateFunc(func(g *gen.Graph) error {
		if err := next.Generate(g); err != nil {
			return err
		}
		for _, r := range repairs {
			if err := r.apply(g.Target); err != nil {
				return err
			}
		}
		return checkBoxes(g.Target)
	})
}

func (r repair) apply(dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, r.file))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("repair %s (%s): no file: %w", r.file, r.why, err)
	}
	for _, path := range paths {
		if err := r.mend(path); err != nil {
			return err
		}
	}
	return nil
}

func (r repair) mend(path string) error {
	src, err := os.ReadFile(path) //nolint:gosec // code just generated
	if err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	want := 1
	if r.anchor != nil {
		want = len(r.anchor.FindAllIndex(src, -1))
	}
	if found := len(r.old.FindAllIndex(src, -1)); found != want || want == 0 && !strings.Contains(r.file, "*") {
		return fmt.Errorf("repair %s (%s): expected %d times, found %d:\n%s", path, r.why, want, found, r.old)
	}
	mended, err := format.Source(bytes.TrimLeft(r.old.ReplaceAll(src, []byte(r.new)), "\n"))
	if err != nil {
		return fmt.Errorf("repair %s (%s): %w", path, r.why, err)
	}
	// The mode is for a new file: this one exists and keeps its own.
	return os.WriteFile(path, mended, 0o600) //nolint:gosec // as above
}
