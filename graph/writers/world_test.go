package writers_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/graph/writers/testdata/odd"
)

// worlds makes values of the odd contract. They hold each other, in circles: a
// document is as deep as an answer gets.
type worlds struct {
	*rand.Rand
	// odd is how often something is: an answer with an error in each object says
	// little of what is between.
	odd   float64
	boxes []*odd.Box
	bags  []*odd.Bag
}

// newWorlds makes the things that values are chosen from.
func newWorlds(r *rand.Rand, often float64) worlds {
	w := worlds{r, often, make([]*odd.Box, 8), make([]*odd.Bag, 5)}
	for i := range w.boxes {
		w.boxes[i] = new(odd.Box)
	}
	for i := range w.bags {
		w.bags[i] = new(odd.Bag)
	}
	for _, b := range w.bags {
		*b = odd.Bag{
			Name: sometimes(w, w.text()), Size: w.IntN(100), Box: w.maybeBox(),
			Lids: maybeListOf(w, 2, func() *odd.Lid { l := w.lid(); return &l }),
		}
	}
	for _, b := range w.boxes {
		w.fill(b)
	}
	return w
}

func newWorld(r *rand.Rand, often float64) *odd.World {
	w := newWorlds(r, often)
	return &odd.World{
		Box: w.box(), Boxes: listOf(w, 4, w.box), Thing: w.thing(), Things: listOf(w, 4, w.thing),
		Named: w.named(), Sized: maybeListOf(w, 3, w.sized),
		Grid:    listOf(w, 3, func() []*odd.Box { return listOf(w, 3, w.box) }),
		Words:   listOf(w, 4, func() *string { return sometimes(w, w.text()) }),
		Payload: w.payload(),
	}
}

// strange tells whether this is one of the places where something is odd.
func (w worlds) strange() bool { return w.Float64() < w.odd }

// sometimes is a pointer to a value, or nil.
func sometimes[T any](w worlds, v T) *T {
	if w.IntN(4) == 0 {
		return nil
	}
	return &v
}

// listOf is a list, empty or nil now and then.
func listOf[T any](w worlds, most int, item func() T) []T {
	if w.strange() {
		return nil
	}
	list := make([]T, w.IntN(most+1))
	for i := range list {
		list[i] = item()
	}
	return list
}

// maybeListOf is a list that may not be there.
func maybeListOf[T any](w worlds, most int, item func() T) []T {
	if w.IntN(4) == 0 {
		return nil
	}
	return listOf(w, most, item)
}

