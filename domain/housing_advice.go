package domain

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// AdvisedCommune is a commune of the Métropole.
type AdvisedCommune struct {
	Code InseeCode
	Name string
	At   Coordinates
}

// StockLine counts dwellings of the official file: those of a typology and a first funding
// in a commune of which it says that of access.
type StockLine struct {
	Commune       InseeCode
	Typology      Typology
	Financing     Stated
	Accessibility Stated
	Count         int
}

// AdviceFacts are what is known to everybody.
type AdviceFacts struct {
	Communes []AdvisedCommune
	Stock    []StockLine
	// Tension is nil where none was published.
	Tension *Tension
	// RentsMonth is that of the published rents, nil where none were published.
	RentsMonth *Date
	Rents      []*PublishedRent
}

// TypologyFit says whether a typology is one for the household.
type TypologyFit string

// The fits.
const (
	FitsHousehold TypologyFit = "FITS"
	TooSmall      TypologyFit = "TOO_SMALL"
	TooLarge      TypologyFit = "TOO_LARGE"
)

// Values lists the fits, in the order of the contract.
func (TypologyFit) Values() []string {
	return []string{string(FitsHousehold), string(TooSmall), string(TooLarge)}
}

// MarshalGQL writes the word of the contract.
func (f TypologyFit) MarshalGQL(w io.Writer) { marshalEnum(w, f) }

// UnmarshalGQL reads the word of the contract.
func (f *TypologyFit) UnmarshalGQL(v any) error { return unmarshalEnum(v, f) }

// HousingAdvice is what is known of a housing project (aide à la définition du projet de
// logement). It decides nothing and promises nothing.
type HousingAdvice struct {
	People     int
	Category   *HouseholdCategory
	Occupancy  *Occupancy
	Ceilings   []*IncomeCeiling
	Typologies []*TypologyAdvice
	Communes   []*CommuneAdvice
	Broadening []*Broadening
	Unknowns   []*AdviceUnknown
	// TensionYear is nil where no tension was published.
	TensionYear *int
	// RentsMonth is nil where no rents were published.
	RentsMonth *Date
}

// AdviceDisclaimer is shown with each advice.
var AdviceDisclaimer = Text{
	EN: "This advice describes what the stock and the published figures are. It is no promise: dwellings are counted whether they are let or not, and an allocation committee decides on each.",
	FR: "Ce conseil décrit le parc et les chiffres publiés. Il ne promet rien : les logements sont comptés, loués ou non, et une commission d'attribution décide de chacun.",
}

// TypologyAdvice is a typology, held against the household.
type TypologyAdvice struct {
	Typology Typology
	Fit      TypologyFit
	Wished   bool
	Article  string
	Words    Text
	Tension  *TensionCell
	Waiting  *WaitingFigures
}

// CommuneAdvice is a commune with what would do in it.
type CommuneAdvice struct {
	Commune InseeCode
	Name    string
	// Stock are the dwellings of the typologies that would do and of loans whose ceilings are
	// met; CeilingUnknown those of a first funding of which no text tells the ceilings.
	Stock, CeilingUnknown int
	Accessibilities       []*AccessibilityCount
	// Tension is nil where none was published, as is that of each typology that would do.
	Tension           *TensionCell
	TensionByTypology []*TensionCell
	// Rents are of the typologies that would do, those that are published.
	Rents []*PublishedRent
}

// AccessibilityCount counts dwellings of which the file says that of access.
type AccessibilityCount struct {
	Words string
	Count int
}

// BroadeningKind is what is wished besides.
type BroadeningKind string

// The kinds.
const (
	BroadenCommune  BroadeningKind = "COMMUNE"
	BroadenTypology BroadeningKind = "TYPOLOGY"
)

// Values lists the kinds, in the order of the contract.
func (BroadeningKind) Values() []string {
	return []string{string(BroadenCommune), string(BroadenTypology)}
}

