package stockfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// columns2026 are the 73 columns of the layout, in order.
const columns2026 = `REG_CODE REG_LIBELLE LIBREG DEP_CODE DEP_LIBELLE LIBDEP
EPCI_CODE EPCI_LIBELLE LIBEPCI DROIT_CODE DROIT_LIBELLE DEPCOM CODEPOSTAL LIBCOM
NUMVOIE INDREP TYPVOIE NOMVOIE ETAGE COMPLGEO LIEUDIT QPV_CODE QPV_LIBELLE
TYPECONST_CODE TYPECONST_LIBELLE NBPIECE SURFHAB CONSTRUCT LOCAT PATRIMOINE
ORIGINE FINAN_CODE FINAN_LIBELLE FINANAUTRE CONV NUMCONV DATCONV NEWLOGT_CODE
NEWLOGT_LIBELLE CUS DPEDATE DPEENERGIE DPESERRE SRU_EXPIR SRU_ALINEA
CODSEGPATRIM LIBSEGPATRIM PMR_CODE PMR_LIBELLE PLG_VOIE EPSG X Y PLG_QP24
PLG_QP15 PLG_IRIS2024_CODE PLG_IRIS2024_LIBELLE PLG_ZUS PLG_QVA QUALITE_VOIE
QUALITE_NUMERO QUALITE_XY DISTANCE_PRECISION QUALITE_QP24 QUALITE_QP15
QUALITE_IRIS QUALITE_ZUS QUALITE_QVA COMAQP COMAZUS UU2020 AAV2020 ZE2020`

// columns2016 are the 41 columns of the layout, in order.
const columns2016 = `DROIT DEPCOM CODEPOSTAL libcom NUMVOIE INDREP TYPVOIE
NOMVOIE NUMAPPT NUMBOITE ESC COULOIR ETAGE COMPLIDENT ENTREE BAT IMMEU COMPLGEO
LIEUDIT QPV TYPECONST NBPIECE SURFHAB CONSTRUCT LOCAT PATRIMOINE ORIGINE FINAN
FINANAUTRE CONV NUMCONV DATCONV NEWLOGT CUS DPEDATE DPEENERGIE DPESERRE
SRU_EXPIR SRU_ALINEA CODSEGPATRIM LIBSEGPATRIM`

// columnOrder lists the columns of a layout; nil for one that there is not. That
// of 2023 has the columns of 2026 but for those that are named after a year; its
// true order is not known to us, and does not matter to a reader by name.
func columnOrder(l Layout) []string {
	switch l {
	case Layout2016:
		return strings.Fields(columns2016)
	case Layout2023:
		replaced := strings.NewReplacer(
			"PLG_QP24", "PLG_QP", "PLG_QP15", "PLG_ZFU", "PLG_IRIS2024", "PLG_IRIS2022",
			"QUALITE_QP24", "QUALITE_QP", "QUALITE_QP15", "QUALITE_ZFU", "COMAQP", "COMIRIS COMAQP")
		return strings.Fields(replaced.Replace(columns2026))
	case Layout2026:
		return strings.Fields(columns2026)
	}
	return nil
}

// Writer writes dwellings as the official file has them: every value in quotes,
// separated by ;. The columns that a [Dwelling] does not hold are left empty. It
// serves tests, made-up data and exchange.
type Writer struct {
	out    *bufio.Writer
	layout Layout
	at     [columnCount]int
	row    []string
	// line is the memory of the last one, for the next.
	line        []byte
	labels      map[int]label
	lists       map[string]map[string]string
	projections []projection
	// last is where the last dwelling is: those of a building follow each other.
	last placed
}

// placed is a place in the words of the file.
type placed struct {
	at         domain.Coordinates
	epsg, x, y string
}

// label says from which list and which column a column of labels (…_LIBELLE)
// follows.
type label struct {
	list string
	code int
}

// NewWriter writes the header. The layouts of 2023 and 2026 are written in UTF-8
// with a byte order mark, that of 2016 to 2019 in ISO-8859-1.
func NewWriter(w io.Writer, l Layout) (*Writer, error) {
	order := columnOrder(l)
	if order == nil {
		return nil, fmt.Errorf("write stock file: unknown layout %q", l)
	}
	lists, err := Nomenclature()
	if err != nil {
		return nil, err
	}
	out := &Writer{
		out: bufio.NewWriter(w), layout: l, row: order,
		labels: map[int]label{}, lists: lists, projections: projections(),
	}
	for c, name := range columnNames(l) {
		out.at[c] = slices.IndexFunc(order, func(n string) bool { return strings.EqualFold(n, name) })
	}
	for list, c := range map[string]column{
		FinancingList: financing, ConstructionList: construction, PriorityDistrictList: priorityDistrict,
	} {
		if code, labelled := strings.CutSuffix(order[out.at[c]], "_CODE"); labelled {
			out.labels[slices.Index(order, code+"_LIBELLE")] = label{list, out.at[c]}
		}
	}
	if l != Layout2016 {
		_, _ = out.out.WriteString(byteOrderMark)
	}
	if err := out.writeRow(); err != nil {
		return nil, err
	}
	return out, nil
}

