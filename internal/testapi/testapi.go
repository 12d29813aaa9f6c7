package testapi

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/command"
	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/internal/pqcache"
	"github.com/guichet-logement/guichet/internal/sqlwatch"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/messenger"
	"github.com/guichet-logement/guichet/registry"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/server"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
	"github.com/guichet-logement/guichet/storage"
)

// Now is the time by the service's clock in every test: a Monday, 10:30 in Paris.
var Now = time.Date(2026, time.November, 23, 9, 30, 0, 0, time.UTC)

// API is a running API.
type API struct {
	// URL is that of the server, without path.
	URL string
	// Handler is what is served, Plain the same without generated writers.
	Handler, Plain http.Handler
	Client         *ent.Client
	// Tokens is the clock of tokens: move it to make them expire.
	Tokens *Clock
	// Ahead is how far the service's clock is from [Now].
	Ahead   atomic.Int64
	Service *service.Service
	DB      *sql.DB
	// Audit writes the trail, by the service's clock. Nothing seals it.
	Audit *audit.Writer
	// Log is what the server wrote.
	Log *Buffer

	// Storage is the folder of the files of pieces.
	Storage string
	// Registry plays the national registry.
	Registry *registry.Development
	// Digitiser plays the national digitiser.
	Digitiser *digitiser.Development
	// Mail plays a mail server, Texts who sends text messages.
	Mail, Texts *messenger.Development

	dsn       string
	inSandbox bool
	shared    bool // the database
	limits    server.Limits

	mu         sync.Mutex
	statements []string
	reads      []Read
}

// Clock is the real one, moved by a test.
type Clock struct{ offset atomic.Int64 }

// Now is the time by the clock.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.offset.Add(int64(d)) }

// Read is one SQL statement that reads, with its arguments.
type Read struct {
	Text string
	Args []any
}

// recorder keeps the reads that Ent sends outside transactions.
type recorder struct {
	*entsql.Driver
	api *API
}

// Query records the statement before it is sent.
func (r recorder) Query(ctx context.Context, query string, args, v any) error {
	list, _ := args.([]any)
	r.api.mu.Lock()
	r.api.reads = append(r.api.reads, Read{query, list})
	r.api.mu.Unlock()
	return r.Driver.Query(ctx, query, args, v)
}

// patient are the limits of the contract, but for the time: a machine that runs several
// tests may take longer for one request than a service of its own does.
func patient() server.Limits {
	limits := server.DefaultLimits()
	limits.Time *= 6
	return limits
}

// New serves the sandbox, without its stock, on a database of its own until the
// test ends.
func New(t testing.TB) *API {
	t.Helper()
	return start(t, true, patient(), nil)
}

// NewWithin serves the sandbox under other limits.
func NewWithin(t testing.TB, limits server.Limits) *API {
	t.Helper()
	return start(t, true, limits, nil)
}

// NewUnlimited serves the sandbox under limits that let one request ask for everything.
func NewUnlimited(t testing.TB) *API {
	t.Helper()
	limits := patient()
	limits.Tokens, limits.Aliases, limits.RootFields, limits.Fields, limits.Nodes = 20_000, 500, 500, 100_000, 100_000_000
	limits.Time *= 2
	return start(t, true, limits, nil)
}

// NewProduction serves the same data as production does: no introspection, no
// clock to move.
func NewProduction(t testing.TB) *API {
	t.Helper()
	return start(t, false, patient(), nil)
}

// smallCommunes have the stock that most tests need.
var smallCommunes = []domain.InseeCode{"38179", "38562", "38170", "38071"}

// NewWithStock serves the sandbox with the stock of four small communes, some 2 400
// dwellings: quick to load, and to walk through page by page.
func NewWithStock(t testing.TB, more ...Step) *API {
	t.Helper()
	return NewWithStockWithin(t, patient(), more...)
}

// NewWithStockWithin serves it under other limits.
func NewWithStockWithin(t testing.TB, limits server.Limits, more ...Step) *API {
	t.Helper()
	return start(t, true, limits, of(smallCommunes...), more...)
}