// MarshalGQL writes the word of the contract.
func (k BroadeningKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *BroadeningKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// Broadening is what a commune or a typology more would change.
type Broadening struct {
	Kind     BroadeningKind
	Commune  *InseeCode
	Typology *Typology
	// StockNow and StockThen are dwellings that would do.
	StockNow, StockThen int
	// TensionNow and TensionThen are of the communes over all typologies, or of the
	// typologies over the Métropole: those are published where their crossing is hidden.
	TensionNow, TensionThen *TensionCell
	Words                   Text
}

// AdviceUnknownCode says what the advice cannot tell.
type AdviceUnknownCode string

// What is not told.
const (
	RentUnknown          AdviceUnknownCode = "RENT"
	AccessUnknown        AdviceUnknownCode = "ACCESSIBILITY"
	TensionUnknown       AdviceUnknownCode = "TENSION"
	CeilingUnverified    AdviceUnknownCode = "CEILING_NOT_VERIFIED"
	CeilingOfOtherYear   AdviceUnknownCode = "CEILING_OF_ANOTHER_YEAR"
	IncomeUnknown        AdviceUnknownCode = "INCOME"
	NoWishedTypologyFits AdviceUnknownCode = "NO_WISHED_TYPOLOGY_FITS"
)

// adviceUnknowns are the words of each, in the order of the contract.
var adviceUnknowns = []AdviceUnknown{
	{RentUnknown, Text{
		EN: "No rents of what would do are published, and the official open file tells none; landlords know them.",
		FR: "Aucun loyer de ce qui conviendrait n'est publié, et le fichier officiel ouvert n'en dit aucun ; les bailleurs les connaissent.",
	}},
	{AccessUnknown, Text{
		EN: "What the official file says of access is published without its meaning: a point of level 3 and the landlords know which dwellings are accessible.",
		FR: "Ce que le fichier officiel dit de l'accessibilité est publié sans son sens : un guichet de niveau 3 et les bailleurs savent quels logements sont accessibles.",
	}},
	{TensionUnknown, Text{EN: "No figures of a whole year are published yet.", FR: "Aucun chiffre d'une année entière n'est encore publié."}},
	{CeilingUnverified, Text{
		EN: "Some ceilings were computed from others and are not those of an order: see their source.",
		FR: "Certains plafonds sont calculés à partir d'autres et ne sont pas ceux d'un arrêté : voir leur source.",
	}},
	{CeilingOfOtherYear, Text{
		EN: "Some ceilings are of an earlier year: those of this one are not known here.",
		FR: "Certains plafonds sont d'une année antérieure : ceux de l'année ne sont pas connus ici.",
	}},
	{IncomeUnknown, Text{
		EN: "Without an income no ceiling is checked: the dwellings of all fundings are counted.",
		FR: "Sans revenu, aucun plafond n'est vérifié : les logements de tous les financements sont comptés.",
	}},
	{NoWishedTypologyFits, Text{
		EN: "None of the typologies that are wished is one for the household; those that are were counted.",
		FR: "Aucune des typologies souhaitées ne convient au ménage ; celles qui conviennent sont comptées.",
	}},
}

// Values lists what may not be told, in the order of the contract.
func (AdviceUnknownCode) Values() []string {
	var words []string
	for _, u := range adviceUnknowns {
		words = append(words, string(u.Code))
	}
	return words
}

// MarshalGQL writes the word of the contract.
func (c AdviceUnknownCode) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *AdviceUnknownCode) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// AdviceUnknown is one thing that the advice cannot tell.
type AdviceUnknown struct {
	Code  AdviceUnknownCode
	Words Text
}

// maxBroadened are the communes of which is told what they would change.
const maxBroadened = 10

// adviser gives one advice.
type adviser struct {
	HousingNeed
	facts  AdviceFacts
	today  Date
	advice *HousingAdvice
	// fitting are the typologies for the household, chosen those of them that are wished: all,
	// where none of them is.
	fitting, chosen []Typology
	// met are the loans whose ceilings are met.
	met []Loan
}

// Advise holds a need, which was checked, against what is known, on that day.
func Advise(n HousingNeed, facts AdviceFacts, today Date) *HousingAdvice {
	a := &adviser{HousingNeed: n, facts: facts, today: today, advice: &HousingAdvice{People: n.Household.People(), RentsMonth: facts.RentsMonth}}
	if facts.Tension != nil {
		a.advice.TensionYear = &facts.Tension.Year
	}
	a.hold()
	a.fit()
	for _, c := range facts.Communes {
		if len(n.Communes) == 0 || slices.Contains(n.Communes, c.Code) {
			a.advice.Communes = append(a.advice.Communes, a.commune(c))
		}
	}
	a.broadenCommunes()
	a.broadenTypologies()
	a.confess()
	return a.advice
}

// hold compares the income with the ceilings.
func (a *adviser) hold() {
	a.advice.Category = a.Household.CategoryOn(a.today)
	if a.advice.Category == nil {
		return
	}
	a.advice.Ceilings = a.advice.Category.CeilingsOn(a.today)
	for _, c := range a.advice.Ceilings {
		if a.TaxIncome == nil {
			continue
		}
		margin := c.Amount - *a.TaxIncome
		if c.Margin = &margin; margin >= 0 {
			a.met = append(a.met, c.Loan)
		}
	}
}

