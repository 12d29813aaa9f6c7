package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/server"
	"github.com/guichet-logement/guichet/service"
)

type serveCommand struct {
	databaseSettings
	serveSettings
	auditSettings
	storageSettings
	antivirusSettings
	registrySettings
	digitiserSettings
	messengerSettings
	sandboxSettings
	Reset bool `help:"Begin with an empty database: remove the private server's data first. Sandbox only."`
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, env Environment) error {
	started := time.Now()
	log := newLog(env)
	if err := c.validate(); err != nil {
		return err
	}
	keys, err := c.cursorKeys()
	if err != nil {
		return err
	}
	tuneGC(env)
	log.Info("settings", slices.Concat(
		c.databaseSettings.describe(), c.serveSettings.describe(), c.sandboxSettings.describe(),
		c.auditSettings.describe(), c.storageSettings.describe(), c.antivirusSettings.describe(),
		c.registrySettings.describe(), c.digitiserSettings.describe(), c.messengerSettings.describe())...)
	// Taken early: a port in use should not cost a start of the database.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return &settingError{"listen", err.Error()}
	}
	defer func() { _ = listener.Close() }()
	verifier, signer, err := c.callers(ctx, log, listener.Addr())
	if err != nil {
		return err
	}
	if err := c.reset(ctx, env, log); err != nil {
		return err
	}
	db, err := c.open(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	var trail auditTrail
	defer trail.stop(ctx, log)
	var files caretaker
	defer files.stop()
	var maps mapFollower
	defer maps.stop()
	var messages postman
	defer messages.stop()
	handler, err := c.handler(ctx, env, log, db, jobs{&trail, &files, &maps, &messages}, callers{verifier, signer}, keys)
	if err != nil {
		return err
	}
	log.Info("ready", "address", "http://"+listener.Addr().String()+"/graphql", "after", time.Since(started).Round(time.Millisecond))
	return server.Serve(ctx, listener, handler, log, c.Grace)
}

func (c *serveCommand) validate() error {
	return errors.Join(c.databaseSettings.validate(), c.serveSettings.validate(), c.sandboxSettings.validate(),
		c.auditSettings.validate(c.Sandbox), c.storageSettings.validate(c.Sandbox), c.antivirusSettings.validate(c.Sandbox),
		c.registrySettings.validate(c.Sandbox), c.digitiserSettings.validate(c.Sandbox), c.messengerSettings.validate(c.Sandbox))
}

// reset removes the private server's data when that was asked for.
func (c *serveCommand) reset(ctx context.Context, env Environment, log *slog.Logger) error {
	if !c.Reset {
		return nil
	}
	if !c.Sandbox || c.DatabaseURL != "" {
		return &settingError{"reset", "removes the sandbox's private database only"}
	}
	dir, err := c.privateDir(env)
	if err != nil {
		return err
	}
	if err := c.refuseRealData(ctx, env, log); err != nil {
		return err
	}
	log.Info("reset", "dir", dir)
	return pgserver.Reset(ctx, dir)
}

// refuseRealData looks before anything is removed: a private server may as well
// keep what production wrote.
func (c *serveCommand) refuseRealData(ctx context.Context, env Environment, log *slog.Logger) error {
	db, err := c.open(ctx, env, log)
	if err != nil {
		return fmt.Errorf("look at what would be removed: %w", err)
	}
	defer db.close(ctx)
	nature, err := service.New(db.client(unobserved), service.NewClock(time.Now), true).Nature(ctx)
	if err == nil && nature == service.Production {
		return &settingError{"reset", "the private database holds real data: remove it by hand if you mean to"}
	}
	return err
}

// callers recognises them: by the tokens of the configured issuers, or the sandbox's,
// and by those that we sign for partner apps.
func (c *serveCommand) callers(ctx context.Context, log *slog.Logger, address net.Addr) (*auth.Verifier, *auth.Signer, error) {
	config := auth.Config{Clock: time.Now, Log: log}
	var err error
	if c.Sandbox {
		config.Issuers = sandbox.Issuers()
		if config.Own, err = sandbox.Signer(cmp.Or(c.PublicURL, "http://"+address.String()), time.Now, log); err != nil {
			return nil, nil, &settingError{"public-url", err.Error()}
		}
		v, err := auth.NewVerifier(ctx, config)
		return v, config.Own, err
	}
	if config.Issuers, err = c.issuers(); err != nil {
		return nil, nil, err
	}
	if config, err = sandbox.RefuseInProduction(config); err != nil {
		return nil, nil, err
	}
	if c.SigningKeys != "" {
		config.Own, err = auth.NewSigner(auth.SignerConfig{
			Issuer: c.PublicURL, KeyFile: c.SigningKeys, Production: true, ForbiddenKeys: config.ForbiddenKeys, Clock: time.Now, Log: log,
		})
		if err != nil {
			return nil, nil, &settingError{"signing-keys", err.Error()}
		}
	}
	v, err := auth.NewVerifier(ctx, config)
	if err != nil {
		return nil, nil, &settingError{"issuers", err.Error()}
	}
	return v, config.Own, nil
}

// callers is how they are recognised. Without a signer partner apps get no tokens.
type callers struct {
	verifier *auth.Verifier
	signer   *auth.Signer
}

// jobs are what goes on beside the requests.
type jobs struct {
	trail *auditTrail
	files *caretaker
	maps  *mapFollower
	posts *postman
}

