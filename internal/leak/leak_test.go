package leak_test

import (
	"flag"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/leak"
)

var (
	twins = flag.Int("twins", 1, "how many worlds to compare with others that differ in what is hidden")
	pairs = flag.Int("pairs", 200, "how many pairs of a world and a caller to compare")
	seed  = flag.Uint64("seed", 0, "the first world; 0 for another one each time")
)

// callersOfWorld is how many callers ask in one world.
const callersOfWorld = 25

// firstSeed is the one asked for, or of this moment.
func firstSeed() uint64 {
	if *seed != 0 {
		return *seed
	}
	return uint64(time.Now().UnixNano()) % 1_000_000_000
}

// TestNothingLeaks: whoever asks for whatever gets what the rules in words say.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	lab, first, worlds := leak.NewLab(t), firstSeed(), uint64(0)
	for ; lab.Pairs < *pairs; worlds++ {
		w, callers := lab.World(t, first+worlds, callersOfWorld, leak.Broken{})
		for _, c := range callers {
			for _, d := range lab.Differences(t, w, c) {
				t.Errorf("world %d, %s: %s", w.Seed, c.Name, d)
			}
			if t.Failed() {
				t.FailNow()
			}
		}
	}
	t.Logf("%d pairs over %d worlds from seed %d: no difference\nanswers that showed something: %v", lab.Pairs, worlds, first, lab.Compared)
	if blank := lab.Blank(); *pairs >= 200 && len(blank) > 0 {
		t.Errorf("nothing was shown, and so nothing compared, of %v", blank)
	}
}

// TestTwins: what a caller must not know changes no byte of any answer.
func TestTwins(t *testing.T) {
	t.Parallel()
	lab, first, total := leak.NewLab(t), firstSeed(), map[string]int{}
	for n := range uint64(*twins) {
		compared, found := lab.Twins(t, first+n, callersOfTwins)
		for _, f := range found {
			t.Error(f)
		}
		for change, times := range compared {
			total[change] += times
		}
	}
	t.Logf("%d worlds from seed %d, each compared after %d changes: %v", *twins, first, leak.ChangeCount(), total)
	if *twins > 0 && len(total) < leak.ChangeCount()/2 {
		t.Errorf("only %d of %d changes were hidden from anybody", len(total), leak.ChangeCount())
	}
}

// callersOfTwins is how many callers ask in each of them.
const callersOfTwins = 5
