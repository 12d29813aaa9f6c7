package command_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// asProgram, in the environment, has this test binary be the program: see [TestMain].
const asProgram = "GUICHET_TEST_AS_PROGRAM=1"

// program is the program, at work in a process of its own.
type program struct {
	cmd      *exec.Cmd
	log      *buffer
	url      string
	stopped  bool
	clusters string // the directory of its PostgreSQL
}

// newDataDir returns a directory that PostgreSQL's account can reach, which
// t.TempDir is not for root. What runs in it ends with the test.
func newDataDir(t *testing.T) string {
	t.Helper()
	dir, err := testdb.MkdirTemp()
	must(t, err)
	t.Cleanup(func() {
		if err := pgserver.Reset(context.Background(), filepath.Join(dir, "postgresql")); err != nil {
			t.Errorf("clean up: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return dir
}

// command prepares the program with settings from the environment alone.
func (p *program) command(t *testing.T, environment []string, args ...string) {
	t.Helper()
	path, err := os.Executable()
	must(t, err)
	// Not the test's context: it would kill, where a test tells how to stop.
	p.cmd = exec.CommandContext(context.Background(), path, args...)
	p.cmd.Env = append(append(os.Environ(), asProgram), environment...)
	p.log = &buffer{}
	p.cmd.Stderr = p.log
}

// startSandbox starts the service on a data directory and waits until it is ready.
func startSandbox(t *testing.T, dir string, args ...string) *program {
	t.Helper()
	p := &program{clusters: filepath.Join(dir, "postgresql")}
	p.command(t, []string{"GUICHET_DATA_DIR=" + dir, "GUICHET_SANDBOX=true", "GUICHET_LISTEN=127.0.0.1:0", "GUICHET_POOL_SIZE=4", "GUICHET_SANDBOX_STOCK=off", "GUICHET_SANDBOX_APPLICATIONS=0"},
		append([]string{"serve"}, args...)...)
	must(t, p.cmd.Start())
	t.Cleanup(func() {
		if !p.stopped {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	eventually(t, func() error {
		ready := logged(p.log.String(), "ready")
		if ready == nil {
			return errors.New("not ready: " + p.log.String())
		}
		p.url, _ = ready["address"].(string)
		return nil
	})
	return p
}

// kill ends the program without a chance to clean up.
func (p *program) kill(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait() // "signal: killed" is what we want.
	p.stopped = true
}

// ends waits for the end of a program that was told to stop.
func (p *program) ends(t *testing.T) {
	t.Helper()
	err := p.cmd.Wait()
	p.stopped = true
	if err != nil {
		t.Errorf("%v: %s", err, p.log)
	}
	if pid := p.postgres(t); pid != 0 {
		t.Errorf("PostgreSQL was left, process %d", pid)
	}
}

// postgres is the process id of the private PostgreSQL, 0 without one.
func (p *program) postgres(t *testing.T) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.clusters, "data", "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	must(t, err)
	line, _, _ := strings.Cut(string(content), "\n")
	if line == "" {
		return 0 // It is about to be written.
	}
	pid, err := strconv.Atoi(line)
	must(t, err)
	return pid
}

// network is everything public that the sandbox holds, identifiers included.
func (p *program) network(ctx context.Context) (string, error) {
	data, err := answer(ctx, p.url, "", `{
		communes(first: 100) { edges { node { id inseeCode name } } }
		organisations(first: 100) { edges { node { id key siren } } }
		receptionPoints(first: 60, on: "2026-11-23") { edges { node { id key phone agreement { id level }
			openingHours { id weekday validFrom validUntil reason version } } } }
	}`)
	return fmt.Sprint(data), err
}

func (p *program) mustNetwork(t *testing.T) string {
	t.Helper()
	network, err := p.network(t.Context())
	must(t, err)
	return network
}

// TestSandboxSurvives follows one sandbox through everything that can happen to
// its two processes.
func TestSandboxSurvives(t *testing.T) {
	t.Parallel()
	dir := newDataDir(t)
	p := startSandbox(t, dir)
	asSeeded := p.mustNetwork(t)
	p.declareException(t)
	kept := p.mustNetwork(t)
	if kept == asSeeded || !strings.Contains(kept, ownReason) {
		t.Fatal("the exception is not there")
	}
	same := func(after string) {
		t.Helper()
		if p.mustNetwork(t) != kept {
			t.Errorf("after %s there are other data", after)
		}
	}

	server := p.postgres(t)
	p.kill(t)
	p = startSandbox(t, dir)
	if p.postgres(t) != server {
		t.Errorf("PostgreSQL is process %d, was %d", p.postgres(t), server)
	}
	same("kill -9 of the service")

	must(t, syscall.Kill(server, syscall.SIGKILL))
	eventually(t, func() error {
		// In this order: processes of the server that was killed may still answer,
		// while the one that replaces it has a number and takes no connections yet.
		if now := p.postgres(t); now == server || now == 0 {
			return errors.New("PostgreSQL was not replaced")
		}
		_, err := p.network(t.Context())
		return err
	})
	same("kill -9 of PostgreSQL")

	must(t, p.cmd.Process.Signal(syscall.SIGSTOP)) // It shall not start PostgreSQL again.
	must(t, syscall.Kill(p.postgres(t), syscall.SIGKILL))
	p.kill(t)
	p = startSandbox(t, dir)
	same("kill -9 of both")

	p.stopsGracefully(t)

	p = startSandbox(t, dir)
	same("a graceful stop")
	in := &program{clusters: p.clusters}
	in.command(t, []string{"GUICHET_DATA_DIR=" + dir}, "serve", "--sandbox", "--reset", "--listen", "127.0.0.1:0")
	if err := in.cmd.Run(); err == nil || !strings.Contains(in.log.String(), pgserver.ErrInUse.Error()) {
		t.Errorf("reset of a sandbox in use: %v: %s", err, in.log)
	}
	same("a reset that was refused")
	must(t, p.cmd.Process.Signal(os.Interrupt))
	p.ends(t)

	p = startSandbox(t, dir, "--reset")
	if p.mustNetwork(t) != asSeeded {
		t.Error("after a reset the sandbox is not as it was first")
	}
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.ends(t)
}

// ownReason is that of the exception which a test declares.
const ownReason = "Travaux de peinture"

// declareException writes something that no sandbox has from the start.
func (p *program) declareException(t *testing.T) {
	t.Helper()
	data, err := answer(t.Context(), p.url, "", `{ receptionPoints(first: 60) { edges { node { id key } } } }`)
	must(t, err)
	points, _ := data["receptionPoints"].(map[string]any)
	edges, _ := points["edges"].([]any)
	var id any
	for _, edge := range edges {
		point, _ := edge.(map[string]any)["node"].(map[string]any)
		if point["key"] == "mairie-grenoble" {
			id = point["id"]
		}
	}
	if id == nil {
		t.Fatalf("no point mairie-grenoble in %v", data)
	}
	day := domain.DateOf(time.Now()).AddDays(1000)
	data, err = answer(t.Context(), p.url, mustRun(t, "token", "commune-grenoble-admin"), fmt.Sprintf(`mutation {
		declareOpeningException(input: {receptionPointId: %q, from: %q, until: %q, intervals: [], reason: %q}) { errors { code message } }
	}`, id, day, day.AddDays(1), ownReason))
	must(t, err)
	if fmt.Sprint(data) != "map[declareOpeningException:map[errors:[]]]" {
		t.Fatalf("refused: %v", data)
	}
}

// stopsGracefully sends half a request, tells the program to stop, and sends the
// rest when it no longer takes connections.
func (p *program) stopsGracefully(t *testing.T) {
	t.Helper()
	address := strings.TrimSuffix(strings.TrimPrefix(p.url, "http://"), "/graphql")
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	must(t, err)
	defer func() { _ = conn.Close() }()
	must(t, conn.SetDeadline(time.Now().Add(15*time.Second)))
	first, second := `{"query": "{ communes(first: 1) {`, ` totalCount } }"}`
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		address, len(first)+len(second))
	must(t, err)
	in := bufio.NewReader(conn)
	// The service asks for the body: the request is under way.
	line, err := in.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("answered %q, %v", line, err)
	}
	_, err = in.Discard(len("\r\n"))
	must(t, err)
	_, err = io.WriteString(conn, first)
	must(t, err)
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	eventually(t, func() error {
		other, err := dialer.DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = other.Close()
			return errors.New("new connections are still taken")
		}
		return nil
	})
	_, err = io.WriteString(conn, second)
	must(t, err)
	response, err := http.ReadResponse(in, nil)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK || string(body) != `{"data":{"communes":{"totalCount":49}}}` {
		t.Errorf("%s: %s", response.Status, body)
	}
	p.ends(t)
}

// TestEnvironmentSets: a variable does what its flag does, and is checked alike.
// What production wrote in a private database is not taken for a sandbox's, least
// of all by --reset.
func TestResetSparesRealData(t *testing.T) {
	t.Parallel()
	dir := newDataDir(t)
	mustRun(t, "migrate", "--data-dir", dir)
	mustRun(t, "import", "organisations", "--data-dir", dir,
		write(t, "organisations.csv", "key;kind;name;siren;reservataire;registering_body;commune\nmetropole;METROPOLE;Métropole;;yes;yes;\n"))
	r := run(t, "serve", "--sandbox", "--reset", "--listen", "127.0.0.1:0", "--data-dir", dir)
	if r.status != 2 || !strings.Contains(r.stderr, "real data") {
		t.Errorf("status %d: %s", r.status, r.stderr)
	}
	again := mustRun(t, "import", "organisations", "--data-dir", dir,
		write(t, "organisations.csv", "key;kind;name;siren;reservataire;registering_body;commune\nmetropole;METROPOLE;Métropole;;yes;yes;\n"))
	if !strings.Contains(again, "1 unchanged") {
		t.Errorf("the organisation is gone: %s", again)
	}
}

func TestEnvironmentSets(t *testing.T) {
	t.Parallel()
	good := issuers(t, "https://id.metropole.example", ownKeys)
	for name, c := range map[string]struct {
		set  []string
		says string
	}{
		"database":        {[]string{"DATABASE_URL=mysql://guichet:" + secret + "@h/d"}, "database-url: "},
		"pool size":       {[]string{"GUICHET_POOL_SIZE=many"}, "pool-size"},
		"statement cache": {[]string{"GUICHET_STATEMENT_CACHE=-1"}, "statement-cache: "},
		"sandbox":         {[]string{"GUICHET_SANDBOX=perhaps"}, "sandbox"},
		"issuers":         {[]string{"GUICHET_ISSUERS=/nowhere"}, "issuers: "},
		"cursor keys":     {[]string{"GUICHET_CURSOR_KEYS=" + secret}, "cursor-keys: "},
		"audit key":       {[]string{"GUICHET_AUDIT_KEY=" + secret}, "audit-key: "},
		"audit key file":  {[]string{"GUICHET_AUDIT_KEY=", "GUICHET_AUDIT_KEY_FILE=/nowhere"}, "audit-key-file: "},
		"audit wait":      {[]string{"GUICHET_AUDIT_WAIT=1h"}, "audit-wait: "},
		"introspection":   {[]string{"GUICHET_INTROSPECTION=perhaps"}, "introspection"},
		"behind TLS":      {[]string{"GUICHET_BEHIND_TLS=perhaps"}, "behind-tls"},
		"age":             {[]string{"GUICHET_PUBLIC_MAX_AGE=-1s"}, "public-max-age: "},
		"grace":           {[]string{"GUICHET_GRACE=1h"}, "grace: "},
		"address":         {[]string{"GUICHET_LISTEN=nowhere"}, "listen: "},
		"data directory":  {[]string{"GUICHET_DATA_DIR=/dev/null/data"}, "/dev/null"},
		"origins":         {[]string{"GUICHET_ALLOWED_ORIGINS=https://*.example", "DATABASE_URL=postgres://guichet:" + secret + "@127.0.0.1:1/d"}, "allowed-origins: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p program
			p.command(t, append([]string{
				"GUICHET_ISSUERS=" + good, "GUICHET_CURSOR_KEYS=" + goodKey, "GUICHET_AUDIT_KEY=" + auditKey,
				"GUICHET_STORAGE_KEY=" + auditKey, "GUICHET_ANTIVIRUS=unix:/nowhere", "GUICHET_LISTEN=127.0.0.1:0",
			}, c.set...), "serve")
			err := p.cmd.Run()
			if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() < 1 || exit.ExitCode() > 2 {
				t.Errorf("%v", err)
			}
			if !strings.Contains(p.log.String(), c.says) || strings.Contains(p.log.String(), secret) {
				t.Errorf("said %s", p.log)
			}
		})
	}
}
