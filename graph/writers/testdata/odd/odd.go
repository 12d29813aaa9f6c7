// Package odd binds a contract of odd shapes to Go, for the tests of writers. What
// goes wrong in a value is in the value, so that each run goes wrong alike.
package odd

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// Interfaces and the union of the contract.
type (
	Named   interface{ IsNamed() }
	Sized   interface{ IsSized() }
	Thing   interface{ IsThing() }
	Refusal interface{ IsRefusal() }
)

// Box has a field for each kind of output.
type Box struct {
	ID           string
	Name         *string
	Size         int
	Text         string
	Small        *int32
	Long         int64
	Weight       float64
	Ratio, Exact *float64
	Open         bool
	Locked       *bool
	Colour       Colour
	Colours      []Colour
	Shade        Shade
	Shades       []*Shade
	Instant      time.Time
	Instants     []*time.Time
	Stamp        *Stamp
	Stamps       []Stamp
	Signed       Signed
	MaybeSigned  []*Signed
	Sealed       *string
	MustSealed   string
	Blank        *string
	MustBlank    string
	Blanks       []string
	Attributes   map[string]any
	Words        []*string
	MustWords    []string
	Labels       *[]string
	Grid         [][]int
	Lid          Lid
	Lids         []Lid
	Inner        *Box
	MustInner    *Box
	Boxes        []*Box
	MaybeBoxes   []*Box
	Thing        Thing
	MustThing    Thing
	Things       []Thing
	Named        Named
	Pairs        [][]*Bag
	Facts        map[string]any

	// What the methods and resolvers do.
	Trouble map[string]Trouble
	Bags    []*Bag
}

// Trouble is what a method or resolver does instead of giving its value.
type Trouble int

// The troubles there are.
const (
	None Trouble = iota
	Fails
	Panics
	GivesNothing
	Reports
)

var errTrouble = errors.New("trouble")

// give gives a value, or what the box has for that field.
func give[T any](ctx context.Context, b *Box, field string, v T) (T, error) {
	var nothing T
	switch b.Trouble[field] {
	case Fails:
		return v, errTrouble
	case Panics:
		panic("trouble in " + field)
	case GivesNothing:
		return nothing, nil
	case Reports:
		graphql.AddErrorf(ctx, "beside %s", field)
	case None:
	}
	return v, nil
}

// Twice is a method without context or error.
func (b *Box) Twice() string {
	if b.Trouble["twice"] == Panics {
		panic("twice")
	}
	return b.Text + b.Text
}

// Computed is a method with arguments.
func (b *Box) Computed(ctx context.Context, times *int, colour *Colour, filter *Filter) (string, error) {
	n := 0
	if times != nil {
		n = *times
	}
	if n < 0 || n > 50 {
		return "", errors.New("too many times")
	}
	s := strings.Repeat(b.Text, n) + filter.String()
	if colour != nil {
		s += string(*colour)
	}
	return give(ctx, b, "computed", s)
}

// MaybeComputed is a method with arguments and no context.
func (b *Box) MaybeComputed(filter Filter) *int {
	if filter.Least == nil {
		return nil
	}
	return filter.Least
}

// Loaded is an edge that is loaded.
func (b *Box) Loaded(ctx context.Context) ([]*Bag, error) { return give(ctx, b, "loaded", b.Bags) }

// MaybeLoaded is an edge to one.
func (b *Box) MaybeLoaded(ctx context.Context) (*Box, error) {
	return give(ctx, b, "maybeLoaded", b.Inner)
}

// BoundThing is a method that gives a value of the union.
func (b *Box) BoundThing(ctx context.Context) (Thing, error) {
	return give(ctx, b, "boundThing", b.Thing)
}

// Known has the form of a map's value.
func (b *Box) Known() (string, bool) { return b.Text, b.Open }

// Bag is smaller.
type Bag struct {
	Name *string
	Size int
	Box  *Box
	Lids []*Lid
}

// Lid is a value, not a pointer, where it can be.
type Lid struct {
	Name *string
	Bag  *Bag
}

