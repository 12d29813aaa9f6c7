package stockfile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/guichet-logement/guichet/directoryfile"
)

// Layout is a generation of the file's columns. It is recognised by the header.
type Layout string

// The layouts, oldest first.
const (
	// Layout2016 is that of the files of 2016 to 2019: 41 columns, no suffix _CODE,
	// and no coordinates.
	Layout2016 Layout = "2016-2019"
	// Layout2023 has one priority district by location, PLG_QP.
	Layout2023 Layout = "2023"
	// Layout2026 has 73 columns. A later layout counts as it, as long as the columns
	// that are needed keep their names.
	Layout2026 Layout = "2026"
)

// column is a column of which a [Dwelling] holds the value.
type column int

const (
	commune column = iota
	communeName
	postalCode
	epci
	number
	repetition
	streetKind
	street
	complement
	locality
	floor
	priorityDistrict
	districtCode
	construction
	rooms
	surface
	builtIn
	letSince
	financing
	energyDate
	energyClass
	accessibilityCode
	accessibilityLabel
	epsg
	abscissa
	ordinate
	positionQuality
	columnCount
)

// columnNames tells how the columns are called in a layout; a column that it does
// not have is empty.
func columnNames(l Layout) [columnCount]string {
	names := [columnCount]string{
		commune: "DEPCOM", communeName: "LIBCOM", postalCode: "CODEPOSTAL", epci: "EPCI_CODE",
		number: "NUMVOIE", repetition: "INDREP", streetKind: "TYPVOIE", street: "NOMVOIE",
		complement: "COMPLGEO", locality: "LIEUDIT", floor: "ETAGE",
		priorityDistrict: "QPV_CODE", districtCode: "PLG_QP24", construction: "TYPECONST_CODE",
		rooms: "NBPIECE", surface: "SURFHAB", builtIn: "CONSTRUCT", letSince: "LOCAT",
		financing: "FINAN_CODE", energyDate: "DPEDATE", energyClass: "DPEENERGIE",
		accessibilityCode: "PMR_CODE", accessibilityLabel: "PMR_LIBELLE",
		epsg: "EPSG", abscissa: "X", ordinate: "Y", positionQuality: "QUALITE_XY",
	}
	switch l {
	case Layout2016:
		for _, c := range []column{epci, districtCode, accessibilityCode, accessibilityLabel, epsg, abscissa, ordinate, positionQuality} {
			names[c] = ""
		}
		names[priorityDistrict], names[construction], names[financing] = "QPV", "TYPECONST", "FINAN"
	case Layout2023:
		names[districtCode] = "PLG_QP"
	case Layout2026:
	}
	return names
}

// optional columns may be missing from a header: no dwelling is wrong without.
func (c column) optional() bool {
	switch c {
	case communeName, epci, complement, locality, priorityDistrict, districtCode,
		accessibilityCode, accessibilityLabel, positionQuality:
		return true
	default:
		return false
	}
}

// header tells where the columns stand.
type header struct {
	layout Layout
	// at counts from 0; -1 is a column that the file does not have.
	at [columnCount]int
	// names are those of all columns of the file, in capitals.
	names []string
}

// readHeader recognises the layout and finds the columns, whatever their order.
func readHeader(fields [][]byte, state fault) (*header, *FileError) {
	refuseAt := func(column int, code Code, value []byte, en, fr string) *FileError {
		refused := refuse(code, en, fr)
		refused.Reject.Column, refused.Reject.Value = column, excerpt(value)
		return refused
	}
	last := fields[len(fields)-1]
	switch {
	case state == tooManyFields:
		return nil, refuseAt(MaxColumns+1, TooManyColumns, last,
			"The header has more than 200 columns.", "L'en-tête a plus de 200 colonnes.")
	case state == otherSeparator, state == wellFormed && len(fields) == 1 && bytes.ContainsAny(last, string(otherSeparators)):
		return nil, refuseAt(1, directoryfile.WrongSeparator, last,
			"The columns must be separated by ;, as in the official file.",
			"Les colonnes doivent être séparées par ;, comme dans le fichier officiel.")
	case state != wellFormed:
		return nil, refuseAt(len(fields), directoryfile.BadValue, last,
			"The header is broken: the name of this column has a quote too few or too many, or is too long.",
			"L'en-tête est abîmé : le nom de cette colonne a un guillemet de trop ou de moins, ou est trop long.")
	}
	h := &header{layout: Layout2026, names: make([]string, len(fields))}
	position := make(map[string]int, len(fields))
	for i, f := range fields {
		name := strings.ToUpper(strings.TrimSpace(string(f)))
		h.names[i] = name
		if first, twice := position[name]; twice && name != "" {
			return nil, refuseAt(i+1, directoryfile.DuplicateColumn, f,
				fmt.Sprintf("Column %d has this name already.", first+1),
				fmt.Sprintf("La colonne %d porte déjà ce nom.", first+1))
		}
		position[name] = i
	}
	has := func(name string) bool { _, found := position[name]; return found }
	switch {
	case has("FINAN") && !has("FINAN_CODE"):
		h.layout = Layout2016
	case has("PLG_QP"):
		h.layout = Layout2023
	}
	var missing []string
	for c, name := range columnNames(h.layout) {
		at, found := position[name]
		switch {
		case found && name != "":
			h.at[c] = at
		default:
			h.at[c] = -1
			if name != "" && !column(c).optional() {
				missing = append(missing, name)
			}
		}
	}
	if missing != nil {
		return nil, h.missing(missing)
	}
	return h, nil
}

func (h *header) missing(names []string) *FileError {
	list := strings.Join(names, ", ")
	refused := refuse(directoryfile.MissingColumn,
		fmt.Sprintf("The header, of the layout %s, misses %s.", h.layout, list),
		fmt.Sprintf("Il manque à l'en-tête, du format %s : %s.", h.layout, list))
	refused.Reject.ColumnName = names[0]
	return refused
}