func (w worlds) text() string {
	pieces := []string{"a", "Échirolles", `"`, `\`, "\n", "\t", "\x00", "\x1f", "<b>&", "\u2028", "\xff\xfe", "😀", "", " "}
	var s strings.Builder
	for range w.IntN(4) {
		s.WriteString(pieces[w.IntN(len(pieces))])
	}
	return s.String()
}

func (w worlds) number() float64 {
	if w.strange() {
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[w.IntN(3)]
	}
	return []float64{0, math.Copysign(0, -1), 1, -1.5, 1e21, 1e-7, 123456789, math.MaxFloat64, math.SmallestNonzeroFloat64, w.NormFloat64()}[w.IntN(10)]
}

// must is a value, odd when the place is: the zero value of it.
func must[T any](w worlds, v T) T {
	if w.strange() {
		var zero T
		return zero
	}
	return v
}

func (w worlds) instant() time.Time {
	return must(w, time.Unix(w.Int64N(4e9), w.Int64N(1e9)).UTC())
}

func (w worlds) colour() odd.Colour { return []odd.Colour{"RED", "GREEN", "BLUE"}[w.IntN(3)] }

func (w worlds) shade() odd.Shade { return must(w, odd.Shade(1+w.IntN(2))) }

func (w worlds) box() *odd.Box { return must(w, w.boxes[w.IntN(len(w.boxes))]) }

func (w worlds) maybeBox() *odd.Box {
	if w.IntN(3) == 0 {
		return nil
	}
	return w.box()
}

func (w worlds) bag() *odd.Bag { return must(w, w.bags[w.IntN(len(w.bags))]) }

func (w worlds) lid() odd.Lid { return odd.Lid{Name: sometimes(w, w.text()), Bag: w.bag()} }

func (w worlds) thing() odd.Thing {
	if w.strange() {
		return []odd.Thing{nil, (*odd.Bag)(nil), odd.Foreign{}, (*odd.Lid)(nil)}[w.IntN(4)]
	}
	l := w.lid()
	return []odd.Thing{l, &l, w.bag(), w.box()}[w.IntN(4)]
}

func (w worlds) maybeThing() odd.Thing {
	if w.IntN(3) == 0 {
		return nil
	}
	return w.thing()
}

func (w worlds) named() odd.Named {
	named, _ := w.thing().(odd.Named)
	return named
}

func (w worlds) sized() odd.Sized {
	if w.IntN(2) == 0 {
		return w.bag()
	}
	return w.box()
}

func (w worlds) fill(b *odd.Box) {
	*b = odd.Box{
		ID: w.text(), Name: sometimes(w, w.text()), Size: w.IntN(1e6) - 5e5, Text: w.text(),
		Small: sometimes(w, w.Int32()), Long: w.Int64() - math.MaxInt64/2,
		Weight: w.number(), Ratio: sometimes(w, w.number()), Exact: sometimes(w, w.number()),
		Open: w.IntN(2) == 0, Locked: sometimes(w, w.IntN(2) == 0),
		Colour: w.colour(), Colours: maybeListOf(w, 3, w.colour),
		Shade: w.shade(), Shades: listOf(w, 3, func() *odd.Shade { return sometimes(w, w.shade()) }),
		Instant: w.instant(), Instants: maybeListOf(w, 2, func() *time.Time { return sometimes(w, w.instant()) }),
		Stamp: sometimes(w, odd.Stamp(w.text())), Stamps: listOf(w, 3, func() odd.Stamp { return odd.Stamp(w.text()) }),
		Signed:      must(w, odd.Signed("s")),
		MaybeSigned: maybeListOf(w, 2, func() *odd.Signed { return sometimes(w, must(w, odd.Signed("t"))) }),
		Sealed:      sometimes(w, must(w, "c")), MustSealed: must(w, "d"),
		Blank: sometimes(w, w.text()), MustBlank: must(w, "b"), Blanks: maybeListOf(w, 2, func() string { return must(w, "x") }),
		Attributes: map[string]any{"a": 1}, Words: maybeListOf(w, 3, func() *string { return sometimes(w, w.text()) }),
		MustWords: listOf(w, 3, w.text), Grid: listOf(w, 3, func() []int { return listOf(w, 3, func() int { return w.IntN(100) }) }),
		Lid: w.lid(), Lids: listOf(w, 3, w.lid), Inner: w.maybeBox(), MustInner: w.box(),
		Boxes: listOf(w, 2, w.box), MaybeBoxes: maybeListOf(w, 2, w.maybeBox),
		Thing: w.maybeThing(), MustThing: w.thing(), Things: listOf(w, 3, w.maybeThing), Named: w.named(),
		Pairs: maybeListOf(w, 2, func() []*odd.Bag { return listOf(w, 2, w.bag) }), Bags: listOf(w, 3, w.bag),
		Facts: map[string]any{"one": 1}, Trouble: map[string]odd.Trouble{},
	}
	if w.strange() {
		b.Sealed = new(string)
		*b.Sealed = "!"
	}
	if w.IntN(2) == 0 {
		b.Labels = &b.MustWords
	}
	for _, field := range []string{
		"twice", "computed", "loaded", "maybeLoaded", "boundThing",
		"resolved", "mustResolve", "strict", "aside", "friends", "buddy", "resolvedThing",
	} {
		if w.strange() {
			b.Trouble[field] = odd.Trouble(1 + w.IntN(4))
		}
	}
}

func (w worlds) payload() *odd.StorePayload {
	since := w.instant()
	return must(w, &odd.StorePayload{Box: w.maybeBox(), Refusals: listOf(w, 3, func() odd.Refusal {
		return []odd.Refusal{odd.TooBig{Message: w.text(), Most: 3}, &odd.TooBig{Message: "p"}, &odd.TooOld{Message: w.text(), Since: &since}}[w.IntN(3)]
	})})
}
