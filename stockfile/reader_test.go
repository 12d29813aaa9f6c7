package stockfile_test

import (
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// minimal is the smallest header of the layout of 2026 that is read, in an order
// of its own, with a column that nobody knows.
const minimal = `DEPCOM;EPCI_CODE;CODEPOSTAL;NUMVOIE;INDREP;TYPVOIE;NOMVOIE;ETAGE;QPV_CODE;TYPECONST_CODE;` +
	`NBPIECE;SURFHAB;CONSTRUCT;LOCAT;FINAN_CODE;DPEDATE;DPEENERGIE;EPSG;X;Y;NEW_IN_2031` + "\n"

// The columns of minimal, counted from 1.
const (
	colCommune = 1 + iota
	colEPCI
	colPostalCode
	colNumber
	colRepetition
	colStreetType
	colStreet
	colFloor
	colDistrict
	colConstruction
	colRooms
	colSurface
	colBuilt
	colLet
	colFinancing
	colEnergyDate
	colEnergy
	colEPSG
	colX
	colY
	colNew
)

var goodFields = []string{
	"38185", "200040715", "38000", "1", "", "AV", "JEAN JAURÈS", "03", "1", "C",
	"3", "64.5", "1968", "1969", "13", "06/2022", "D", "2154", "913683.0", "6457335.6", "x",
}

// with returns a line of minimal in which some values are changed.
func with(changes map[int]string) string {
	fields := append([]string(nil), goodFields...)
	for at, value := range changes {
		fields[at-1] = value
	}
	return strings.Join(fields, ";") + "\n"
}

func read(t *testing.T, text string, o stockfile.Options) ([]stockfile.Dwelling, []stockfile.Reject, error) {
	t.Helper()
	r, err := stockfile.NewReader(strings.NewReader(text), "test.csv", o)
	if err != nil {
		return nil, nil, err
	}
	return readAll(t, r)
}

func readAll(t *testing.T, r *stockfile.Reader) (dwellings []stockfile.Dwelling, rejects []stockfile.Reject, err error) {
	t.Helper()
	for {
		d, reject, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return dwellings, rejects, nil
		case err != nil:
			return dwellings, rejects, err
		case reject != nil:
			rejects = append(rejects, *reject)
		default:
			dwellings = append(dwellings, d)
		}
	}
}

func mustRead(t *testing.T, text string) []stockfile.Dwelling {
	t.Helper()
	dwellings, rejects, err := read(t, text, stockfile.Options{})
	if err != nil || len(rejects) > 0 {
		t.Fatal(rejects, err)
	}
	return dwellings
}

func TestReadLayout2026(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/dido_2026.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := stockfile.Open(file, info.Size(), "dido_2026.csv", stockfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dwellings, rejects, err := readAll(t, r)
	if err != nil || len(rejects) > 0 || len(dwellings) != 6 || r.Layout() != stockfile.Layout2026 || r.Line() != 7 {
		t.Fatal(len(dwellings), rejects, r.Layout(), r.Line(), err)
	}
	if r.Consumed() < info.Size() {
		t.Errorf("%d of %d bytes are told as read", r.Consumed(), info.Size())
	}
	first := dwellings[0]
	place := *first.Coordinates
	first.Coordinates = nil
	if want := (stockfile.Dwelling{
		Line: 2, Commune: "38185", CommuneName: "Grenoble", PostalCode: "38000", EPCI: "200040715",
		Address:    stockfile.Address{Number: "1", StreetType: "RUE", Street: "DE L'ÉTOILE"},
		AddressKey: "1 RUE DE L ETOILE", Rooms: 3, Surface: 64, Floor: stockfile.Floor{Number: 3, Known: true},
		BuiltIn: 1968, LetSince: 1968, Financing: "52", Construction: "C", PriorityDistrict: domain.No,
	}); first != want {
		t.Errorf("got  %+v\nwant %+v", first, want)
	}
	if d := domain.DistanceMetres(place, domain.Coordinates{Latitude: 45.18219, Longitude: 5.72112}); d > 1 {
		t.Errorf("the centre of Grenoble is %.2f m away from where it is", d)
	}
	if first.Typology() != stockfile.T3 || dwellings[1].EnergyClass != "B" || dwellings[1].PriorityDistrict != domain.Yes {
		t.Errorf("%+v", dwellings[1])
	}
	if ground := dwellings[3].Floor; ground != (stockfile.Floor{Known: true}) {
		t.Errorf("RC is read as %+v", ground)
	}
}

func TestReadLayout2016InLatin1(t *testing.T) {
	t.Parallel()
	const text = `DROIT;DEPCOM;CODEPOSTAL;libcom;NUMVOIE;INDREP;TYPVOIE;NOMVOIE;ETAGE;COMPLGEO;LIEUDIT;QPV;TYPECONST;NBPIECE;SURFHAB;CONSTRUCT;LOCAT;FINAN;DPEDATE;DPEENERGIE` +
		"\r\n" + `1;38151;38130;Échirolles;0012;B;AV;DES "ÉTATS-GÉNÉRAUX";RDC;;;2;C;4;"78,5";1974;1975;52;01/1900;D` + "\r\n"
	latin, err := charmap.ISO8859_1.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := stockfile.NewReader(strings.NewReader(latin), "2018.csv", stockfile.Options{Charset: directoryfile.Latin1})
	if err != nil {
		t.Fatal(err)
	}
	dwellings, rejects, err := readAll(t, r)
	if err != nil || len(rejects) > 0 || r.Layout() != stockfile.Layout2016 {
		t.Fatal(rejects, r.Layout(), err)
	}
	if want := (stockfile.Dwelling{
		Line: 2, Commune: "38151", CommuneName: "Échirolles", PostalCode: "38130",
		Address:    stockfile.Address{Number: "0012", Repetition: "B", StreetType: "AV", Street: `DES "ÉTATS-GÉNÉRAUX"`},
		AddressKey: "12 B AVENUE DES ETATS GENERAUX", Rooms: 4, Surface: 78.5, Floor: stockfile.Floor{Known: true},
		BuiltIn: 1974, LetSince: 1975, Financing: "52", Construction: "C", PriorityDistrict: domain.No,
	}); len(dwellings) != 1 || dwellings[0] != want {
		t.Errorf("got  %+v\nwant %+v", dwellings, want)
	}
}

func TestLayoutIsRecognisedByItsColumns(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]stockfile.Layout{
		minimal: stockfile.Layout2026,
		strings.Replace(minimal, "NEW_IN_2031", "PLG_QP", 1):                                       stockfile.Layout2023,
		strings.NewReplacer("FINAN_CODE", "FINAN", "TYPECONST_CODE", "TYPECONST").Replace(minimal): stockfile.Layout2016,
		strings.ToLower(minimal): stockfile.Layout2026,
		"\ufeff" + minimal:       stockfile.Layout2026,
	} {
		r, err := stockfile.NewReader(strings.NewReader(header), "", stockfile.Options{})
		if err != nil || r.Layout() != want {
			t.Errorf("%s: %v, want %s", header, err, want)
		}
	}
}

func TestReadValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		column int
		value  string
		got    func(stockfile.Dwelling) any
		want   any
	}{
		"no floor":             {colFloor, "", func(d stockfile.Dwelling) any { return d.Floor }, stockfile.Floor{}},
		"unreadable floor":     {colFloor, "ENTRESOL", func(d stockfile.Dwelling) any { return d.Floor }, stockfile.Floor{}},
		"basement":             {colFloor, "-1", func(d stockfile.Dwelling) any { return d.Floor }, stockfile.Floor{Number: -1, Known: true}},
		"ground floor":         {colFloor, "00", func(d stockfile.Dwelling) any { return d.Floor }, stockfile.Floor{Known: true}},
		"no energy class":      {colEnergy, "", func(d stockfile.Dwelling) any { return d.EnergyClass }, stockfile.EnergyClass("")},
		"energy class N":       {colEnergy, "N", func(d stockfile.Dwelling) any { return d.EnergyClass }, stockfile.EnergyClass("")},
		"no certificate":       {colEnergyDate, "01/1900", func(d stockfile.Dwelling) any { return d.EnergyClass }, stockfile.EnergyClass("")},
		"no date":              {colEnergyDate, "", func(d stockfile.Dwelling) any { return d.EnergyClass }, stockfile.EnergyClass("D")},
		"district not told":    {colDistrict, "9", func(d stockfile.Dwelling) any { return d.PriorityDistrict }, domain.NotKnown},
		"no rooms":             {colRooms, "", func(d stockfile.Dwelling) any { return d.Typology() }, stockfile.Typology("")},
		"year 0":               {colBuilt, "0", func(d stockfile.Dwelling) any { return d.BuiltIn }, 0},
		"nine rooms":           {colRooms, "9", func(d stockfile.Dwelling) any { return d.Typology() }, stockfile.T6P},
		"comma":                {colSurface, `"64,5"`, func(d stockfile.Dwelling) any { return d.Surface }, 64.5},
		"quoted separator":     {colStreet, `"A;""B"""`, func(d stockfile.Dwelling) any { return d.Address.Street }, `A;"B"`},
		"spaces":               {colFinancing, " 13  ", func(d stockfile.Dwelling) any { return d.Financing }, "13"},
		"no financing":         {colFinancing, "", func(d stockfile.Dwelling) any { return d.Financing }, ""},
		"large exponent":       {colY, "6.4573356e+06", func(d stockfile.Dwelling) any { return d.Coordinates != nil }, true},
		"no street, no key":    {colStreet, "", func(d stockfile.Dwelling) any { return d.AddressKey }, ""},
		"Corsica":              {colCommune, "2A004", func(d stockfile.Dwelling) any { return d.Commune }, domain.InseeCode("2A004")},
		"quotes inside a word": {colStreet, `LE "PARC"`, func(d stockfile.Dwelling) any { return d.Address.Street }, `LE "PARC"`},
	} {
		dwellings := mustRead(t, minimal+with(map[int]string{c.column: c.value}))
		if got := c.got(dwellings[0]); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if d := mustRead(t, minimal+with(map[int]string{colX: "", colY: "", colEPSG: ""}))[0]; d.Coordinates != nil {
		t.Errorf("no coordinates are read as %v", d.Coordinates)
	}
}

