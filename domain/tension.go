package domain

import (
	"io"
	"math"
	"time"
)

// Tension is how many applications wish for what how many households were housed in
// (tension sur la demande), in a year and from published figures alone.
type Tension struct {
	Year int
	// Housed are the tables of [HousedCrossings]; Wishing is the table of communes by
	// typology of the last month of the year, nil where that month was not published.
	Housed  []PublishedTable
	Wishing *PublishedTable

	HousedPublishedAt  time.Time
	WishingPublishedAt *time.Time
	Threshold, Base    int
}

// TensionFormula is how it is computed, and what it does not tell.
var TensionFormula = Text{
	EN: "Published active applications on the last day of the year, by the commune wished first and the smallest typology looked for, divided by the published applications that ended in the year because the household was housed, by the same commune and typology of the application. Both are rounded; neither tells where a household was housed.",
	FR: "Demandes actives publiées au dernier jour de l'année, selon la commune souhaitée en premier et la plus petite typologie recherchée, divisées par les demandes publiées qui ont pris fin dans l'année parce que le ménage a été logé, selon la même commune et la même typologie de la demande. Les deux sont arrondies ; aucune ne dit où un ménage a été logé.",
}

// WishingOn is the day of which those who wish are counted.
func (t Tension) WishingOn() Date { return NewDate(t.Year, time.December, 31) }

// TensionGap says why there is no ratio.
type TensionGap string

// The gaps.
const (
	WishingNotPublished TensionGap = "WISHING_NOT_PUBLISHED"
	WishingHidden       TensionGap = "WISHING_HIDDEN"
	HousedHidden        TensionGap = "HOUSED_HIDDEN"
)

// Values lists the gaps, in the order of the contract.
func (TensionGap) Values() []string {
	return []string{string(WishingNotPublished), string(WishingHidden), string(HousedHidden)}
}

// MarshalGQL writes the word of the contract.
func (g TensionGap) MarshalGQL(w io.Writer) { marshalEnum(w, g) }

// UnmarshalGQL reads the word of the contract.
func (g *TensionGap) UnmarshalGQL(v any) error { return unmarshalEnum(v, g) }

// TensionCell is the tension of a commune, of a typology, of both or of all.
type TensionCell struct {
	Commune  *InseeCode
	Typology *Typology
	// Wishing and Housed are published figures, nil where they are hidden.
	Wishing, Housed *int
	Gap             *TensionGap
}

// Ratio is to a tenth; nil where a figure is missing.
func (c TensionCell) Ratio() *float64 {
	if c.Gap != nil {
		return nil
	}
	ratio := math.Round(10*float64(*c.Wishing)/float64(*c.Housed)) / 10
	return &ratio
}

// cell compares two published figures.
func (t Tension) cell(commune *InseeCode, typology *Typology, of func(PublishedTable) *int) *TensionCell {
	c := &TensionCell{Commune: commune, Typology: typology, Housed: of(t.Housed[0])}
	if t.Wishing != nil {
		c.Wishing = of(*t.Wishing)
	}
	return t.gap(c)
}

func (t Tension) gap(c *TensionCell) *TensionCell {
	for _, missing := range []struct {
		is  bool
		gap TensionGap
	}{{t.Wishing == nil, WishingNotPublished}, {c.Wishing == nil, WishingHidden}, {c.Housed == nil, HousedHidden}} {
		if missing.is {
			c.Gap = &missing.gap
			return c
		}
	}
	return c
}

// Whole is that of the Métropole.
func (t Tension) Whole() *TensionCell {
	return t.cell(nil, nil, func(p PublishedTable) *int { return p.Total })
}

// OfCommune is that of the applications that wish it first.
func (t Tension) OfCommune(code InseeCode) *TensionCell {
	return t.cell(&code, nil, func(p PublishedTable) *int { return p.Margin(0, string(code)) })
}

// OfTypology is that of the applications that look for it.
func (t Tension) OfTypology(typology Typology) *TensionCell {
	return t.cell(nil, &typology, func(p PublishedTable) *int { return p.Margin(1, string(typology)) })
}

// OfBoth is that of a typology in a commune.
func (t Tension) OfBoth(code InseeCode, typology Typology) *TensionCell {
	return t.cell(&code, &typology, func(p PublishedTable) *int { return p.Cell(string(code), string(typology)) })
}