// NewWithStockOf serves it with the stock of these communes instead: for what asks for all
// of it very often.
func NewWithStockOf(t testing.TB, communes ...domain.InseeCode) *API {
	t.Helper()
	return start(t, true, patient(), of(communes...))
}

// of is the stock of some communes.
func of(communes ...domain.InseeCode) *stockfile.Filter {
	kept := map[domain.InseeCode]bool{}
	for _, c := range communes {
		kept[c] = true
	}
	return &stockfile.Filter{Communes: kept}
}

// NewWithWholeStock serves the sandbox with all of its stock, 52 000 dwellings.
func NewWithWholeStock(t testing.TB, more ...Step) *API {
	t.Helper()
	return start(t, true, patient(), &stockfile.Filter{}, more...)
}

// NewWithApplications serves the sandbox with its first n applications, without its
// stock.
func NewWithApplications(t testing.TB, n int, more ...Step) *API {
	t.Helper()
	return serve(t, seeded(t, nil, n, more...), &API{Log: &Buffer{}, Tokens: &Clock{}, inSandbox: true, limits: patient()})
}

// NewWithStockAndApplications serves it with the stock of a small commune and its first n
// applications.
func NewWithStockAndApplications(t testing.TB, n int) *API {
	t.Helper()
	return serve(t, seeded(t, of("38071"), n), &API{Log: &Buffer{}, Tokens: &Clock{}, inSandbox: true, limits: patient()})
}

// Shared serves what [New] does over a database that every test of every process reads:
// PostgreSQL refuses to write to it, but for the trail. It is for tests that look at nothing
// which another one changes, as the whole trail is.
func Shared(t testing.TB) *API {
	t.Helper()
	return share(t, nil, 0)
}

// SharedWithStock does so with the stock of [NewWithStock].
func SharedWithStock(t testing.TB, more ...Step) *API {
	t.Helper()
	return share(t, of(smallCommunes...), 0, more...)
}

// SharedWithApplications does so with the first n applications.
func SharedWithApplications(t testing.TB, n int) *API {
	t.Helper()
	return share(t, nil, n)
}

func share(t testing.TB, stock *stockfile.Filter, applications int, more ...Step) *API {
	t.Helper()
	dsn := testdb.Readable(t, steps(stock, applications, more...)...)
	return serve(t, dsn, &API{Log: &Buffer{}, Tokens: &Clock{}, inSandbox: true, limits: patient(), shared: true})
}

func start(t testing.TB, inSandbox bool, limits server.Limits, stock *stockfile.Filter, more ...Step) *API {
	t.Helper()
	return serve(t, seeded(t, stock, 0, more...), &API{Log: &Buffer{}, Tokens: &Clock{}, inSandbox: inSandbox, limits: limits})
}

// seeded is a database of the test's own with the sandbox, that part of its stock, so many
// applications, and what more steps wrote.
func seeded(t testing.TB, stock *stockfile.Filter, applications int, more ...Step) string {
	t.Helper()
	return testdb.Prepared(t, steps(stock, applications, more...)...)
}

// steps are those that write it.
func steps(stock *stockfile.Filter, applications int, more ...Step) (all []testdb.Step) {
	steps := []Step{{Name: "sandbox", Do: func(ctx context.Context, s *service.Service, _ *sql.DB) error {
		return sandbox.Seed(ctx, s)
	}}}
	if stock != nil {
		steps = append(steps, Step{Name: fmt.Sprint("stock of ", *stock), Do: func(ctx context.Context, s *service.Service, db *sql.DB) error {
			return sandbox.SeedStock(ctx, s, db, *stock)
		}})
	}
	if applications > 0 {
		steps = append(steps, Step{Name: fmt.Sprint(applications, " applications"), Do: func(ctx context.Context, s *service.Service, db *sql.DB) error {
			if written, err := sandbox.SeedApplications(ctx, s, db, applications); err != nil || written != applications {
				return fmt.Errorf("%d applications of %d: %w", written, applications, err)
			}
			return sandbox.SeedFigures(ctx, s)
		}})
	}
	for _, step := range append(steps, more...) {
		all = append(all, testdb.Step{Name: step.Name, Do: seeding(step.Do)})
	}
	return all
}