// Lines of one building share what is remembered of it; another one between them
// must not inherit it.
func TestNeighboursAreNotMixedUp(t *testing.T) {
	t.Parallel()
	other := with(map[int]string{colNumber: "2", colX: "913783.0"})
	split := with(map[int]string{colNumber: "", colRepetition: "1"})
	nowhere := with(map[int]string{colX: "", colY: ""})
	text := minimal + with(nil) + with(nil) + other + nowhere + with(nil) + split
	d := mustRead(t, text)
	if d[0].Coordinates != d[1].Coordinates {
		t.Error("the point of a building is computed twice")
	}
	if d[2].AddressKey != "2 AVENUE JEAN JAURES" || *d[2].Coordinates == *d[0].Coordinates || d[3].Coordinates != nil {
		t.Errorf("%+v %+v", d[2], d[3])
	}
	if d[4].AddressKey != d[0].AddressKey || *d[4].Coordinates != *d[0].Coordinates {
		t.Errorf("%+v is not %+v", d[4], d[0])
	}
	if d[5].Address.Number != "" || d[5].Address.Repetition != "1" {
		t.Errorf("fields have run into each other: %+v", d[5].Address)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	text := minimal + with(nil) + with(map[int]string{colCommune: "38421", colEPCI: "200000001"}) +
		with(map[int]string{colCommune: "97411", colEPSG: "2975", colX: "338767", colY: "7690355"}) +
		with(map[int]string{colCommune: "75101", colFinancing: "wrong", colX: "652000", colY: "6862000"}) +
		"75102;cut\n"
	for name, c := range map[string]struct {
		filter                      stockfile.Filter
		dwellings, rejects, skipped int
	}{
		"nothing":                {stockfile.Filter{Communes: map[domain.InseeCode]bool{}}, 0, 0, 5},
		"whole country":          {stockfile.Filter{}, 3, 2, 0},
		"communes":               {stockfile.Filter{Communes: map[domain.InseeCode]bool{"38185": true, "97411": true}}, 2, 0, 3},
		"département":            {stockfile.Filter{Department: "38"}, 2, 0, 3},
		"overseas":               {stockfile.Filter{Department: "974"}, 1, 0, 4},
		"EPCI":                   {stockfile.Filter{EPCI: "200040715"}, 2, 1, 1 + 1},
		"EPCI and a département": {stockfile.Filter{EPCI: "200040715", Department: "38"}, 1, 0, 4},
	} {
		r, err := stockfile.NewReader(strings.NewReader(text), "", stockfile.Options{Filter: c.filter})
		if err != nil {
			t.Fatal(err)
		}
		dwellings, rejects, err := readAll(t, r)
		if err != nil || len(dwellings) != c.dwellings || len(rejects) != c.rejects || r.Skipped() != c.skipped {
			t.Errorf("%s: %d dwellings, %d rejects, %d skipped, %v", name, len(dwellings), len(rejects), r.Skipped(), err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]stockfile.Options{
		"charset":     {Charset: "utf-16"},
		"département": {Filter: stockfile.Filter{Department: "3"}},
		"EPCI":        {Filter: stockfile.Filter{EPCI: "38"}},
	} {
		if _, err := stockfile.NewReader(strings.NewReader(minimal), "", o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestProjections checks each system on its central meridian, where the northing
// is the length of the meridian, and by the scale around it.
func TestProjections(t *testing.T) {
	t.Parallel()
	for system, c := range map[string]struct {
		commune             string
		longitude, latitude float64
		falseNorthing       float64
	}{
		"5490": {"97209", -63, 16, 0},
		"2972": {"97302", -51.6, 4.9, 0},
		"2975": {"97411", 55.45, -20.9, 1e7},
		"4471": {"97608", 45, -12.8, 1e7},
	} {
		zone := math.Floor(c.longitude/6)*6 + 3
		north := c.falseNorthing + 0.9996*meridian(c.latitude)
		// From the central meridian, walk along the parallel as a sphere would have it.
		radius := 6378137 / math.Sqrt(1-0.00669438*math.Pow(math.Sin(rad(c.latitude)), 2))
		away := rad(c.longitude-zone) * math.Cos(rad(c.latitude))
		east := 500_000 + 0.9996*radius*(away+away*away*away/6*(1-math.Pow(math.Tan(rad(c.latitude)), 2)))
		north += 0.9996 * radius * math.Tan(rad(c.latitude)) * away * away / 2
		d := mustRead(t, minimal+with(map[int]string{
			colCommune: c.commune, colEPSG: system, colX: decimal(east), colY: decimal(north),
		}))[0]
		want := domain.Coordinates{Latitude: domain.Latitude(c.latitude), Longitude: domain.Longitude(c.longitude)}
		if off := domain.DistanceMetres(*d.Coordinates, want); off > 2 {
			t.Errorf("EPSG %s: %+v is %.2f m away from %+v", system, *d.Coordinates, off, want)
		}
	}
}
