package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/guichet-logement/guichet"

// neverArrows says, package by package, what must not be imported. A banned path
// that ends in a slash stands for every package below it. An arrow counts for the
// package itself; exact paths win over the package they are below.
var neverArrows = map[string][]string{
	"domain": {module + "/", "entgo.io/", "github.com/99designs/", "net/http", "database/sql", "log/slog"},
	"auth": {
		module + "/ent", module + "/ent/", module + "/policy", module + "/policy/", module + "/service",
		module + "/graph", module + "/graph/", module + "/server",
	},
	"audit": {
		module + "/ent", module + "/ent/", module + "/auth", module + "/policy", module + "/policy/", module + "/service",
		module + "/graph", module + "/graph/", module + "/server", "net/http", "entgo.io/", "github.com/99designs/",
	},
	"directoryfile": {
		module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/graph", module + "/server",
		"net/http", "database/sql",
	},
	"stockfile": {
		module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/graph", module + "/server",
		"net/http", "database/sql",
	},
	"stockmap": {
		module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/graph", module + "/server",
		"net/http", "database/sql",
	},
	"rota": {
		module + "/ent", module + "/ent/", module + "/auth", module + "/policy", module + "/policy/", module + "/service", module + "/graph",
		module + "/server", "net/http", "database/sql",
	},
	"registryfile": {
		module + "/ent", module + "/ent/", module + "/auth", module + "/audit", module + "/policy", module + "/policy/", module + "/service",
		module + "/graph", module + "/graph/", module + "/server", module + "/directoryfile", module + "/stockfile", "net/http", "database/sql", "os",
	},
	"ent/schema":   {module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/graph", module + "/auth"},
	"ent/boxes":    {module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/graph", module + "/auth"},
	"ent/page":     {module + "/"},
	"policy/guard": {module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/domain"},
	"policy":       {module + "/service", module + "/graph", module + "/graph/", module + "/server", "net/http"},
	"service":      {module + "/graph", module + "/graph/", module + "/server", "net/http", "github.com/99designs/"},
	"graph": {
		module + "/policy", module + "/policy/", module + "/server", "net/http", "database/sql", "github.com/lib/pq",
	},
	"graph/writers":          {module + "/"},
	"graph/writers/generate": {module + "/"},
	"graph/scalar":           {module + "/policy", module + "/policy/", module + "/server", module + "/service", "net/http", "database/sql"},
	"server":                 {module + "/policy", module + "/policy/", module + "/ent/", module + "/service", module + "/sandbox"},
	"server/explorer": {
		module + "/ent", module + "/ent/", module + "/policy", module + "/policy/", module + "/service", module + "/server", module + "/sandbox",
	},
	"internal/oracle": {module + "/"},
	"piecefile": {
		module + "/ent", module + "/ent/", module + "/policy", module + "/service", module + "/graph", module + "/server",
		"net/http", "database/sql", "os",
	},
	"digitiser": {
		module + "/ent", module + "/ent/", module + "/auth", module + "/audit", module + "/policy", module + "/policy/", module + "/service",
		module + "/graph", module + "/graph/", module + "/server", "database/sql",
	},
	"registry": {
		module + "/ent", module + "/ent/", module + "/auth", module + "/audit", module + "/policy", module + "/policy/", module + "/service",
		module + "/graph", module + "/graph/", module + "/server", "database/sql",
	},
	"storage":   {module + "/"},
	"antivirus": {module + "/"},
	"sandbox":   {module + "/graph", module + "/graph/", module + "/server", module + "/command", module + "/ent", module + "/ent/"},
}

// onlyImporters says who alone may import a package.
var onlyImporters = map[string][]string{
	"policy/guard":              {"policy", "ent/schema"},
	"server":                    {"command", "internal/testapi", "internal/leak"},
	"server/explorer":           {"command"},
	"command":                   {".", "internal/testapi", "bench"},
	"internal/testdb":           {"internal/testdb/remove", "internal/testapi"},
	"internal/testapi":          {"bench", "internal/leak"},
	"internal/oracle":           {"internal/leak"},
	"internal/leak":             {},
	"registryfile/registrytest": {},
	"ent/enttest":               {},
	"ent/boxes":                 {"ent"},
	"ent/page":                  {"ent", "policy"},
	"ent/schema":                {"ent/runtime"},
}

type listed struct {
	ImportPath, Dir, Name              string
	Imports, TestImports, XTestImports []string
	GoFiles                            []string
	Standard                           bool
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Name,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}

// short is the path below the module, "." for its root.
func short(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

func banned(path string, bans []string) bool {
	for _, b := range bans {
		if path == b || strings.HasSuffix(b, "/") && strings.HasPrefix(path, b) {
			return true
		}
	}
	return false
}

// violations lists the arrows of a package that must not be.
func violations(p listed) []string {
	var found []string
	for _, imported := range p.Imports {
		if banned(imported, neverArrows[short(p.ImportPath)]) {
			found = append(found, short(p.ImportPath)+" imports "+imported)
		}
		allowed, restricted := onlyImporters[short(imported)]
		if strings.HasPrefix(imported, module) && restricted && !slices.Contains(allowed, short(p.ImportPath)) {
			found = append(found, short(p.ImportPath)+" imports "+imported+", which only "+strings.Join(allowed, ", ")+" may")
		}
	}
	return found
}

func TestNeverArrows(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, p := range all {
		for _, v := range violations(p) {
			t.Error(v)
		}
	}
	for path := range neverArrows {
		if !slices.ContainsFunc(all, func(p listed) bool { return short(p.ImportPath) == path }) {
			t.Errorf("the rules name %s, which is no package", path)
		}
	}
	// The check can fail.
	for _, wrong := range []listed{
		{ImportPath: module + "/domain", Imports: []string{module + "/ent"}},
		{ImportPath: module + "/graph", Imports: []string{module + "/policy"}},
		{ImportPath: module + "/graph", Imports: []string{module + "/policy/guard"}},
		{ImportPath: module + "/service", Imports: []string{module + "/internal/testdb"}},
	} {
		if len(violations(wrong)) == 0 {
			t.Errorf("%s -> %v was not found", wrong.ImportPath, wrong.Imports)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if generated(short(p.ImportPath)) {
			continue
		}
		file := "doc.go"
		if p.Name == "main" && !slices.Contains(p.GoFiles, file) {
			file = "main.go" // a program is documented where it starts
		}
		if short(p.ImportPath) == "." {
			file = "generate.go"
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil || parsed.Doc == nil || len(parsed.Doc.Text()) < 40 {
			t.Errorf("%s does not say in %s what it is: %v", short(p.ImportPath), file, err)
		}
	}
}

// generated tells packages that a tool writes whole.
func generated(path string) bool {
	if path == "graph/gen" || path == "graph/model" {
		return true
	}
	if path != "ent" && !strings.HasPrefix(path, "ent/") {
		return false
	}
	return !slices.Contains([]string{"ent/schema", "ent/boxes", "ent/page", "ent/entc", "ent/migrate/diff", "ent/migrate/migrations"}, path)
}

// notRaced are packages that share something between goroutines and whose tests the race
// detector does not watch, each for a reason.
var notRaced = map[string]string{
	"bench":            "it measures",
	"command":          "what it starts is raced in server, service, audit and pgserver; its own tests take minutes of PostgreSQL",
	"sandbox":          "one pipe, read while it is written",
	"domain":           "a table read once, by sync.OnceValue",
	"policy":           "two tables read once, by sync.OnceValue, and the settings of a day behind an atomic pointer",
	"graph/writers":    "one pool of buffers, raced by the tests of graph and server",
	"ent/page":         "one sync.Once, raced by the tests of graph and server",
	"internal/testapi": "it is raced by the tests of graph and server",
}

// What runs at once is tested under the race detector: a package that begins to is in
// the Makefile's list, or says why not.
func TestWhatRunsAtOnceIsRaced(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(makefile), "RACED :=")
	list, _, _ = strings.Cut(list, "\n\n")
	raced := strings.Fields(strings.ReplaceAll(list, "\\", ""))
	for _, p := range packages(t) {
		path := short(p.ImportPath)
		listed := slices.Contains(raced, "./"+path)
		switch {
		case generated(path):
		case listed && notRaced[path] != "":
			t.Errorf("%s is raced, and an exception", path)
		case !listed && notRaced[path] == "" && sharesMemory(t, p):
			t.Errorf("%s runs things at once and is not in RACED of the Makefile", path)
		}
	}
	for _, path := range raced {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("RACED names %s: %v", path, err)
		}
	}
	_, drawn, _ := strings.Cut(string(makefile), "DRAWN :=")
	drawn, _, _ = strings.Cut(drawn, "\n\n")
	tests := testsOf(t, raced)
	for name := range strings.FieldsSeq(strings.ReplaceAll(drawn, "\\", "")) {
		if !strings.Contains(tests, "func "+name+"(") {
			t.Errorf("DRAWN names %s, which is no test", name)
		}
	}
}

// testsOf is the text of the tests of these packages.
func testsOf(t *testing.T, paths []string) string {
	t.Helper()
	var all strings.Builder
	for _, path := range paths {
		files, err := filepath.Glob(filepath.Join(path, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}

// sharesMemory tells whether a package starts goroutines or guards something from them.
func sharesMemory(t *testing.T, p listed) bool {
	t.Helper()
	for _, file := range p.GoFiles {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if strings.HasPrefix(strings.Trim(i.Path.Value, `"`), "sync") {
				return true
			}
		}
		starts := false
		ast.Inspect(parsed, func(n ast.Node) bool {
			_, is := n.(*ast.GoStmt)
			starts = starts || is
			return !starts
		})
		if starts {
			return true
		}
	}
	return false
}

// A concept has one name: a file of it in ent/schema has one in policy and graph.
func TestOneConceptOneFileName(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("ent/schema/*.go")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		name := filepath.Base(f)
		if name == "doc.go" || name == "mixin.go" {
			continue
		}
		for _, layer := range []string{"policy", "graph"} {
			if _, err := os.Stat(filepath.Join(layer, name)); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s has no counterpart in %s", f, layer)
			}
		}
	}
}

// Only tests take from the service what protects the files.
func TestOnlyTestsUnprotect(t *testing.T) {
	t.Parallel()
	looked := 0
	for _, p := range packages(t) {
		for _, file := range p.GoFiles { // tests are not among them
			looked++
			text, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, call := range []string{".Uncounted()", ".Unrecorded()"} {
				if strings.Contains(string(text), call) {
					t.Errorf("%s/%s calls %s", short(p.ImportPath), file, call)
				}
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d files", looked)
	}
}

// maxResolverLines bounds the body of a resolver: a longer one holds a rule.
const maxResolverLines = 15

func TestResolversAreShortAndWriteNothing(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("graph/*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		n, problems := inspectResolvers(t, f, nil)
		seen += n
		for _, p := range problems {
			t.Error(p)
		}
	}
	if seen < 20 {
		t.Errorf("only %d resolvers found", seen)
	}
	wrong := "package graph\n\nfunc (r queryResolver) Long() {\n" + strings.Repeat("\tprintln()\n", 16) + "}\n\nfunc (r queryResolver) Writes() { r.ent.Commune.Delete() }\n"
	if _, problems := inspectResolvers(t, "wrong.go", wrong); len(problems) != 2 {
		t.Errorf("the check let something through: %v", problems)
	}
}

func inspectResolvers(t *testing.T, file string, src any) (resolvers int, problems []string) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil || n.Body == nil {
				return true
			}
			receiver, ok := n.Recv.List[0].Type.(*ast.Ident)
			if !ok || !strings.HasSuffix(receiver.Name, "Resolver") {
				return true
			}
			resolvers++
			if lines := set.Position(n.Body.Rbrace).Line - set.Position(n.Body.Lbrace).Line - 1; lines > maxResolverLines {
				problems = append(problems, file+": "+receiver.Name+"."+n.Name.Name+" is too long: a rule hides in it")
			}
		case *ast.SelectorExpr:
			if slices.Contains([]string{"Create", "CreateBulk", "Update", "UpdateOne", "UpdateOneID", "Delete", "DeleteOne", "DeleteOneID", "Tx", "BeginTx"}, n.Sel.Name) {
				problems = append(problems, file+": calls "+n.Sel.Name+", a builder that writes")
			}
		}
		return true
	})
	return resolvers, problems
}

// Raw SQL is greppable: it stands in files named *_sql.go, and nothing lifts the
// scopes but the grants of package policy.
func TestRawSQLHasItsFiles(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"audit", "service", "policy", "graph", "sandbox"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(f, "_sql.go") {
				for _, mark := range []string{".Modify(", "sql.P(", "sql.ExprP(", "sql.Raw(", ".ExecContext(", ".QueryContext("} {
					if strings.Contains(string(src), mark) {
						t.Errorf("%s has raw SQL (%s) outside a file named *_sql.go", f, mark)
					}
				}
			}
			for _, mark := range []string{"privacy.DecisionContext", "privacy.Allow"} {
				if strings.Contains(string(src), mark) {
					t.Errorf("%s goes around the guard (%s)", f, mark)
				}
			}
		}
	}
}

// The map in the README names every package, and nothing that does not exist.
func TestReadmeMap(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "<!-- map -->")
	table, _, ok2 := strings.Cut(rest, "<!-- end of map -->")
	if !ok || !ok2 {
		t.Fatal("the README has no map between its marks")
	}
	named := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for i, part := range strings.Split(cells[1], "`") {
			if i%2 == 1 {
				named[strings.TrimSuffix(part, "/")] = true
			}
		}
	}
	for name := range named {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("the map names %s, which does not exist", name)
		}
	}
	for _, p := range packages(t) {
		path := short(p.ImportPath)
		if path == "." || strings.HasPrefix(path, "ent/") && generated(path) {
			continue
		}
		if !named[path] {
			t.Errorf("the map does not name %s", path)
		}
	}
}
