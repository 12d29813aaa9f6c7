package sandbox

import "github.com/guichet-logement/guichet/stockfile"

// The names of streets, written as the official file does: capitals, the type
// apart and abbreviated. They are invented; each noun goes with each suffix. All
// letters are of ISO 8859-1, in which the oldest layout is written.
var (
	streetNouns = []string{
		"DE L'ABREUVOIR", "DES ACACIAS", "DES ALOUETTES", "DE L'ANCIENNE ÉCOLE", "DES AUBÉPINES", "DU BELVÉDÈRE",
		"DES BERGERS", "DU BOIS JOLI", "DES BOULEAUX", "DE LA BUTTE", "DES CAPUCINES", "DES CÈDRES", "DES CERISIERS",
		"DU CHÂTEAU D'EAU", "DES CHÊNES", "DU CLOS FLEURI", "DU COLOMBIER", "DES COQUELICOTS", "DE LA CROIX HAUTE",
		"DES CYCLAMENS", "DE L'ÉCLUSE", "DES ÉGLANTINES", "DES ÉRABLES", "DE L'ÉTOILE", "DE LA FONTAINE", "DES FOUGÈRES",
		"DE LA FRATERNITÉ", "DES FRÊNES", "DES GENÊTS", "DES GLYCINES", "DE LA GRANGE NEUVE", "DES GRILLONS", "DU HÉRON",
		"DES HIRONDELLES", "DES JONQUILLES", "DU LAVOIR", "DES LILAS", "DE LA MARE", "DES MÉSANGES", "DU MOULIN VIEUX",
		"DES MÛRIERS", "DES NOYERS", "DE L'ORÉE", "DES PÂQUERETTES", "DES PLATANES", "DU PRÉ CARRÉ", "DU PUITS",
		"DES QUATRE SAISONS", "DES SAULES", "DE LA SOURCE", "DES TILLEULS", "DE LA TUILERIE", "DU VERGER", "DE LA VIEILLE TOUR",
	}
	streetSuffixes = []string{"", " DU HAUT", " DU BAS", " DE BELLEDONNE", " DE CHARTREUSE", " DU VERCORS", " DU DRAC", " DE L'ISÈRE"}
	localities     = []string{"LE VILLARD", "LES COMBES", "LE MAS", "LA PLAINE", "LES GRANDES TERRES", "LE PERRIER", "LES ÉPINETTES", "LE CRÊT"}
)

// nameStreet gives a street its type and a name that no other of the commune has.
// In villages, a few buildings are known by a hamlet (lieu-dit) alone.
func (t *town) nameStreet(kind character) stockfile.Address {
	d := &t.dice
	if t.Population < 3000 && t.streets < len(localities) && d.chance(20) {
		return stockfile.Address{Locality: localities[t.streets]}
	}
	// The stride has no divisor in common with the names: each comes up once.
	const stride = 173
	total := len(streetNouns) * len(streetSuffixes)
	t.names = (t.names + stride) % total
	types := []string{"RUE", "ALL", "IMP", "CHE", "AV", "PL", "BD", "SQ", "MTE", "RTE", "CRS"}
	weights := []int{50, 10, 6, 10, 10, 4, 2, 2, 3, 3, 1}
	if kind == estate {
		weights = []int{30, 20, 0, 0, 20, 12, 5, 10, 0, 0, 3}
	}
	return stockfile.Address{
		StreetType: types[d.weighted(weights...)],
		Street:     streetNouns[t.names%len(streetNouns)] + streetSuffixes[t.names/len(streetNouns)],
	}
}