// Together is that of several cells, from their published figures; one that is hidden hides
// the whole, as does none at all.
func (t Tension) Together(cells ...*TensionCell) *TensionCell {
	sum := &TensionCell{}
	if len(cells) > 0 {
		sum.Wishing, sum.Housed = new(int), new(int)
	}
	for _, c := range cells {
		sum.Wishing, sum.Housed = plus(sum.Wishing, c.Wishing), plus(sum.Housed, c.Housed)
	}
	return t.gap(sum)
}

func plus(a, b *int) *int {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// Communes are those of all communes.
func (t Tension) Communes() []*TensionCell {
	var cells []*TensionCell
	for _, code := range t.communes() {
		cells = append(cells, t.OfCommune(code))
	}
	return cells
}

// Typologies are those of all typologies.
func (t Tension) Typologies() []*TensionCell {
	var cells []*TensionCell
	for _, typology := range t.Housed[0].Axes[1].Categories {
		cells = append(cells, t.OfTypology(Typology(typology)))
	}
	return cells
}

// Cells are those of each typology in each commune.
func (t Tension) Cells() []*TensionCell {
	var cells []*TensionCell
	for _, code := range t.communes() {
		for _, typology := range t.Housed[0].Axes[1].Categories {
			cells = append(cells, t.OfBoth(code, Typology(typology)))
		}
	}
	return cells
}

func (t Tension) communes() []InseeCode {
	var codes []InseeCode
	for _, code := range t.Housed[0].Axes[0].Categories {
		if code != NoCategory {
			codes = append(codes, InseeCode(code))
		}
	}
	return codes
}

// WaitingFigures is how long those had waited who were housed (délai d'attente observé).
type WaitingFigures struct {
	// Typology is nil for all of them.
	Typology *Typology
	Housed   *int
	Classes  []*WaitingCount
}

// WaitingCount is one class, its figure nil where it is hidden.
type WaitingCount struct {
	Class WaitingClass
	Count *int
}

// Waiting is that of all, then that of each typology.
func (t Tension) Waiting() []*WaitingFigures {
	all := []*WaitingFigures{t.waiting(nil)}
	for _, typology := range Typology("").Values() {
		if typology := Typology(typology); typology != UnknownTypology {
			all = append(all, t.waiting(&typology))
		}
	}
	return all
}

// WaitingOf is that of a typology or, where its median cannot be told, that of all.
func (t Tension) WaitingOf(typology Typology) *WaitingFigures {
	if w := t.waiting(&typology); w.Median() != nil {
		return w
	}
	return t.waiting(nil)
}

func (t Tension) waiting(typology *Typology) *WaitingFigures {
	table := t.Housed[1]
	w := &WaitingFigures{Typology: typology, Housed: table.Total}
	if typology != nil {
		w.Housed = table.Margin(0, string(*typology))
	}
	for _, class := range table.Axes[1].Categories {
		count := table.Margin(1, class)
		if typology != nil {
			count = table.Cell(string(*typology), class)
		}
		w.Classes = append(w.Classes, &WaitingCount{WaitingClass(class), count})
	}
	return w
}

// Median is the class within which half of them had been housed; nil where the published
// figures leave open which one it is.
func (w WaitingFigures) Median() *WaitingClass { return w.class(50) }

// P80 is that within which eight in ten had been.
func (w WaitingFigures) P80() *WaitingClass { return w.class(80) }

// class finds that up to which so many in a hundred are, whatever the hidden figures are
// within what the others leave of the whole.
func (w WaitingFigures) class(percent int) *WaitingClass {
	told, hidden := 0, 0 // of the classes from the next one on
	for _, c := range w.Classes {
		if told += orZero(c.Count); c.Count == nil {
			hidden++
		}
	}
	whole, all := told, hidden
	if hidden > 0 {
		whole = orZero(w.Housed)
	}
	// Between these many were housed up to a class; what nothing hides is what is told.
	low, high := 0, 0
	for _, c := range w.Classes {
		before := high
		if told, low = told-orZero(c.Count), low+orZero(c.Count); c.Count == nil {
			hidden--
		}
		if hidden == 0 {
			low = whole - told
		}
		if high = low; hidden < all {
			high = whole - told
		}
		switch {
		case whole == 0 || low*100 < whole*percent:
		case before*100 < whole*percent:
			return &c.Class
		default:
			return nil // it may be a shorter one
		}
	}
	return nil
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
