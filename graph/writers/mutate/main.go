package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

// Where things are, from the root of the repository.
const (
	template  = "graph/writers/generate/writers.gotpl"
	contract  = "graph/writers/testdata/odd/gqlgen.yml"
	generated = "graph/writers/testdata/odd/gen/writers.go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		stop()
		os.Exit(1) //nolint:gocritic // the deferred call was just made
	}
}

func start(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	most := flags.Int("n", 12, "how many broken templates to try, of those that compile and write something else")
	seed := flags.Uint64("seed", 1, "which ones")
	if err := flags.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile(template)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	l := lab{ctx, dir}
	if err := l.prepare(); err != nil {
		return err
	}
	all := mutants(string(text))
	r := rand.New(rand.NewPCG(*seed, 0)) //nolint:gosec // which of them, not a secret
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	counts := map[fate]int{}
	for _, m := range all {
		if counts[noticed]+counts[survived] == *most || ctx.Err() != nil {
			break
		}
		came, err := l.try(m)
		if err != nil {
			return err
		}
		counts[came]++
		if came == noticed || came == survived {
			_, _ = fmt.Fprintf(out, "%-9s %s\n", came, m.what)
		}
	}
	_, _ = fmt.Fprintf(out, "%d ways to break it; %d tried: %d noticed, %d survived; %d did not compile, %d wrote the same\n",
		len(all), counts[noticed]+counts[survived], counts[noticed], counts[survived], counts[broken], counts[same])
	if counts[survived] > 0 {
		return errors.New("a broken template passes the test")
	}
	return ctx.Err()
}

// fate is what came of a broken template.
type fate string

const (
	broken   fate = "broken"   // no code, or none that compiles
	same     fate = "same"     // the same code
	noticed  fate = "noticed"  // the test failed
	survived fate = "survived" // the test passed
)

// lab is where templates are tried.
type lab struct {
	ctx context.Context
	dir string
}

func (l lab) path(name string) string { return filepath.Join(l.dir, name) }

// command runs one command of Go and returns what it printed.
func (l lab) command(program string, args ...string) (string, error) {
	output, err := exec.CommandContext(l.ctx, program, args...).CombinedOutput() //nolint:gosec // programs built here
	return string(output), err
}

// prepare builds the generator, and has the test look at the file in the lab in
// place of the one in the repository.
func (l lab) prepare() error {
	if output, err := l.command("go", "build", "-o", l.path("generate"), "./graph/writers/generate"); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, generated): l.path("writers.go")}})
	if err != nil {
		return err
	}
	return os.WriteFile(l.path("overlay.json"), overlay, 0o600)
}

func (l lab) try(m mutant) (fate, error) {
	if err := os.WriteFile(l.path("template"), []byte(m.text), 0o600); err != nil {
		return "", err
	}
	if _, err := l.command(l.path("generate"), "-config", contract, "-template", l.path("template"), "-output", l.path("writers.go")); err != nil {
		return broken, l.ctx.Err()
	}
	if unchanged, err := l.unchanged(); err != nil || unchanged {
		return same, err
	}
	if _, err := l.command("go", "build", "-overlay", l.path("overlay.json"), "./"+filepath.Dir(generated)); err != nil {
		return broken, l.ctx.Err()
	}
	output, err := l.command("go", "test", "-overlay", l.path("overlay.json"), "-timeout", "2m", "-run", "Odd|Ordinary", "./graph/writers")
	if err == nil {
		return survived, nil
	}
	if !bytes.Contains([]byte(output), []byte("FAIL")) {
		return "", fmt.Errorf("run the test: %w: %s", err, output)
	}
	return noticed, l.ctx.Err()
}

// unchanged tells whether the template wrote what is in the repository.
func (l lab) unchanged() (bool, error) {
	ours, err := os.ReadFile(generated)
	if err != nil {
		return false, err
	}
	theirs, err := os.ReadFile(l.path("writers.go"))
	return bytes.Equal(ours, theirs), err
}
