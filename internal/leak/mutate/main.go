package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		stop()
		os.Exit(1) //nolint:gocritic // the deferred call was just made
	}
}

func start(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	survived := 0
	for _, s := range switches {
		how, err := try(ctx, dir, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
		if how == "" {
			survived++
			how = "SURVIVED"
		}
		_, _ = fmt.Fprintf(out, "%-70s %s\n", s.what, how)
	}
	_, _ = fmt.Fprintf(out, "%d switches broken: %d caught, %d survived\n", len(switches), len(switches)-survived, survived)
	if survived > 0 {
		return errors.New("a broken program passes the test")
	}
	return nil
}

// try runs the leak test over the program with the switch broken, and returns what
// showed it.
func try(ctx context.Context, dir string, s broken) (string, error) {
	source, err := os.ReadFile(s.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), s.old); n != 1 {
		return "", fmt.Errorf("%s holds it %d times: %s", s.file, n, s.old)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(source), s.old, s.new, 1)), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, s.file): changed}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-count=1", "-timeout", "30m",
		"-run", "TestNothingLeaks", "./internal/leak", "-seed", "1", "-pairs", pairs)
	output, err := command.CombinedOutput()
	switch found := difference.FindSubmatch(output); {
	case err == nil:
		return "", nil
	case found == nil: // it did not compile, or failed for a reason of its own
		return "", fmt.Errorf("%w: %s", err, output)
	default:
		return "caught: world " + string(found[1]) + ", " + string(found[2]), ctx.Err()
	}
}

// pairs are enough for each of them to show itself.
const pairs = "2000"

// difference is a line of the leak test: the world and the answer that is wrong.
var difference = regexp.MustCompile(`world ([0-9]+), [^\n]*?: ([a-zA-Z_0-9]+): (?:got |nobody|an app|\[)`)
