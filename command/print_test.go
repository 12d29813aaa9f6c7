package command_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/command"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/sandbox"
)

func TestTokenStandsAlone(t *testing.T) {
	t.Parallel()
	verifier, err := auth.NewVerifier(t.Context(), auth.Config{
		Issuers: sandbox.Issuers(), Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	applicants := map[string]bool{}
	for _, a := range sandbox.Applicants() {
		applicants[a.Name] = true
	}
	for line := range strings.Lines(mustRun(t, "token", "--list")) {
		name, _, _ := strings.Cut(line, " ")
		r := run(t, "token", name, "--lifetime", "1h")
		token, rest, _ := strings.Cut(r.stdout, "\n")
		if r.status != 0 || r.stderr != "" || rest != "" || !strings.HasSuffix(r.stdout, "\n") {
			t.Fatalf("%s: status %d, printed %q, said %q", name, r.status, r.stdout, r.stderr)
		}
		identity, err := verifier.Verify(t.Context(), token)
		if err != nil || identity.Subject != name || identity.Applicant != applicants[name] {
			t.Errorf("%s: %v, %v", name, identity, err)
		}
		if left := time.Until(identity.Expires); left < 59*time.Minute || left > time.Hour {
			t.Errorf("%s: good for %s", name, left)
		}
	}
}

func TestTokenList(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(mustRun(t, "token", "--list"), "\n"), "\n")
	type row struct{ name, role, about string }
	var want []row
	for _, p := range sandbox.Personas() {
		want = append(want, row{p.Name, string(p.Role), p.About})
	}
	for _, a := range sandbox.Applicants() {
		want = append(want, row{a.Name, "APPLICANT", a.About})
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines for %d people", len(lines), len(want))
	}
	for i, w := range want {
		fields := strings.Fields(lines[i])
		if len(fields) < 3 || fields[0] != w.name || fields[1] != w.role || !strings.HasSuffix(lines[i], w.about) {
			t.Errorf("line %d is %q", i+1, lines[i])
		}
	}
}

func TestTokenApps(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(mustRun(t, "token", "--apps"), "\n"), "\n")
	apps := sandbox.PartnerApps()
	if len(lines) != len(apps) {
		t.Fatalf("%d lines for %d apps", len(lines), len(apps))
	}
	for i, a := range apps {
		fields := strings.Fields(lines[i])
		if len(fields) < 3 || fields[0] != string(a.ClientID) || fields[1] != a.Secret || !strings.HasSuffix(lines[i], a.About) {
			t.Errorf("line %d is %q", i+1, lines[i])
		}
	}
}

func TestSchemaIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	if out := mustRun(t, "schema"); out != contract {
		t.Errorf("printed %q", out)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out := mustRun(t, "version")
	sum := sha256.Sum256([]byte(contract))
	want := regexp.MustCompile(`^version  \S+\ncommit   \S*\ncontract ` + hex.EncodeToString(sum[:8]) +
		fmt.Sprintf(`\ndatabase %d\n$`, migrations.Latest()))
	if !want.MatchString(out) {
		t.Errorf("printed %q", out)
	}
}

// closed is an output that takes nothing, as a full disk.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestFailedOutputIsAFailure(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"schema"}, {"version"}, {"token", "--list"}, {"token", "metropole-admin"}} {
		var stderr buffer
		status := command.Run(t.Context(), args, command.Environment{Contract: contract, Getenv: os.Getenv, Stdout: closed{}, Stderr: &stderr})
		if status != 1 || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: status %d, said %q", args, status, stderr.String())
		}
	}
}
