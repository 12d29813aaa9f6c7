package command_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/command"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// serving is a service that runs in this process.
type serving struct {
	url    string
	cancel context.CancelFunc
	status chan int
	log    *buffer
}

// start serves until the test ends, or stops the service.
func start(t *testing.T, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &serving{cancel: cancel, status: make(chan int, 1), log: &buffer{}}
	go func() { s.status <- command.Run(ctx, args, environment(&buffer{}, s.log)) }()
	t.Cleanup(func() {
		if s.cancel != nil {
			s.stop(t)
		}
	})
	eventually(t, func() error {
		select {
		case status := <-s.status:
			s.cancel = nil
			t.Fatalf("it ended with status %d: %s", status, s.log)
		default:
		}
		ready := logged(s.log.String(), "ready")
		if ready == nil {
			return errors.New("not ready: " + s.log.String())
		}
		s.url, _ = ready["address"].(string)
		return nil
	})
	return s
}

// stop ends the service, which must end well, and returns its log.
func (s *serving) stop(t *testing.T) string {
	t.Helper()
	s.cancel()
	s.cancel = nil
	if status := <-s.status; status != 0 {
		t.Errorf("status %d: %s", status, s.log)
	}
	return s.log.String()
}

// answer is the body of an answer, which must be that of a success.
func answer(ctx context.Context, url, token, query string) (map[string]any, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal(content, &parsed); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", response.Status, err, content)
	}
	if len(parsed.Errors) > 0 || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, content)
	}
	return parsed.Data, nil
}

// TestDatabasesAreRefused: each command refuses what is not for it, names why and
// writes nothing.
func TestDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	sandboxServe := []string{"serve", "--sandbox", "--listen", "127.0.0.1:0"}
	productionServe := production(t)
	const (
		newer   = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (29990101000000, true)"
		older   = "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version); DELETE FROM catalogue_entry"
		genuine = `INSERT INTO organisation (id, key, kind, name, reservataire, registering_body)
			VALUES ('org_01AQ3WVJ00000000000000000A', 'metropole', 'METROPOLE', 'Métropole', true, true)`
		fictional = "INSERT INTO sandbox_clock (id, offset_nanoseconds) VALUES ('clk_01AQ3WVJ00000000000000000A', 0)"
	)
	imports := []string{"import", "communes"}
	for name, c := range map[string]struct {
		before string
		says   string
		status int
		args   [][]string
	}{
		"newer":                {newer, "run a newer release", 1, [][]string{productionServe, sandboxServe, imports, {"migrate"}, {"seed"}}},
		"older":                {older, "run `guichet migrate`", 1, [][]string{productionServe, imports}},
		"real data":            {genuine, "real data", 2, [][]string{sandboxServe, {"seed"}}},
		"real data of old":     {genuine + ";" + older, "real data", 2, [][]string{sandboxServe, {"seed"}}},
		"fictional data":       {fictional, "holds a sandbox", 2, [][]string{productionServe}},
		"another search path":  {"", "search_path", 1, [][]string{productionServe, sandboxServe, {"migrate"}, {"seed"}}},
		"search path of extra": {"", "search_path", 1, [][]string{productionServe}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := testdb.New(t)
			db := open(t, dsn)
			if c.before != "" {
				execute(t, db, c.before)
			}
			used := dsn
			switch name {
			case "another search path":
				used = strings.Replace(dsn, "public%2Cext", "public", 1)
			case "search path of extra":
				used = strings.Replace(dsn, "public%2Cext", "ext%2Cpublic", 1)
			}
			if c.before == "" && used == dsn {
				t.Fatal("the search path is the same")
			}
			before := dump(t, db)
			for _, args := range c.args {
				r := run(t, append(args[:len(args):len(args)], "--database-url", used)...)
				if r.status != c.status || !strings.Contains(r.stderr, c.says) || r.stdout != "" {
					t.Errorf("%v: status %d, printed %q, said %q", args, r.status, r.stdout, r.stderr)
				}
				if logged(r.stderr, "ready") != nil {
					t.Errorf("%v: it served", args)
				}
			}
			if dump(t, db) != before {
				t.Error("something was written")
			}
		})
	}
}