// fit tells which typologies are for so many people.
func (a *adviser) fit() {
	a.advice.Occupancy = OccupancyOn(a.advice.People, a.today)
	for n, word := range Typology("").Values() {
		if Typology(word) == UnknownTypology || a.advice.Occupancy == nil {
			continue
		}
		t := a.advice.Occupancy.holds(Typology(word), n+1, a.advice.People)
		t.Wished = slices.Contains(a.Typologies, t.Typology)
		if t.Fit == FitsHousehold {
			a.fitting = append(a.fitting, t.Typology)
		}
		if t.Fit == FitsHousehold && t.Wished {
			a.chosen = append(a.chosen, t.Typology)
		}
		if a.facts.Tension != nil {
			t.Tension, t.Waiting = a.facts.Tension.OfTypology(t.Typology), a.facts.Tension.WaitingOf(t.Typology)
		}
		a.advice.Typologies = append(a.advice.Typologies, t)
	}
	if len(a.chosen) == 0 {
		a.chosen = a.fitting
	}
}

// holds says whether a typology of so many rooms is for so many people, and by what.
func (o *Occupancy) holds(typology Typology, rooms, people int) *TypologyAdvice {
	switch {
	case rooms > o.MostRooms:
		return &TypologyAdvice{Typology: typology, Fit: TooLarge, Article: o.ArticleMost, Words: Text{
			EN: fmt.Sprintf("More than %d rooms are too many for a household of %d.", o.MostRooms, people),
			FR: fmt.Sprintf("Plus de %d pièces sont de trop pour un ménage de %d.", o.MostRooms, people),
		}}
	case rooms < o.FewestRooms:
		return &TypologyAdvice{Typology: typology, Fit: TooSmall, Article: o.ArticleFewest, Words: Text{
			EN: fmt.Sprintf("Fewer than %d rooms are too few for a household of %d.", o.FewestRooms, people),
			FR: fmt.Sprintf("Moins de %d pièces ne suffisent pas à un ménage de %d.", o.FewestRooms, people),
		}}
	}
	return &TypologyAdvice{Typology: typology, Fit: FitsHousehold, Article: o.ArticleSurface, Words: Text{
		EN: fmt.Sprintf("For a household of %d, from %d m² on.", people, o.LeastSurface),
		FR: fmt.Sprintf("Pour un ménage de %d, à partir de %d m².", people, o.LeastSurface),
	}}
}

// commune tells what would do in a commune.
func (a *adviser) commune(c AdvisedCommune) *CommuneAdvice {
	advice := &CommuneAdvice{Commune: c.Code, Name: c.Name, Stock: a.stock([]InseeCode{c.Code}, a.chosen)}
	access := map[Stated]int{}
	for _, line := range a.facts.Stock {
		if line.Commune != c.Code || !slices.Contains(a.chosen, line.Typology) {
			continue
		}
		if _, told := LoanOf(line.Financing); !told && a.TaxIncome != nil {
			advice.CeilingUnknown += line.Count
		}
		if line.Accessibility != "" && a.affordable(line) {
			access[line.Accessibility] += line.Count
		}
	}
	for _, rent := range a.facts.Rents {
		if rent.Commune == c.Code && slices.Contains(a.chosen, rent.Typology) {
			advice.Rents = append(advice.Rents, rent)
		}
	}
	for _, words := range slices.Sorted(maps.Keys(access)) {
		advice.Accessibilities = append(advice.Accessibilities, &AccessibilityCount{string(words), access[words]})
	}
	if a.facts.Tension == nil {
		return advice
	}
	advice.Tension = a.facts.Tension.OfCommune(c.Code)
	for _, typology := range a.chosen {
		advice.TensionByTypology = append(advice.TensionByTypology, a.facts.Tension.OfBoth(c.Code, typology))
	}
	return advice
}

// affordable tells dwellings of a loan whose ceilings are met: all, where no income is told.
func (a *adviser) affordable(line StockLine) bool {
	loan, told := LoanOf(line.Financing)
	return a.TaxIncome == nil || told && slices.Contains(a.met, loan)
}

// stock counts what would do in communes, in all where none is named.
func (a *adviser) stock(communes []InseeCode, typologies []Typology) int {
	n := 0
	for _, line := range a.facts.Stock {
		if (len(communes) == 0 || slices.Contains(communes, line.Commune)) && slices.Contains(typologies, line.Typology) && a.affordable(line) {
			n += line.Count
		}
	}
	return n
}

// broadenCommunes tells what each of the nearest communes would change in which something
// would do, those first that add most.
func (a *adviser) broadenCommunes() {
	if len(a.Communes) == 0 {
		return
	}
	var others []*Broadening
	for _, c := range a.around() {
		more := a.stock([]InseeCode{c.Code}, a.chosen)
		if more == 0 {
			continue
		}
		b := &Broadening{Kind: BroadenCommune, Commune: &c.Code, StockNow: a.stock(a.Communes, a.chosen)}
		b.StockThen = b.StockNow + more
		if a.facts.Tension != nil {
			var now []*TensionCell
			for _, wished := range a.Communes {
				now = append(now, a.facts.Tension.OfCommune(wished))
			}
			b.compare(a.facts.Tension, now, a.facts.Tension.OfCommune(c.Code))
		}
		b.say(c.Name, a.facts.Tension)
		if others = append(others, b); len(others) == maxBroadened {
			break
		}
	}
	slices.SortStableFunc(others, func(x, y *Broadening) int { return cmp.Compare(y.StockThen, x.StockThen) })
	a.advice.Broadening = append(a.advice.Broadening, others...)
}

