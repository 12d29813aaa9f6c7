package stockfile

import (
	"bytes"
	"strconv"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// The bounds of what a dwelling can be; beyond, the value is a slip.
const (
	maxRooms = 50
	// maxSurface is in square metres.
	maxSurface = 2000
	firstYear  = 1000
	lastYear   = 2199
	// noCertificate is the date that stands for no energy certificate at all.
	noCertificate = "01/1900"
)

// values turns fields into the parts of a dwelling. It remembers the building of
// the line before, since most lines share it, and writes each code once.
type values struct {
	nomenclature map[string]map[string]string
	projections  []projection
	interned     map[string]string
	// addressFields are those of address and key, one after the other.
	addressFields []byte
	address       Address
	key           string
	// pointFields are those of point.
	pointFields []byte
	point       *domain.Coordinates
}

func newValues() (values, error) {
	lists, err := Nomenclature()
	return values{nomenclature: lists, projections: projections(), interned: map[string]string{}}, err
}

// What is remembered of a file is bounded, whatever it holds. France has 35 000
// communes and 6 000 postal codes.
const (
	maxInterned     = 1 << 16
	maxInternedSize = 32
)

// intern returns the text of a field, the same string for the same text.
func (v *values) intern(field []byte) string {
	if s, found := v.interned[string(field)]; found {
		return s
	}
	s := string(field)
	if len(s) <= maxInternedSize && len(v.interned) < maxInterned {
		v.interned[s] = s
	}
	return s
}

// decode makes a dwelling of a line that has all its fields.
func (r *Reader) decode() (Dwelling, *Reject) {
	v := &r.values
	code := r.raw(commune)
	if len(code) == 0 {
		return Dwelling{}, r.reject(commune, directoryfile.Required,
			"The code of the commune is missing.", "Le code de la commune manque.")
	}
	if _, err := domain.ParseInseeCode(string(code)); err != nil {
		return Dwelling{}, r.reject(commune, directoryfile.BadValue,
			"An INSEE code has 5 characters, as in 38185; it is not the postal code.",
			"Un code INSEE a 5 caractères, comme 38185 ; ce n'est pas le code postal.")
	}
	postal := r.raw(postalCode)
	if len(postal) != 0 && (len(postal) != 5 || !onlyDigits(postal)) {
		return Dwelling{}, r.reject(postalCode, directoryfile.BadValue,
			"A postal code has 5 digits.", "Un code postal a 5 chiffres.")
	}
	d := Dwelling{
		Line: r.lines.line, Commune: domain.InseeCode(v.intern(code)),
		CommuneName: v.intern(r.raw(communeName)), PostalCode: v.intern(postal),
		EPCI: v.intern(r.raw(epci)), Floor: parseFloor(r.raw(floor)),
		AccessibilityCode: v.intern(r.raw(accessibilityCode)), AccessibilityLabel: v.intern(r.raw(accessibilityLabel)),
		PriorityDistrict: declaredDistrict(r.raw(priorityDistrict)), DistrictCode: v.intern(r.raw(districtCode)),
		PositionQuality: v.intern(r.raw(positionQuality)),
	}
	d.Address, d.AddressKey = r.address()
	reject := r.codes(&d)
	if reject == nil {
		reject = r.figures(&d)
	}
	if reject == nil {
		d.Coordinates, reject = r.coordinates()
	}
	if reject == nil {
		reject = r.place(d)
	}
	if reject != nil {
		return Dwelling{}, reject
	}
	return d, nil
}

// place refuses a line that does not tell which building it is of, and an address
// that no index of a database holds.
func (r *Reader) place(d Dwelling) *Reject {
	switch {
	case d.AddressKey == "" && d.Coordinates == nil:
		return r.reject(street, directoryfile.Required,
			"The line has neither an address nor coordinates: its building cannot be told.",
			"La ligne n'a ni adresse ni coordonnées : son immeuble ne peut être reconnu.")
	case d.Address.length() > MaxField:
		return r.reject(street, directoryfile.FieldTooLong,
			"Number, type and name of the street together are longer than 1 KiB.",
			"Le numéro, le type et le nom de la voie dépassent ensemble 1 Kio.")
	}
	return nil
}

// codes reads what must stand in the official lists, or be empty.
func (r *Reader) codes(d *Dwelling) *Reject {
	energy := r.raw(energyClass)
	if string(energy) == "N" || string(r.raw(energyDate)) == noCertificate {
		energy = nil
	}
	for _, coded := range [...]struct {
		list   string
		column column
		value  []byte
		into   *string
	}{
		{FinancingList, financing, r.raw(financing), &d.Financing},
		{ConstructionList, construction, r.raw(construction), &d.Construction},
		{EnergyClassList, energyClass, energy, (*string)(&d.EnergyClass)},
	} {
		if len(coded.value) == 0 {
			continue
		}
		if _, known := r.values.nomenclature[coded.list][string(coded.value)]; !known {
			return r.reject(coded.column, directoryfile.UnknownCode,
				"This code is not in the official list.", "Ce code n'est pas dans la nomenclature officielle.")
		}
		*coded.into = r.values.intern(coded.value)
	}
	return nil
}

func (r *Reader) figures(d *Dwelling) *Reject {
	for _, figure := range [...]struct {
		column    column
		low, high int
		into      *int
	}{
		{rooms, 1, maxRooms, &d.Rooms},
		{builtIn, firstYear, lastYear, &d.BuiltIn},
		{letSince, firstYear, lastYear, &d.LetSince},
	} {
		field := r.raw(figure.column)
		if len(field) == 0 {
			continue
		}
		n, ok := parseWhole(field)
		// Zero stands for what the landlord did not tell.
		if !ok || n != 0 && (n < figure.low || n > figure.high) {
			return r.reject(figure.column, directoryfile.BadValue,
				"This is no number of rooms or year.", "Ce n'est pas un nombre de pièces ou une année.")
		}
		*figure.into = n
	}
	field := r.raw(surface)
	if len(field) == 0 {
		return nil
	}
	var ok bool
	if d.Surface, ok = parseDecimal(field); !ok || d.Surface < 0 || d.Surface > maxSurface {
		return r.reject(surface, directoryfile.BadValue,
			"The surface is in square metres, at most 2000.", "La surface est en mètres carrés, 2000 au plus.")
	}
	// Minus zero is read, is as much as zero, and has other bits.
	d.Surface += 0
	return nil
}

// address reads the parts of the address, and its key, which takes time.
func (r *Reader) address() (Address, string) {
	v := &r.values
	columns := [...]column{number, repetition, streetKind, street, complement, locality}
	var fields [len(columns)][]byte
	same, rest := true, v.addressFields
	for i, c := range columns {
		fields[i] = r.raw(c)
		// No field contains a NUL byte: it parts them beyond doubt.
		if same = same && len(rest) > len(fields[i]) && rest[len(fields[i])] == 0 && bytes.HasPrefix(rest, fields[i]); same {
			rest = rest[len(fields[i])+1:]
		}
	}
	if same {
		return v.address, v.key
	}
	v.addressFields = v.addressFields[:0]
	for _, f := range fields {
		v.addressFields = append(append(v.addressFields, f...), 0)
	}
	// One string holds all of them.
	text := string(v.addressFields)
	var parts [len(columns)]string
	for i, f := range fields {
		parts[i], text = text[:len(f)], text[len(f)+1:]
	}
	v.address = Address{
		Number: parts[0], Repetition: parts[1], StreetType: parts[2],
		Street: parts[3], Complement: parts[4], Locality: parts[5],
	}
	v.key = v.address.key()
	return v.address, v.key
}

// coordinates reads X and Y in the projection of the line; nil when it has none.
func (r *Reader) coordinates() (*domain.Coordinates, *Reject) {
	v := &r.values
	system, x, y := r.raw(epsg), r.raw(abscissa), r.raw(ordinate)
	if len(x) == 0 && len(y) == 0 {
		return nil, nil
	}
	n := len(system) + len(x) + len(y)
	if p := v.pointFields; v.point != nil && len(p) == n+2 &&
		bytes.HasPrefix(p, system) && p[len(system)] == 0 &&
		bytes.HasPrefix(p[len(system)+1:], x) && p[len(system)+1+len(x)] == 0 && bytes.HasSuffix(p, y) {
		return v.point, nil
	}
	at := 0
	for at < len(v.projections) && v.projections[at].epsg != string(system) {
		at++
	}
	if at == len(v.projections) {
		return nil, r.reject(epsg, directoryfile.UnknownCode,
			"This projection is not one of the official file: 2154, 5490, 2972, 2975 or 4471.",
			"Cette projection n'est pas de celles du fichier officiel : 2154, 5490, 2972, 2975 ou 4471.")
	}
	easting, ok := parseDecimal(x)
	if !ok {
		return nil, r.reject(abscissa, directoryfile.BadCoordinates,
			"X is not a number of metres.", "X n'est pas un nombre de mètres.")
	}
	northing, ok := parseDecimal(y)
	if !ok {
		return nil, r.reject(ordinate, directoryfile.BadCoordinates,
			"Y is not a number of metres.", "Y n'est pas un nombre de mètres.")
	}
	c, ok := v.projections[at].locate(easting, northing)
	if !ok {
		return nil, r.reject(abscissa, directoryfile.BadCoordinates,
			"The point X, Y is not in the part of France of its projection; are X and Y exchanged?",
			"Le point X, Y n'est pas dans la partie de la France de sa projection ; X et Y sont-ils inversés ?")
	}
	v.pointFields = append(append(append(v.pointFields[:0], system...), 0), x...)
	v.pointFields = append(append(v.pointFields, 0), y...)
	v.point = &c
	return v.point, nil
}

// declaredDistrict reads 1, in, and 2, out. Another value is not known to mean
// anything today.
func declaredDistrict(field []byte) domain.TriState {
	switch string(field) {
	case "1":
		return domain.Yes
	case "2":
		return domain.No
	}
	return domain.NotKnown
}

// parseFloor reads a number, or one of the words for the ground floor. The
// writing of floors is not documented: what cannot be read is not known.
func parseFloor(field []byte) Floor {
	switch string(field) {
	case "RC", "RDC", "REZ", "R":
		return Floor{Known: true}
	}
	digits, negative := bytes.CutPrefix(field, []byte("-"))
	n, ok := parseWhole(digits)
	if !ok || n > 99 {
		return Floor{}
	}
	if negative {
		n = -n
	}
	return Floor{Number: n, Known: true}
}

// parseWhole reads one to nine digits.
func parseWhole(field []byte) (n int, ok bool) {
	if len(field) == 0 || len(field) > 9 || !onlyDigits(field) {
		return 0, false
	}
	for _, b := range field {
		n = n*10 + int(b-'0')
	}
	return n, true
}

// parseDecimal reads a number with a decimal point, or the comma of French
// spreadsheets.
func parseDecimal(field []byte) (float64, bool) {
	// Go also reads hexadecimal numbers, infinities and what is not a number.
	var text [maxInternedSize]byte
	if len(field) > len(text) {
		return 0, false
	}
	for i, b := range field {
		if b == ',' {
			b = '.'
		}
		if (b < '0' || b > '9') && bytes.IndexByte([]byte("+-.eE"), b) < 0 {
			return 0, false
		}
		text[i] = b
	}
	f, err := strconv.ParseFloat(string(text[:len(field)]), 64)
	return f, err == nil
}

func onlyDigits(field []byte) bool {
	for _, b := range field {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}