// seeding gives a seed its service.
func seeding(seed func(context.Context, *service.Service, *sql.DB) error) func(context.Context, string) error {
	return func(ctx context.Context, dsn string) error {
		connector, err := pq.NewConnector(dsn)
		if err != nil {
			return err
		}
		db := sql.OpenDB(connector)
		defer func() { _ = db.Close() }()
		return seed(ctx, service.New(ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db))), service.NewClock(func() time.Time { return Now }), true), db)
	}
}

// Another serves the same database once more, as a second process would.
func (a *API) Another(t testing.TB) *API {
	t.Helper()
	return serve(t, a.dsn, &API{Log: &Buffer{}, Tokens: a.Tokens, Storage: a.Storage, Digitiser: a.Digitiser, Mail: a.Mail, Texts: a.Texts, inSandbox: a.inSandbox, shared: a.shared, limits: a.limits})
}

// DSN is the address of the database.
func (a *API) DSN() string { return a.dsn }

func serve(t testing.TB, dsn string, a *API) *API {
	t.Helper()
	a.dsn, a.DB = dsn, pool(t, dsn, a.shared)
	driver := sqlwatch.Driver(recorder{entsql.OpenDB(dialect.Postgres, a.DB), a}, func(ctx context.Context, query string, took time.Duration) {
		server.CountSQL(ctx, took)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.statements = append(a.statements, query)
	})
	a.Client = ent.NewClient(ent.Driver(driver))
	clock := service.NewClock(func() time.Time { return Now.Add(time.Duration(a.Ahead.Load())) }).TokensBy(a.Tokens.Now)
	if a.Storage == "" {
		a.Storage = t.TempDir()
	}
	storageKeys, err := storage.ParseKeys(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("s"), storage.MinKey)))
	check(t, err)
	bucket, err := storage.Open(t.Context(), storage.FolderURL(a.Storage), storageKeys)
	check(t, err)
	t.Cleanup(func() { _ = bucket.Close() })
	a.Registry = registry.NewDevelopment("038", "G0000")
	if a.Digitiser == nil {
		a.Digitiser = digitiser.NewDevelopment()
	}
	if a.Mail == nil {
		a.Mail, a.Texts = messenger.NewDevelopment(), messenger.NewDevelopment()
	}
	a.Service = service.New(a.Client, clock, a.inSandbox).StoreIn(bucket).NumberedBy(a.Registry, "G0000").DigitisedBy(a.Digitiser).
		ToldBy(a.Mail, domain.MessageByEmail).ToldBy(a.Texts, domain.MessageByText)
	log := slog.New(slog.NewJSONHandler(a.Log, nil))
	s := httptest.NewUnstartedServer(nil)
	a.URL = "http://" + s.Listener.Addr().String()
	signer, err := sandbox.Signer(a.URL, a.Tokens.Now, log)
	check(t, err)
	verifier, err := auth.NewVerifier(t.Context(), auth.Config{
		Issuers: append(sandbox.Issuers(), Portals()...), Own: signer, Clock: a.Tokens.Now, Log: log,
	})
	check(t, err)
	keys, err := audit.ParseKeys(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("a"), audit.MinKey)))
	check(t, err)
	// A machine that runs many tests may need longer than a request has.
	a.Audit, err = audit.StartWriter(t.Context(), writable(t, dsn), audit.Options{Keys: keys, Clock: clock.Now, Log: log, Wait: 10 * time.Second})
	check(t, err)
	t.Cleanup(func() { check(t, a.Audit.Stop()) })
	parts := command.Parts{
		Audit: a.Audit, Trail: audit.NewReader(a.DB), DB: a.DB, Client: a.Client, Service: a.Service, Clock: clock.Now, Verifier: verifier, Signer: signer,
		CursorKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Log: log, Metrics: prometheus.NewRegistry(),
		Ready: a.DB.PingContext, Introspection: a.inSandbox, PublicMaxAge: time.Minute,
		AllowedOrigins: []string{"https://app.example"}, Limits: a.limits,
	}
	a.Plain, err = command.Handler(parts)
	check(t, err)
	parts.Writers, parts.Metrics = true, prometheus.NewRegistry()
	a.Handler, err = command.Handler(parts)
	check(t, err)
	s.Config.Handler = a.Handler
	s.Start()
	t.Cleanup(s.Close)
	return a
}

