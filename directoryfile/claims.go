package directoryfile

import (
	"fmt"
	"slices"

	"github.com/guichet-logement/guichet/domain"
)

// claims are the ownerships of a file that hold together, by building. There are
// few of a building whatever the file: each has a landlord of its own, and a whole
// percent or a floor.
type claims map[string][]Ownership

// add takes in an ownership, or rejects it when an earlier line speaks against it.
func (c claims) add(r *record, o Ownership) {
	building := string(o.Building)
	if building == "" {
		building = string(o.Commune) + " " + domain.NormaliseAddress(o.Address)
	}
	total := o.Share
	for _, earlier := range c[building] {
		total += earlier.Share
		column, en, fr := contradiction(earlier, o)
		if total > 100 && column == "" {
			column = "share"
			en = fmt.Sprintf("With line %d and those before it, the shares of the building make %d percent.", earlier.Line, total)
			fr = fmt.Sprintf("Avec la ligne %d et les précédentes, les parts de l'immeuble font %d pour cent.", earlier.Line, total)
		}
		if column != "" {
			r.reject(column, Contradiction, en, fr)
			return
		}
	}
	c[building] = append(c[building], o)
}

// contradiction says why two ownerships of a building cannot both be true, and by
// which column; the column is empty when they can.
func contradiction(earlier, o Ownership) (column, en, fr string) {
	switch {
	case earlier.Siren == o.Siren:
		return "siren",
			fmt.Sprintf("Line %d names this landlord for this building: put its parts on one line.", earlier.Line),
			fmt.Sprintf("La ligne %d nomme déjà ce bailleur pour cet immeuble : mettre ses parts sur une ligne.", earlier.Line)
	case earlier.Whole():
		return "siren",
			fmt.Sprintf("Line %d gives the whole building to another landlord.", earlier.Line),
			fmt.Sprintf("La ligne %d donne l'immeuble entier à un autre bailleur.", earlier.Line)
	case o.Whole():
		return "siren",
			fmt.Sprintf("Line %d gives a part of the building to another landlord: give a share or floors.", earlier.Line),
			fmt.Sprintf("La ligne %d donne une partie de l'immeuble à un autre bailleur : donner une part ou des étages.", earlier.Line)
	case (earlier.Share == 0) != (o.Share == 0):
		column = "share"
		if o.Share == 0 {
			column = "floors"
		}
		return column,
			fmt.Sprintf("Line %d divides the building otherwise: give shares on all its lines, or floors on all.", earlier.Line),
			fmt.Sprintf("La ligne %d divise l'immeuble autrement : donner des parts sur toutes ses lignes, ou des étages sur toutes.", earlier.Line)
	}
	for _, n := range o.Floors {
		if slices.Contains(earlier.Floors, n) {
			return "floors",
				fmt.Sprintf("Line %d gives the floor %s to another landlord.", earlier.Line, floorWord(n)),
				fmt.Sprintf("La ligne %d donne l'étage %s à un autre bailleur.", earlier.Line, floorWord(n))
		}
	}
	return "", "", ""
}
