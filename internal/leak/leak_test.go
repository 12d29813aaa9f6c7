package leak_test

import (
	"flag"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/leak"
)

var (
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
	return uint64(time.Now().UnixNano()) % 1_000_000_000 //nolint:gosec // after 1970
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
