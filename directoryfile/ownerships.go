package directoryfile

import (
	"io"
	"strconv"

	"github.com/guichet-logement/guichet/domain"
)

// Ownership is one line of landlords.csv: whose a building is, or a part of it.
// The official file of the stock does not tell, so a source has to.
type Ownership struct {
	// Line is where the ownership stands in the file it was read from; it is not
	// written.
	Line int
	// Commune is that of Address. Beside Building it may be empty; when it is not, it
	// is for the importer to see that the building is there.
	Commune domain.InseeCode
	// Address is number and street. A building is found by what
	// [domain.NormaliseAddress] makes of it.
	Address string
	// Building is the id of a building, for one that has no address or the wrong one.
	// Of Address and Building, exactly one is set.
	Building domain.ID
	// Siren is that of the landlord.
	Siren domain.Siren
	// Share is in percent of the building, 0 when no share is told.
	Share int
	// Floors are the landlord's, lowest first, 0 being the ground floor; nil when none
	// are told. Without Share and Floors the whole building is meant.
	Floors []int
	// Source is where the statement comes from, for whoever doubts it.
	Source string
	// Date is the day on which the source says that it was so.
	Date domain.Date
}

// Whole tells that the landlord owns all of the building.
func (o Ownership) Whole() bool { return o.Share == 0 && len(o.Floors) == 0 }

// Without a key: a building has as many lines as landlords.
var ownershipColumns = []column{
	{"commune", 20, false},
	{"address", maxAddress, false},
	{"building", 40, false},
	{"siren", 20, true},
	{"share", 20, false},
	{"floors", maxFloors, false},
	{"source", maxSource, true},
	{"date", 20, true},
}

const maxSource = 120

// ParseOwnerships reads landlords.csv. An error means that reading failed, or that
// the charset is none of ours; all that is wrong in the file is in the rejects. Of
// what is known, the communes and the landlords are looked at: whether there is
// such a building is not known here. Nor is it known that an address and an id mean
// one building, so that contradictions are found among the lines that name it in
// the same way.
func ParseOwnerships(r io.Reader, c Charset, known Known) (Parsed[Ownership], error) {
	told := claims{}
	return parseTable(r, c, ownershipColumns, func(rec *record) Ownership {
		return readOwnership(rec, known, told)
	})
}

func readOwnership(r *record, known Known, told claims) Ownership {
	o := Ownership{
		Line:     r.line,
		Commune:  r.commune(known),
		Address:  r.buildingAddress(),
		Building: r.building(),
		Siren:    r.landlord(known),
		Share:    r.share(),
		Floors:   r.floors(),
		Source:   r.freeText("source"),
		Date:     r.date("date"),
	}
	address, building := r.text("address") != "", r.text("building") != ""
	switch {
	case address && building:
		r.reject("building", BadValue,
			"Name the building either by its address or by its identifier, not by both.",
			"Désigner l'immeuble soit par son adresse, soit par son identifiant, pas par les deux.")
	case !address && !building:
		r.reject("address", Required,
			"Name the building: its commune and address, or its identifier.",
			"Désigner l'immeuble : sa commune et son adresse, ou son identifiant.")
	case address && r.text("commune") == "":
		r.reject("commune", Required,
			"An address needs the INSEE code of its commune.",
			"Une adresse demande le code INSEE de sa commune.")
	}
	if r.text("share") != "" && r.text("floors") != "" {
		r.reject("floors", BadValue,
			"Give a share or floors, not both; neither for the whole building.",
			"Donner une part ou des étages, pas les deux ; ni l'un ni l'autre pour l'immeuble entier.")
	}
	if !r.bad {
		told.add(r, o)
	}
	return o
}

// buildingAddress reads an address that names a place: something of it must be
// left to compare.
func (r *record) buildingAddress() string {
	address := r.freeText("address")
	if address != "" && domain.NormaliseAddress(address) == "" {
		r.reject("address", BadValue,
			"Write number and street, as in 12 rue de la Paix.",
			"Écrire le numéro et la rue, comme 12 rue de la Paix.")
	}
	return address
}

func (r *record) building() domain.ID {
	return field(r, "building", func(s string) (domain.ID, error) {
		id, err := domain.ParseID(s)
		if err != nil || id.Prefix() != domain.BuildingPrefix {
			return "", errShape
		}
		return id, nil
	}, "The identifier of a building is bld_ and 26 characters.",
		"L'identifiant d'un immeuble est bld_ suivi de 26 caractères.")
}

func (r *record) landlord(known Known) domain.Siren {
	siren := r.siren()
	if siren != "" && !known.Landlords[siren] {
		r.reject("siren", UnknownCode,
			"No landlord of the network has this SIREN.",
			"Aucun bailleur du réseau n'a ce SIREN.")
	}
	return siren
}

func (r *record) share() int {
	return field(r, "share", func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return 0, errShape
		}
		return n, nil
	}, "A share is a whole number of percent, from 1 to 100.",
		"Une part est un nombre entier de pour cent, de 1 à 100.")
}

func formatShare(share int) string {
	if share == 0 {
		return ""
	}
	return strconv.Itoa(share)
}
