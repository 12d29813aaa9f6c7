package writers_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/graph/writers"
	"github.com/guichet-logement/guichet/graph/writers/testdata/odd"
	"github.com/guichet-logement/guichet/graph/writers/testdata/odd/gen"
)

var (
	oddQueries = flag.Int("odd-queries", 2000, "valid random operations on the odd contract, for each seed")
	seed       = flag.Uint64("seed", 0, "the seed of random operations; 0 for a fixed one and one of the moment")
)

// seeds are those of one run.
func seeds() []uint64 {
	if *seed != 0 {
		return []uint64{*seed}
	}
	return []uint64{20261125, rand.Uint64()}
}

// oddRoot resolves the odd contract over one world.
type oddRoot struct{ world *odd.World }

func (r oddRoot) Query() gen.QueryResolver       { return odd.Query{World: r.world} }
func (r oddRoot) Mutation() gen.MutationResolver { return odd.Mutation{World: r.world} }
func (oddRoot) Box() gen.BoxResolver             { return odd.Resolver{} }

var oddSchema = gen.NewExecutableSchema(gen.Config{}).Schema()

// run answers an operation over a world, and tells how many values were handed over.
func run(t *testing.T, world *odd.World, doc *ast.QueryDocument, query string, variables map[string]any, on bool) (*answer, int) {
	t.Helper()
	schema := gen.NewExecutableSchema(gen.Config{Schema: oddSchema, Resolvers: oddRoot{world}})
	e := executor.New(schema)
	e.SetQueryCache(one{doc})
	e.SetRecoverFunc(func(_ context.Context, p any) error { return fmt.Errorf("panic: %v", p) })
	var presented atomic.Int32
	e.SetErrorPresenter(func(ctx context.Context, err error) *gqlerror.Error {
		presented.Add(1)
		return graphql.DefaultErrorPresenter(ctx, err)
	})
	var handed atomic.Int32
	if on {
		if err := writers.Install(e, schema, func(context.Context) { handed.Add(1) }); err != nil {
			t.Fatal(err)
		}
	}
	ctx := graphql.StartOperationTrace(t.Context())
	operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if errs != nil {
		return &answer{errors: []string{errs.Error()}}, 0
	}
	next, ctx := e.DispatchOperation(ctx, operation)
	return read(func() *graphql.Response { return next(ctx) }, &presented), int(handed.Load())
}

// answer is all that an operation came to: the data, the errors in an order of
// their own, and how often one was presented, which is how often it is logged.
type answer struct {
	data       string
	errors     []string
	extensions string
	presented  int
}

func read(next func() *graphql.Response, presented *atomic.Int32) (a *answer) {
	a = &answer{}
	defer func() {
		// A marshaler may panic where gqlgen does not catch it.
		if p := recover(); p != nil {
			a.errors = append(a.errors, fmt.Sprintf("panic out of gqlgen: %v", p))
		}
	}()
	response := next()
	a.data = string(response.Data)
	for _, e := range response.Errors {
		text, _ := json.Marshal(e)
		a.errors = append(a.errors, string(text))
	}
	slices.Sort(a.errors)
	extensions, _ := json.Marshal(response.Extensions)
	a.extensions, a.presented = string(extensions), int(presented.Load())
	return a
}

func (a *answer) equal(b *answer) bool {
	return a.data == b.data && slices.Equal(a.errors, b.errors) && a.extensions == b.extensions && a.presented == b.presented
}

// one is a query cache of one document.
type one struct{ doc *ast.QueryDocument }

func (c one) Get(context.Context, string) (*ast.QueryDocument, bool) { return c.doc, c.doc != nil }
func (one) Add(context.Context, string, *ast.QueryDocument)          {}

// tally counts what random operations came to.
type tally struct{ made, valid, withErrors, handed, different int }

func (n tally) String() string {
	return fmt.Sprintf("%d made, %d valid, %d with errors, %d values handed over, %d different",
		n.made, n.valid, n.withErrors, n.handed, n.different)
}

// unwritten are the fields that only gqlgen writes.
var unwritten = regexp.MustCompile(`\b(facts|known|query)\b`)