// pools are those of shared databases, by address: they live as long as the process, so that
// one test finds prepared what another one asked.
var pools sync.Map

// pool is that of the requests.
func pool(t testing.TB, dsn string, shared bool) *sql.DB {
	t.Helper()
	connector, err := pq.NewConnector(dsn)
	check(t, err)
	db := sql.OpenDB(pqcache.New(connector, pqcache.Options{Size: pqcache.DefaultSize}))
	db.SetMaxIdleConns(4) // of two, root fields that run side by side open new ones all the time
	if !shared {
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	known, _ := pools.LoadOrStore(dsn, db) // one that was opened in vain has no connection yet
	return known.(*sql.DB)                 //nolint:forcetypeassert // nothing else is stored
}

// writable is the address of a database for who writes to it even if it is a shared one.
func writable(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	check(t, err)
	query := u.Query()
	query.Set("options", query.Get("options")+" -cdefault_transaction_read_only=off")
	u.RawQuery = query.Encode()
	return u.String()
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	// Body is the whole answer.
	Body   string
	Data   map[string]any
	Errors []Error
}

// Error is one GraphQL error.
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// Codes lists the codes of the errors.
func (a Answer) Codes() []string {
	var codes []string
	for _, e := range a.Errors {
		code, _ := e.Extensions["code"].(string)
		codes = append(codes, code)
	}
	return codes
}

// Query sends an operation as that persona, or as nobody when the name is empty.
func (a *API) Query(t testing.TB, persona, query string, variables map[string]any) Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	check(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/graphql", bytes.NewReader(body))
	check(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	r.Header.Set("Accept-Language", "en")
	if persona != "" {
		r.Header.Set("Authorization", "Bearer "+a.Bearer(t, persona))
	}
	return a.Send(t, r)
}

// Bearer is the token of a persona, of an app ("app:KEY"), of an app that acts for a
// persona ("app:KEY for PERSONA"), or of an account of a portal ("account:SUBJECT").
func (a *API) Bearer(t testing.TB, as string) string {
	t.Helper()
	if subject, ok := strings.CutPrefix(as, "account:"); ok {
		return Sign(t, PortalURL, subject, nil)
	}
	app, ok := strings.CutPrefix(as, "app:")
	if !ok {
		return Token(t, as)
	}
	key, persona, _ := strings.Cut(app, " for ")
	return a.AppToken(t, key, persona)
}

// QueryWith sends an operation with that token and further headers.
func (a *API) QueryWith(t testing.TB, token, query string, header ...string) Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	check(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/graphql", bytes.NewReader(body))
	check(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	r.Header.Set("Accept-Language", "en")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return a.Send(t, r)
}

// Send sends a request and reads the answer.
func (a *API) Send(t testing.TB, r *http.Request) Answer {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	check(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	check(t, err)
	answer := Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	if len(body) > 0 {
		var parsed struct {
			Data   map[string]any `json:"data"`
			Errors []Error        `json:"errors"`
		}
		if err := json.Unmarshal(body, &parsed); err != nil {
			t.Fatalf("the answer is no JSON: %v\n%s", err, body)
		}
		answer.Data, answer.Errors = parsed.Data, parsed.Errors
	}
	return answer
}

// Statements runs the function and returns the SQL that it made the API send.
func (a *API) Statements(run func()) []string {
	a.record(run)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.statements
}

// Reads runs the function and returns the reads that it made the API send, with
// their arguments.
func (a *API) Reads(run func()) []Read {
	a.record(run)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reads
}

// record forgets what was sent before the function runs.
func (a *API) record(run func()) {
	a.mu.Lock()
	a.statements, a.reads = nil, nil
	a.mu.Unlock()
	run()
}

// Token is a token of that persona or applicant of the sandbox.
func Token(t testing.TB, persona string) string {
	t.Helper()
	token, err := sandbox.Token(persona, time.Now(), time.Hour)
	check(t, err)
	return token
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Buffer is a log that can be read while it is written.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the log.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String is the log so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
