package domain

import "slices"

// The bounds of what advice is asked for.
const (
	maxAdvisedAdults     = 10
	maxAdvisedChildren   = 15
	maxAdvisedPeople     = 20
	maxAdvisedCommunes   = 20
	maxAdvisedTypologies = 6
	leastCoupleAges      = 2 * 16
	mostCoupleAges       = 2 * 120
	maxAdvisedIncome     = Money(1_000_000_000) // ten million euros
	// incomeYears are how long ago the year of an income may be: the last but one is held
	// against ceilings, the last one where income fell by a tenth.
	incomeYears = 2
)

// AdvisedHousehold is a household as far as rules look at it: nobody is named or dated.
type AdvisedHousehold struct {
	Adults int
	// CoupleAges is the sum of the ages of two adults who are a couple, nil for no couple.
	CoupleAges *int
	// Dependants are children, those to be born and other dependants; VisitingChildren live
	// elsewhere and count for the size alone.
	Dependants, VisitingChildren int
	// Disability tells that somebody has a card of disability.
	Disability bool
}

// People are all who are to be housed.
func (h AdvisedHousehold) People() int { return h.Adults + h.Dependants + h.VisitingChildren }

func (h AdvisedHousehold) agesAreOfACouple() bool {
	return h.CoupleAges == nil || h.Adults >= coupleSize && between(*h.CoupleAges, leastCoupleAges, mostCoupleAges)
}

func between(v, low, high int) bool { return low <= v && v <= high }

// HousingNeed is what advice is asked for. It is not kept.
type HousingNeed struct {
	Household AdvisedHousehold
	TaxIncome *Money
	TaxYear   *int
	// Communes and Typologies are wished; none is all.
	Communes   []InseeCode
	Typologies []Typology
	// Accessible tells that the dwelling has to be.
	Accessible bool
}

// Check says what is to be mended, on that day and among these communes.
func (n HousingNeed) Check(today Date, communes []AdvisedCommune) error {
	isUnknown := func(c InseeCode) bool {
		return !slices.ContainsFunc(communes, func(known AdvisedCommune) bool { return known.Code == c })
	}
	year, _, _ := today.Civil()
	h := n.Household
	for _, c := range []struct {
		ok     bool
		field  string
		en, fr string
	}{
		{between(h.Adults, 1, maxAdvisedAdults), "household.adults", "Between 1 and 10 adults.", "Entre 1 et 10 adultes."},
		{between(h.Dependants, 0, maxAdvisedChildren), "household.dependants", "Between 0 and 15 dependants.", "Entre 0 et 15 personnes à charge."},
		{between(h.VisitingChildren, 0, maxAdvisedChildren), "household.visitingChildren", "Between 0 and 15 children.", "Entre 0 et 15 enfants."},
		{h.People() <= maxAdvisedPeople, "household", "At most 20 people.", "20 personnes au plus."},
		{h.agesAreOfACouple(), "household.coupleAges", "The ages of two adults, added up: between 32 and 240.", "La somme des âges de deux adultes : entre 32 et 240."},
		{n.TaxIncome == nil || between(int(*n.TaxIncome), 0, int(maxAdvisedIncome)), "taxIncome", "From 0 to ten million euros.", "De 0 à dix millions d'euros."},
		{(n.TaxIncome == nil) == (n.TaxYear == nil), "taxYear", "An income and its year go together.", "Un revenu va avec son année."},
		{n.TaxYear == nil || between(*n.TaxYear, year-incomeYears, year-1), "taxYear", "The last year but one, or the last one.", "L'avant-dernière année, ou la dernière."},
		{len(n.Communes) <= maxAdvisedCommunes, "communes", "At most 20 communes.", "20 communes au plus."},
		{!slices.ContainsFunc(n.Communes, isUnknown), "communes", "Communes of the Métropole alone.", "Des communes de la Métropole seulement."},
		{len(n.Typologies) <= maxAdvisedTypologies, "typologies", "At most 6 typologies.", "6 typologies au plus."},
		{!slices.Contains(n.Typologies, UnknownTypology), "typologies", "Typologies that are known.", "Des typologies connues."},
	} {
		if !c.ok {
			return &Error{Code: BadRequest, Reason: "BAD_NEED", Field: "input." + c.field, Message: Text{EN: c.en, FR: c.fr}}
		}
	}
	return nil
}