// IsNamed and the others say which types of the contract a type is.
func (*Box) IsNamed() {}
func (*Box) IsSized() {}
func (*Box) IsThing() {}
func (*Bag) IsNamed() {}
func (*Bag) IsSized() {}
func (*Bag) IsThing() {}
func (Lid) IsNamed()  {}
func (Lid) IsThing()  {}

// Foreign is a value of the union that the contract does not know.
type Foreign struct{}

func (Foreign) IsThing() {}

// Filter is an input that holds itself.
type Filter struct {
	Colour *Colour
	Words  []string
	Least  *int
	Inner  *Filter
}

// String tells filters apart.
func (f *Filter) String() string {
	if f == nil {
		return "-"
	}
	s := "[" + strings.Join(f.Words, ",")
	if f.Colour != nil {
		s += string(*f.Colour)
	}
	if f.Least != nil {
		s += strconv.Itoa(*f.Least)
	}
	return s + f.Inner.String() + "]"
}

// StorePayload is the answer of a mutation.
type StorePayload struct {
	Box      *Box
	Refusals []Refusal
}

// TooBig and TooOld are refusals.
type (
	TooBig struct {
		Message string
		Most    int
	}
	TooOld struct {
		Message string
		Since   *time.Time
	}
)

func (TooBig) IsRefusal()  {}
func (*TooOld) IsRefusal() {}

// Colour writes itself.
type Colour string

// MarshalGQL writes the colour.
func (c Colour) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL reads a colour, and refuses one that the contract has.
func (c *Colour) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if s == "BLUE" {
		return errors.New("not blue")
	}
	*c = Colour(s)
	return nil
}

// Shade is written by gqlgen, from its configuration.
type Shade int

// The shades there are.
const (
	Light Shade = iota + 1
	Dark
)

// Stamp writes itself, and panics on demand.
type Stamp string

// MarshalGQL writes the stamp.
func (s Stamp) MarshalGQL(w io.Writer) {
	if s == "" {
		_, _ = w.Write([]byte("null"))
		return
	}
	_, _ = io.WriteString(w, strconv.Quote(string(s)))
}

// UnmarshalGQL reads a stamp.
func (s *Stamp) UnmarshalGQL(v any) error {
	text, _ := v.(string)
	*s = Stamp(text)
	return nil
}

// Signed writes itself with the path of its field, and fails without a value.
type Signed string

// MarshalGQLContext writes the signed value.
func (s Signed) MarshalGQLContext(ctx context.Context, w io.Writer) error {
	if s == "" {
		return errors.New("nothing to sign")
	}
	_, err := io.WriteString(w, strconv.Quote(string(s)+above(ctx)))
	return err
}

// UnmarshalGQLContext reads a signed value.
func (s *Signed) UnmarshalGQLContext(_ context.Context, v any) error {
	text, _ := v.(string)
	*s = Signed(text)
	return nil
}

// above lists the response names from the field of the context up.
func above(ctx context.Context) string {
	var s strings.Builder
	for fc := graphql.GetFieldContext(ctx); fc != nil; fc = fc.Parent {
		if fc.Field.Field != nil {
			s.WriteString("/" + fc.Field.Alias)
		}
	}
	return s.String()
}

// MarshalSealed writes a value with the names above it, through a function.
func MarshalSealed(s string) graphql.ContextMarshaler {
	if s == "" {
		return graphql.Null
	}
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		if s == "!" {
			return errTrouble
		}
		_, err := io.WriteString(w, strconv.Quote(s+above(ctx)))
		return err
	})
}

// UnmarshalSealed reads a sealed value.
func UnmarshalSealed(_ context.Context, v any) (string, error) {
	s, _ := v.(string)
	return s, nil
}

// MarshalBlank writes a text, and null for an empty one.
func MarshalBlank(s string) graphql.Marshaler {
	if s == "" {
		return graphql.Null
	}
	return graphql.MarshalString(s)
}

// UnmarshalBlank reads a text.
func UnmarshalBlank(v any) (string, error) {
	s, _ := v.(string)
	return s, nil
}
