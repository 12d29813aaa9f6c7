package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"entgo.io/ent/entc/gen"
)

// repair is one replacement in a file that entgql 0.7.0 generates. It must be
// found exactly as often as its anchor occurs: an upgrade that moves the line
// breaks the generation here, never an answer of the server.
type repair struct {
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
		return nil
	})
}

func (r repair) apply(dir string) error {
	path := filepath.Join(dir, r.file)
	src, err := os.ReadFile(path) //nolint:gosec // code just generated
	if err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	want := 1
	if r.anchor != nil {
		want = len(r.anchor.FindAllIndex(src, -1))
	}
	if found := len(r.old.FindAllIndex(src, -1)); found != want || want == 0 {
		return fmt.Errorf("repair %s (%s): expected %d times, found %d:\n%s", r.file, r.why, want, found, r.old)
	}
	// The mode is for a new file: this one exists and keeps its own.
	return os.WriteFile(path, bytes.TrimLeft(r.old.ReplaceAll(src, []byte(r.new)), "\n"), 0o600) //nolint:gosec // as above
}
