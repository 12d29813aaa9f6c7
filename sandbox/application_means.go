package sandbox

import (
	"slices"

	"github.com/guichet-logement/guichet/domain"
)

// reasonWeights are how often each reason is given, by its code in the national
// registry's interface 02.01. Those of 0 are told of somebody, apart from the others.
var (
	reasonCodes = []string{
		"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12",
		"13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23",
	}
	reasonWeights = []int{14, 1, 8, 6, 4, 0, 0, 0, 14, 4, 10, 8, 16, 3, 3, 1, 6, 2, 6, 4, 4, 1, 8}
)

// structures are invented.
var structures = []string{
	"Service social de secteur, Drac Sud", "Association Le Pas de la Porte", "Association Toit Premier", "Maison des familles du Belvédère",
	"Service social d'un établissement de santé", "Mission locale des Trois Massifs", "Association Un Seuil à Soi",
}

// explain throws how the household lives and why it wants to move.
func (a *draft) explain() {
	d := &a.dice
	classes := []domain.HousingClass{domain.SocialTenant, domain.PrivateTenant, domain.Owner, domain.HostedFree, domain.OtherHousing}
	a.Housing = classes[d.weighted(32, 28, 3, 24, 13)]
	for n := 1 + d.weighted(55, 32, 13); len(a.Reasons) < n; {
		if code := reasonCodes[d.weighted(reasonWeights...)]; !slices.Contains(a.Reasons, code) {
			a.Reasons = append(a.Reasons, code)
		}
	}
	if d.chance(15) {
		a.HelpingStructure = pick(d, structures)
	}
}

// earn throws the tax income of the year that counts, and what comes in today. Both
// are in whole euros.
func (a *draft) earn() {
	d := &a.dice
	year, _, _ := a.RenewedOn.Civil()
	a.TaxYear = year - 2
	euros, children := 0, 0
	for _, m := range a.Members {
		if m.Link.Adult() {
			between := [...][2]int{{0, 0}, {3000, 9999}, {10_000, 19_499}, {19_500, 30_999}, {31_000, 58_000}}[d.weighted(7, 27, 44, 18, 4)]
			euros += d.between(between[0], between[1])
		}
		if m.Link == domain.LinkChild {
			children++
		}
	}
	monthly := euros * d.between(80, 125) / 1200
	if euros < 6000 && d.chance(85) {
		monthly = d.between(560, 1050) // minimum benefits
	}
	if children > 1 {
		monthly += 75 * children
	}
	const cents = 100
	a.TaxIncome, a.MonthlyResources = domain.Money(euros*cents), domain.Money(monthly*cents)
}