// TestProductionServes: an empty database is brought up to date and served, with
// nothing of the sandbox in it.
func TestProductionServes(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	for _, want := range []string{`"from":0`, fmt.Sprintf(`"from":%d`, migrations.Latest())} {
		if r := run(t, "migrate", "--database-url", dsn); r.status != 0 || !strings.Contains(r.stderr, want) {
			t.Fatalf("status %d: %s", r.status, r.stderr)
		}
	}
	s := start(t, production(t, "--database-url", dsn)...)
	data, err := answer(t.Context(), s.url, "", "{ communes(first: 1) { totalCount } }")
	must(t, err)
	if fmt.Sprint(data) != "map[communes:map[totalCount:0]]" {
		t.Errorf("answered %v", data)
	}
	if data, err := answer(t.Context(), s.url, mustRun(t, "token", "metropole-admin"), "{ viewer { now } }"); err == nil {
		t.Errorf("a token of the sandbox was accepted: %v", data)
	}
	if data, err := answer(t.Context(), s.url, "", "{ __schema { queryType { name } } }"); err == nil {
		t.Errorf("introspection is open: %v", data)
	}
	s.stop(t)
	if n := number(t, open(t, dsn), "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM sandbox_clock)"); n != 0 {
		t.Errorf("%d fictional rows", n)
	}
}

// TestSeedThenServe: the sandbox that `seed` makes is the one that `serve` makes before its
// desks are at work, and is served as it is.
func TestSeedThenServe(t *testing.T) {
	t.Parallel()
	// The stock that is seeded is looked at in package sandbox.
	dsn, dir := testdb.Empty(t), t.TempDir()
	seed := []string{"seed", "--sandbox-stock=off", "--sandbox-applications=40", "--database-url", dsn}
	serve := append([]string{"serve", "--sandbox", "--sandbox-desks=off", "--listen", "127.0.0.1:0", "--data-dir", dir}, seed[1:]...)
	if r := run(t, seed...); r.status != 0 || logged(r.stderr, "sandbox data written") == nil {
		t.Fatalf("status %d: %s", r.status, r.stderr)
	}
	db := open(t, dsn)
	before := dump(t, db)
	mustRun(t, seed...)
	s := start(t, serve...)
	token := mustRun(t, "token", "commune-grenoble-agent")
	data, err := answer(t.Context(), s.url, token, "{ communes(first: 1) { totalCount } viewer { givenName } }")
	must(t, err)
	if fmt.Sprint(data) != "map[communes:map[totalCount:49] viewer:map[givenName:Camille]]" {
		t.Errorf("answered %v", data)
	}
	if _, err := answer(t.Context(), s.url, token,
		`mutation { setSandboxClock(input: {to: "2030-06-03T10:00:00Z"}) { errors { code } } }`); err != nil {
		t.Error(err)
	}
	s.stop(t)

	// The clock stays where it was left.
	s = start(t, serve...)
	data, err = answer(t.Context(), s.url, token, "{ viewer { now } }")
	must(t, err)
	if !strings.HasPrefix(fmt.Sprint(data), "map[viewer:map[now:2030-06-03T") {
		t.Errorf("answered %v", data)
	}
	s.stop(t)
	execute(t, db, "UPDATE sandbox_clock SET offset_nanoseconds = 0")
	withoutClock := func(dump string) string {
		head, tail, _ := strings.Cut(dump, "sandbox_clock\n")
		return head + strings.SplitN(tail, "\n", 2)[1]
	}
	if withoutClock(dump(t, db)) != withoutClock(before) {
		t.Error("serving wrote more than the clock")
	}
}