// An answer is the same with writers and without, whatever is asked of whatever
// values.
func TestOddAnswersAreTheSame(t *testing.T) {
	t.Parallel()
	for _, s := range seeds() {
		t.Run(fmt.Sprintf("seed=%d", s), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(s, 1))
			q := &queries{Rand: r, schema: oddSchema, most: 40, flattest: 2, deepest: 5}
			var n tally
			for n.valid < *oddQueries && n.different < 3 {
				kind := ast.Query
				if r.IntN(10) == 0 {
					kind = ast.Mutation
				}
				query, variables := q.operation(kind)
				n.made++
				doc, errs := gqlparser.LoadQueryWithRules(oddSchema, query, nil)
				if errs != nil {
					continue
				}
				n.valid++
				often := []float64{0, 0.01, 0.03, 0.06, 0.1}[r.IntN(5)]
				world := newWorld(r, often)
				want, _ := run(t, world, doc, query, variables, false)
				got, handed := run(t, world, doc, query, variables, true)
				n.handed += handed
				if len(want.errors) > 0 {
					n.withErrors++
				}
				if !got.equal(want) {
					n.different++
					t.Errorf("%s\n%v\ngqlgen  %+v\nwriters %+v", query, variables, want, got)
				}
				if handed > 0 && often == 0 && len(want.errors) == 0 && !unwritten.MatchString(strings.TrimPrefix(query, "query")) {
					n.different++
					t.Errorf("%s\n%v\n%d values handed over without need", query, variables, handed)
				}
			}
			t.Log(n)
			if n.withErrors*5 < n.valid || n.withErrors*2 > n.valid {
				t.Errorf("%s: about a third should have errors", n)
			}
		})
	}
}

// The documents that random ones rarely are.
func TestOddDocuments(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"deferred":              `{ mustBox { id ... @defer(label: "later") { text size } } }`,
		"root as a field":       `mutation { store(name: "x") { query { mustBox { id } number } } }`,
		"two interfaces":        `{ things { ... on Named { name } ... on Sized { size } } }`,
		"one name, two parents": `{ sized { size ... on Named { name } ... on Box { name size } ... on Bag { name } } }`,
		"nothing selected":      `{ mustBox { id @skip(if: true) } boxes { id @include(if: false) } }`,
		"a map":                 `{ mustBox { facts { one two } id } }`,
		"value and flag":        `{ mustBox { known id } }`,
		"unreadable argument":   `{ boxes { computed(colour: BLUE) id } }`,
		"page out of bounds":    `{ boxes { friends(first: 99) { id } id } }`,
		"null for a required":   `query($n: Int) { boxes { friends(first: 2) { resolved(of: $n) } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, errs := gqlparser.LoadQueryWithRules(oddSchema, query, nil)
			if errs != nil {
				t.Fatal(errs)
			}
			for s := range uint64(20) {
				world := newWorld(rand.New(rand.NewPCG(s, 2)), 0.01)
				want, _ := run(t, world, doc, query, nil, false)
				got, _ := run(t, world, doc, query, nil, true)
				if !got.equal(want) {
					t.Errorf("world %d\ngqlgen  %+v\nwriters %+v", s, want, got)
				}
			}
		})
	}
}

// A value without anything odd is written, not handed over: equality alone would
// hold if nothing were.
func TestOrdinaryValuesAreWritten(t *testing.T) {
	t.Parallel()
	const query = `{ mustBox { id text mustResolve twice computed(times: 3) friends(first: 3) { id thing { __typename ... on Named { name } } } sealed signed shade colour lid { name } grid } }`
	doc, errs := gqlparser.LoadQueryWithRules(oddSchema, query, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	world := &odd.World{Box: newWorlds(rand.New(rand.NewPCG(7, 7)), 0).box()}
	got, handed := run(t, world, doc, query, nil, true)
	if handed != 0 || len(got.errors) > 0 || !strings.HasPrefix(got.data, `{"mustBox":{"id":`) || !json.Valid([]byte(got.data)) {
		t.Errorf("%d handed over: %+v", handed, got)
	}
	world.Box.Trouble["mustResolve"] = odd.Fails
	if got, handed = run(t, world, doc, query, nil, true); handed != 1 || len(got.errors) != 1 {
		t.Errorf("%d handed over: %+v", handed, got)
	}
}

// Nothing may be registered around fields.
func TestInstallRefusesInterceptors(t *testing.T) {
	t.Parallel()
	schema := gen.NewExecutableSchema(gen.Config{})
	e := executor.New(schema)
	e.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler { return next(ctx) })
	if err := writers.Install(e, schema, nil); err != nil {
		t.Errorf("without interceptors: %v", err)
	}
	e.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) })
	if err := writers.Install(e, schema, nil); err == nil {
		t.Error("with one around fields it was installed")
	}
}