// around are the communes that are not wished, those first that are nearest to one that is.
func (a *adviser) around() []AdvisedCommune {
	distance := map[InseeCode]float64{}
	var others []AdvisedCommune
	for _, c := range a.facts.Communes {
		if slices.Contains(a.Communes, c.Code) {
			continue
		}
		distance[c.Code] = math.Inf(1)
		for _, wished := range a.facts.Communes {
			if slices.Contains(a.Communes, wished.Code) {
				distance[c.Code] = min(distance[c.Code], DistanceMetres(c.At, wished.At))
			}
		}
		others = append(others, c)
	}
	slices.SortFunc(others, func(x, y AdvisedCommune) int {
		return cmp.Or(cmp.Compare(distance[x.Code], distance[y.Code]), cmp.Compare(x.Code, y.Code))
	})
	return others
}

// broadenTypologies tells what each other typology for the household would change of which
// there are dwellings.
func (a *adviser) broadenTypologies() {
	for _, typology := range a.fitting {
		more := a.stock(a.Communes, []Typology{typology})
		if more == 0 || slices.Contains(a.chosen, typology) {
			continue
		}
		b := &Broadening{Kind: BroadenTypology, Typology: &typology, StockNow: a.stock(a.Communes, a.chosen)}
		b.StockThen = b.StockNow + more
		if a.facts.Tension != nil {
			var now []*TensionCell
			for _, wished := range a.chosen {
				now = append(now, a.facts.Tension.OfTypology(wished))
			}
			b.compare(a.facts.Tension, now, a.facts.Tension.OfTypology(typology))
		}
		b.say(strings.Replace(string(typology), "_PLUS", "+", 1), a.facts.Tension)
		a.advice.Broadening = append(a.advice.Broadening, b)
	}
}

func (b *Broadening) compare(t *Tension, now []*TensionCell, more *TensionCell) {
	b.TensionNow, b.TensionThen = t.Together(now...), t.Together(append(now, more)...)
}

// say explains it.
func (b *Broadening) say(name string, t *Tension) {
	b.Words = Text{
		EN: fmt.Sprintf("With %s too: %d dwellings would do instead of %d.", name, b.StockThen, b.StockNow),
		FR: fmt.Sprintf("Avec %s aussi : %d logements conviendraient au lieu de %d.", name, b.StockThen, b.StockNow),
	}
	if t == nil {
		return
	}
	now, then := b.TensionNow.Ratio(), b.TensionThen.Ratio()
	if now == nil || then == nil {
		b.Words.EN += " The tension of the one or of the other is not published."
		b.Words.FR += " La tension de l'un ou de l'autre n'est pas publiée."
		return
	}
	b.Words.EN += fmt.Sprintf(" Tension of %d: %.1f applications for a household housed instead of %.1f.", t.Year, *then, *now)
	tenths := func(v float64) string { return strings.Replace(fmt.Sprintf("%.1f", v), ".", ",", 1) }
	b.Words.FR += fmt.Sprintf(" Tension de %d : %s demandes pour un ménage logé au lieu de %s.", t.Year, tenths(*then), tenths(*now))
}

// confess says what the advice cannot tell.
func (a *adviser) confess() {
	year, _, _ := a.today.Civil()
	some := func(of func(c *IncomeCeiling) bool) bool { return slices.ContainsFunc(a.advice.Ceilings, of) }
	is := map[AdviceUnknownCode]bool{
		RentUnknown:   !slices.ContainsFunc(a.advice.Communes, func(c *CommuneAdvice) bool { return len(c.Rents) > 0 }),
		AccessUnknown: a.Accessible, TensionUnknown: a.facts.Tension == nil, IncomeUnknown: a.TaxIncome == nil,
		CeilingUnverified:  some(func(c *IncomeCeiling) bool { return !c.Verified }),
		CeilingOfOtherYear: some(func(c *IncomeCeiling) bool { return c.Year != year }),
		NoWishedTypologyFits: len(a.Typologies) > 0 && !slices.ContainsFunc(a.advice.Typologies, func(t *TypologyAdvice) bool {
			return t.Wished && t.Fit == FitsHousehold
		}),
	}
	for _, u := range adviceUnknowns {
		if is[u.Code] {
			a.advice.Unknowns = append(a.advice.Unknowns, &u)
		}
	}
}
