package sandbox

import "hash/fnv"

// dice are the sandbox's chance: from the same name the same throws, whatever the
// version of Go. A copy throws again what the original will throw.
type dice uint64

func newDice(name string) dice {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return dice(h.Sum64())
}

// fraction throws from 0 up to 1, by the generator SplitMix64.
func (d *dice) fraction() float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}

// below throws a whole number from 0 up to n.
func (d *dice) below(n int) int { return int(d.fraction() * float64(n)) }

// between throws a whole number of the range, both ends included.
func (d *dice) between(low, high int) int { return low + d.below(high-low+1) }

func (d *dice) chance(percent float64) bool { return d.fraction()*100 < percent }

// weighted throws an index, as often as its weight says.
func (d *dice) weighted(weights ...int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	at := d.below(total)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