// handler puts the parts together over a database that is ready for them, and starts
// the jobs.
func (c *serveCommand) handler(
	ctx context.Context, env Environment, log *slog.Logger, db *database, jobs jobs, by callers, keys [][]byte,
) (http.Handler, error) {
	trail := jobs.trail
	client := db.client(func(ctx context.Context, _ string, took time.Duration) { server.CountSQL(ctx, took) })
	clock := service.NewClock(time.Now)
	s := service.New(client, clock, c.Sandbox)
	if err := c.connect(s, c.Sandbox); err != nil {
		return nil, err
	}
	if _, err := c.sendTo(ctx, s, c.Sandbox, log); err != nil {
		return nil, err
	}
	if err := c.tellBy(ctx, s, c.Sandbox, log); err != nil {
		return nil, err
	}
	if err := c.prepare(ctx, db, s, log); err != nil {
		return nil, err
	}
	if c.Sandbox {
		if err := clock.Restore(ctx, client); err != nil {
			return nil, err
		}
	}
	auditKeys, err := c.keys(env, c.databaseSettings, c.Sandbox)
	if err != nil {
		return nil, err
	}
	if err := trail.start(ctx, db.dsn, audit.Options{Keys: auditKeys, Clock: time.Now, Log: log, Wait: c.AuditWait}); err != nil {
		return nil, err
	}
	if err := c.keepFiles(ctx, env, log, s, jobs.files); err != nil {
		return nil, err
	}
	jobs.maps.start(ctx, s, log)
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewDBStatsCollector(db.db, "guichet"),
	)
	registry.MustRegister(trail.metrics()...)
	parts := Parts{
		Client: client, Service: s, Clock: clock.Now, Verifier: by.verifier, Signer: by.signer, CursorKeys: keys,
		Log: log, Metrics: registry, Version: buildVersion(env.Contract),
		Introspection: c.Introspection || c.Sandbox, AllowedOrigins: c.AllowedOrigins, TrustedProxies: c.TrustedProxies,
		BehindTLS: c.BehindTLS, PublicMaxAge: c.PublicMaxAge, Limits: server.DefaultLimits(), Writers: c.Writers == "on",
		Audit: trail.writer, Trail: audit.NewReader(db.db), DB: db.db,
		Ready: func(ctx context.Context) error {
			return errors.Join(migrations.Check(ctx, db.db), trail.writer.Ready(ctx))
		},
	}
	if c.Sandbox {
		parts.Personas = personas()
	}
	handler, err := Handler(parts)
	if err != nil {
		return nil, err
	}
	// From here on the service has its keys and its record.
	if c.Sandbox && c.SandboxDesks == "on" {
		if err := sandbox.Work(ctx, s, clock.Now()); err != nil {
			return nil, fmt.Errorf("have the sandbox's desks at work: %w", err)
		}
	}
	jobs.posts.start(ctx, s, log)
	return handler, nil
}

// keepFiles opens the storage for the service, and starts who looks after it.
func (c *serveCommand) keepFiles(ctx context.Context, env Environment, log *slog.Logger, s *service.Service, files *caretaker) (err error) {
	if files.bucket, err = c.bucket(ctx, env, c.databaseSettings, c.Sandbox); err != nil {
		return err
	}
	by, err := c.scanner(c.Sandbox)
	if err != nil {
		return err
	}
	if err := by.Ready(ctx); err != nil { // pieces are taken all the same, and wait
		log.WarnContext(ctx, "the antivirus does not answer", "error", err)
	}
	s.StoreIn(files.bucket)
	if c.Sandbox {
		if err := sandbox.SeedFiles(ctx, s, c.SandboxApplications); err != nil {
			return err
		}
	}
	files.start(ctx, s, by, log)
	return nil
}

// prepare brings a sandbox's database to where it must be, and refuses one that
// is not for this program or this way of serving.
func (c *serveCommand) prepare(ctx context.Context, db *database, s *service.Service, log *slog.Logger) error {
	if err := migrations.AssertSearchPath(ctx, db.db); err != nil {
		return err
	}
	nature, err := s.Nature(ctx)
	switch {
	case err != nil:
		return err
	case !c.Sandbox && nature == service.Sandbox:
		return &settingError{"database-url", "holds a sandbox: production does not serve fictional people"}
	case c.Sandbox && nature == service.Production:
		return &settingError{"sandbox", "the database holds real data: a sandbox would open it to everybody"}
	case !c.Sandbox:
		return migrations.Check(ctx, db.db)
	}
	// Not before it is known to be a sandbox's: a real one is migrated on purpose.
	if err := migrations.Apply(ctx, db.db); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := migrations.Check(ctx, db.db); err != nil {
		return err
	}
	return c.seed(ctx, s, db.db, log)
}

// buildVersion tells what runs.
func buildVersion(contract string) server.Version {
	v := server.Version{Version: "devel", Contract: contractHash(contract)}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Commit = s.Value
		}
	}
	return v
}

// The collector runs when the heap has grown fivefold instead of twofold: answers
// are made of many small objects, and requests are answered a third faster for
// some tens of megabytes. The limit keeps a bad day within the machine.
const (
	gcPercent   = 400
	memoryLimit = 1 << 30 // bytes
)

// tuneGC sets the collector unless the operator did, by Go's own variables.
func tuneGC(env Environment) {
	if env.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if env.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