// Write writes one line. Values are written as they are, codes unknown to the
// lists included; what no line can hold is an error, as are coordinates outside
// France. What the layout has no column for is left out.
func (w *Writer) Write(d Dwelling) error {
	clear(w.row)
	w.set(commune, string(d.Commune))
	w.set(communeName, d.CommuneName)
	w.set(postalCode, d.PostalCode)
	w.set(epci, d.EPCI)
	w.set(number, d.Address.Number)
	w.set(repetition, d.Address.Repetition)
	w.set(streetKind, d.Address.StreetType)
	w.set(street, d.Address.Street)
	w.set(complement, d.Address.Complement)
	w.set(locality, d.Address.Locality)
	w.set(floor, d.Floor.String())
	switch d.PriorityDistrict {
	case domain.Yes:
		w.set(priorityDistrict, "1")
	case domain.No:
		w.set(priorityDistrict, "2")
	case domain.NotKnown:
	}
	w.set(districtCode, d.DistrictCode)
	w.set(construction, d.Construction)
	w.set(rooms, formatWhole(d.Rooms))
	if d.Surface != 0 {
		w.set(surface, strconv.FormatFloat(d.Surface, 'f', -1, 64))
	}
	w.set(builtIn, formatWhole(d.BuiltIn))
	w.set(letSince, formatWhole(d.LetSince))
	w.set(financing, d.Financing)
	w.set(energyClass, string(d.EnergyClass))
	if d.EnergyClass == "" {
		w.set(energyDate, noCertificate)
	}
	w.set(accessibilityCode, d.AccessibilityCode)
	w.set(accessibilityLabel, d.AccessibilityLabel)
	w.set(positionQuality, d.PositionQuality)
	for at, l := range w.labels {
		w.row[at] = w.lists[l.list][w.row[l.code]]
	}
	if d.Coordinates != nil {
		if err := w.place(*d.Coordinates); err != nil {
			return err
		}
	}
	return w.writeRow()
}

func (w *Writer) set(c column, value string) {
	if at := w.at[c]; at >= 0 {
		w.row[at] = value
	}
}

// place writes the coordinates in the projection of their territory, to the
// centimetre.
func (w *Writer) place(c domain.Coordinates) error {
	if w.last.at != c || w.last.epsg == "" {
		n := slices.IndexFunc(w.projections, func(p projection) bool { return p.covers(c) })
		if n < 0 {
			return fmt.Errorf("write stock file: no projection of the file covers %v, %v", c.Latitude, c.Longitude)
		}
		x, y := w.projections[n].project(c)
		w.last = placed{c, w.projections[n].epsg, strconv.FormatFloat(x, 'f', 2, 64), strconv.FormatFloat(y, 'f', 2, 64)}
	}
	w.set(epsg, w.last.epsg)
	w.set(abscissa, w.last.x)
	w.set(ordinate, w.last.y)
	return nil
}

var (
	errLineBreak = errors.New("a value contains a line break or a NUL byte")
	errTooLong   = errors.New("a value is longer than 1 KiB")
)

func (w *Writer) writeRow() error {
	line := w.line[:0]
	for i, value := range w.row {
		if len(value) > MaxField {
			return fmt.Errorf("write stock file, column %d: %w", i+1, errTooLong)
		}
		if i > 0 {
			line = append(line, separator)
		}
		line = append(line, '"')
		for j := range len(value) {
			switch c := value[j]; c {
			case '\r', '\n', 0:
				return fmt.Errorf("write stock file, column %d: %w", i+1, errLineBreak)
			case '"':
				line = append(line, c, c)
			default:
				line = append(line, c)
			}
		}
		line = append(line, '"')
	}
	line = append(line, '\n')
	w.line = line
	text := line
	if w.layout == Layout2016 {
		var err error
		if text, err = charmap.ISO8859_1.NewEncoder().Bytes(text); err != nil {
			return fmt.Errorf("write stock file in %s: %w", directoryfile.Latin1, err)
		}
	}
	if len(text) > directoryfile.MaxLine {
		return fmt.Errorf("write stock file: the line is longer than %d bytes", directoryfile.MaxLine)
	}
	if _, err := w.out.Write(text); err != nil {
		return fmt.Errorf("write stock file: %w", err)
	}
	return nil
}

// Flush writes what is still held back. It must be called at the end.
func (w *Writer) Flush() error {
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write stock file: %w", err)
	}
	return nil
}

// formatWhole leaves empty what is not known.
func formatWhole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
