package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/guichet-logement/guichet/sandbox"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := start(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // The deferred call was just made.
	}
}

// compareCommand compares two files of figures.
const compareCommand = "compare"

// The words by which this program starts itself again as one of the engines: a
// server in a process of its own does not share the load's garbage collector.
const (
	limitCommand    = "limit"
	profiledCommand = "profiled"
)

func start(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case limitCommand:
			return serveLimit(ctx)
		case profiledCommand:
			return serveProfiled(ctx)
		case mapLimitCommand:
			return serveMapLimit(ctx)
		case compareCommand:
			if len(args) != 3 {
				return errors.New("compare takes two files that -json wrote, the older first")
			}
			return compareFiles(args[1], args[2], out)
		}
	}
	s, err := readSettings(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case s.imports:
		return measureImports(ctx, s, out)
	case s.maps:
		return measureMaps(ctx, s, out)
	case len(s.growth) > 0:
		return measureGrowth(ctx, s, out)
	}
	return measureAll(ctx, s, out)
}

// settings say what is measured and for how long.
type settings struct {
	// seconds is the length of one measurement, rounds how many each engine gets.
	seconds float64
	rounds  int
	// connections are the numbers of connections that the load keeps open.
	connections []int
	// operations are those whose name contains one of these words, all when empty.
	operations []string
	// page is the length of the pages asked for, points how many reception points
	// are added to the sandbox's.
	page, points int
	// variant is the environment of one more API, such as GOGC=400.
	variant []string
	// against is another checkout of the repository, served as one more API.
	against string
	// repository is where the program and the documented operations are.
	repository string
	// json and profiles name a file and a directory to write to; empty for neither.
	json, profiles string
	start          bool
	// generic measures beside a generic engine too, at what that is compared with.
	generic bool
	// imports measures the import of the stock instead, scale times the sandbox's.
	imports bool
	scale   int
	// growth measures instead how the time of each read grows, over so many times the data,
	// and draws it to the file plot.
	growth []int
	plot   string
	// maps measures tiles of the map instead, scale times the sandbox's stock.
	maps bool
}

func (s settings) duration() time.Duration {
	return time.Duration(s.seconds * float64(time.Second))
}

func readSettings(args []string, out io.Writer) (settings, error) {
	var s settings
	var connections, operations, variant, growth string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(out)
	f.Float64Var(&s.seconds, "seconds", 2, "length of one measurement, 0.1 to 60")
	f.IntVar(&s.rounds, "rounds", 3, "measurements of each engine, 1 to 20")
	f.StringVar(&connections, "connections", "16", "numbers of connections, 1 to 256, separated by commas")
	f.StringVar(&operations, "operations", "", "only operations whose name contains one of these words, separated by commas")
	f.IntVar(&s.page, "page", 50, "length of the pages asked for, 1 to 100")
	f.IntVar(&s.points, "points", 0, "reception points beyond those of the sandbox, up to 20000")
	f.StringVar(&variant, "variant", "", "environment of one more API to compare, separated by spaces: GOGC=400")
	f.StringVar(&s.against, "against", "", "directory of another checkout to compare, such as that of the main branch")
	f.StringVar(&s.repository, "repository", ".", "directory of the repository")
	f.StringVar(&s.json, "json", "", "also write the figures to this file")
	f.StringVar(&s.profiles, "profiles", "", "also write CPU and allocation profiles of the API to this directory")
	f.BoolVar(&s.start, "start", true, "also measure the start of the program")
	f.BoolVar(&s.generic, "postgraphile", false, "measure beside PostGraphile too, which npm installs in "+genericDir)
	f.BoolVar(&s.imports, "import", false, "measure the import of the stock against COPY, instead")
	f.BoolVar(&s.maps, "map", false, "measure the tiles of the map against hand-written SQL, instead")
	f.IntVar(&s.scale, "scale", 1, "with -import or -map: how many times the sandbox's stock; 104 is a country and takes an hour")
	f.StringVar(&growth, "growth", "", "measure how the time of each read grows instead, over so many times the data: 1,10,100 takes half an hour")
	f.StringVar(&s.plot, "plot", "", "with -growth: also draw it to this file, as SVG")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	var err error
	if s.connections, err = numbers("-connections", connections, 256); err != nil {
		return s, err
	}
	if growth != "" {
		if s.growth, err = numbers("-growth", growth, 100); err != nil {
			return s, err
		}
	}
	if operations != "" {
		s.operations = strings.Split(operations, ",")
	}
	s.variant = strings.Fields(variant)
	switch {
	case s.seconds < 0.1 || s.seconds > 60:
		return s, errors.New("-seconds must lie between 0.1 and 60")
	case s.rounds < 1 || s.rounds > 20:
		return s, errors.New("-rounds must lie between 1 and 20")
	case s.page < 1 || s.page > 100:
		return s, errors.New("-page must lie between 1 and 100")
	case s.points < 0 || s.points > 20_000:
		return s, errors.New("-points must lie between 0 and 20000")
	case s.scale < 1 || s.scale > sandbox.MaxStockScale:
		return s, fmt.Errorf("-scale must lie between 1 and %d", sandbox.MaxStockScale)
	case f.NArg() > 0:
		return s, fmt.Errorf("%q is no flag", f.Arg(0))
	}
	return s, nil
}

// numbers reads some from 1 to most, separated by commas.
func numbers(name, text string, most int) (all []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > most {
			return nil, fmt.Errorf("%s: %q is no number from 1 to %d", name, word, most)
		}
		all = append(all, n)
	}
	return all, nil
}
