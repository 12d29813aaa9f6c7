package stockfile

import (
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// Dwelling is one line of the file (logement). An empty string, a zero or
// NotKnown means that the file does not tell.
type Dwelling struct {
	// Line counts the lines of the file from 1, the header included.
	Line int
	// Commune is DEPCOM; in Paris, Lyon and Marseille it is the arrondissement.
	Commune domain.InseeCode
	// CommuneName is LIBCOM, as written in the file.
	CommuneName string
	// PostalCode has 5 digits.
	PostalCode string
	// EPCI is the intercommunality, by its SIREN or as ZZZZZZZZZ where there is none.
	EPCI    string
	Address Address
	// AddressKey is the address as [domain.NormaliseAddress] writes it. With Commune it is
	// the same for all dwellings of a building; it is empty when the line has neither
	// a street nor a locality, and then there are Coordinates.
	AddressKey string
	// Rooms counts the main rooms (NBPIECE).
	Rooms int
	// Surface is the living area (SURFHAB), in square metres.
	Surface float64
	Floor   Floor
	// BuiltIn is the year in which the building was finished (CONSTRUCT).
	BuiltIn int
	// LetSince is the year of the first letting by a social landlord (LOCAT).
	LetSince int
	// Financing is the code of the first funding (FINAN).
	Financing string
	// Construction is C in a block, I for a house, E for students (TYPECONST).
	Construction string
	EnergyClass  EnergyClass
	// AccessibilityCode and AccessibilityLabel are PMR_CODE and PMR_LIBELLE as they
	// stand: their values are documented nowhere, so nothing may be inferred.
	AccessibilityCode, AccessibilityLabel string
	// PriorityDistrict is what the landlord declared of the quartier prioritaire de
	// la politique de la ville (QPV_CODE).
	PriorityDistrict domain.TriState
	// DistrictCode is that of the priority district in which the point lies: PLG_QP24,
	// or PLG_QP in 2023. It need not agree with PriorityDistrict.
	DistrictCode string
	// Coordinates are those of the building, to six decimals, or nil. Dwellings may
	// share them: do not change what it points to.
	Coordinates *domain.Coordinates
	// PositionQuality is QUALITE_XY as it stands: 11 is the best, 33 is anywhere in
	// the commune.
	PositionQuality string
}

// Typology is the kind of dwelling by its number of main rooms (typologie).
type Typology string

// The typologies. T6P is of six rooms and more.
const (
	T1  Typology = "T1"
	T2  Typology = "T2"
	T3  Typology = "T3"
	T4  Typology = "T4"
	T5  Typology = "T5"
	T6P Typology = "T6P"
)

// Typology follows from the number of rooms; empty when that is not known.
func (d Dwelling) Typology() Typology {
	switch {
	case d.Rooms < 1:
		return ""
	case d.Rooms > 5:
		return T6P
	}
	return [...]Typology{T1, T2, T3, T4, T5}[d.Rooms-1]
}

// EnergyClass is the label of the energy certificate (diagnostic de performance
// énergétique), A to G; empty when there is none.
type EnergyClass string

// Floor is a storey (étage): 0 is the ground floor, basements are negative.
type Floor struct {
	Number int
	// Known is false where the file says nothing, as for houses, or nothing that
	// can be read.
	Known bool
}

// String writes the floor as the file does, RC for the ground floor.
func (f Floor) String() string {
	switch {
	case !f.Known:
		return ""
	case f.Number == 0:
		return "RC"
	case f.Number > 0 && f.Number < 10:
		return "0" + strconv.Itoa(f.Number)
	}
	return strconv.Itoa(f.Number)
}

// Address is the address as the landlord declared it, part by part.
type Address struct {
	// Number is NUMVOIE and Repetition INDREP, as in 12 B.
	Number, Repetition string
	// StreetType is TYPVOIE, often abbreviated; Street is NOMVOIE.
	StreetType, Street string
	// Complement is COMPLGEO, such as a residence or a building.
	Complement string
	// Locality is LIEUDIT.
	Locality string
}

// String writes the address on one line, without the complement; the locality
// stands in for a missing street.
func (a Address) String() string {
	var line strings.Builder
	line.Grow(a.length())
	for _, p := range a.parts() {
		if p == "" {
			continue
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(p)
	}
	return line.String()
}

// parts are those that [Address.String] writes.
func (a Address) parts() [4]string {
	place := a.Street
	if place == "" {
		place = a.Locality
	}
	return [...]string{a.Number, a.Repetition, a.StreetType, place}
}

// length is at least that of [Address.String], in bytes.
func (a Address) length() int {
	n := -1
	for _, p := range a.parts() {
		n += len(p) + 1
	}
	return n
}

// key is empty for an address that names no place.
func (a Address) key() string {
	if a.Street == "" && a.Locality == "" {
		return ""
	}
	return domain.NormaliseAddress(a.String())
}
