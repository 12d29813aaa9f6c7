package service

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// stockBuilding is what a line of the file says of its building.
type stockBuilding struct {
	id                                                          domain.ID
	commune                                                     domain.InseeCode
	addressKey                                                  string
	communeName, address, postalCode, positionQuality, district string
	latitude, longitude                                         *float64
}

// unplacedRow is a line without an address: which building it is of depends on
// those nearby, so that it waits until all of them are known. own is the building
// that it makes when there is none.
type unplacedRow struct {
	line int
	own  stockBuilding
	row  stockRow
}

// stockRow is what distinguishes a dwelling, and what else the file says of it.
type stockRow struct {
	floor                                                         domain.Floor
	rooms                                                         int
	surface                                                       float64
	constructionYear, lettingYear                                 int
	financing, energyClass, construction, accessibility, priority string
}

// A pause of the stream of rows comes when that many buildings or lines wait.
const (
	waitingBuildings = 4096
	waitingLines     = 4096
)

// add takes one line of the file.
func (i *stockImport) add(ctx context.Context, d stockfile.Dwelling) error {
	row := rowOf(d)
	if d.AddressKey == "" {
		b := buildingOf(d)
		b.id = importedID(domain.BuildingPrefix, b.commune, "at", *b.latitude, *b.longitude)
		i.unplaced = append(i.unplaced, unplacedRow{d.Line, b, row})
		if len(i.unplaced) >= waitingLines {
			return i.pause(ctx)
		}
		return nil
	}
	// The lines of a building follow each other, as a rule.
	if i.last.commune != d.Commune || i.last.addressKey != d.AddressKey {
		i.last = buildingOf(d)
		i.last.id = BuildingID(d.Commune, d.AddressKey)
		i.meet(i.last)
	}
	if len(i.buildings) >= waitingBuildings {
		if err := i.pause(ctx); err != nil {
			return err
		}
	}
	return i.stream(ctx, i.last.id, row)
}

// BuildingID is the identifier of the building at that normalised address, see
// [stockfile.NormaliseAddress]: the same in every vintage.
func BuildingID(commune domain.InseeCode, addressKey string) domain.ID {
	return importedID(domain.BuildingPrefix, commune, addressKey)
}

// meet keeps a building for the next pause unless the file had it before.
func (i *stockImport) meet(b stockBuilding) {
	part := idPart(b.id)
	if _, again := i.seen[part]; !again {
		i.seen[part] = struct{}{}
		i.buildings = append(i.buildings, b)
	}
}

// idPart tells derived identifiers of one kind apart: two of a country's are the
// same once in ten million countries, and then a foreign key fails.
func idPart(id domain.ID) uint64 {
	const digits = 12 // of 5 bits each
	var n uint64
	for _, c := range []byte(id[len(id)-digits:]) {
		n = n<<5 | uint64(crockford[c])
	}
	return n
}

// crockford is the value of each digit of an identifier.
var crockford = func() (values [256]byte) {
	for value, digit := range []byte("0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
		values[digit] = byte(value)
	}
	return values
}()

func buildingOf(d stockfile.Dwelling) stockBuilding {
	b := stockBuilding{
		commune: d.Commune, communeName: d.CommuneName, addressKey: d.AddressKey, address: d.Address.String(),
		postalCode: d.PostalCode, positionQuality: d.PositionQuality, district: d.DistrictCode,
	}
	if d.Coordinates != nil {
		latitude, longitude := float64(d.Coordinates.Latitude), float64(d.Coordinates.Longitude)
		b.latitude, b.longitude = &latitude, &longitude
	}
	return b
}

func rowOf(d stockfile.Dwelling) stockRow {
	row := stockRow{
		floor: domain.UnknownFloor, rooms: d.Rooms, surface: d.Surface,
		constructionYear: d.BuiltIn, lettingYear: d.LetSince, financing: d.Financing,
		energyClass: string(d.EnergyClass), construction: d.Construction,
		// The label where there is one: the codes are explained nowhere.
		accessibility: d.AccessibilityLabel, priority: string(d.PriorityDistrict),
	}
	if d.Floor.Known {
		row.floor = domain.Floor(d.Floor.Number)
	}
	if row.energyClass == "" {
		row.energyClass = string(domain.UnknownEnergyClass)
	}
	if row.accessibility == "" {
		row.accessibility = d.AccessibilityCode
	}
	return row
}

// dwellingKey is what tells dwellings of all buildings apart, but for equals.
func (i *stockImport) dwellingKey(building domain.ID, r stockRow) string {
	k := append(i.key[:0], building...)
	for _, n := range [...]uint64{
		uint64(int64(r.floor)), uint64(r.rooms), math.Float64bits(r.surface), uint64(r.constructionYear), uint64(r.lettingYear), //nolint:gosec // any bits will do
	} {
		k = binary.BigEndian.AppendUint64(k, n)
	}
	i.key = append(k, r.financing...)
	return domain.DerivedKey(i.key)
}

// pause ends the stream of rows, and writes what waits meanwhile.
func (i *stockImport) pause(ctx context.Context) error {
	for _, write := range []func(context.Context) error{i.endStream, i.copyBuildings, i.copyUnplaced} {
		if err := write(ctx); err != nil {
			return fmt.Errorf("copy: %w", err)
		}
	}
	i.buildings, i.unplaced = i.buildings[:0], i.unplaced[:0]
	return nil
}
