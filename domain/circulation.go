package domain

import "math"

// unlimited stands above any sum of counts.
const unlimited = 1 << 50

// circulation is a network on which whole units go round: what enters a node
// leaves it, and each arc takes a flow between its two limits. It can say exactly
// how far the flow of one arc can go when all the others may follow: limits and
// flows are whole, so each whole flow between the extremes is reached too.
type circulation struct {
	arcs   []arc
	leaves [][]step // by node
	// seen, by and waiting are those of the search under way: it is made often.
	seen    []bool
	by      []step
	waiting []int
}

type arc struct{ from, to, low, high, flow int }

// step is one more unit along an arc, or one less.
type step struct {
	arc  int
	less bool
}

func (c *circulation) node() int {
	c.leaves = append(c.leaves, nil)
	return len(c.leaves) - 1
}

func (c *circulation) nodes(n int) []int {
	nodes := make([]int, n)
	for i := range nodes {
		nodes[i] = c.node()
	}
	return nodes
}

func (c *circulation) arc(from, to int) int {
	n := len(c.arcs)
	c.arcs = append(c.arcs, arc{from: from, to: to})
	c.leaves[from] = append(c.leaves[from], step{n, false})
	c.leaves[to] = append(c.leaves[to], step{n, true})
	return n
}

// ends are the node that a step leaves and that which it reaches.
func (c *circulation) ends(s step) (from, to int) {
	if a := c.arcs[s.arc]; s.less {
		return a.to, a.from
	}
	return c.arcs[s.arc].from, c.arcs[s.arc].to
}

// room is how often a step can be made; negative back from an unsettled flow.
func (c *circulation) room(s step) int {
	if a := c.arcs[s.arc]; s.less {
		return a.flow - a.low
	}
	return c.arcs[s.arc].high - c.arcs[s.arc].flow
}

// cycle finds the cheapest way to close a step with steps on other arcs, nil when
// there is none. The price of a step may be 0; the second result of price tells
// whether it can be made at all. Of equal ways it always takes the same.
func (c *circulation) cycle(s step, price func(step) (int, bool)) []step {
	to, from := c.ends(s)
	const unseen = math.MaxInt
	costs, by := make([]int, len(c.leaves)), make([]step, len(c.leaves))
	for n := range costs {
		costs[n] = unseen
	}
	costs[from] = 0
	waiting, queued := []int{from}, make([]bool, len(c.leaves))
	for len(waiting) > 0 && costs[to] > 0 { // nothing is cheaper than free
		n := waiting[0]
		waiting, queued[n] = waiting[1:], false
		for _, next := range c.leaves[n] {
			cost, ok := price(next)
			_, m := c.ends(next)
			if !ok || next.arc == s.arc || costs[n]+cost >= costs[m] {
				continue
			}
			costs[m], by[m] = costs[n]+cost, next
			if !queued[m] {
				waiting, queued[m] = append(waiting, m), true
			}
		}
	}
	if costs[to] == unseen {
		return nil
	}
	return c.steps(s, by)
}

// way is [circulation.cycle] among the steps that can be made, all of them free: it is
// asked for far more often.
func (c *circulation) way(s step) []step {
	to, from := c.ends(s)
	if len(c.seen) < len(c.leaves) {
		c.seen, c.by = make([]bool, len(c.leaves)), make([]step, len(c.leaves))
	}
	clear(c.seen)
	c.seen[from] = true
	c.waiting = append(c.waiting[:0], from)
	for n := 0; n < len(c.waiting) && !c.seen[to]; n++ {
		for _, next := range c.leaves[c.waiting[n]] {
			_, m := c.ends(next)
			if c.seen[m] || next.arc == s.arc || c.room(next) <= 0 {
				continue
			}
			c.seen[m], c.by[m] = true, next
			c.waiting = append(c.waiting, m)
		}
	}
	if !c.seen[to] {
		return nil
	}
	return c.steps(s, c.by)
}

// steps are one step and those that close it, by the nodes that they reach.
func (c *circulation) steps(s step, by []step) []step {
	to, from := c.ends(s)
	steps := []step{s}
	for n := to; n != from; n, _ = c.ends(by[n]) {
		steps = append(steps, by[n])
	}
	return steps
}

// push makes a step as often as it can be made, at most limit times, and returns
// how often that was.
func (c *circulation) push(s step, limit int) int {
	pushed := 0
	for pushed < limit && c.room(s) > 0 {
		steps := c.way(s)
		if steps == nil {
			break
		}
		units := limit - pushed
		for _, s := range steps {
			units = min(units, c.room(s))
		}
		for _, s := range steps {
			if s.less {
				c.arcs[s.arc].flow -= units
			} else {
				c.arcs[s.arc].flow += units
			}
		}
		pushed += units
	}
	return pushed
}

// settle finds a flow within all limits, false when there is none: an arc that
// cannot be brought to its lower limit is on a cut whose arcs one way, all full,
// take less than those the other way must (Hoffman's theorem).
func (c *circulation) settle() bool {
	for n := range c.arcs {
		c.arcs[n].flow = 0
	}
	for n, a := range c.arcs {
		missing := a.low - c.arcs[n].flow
		if a.low > a.high || missing > 0 && c.push(step{n, false}, missing) < missing {
			return false
		}
	}
	return true
}

// width is the distance between the greatest and the least flow that an arc can
// take, or limit where it is more. It leaves the flow low.
func (c *circulation) width(n, limit int) int {
	c.push(step{n, false}, limit)
	return c.push(step{n, true}, limit)
}
