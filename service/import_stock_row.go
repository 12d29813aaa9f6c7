package service

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// stockBuilding is what a line of the file says of its building.
type stockBuilding struct {
	id                                                          domain.ID
	commune                                                     domain.InseeCode
	communeName, address, postalCode, positionQuality, district string
	at                                                          domain.Coordinates
	placed                                                      bool
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
		b.id = importedID(domain.BuildingPrefix, b.commune, "at", float64(b.at.Latitude), float64(b.at.Longitude))
		i.unplaced = append(i.unplaced, unplacedRow{d.Line, b, row})
		if len(i.unplaced) >= waitingLines {
			return i.pause(ctx)
		}
		return nil
	}
	// The lines of a building follow each other, as a rule, and say the same of it.
	b := buildingOf(d)
	if b.id = i.last.id; b != i.last || d.AddressKey != i.lastKey {
		b.id = BuildingID(d.Commune, d.AddressKey)
		i.last, i.lastKey = b, d.AddressKey
		i.meet(b)
	}
	if len(i.buildings) >= waitingBuildings {
		if err := i.pause(ctx); err != nil {
			return err
		}
	}
	return i.stream(ctx, b.id, row)
}

// BuildingID is the identifier of the building at that normalised address, see
// [domain.NormaliseAddress]: the same in every vintage.
func BuildingID(commune domain.InseeCode, addressKey string) domain.ID {
	return importedID(domain.BuildingPrefix, commune, addressKey)
}

// maxSeen bounds the memory of descriptions. A country has 700 000 buildings, and
// what comes twice is sorted out in the database.
const maxSeen = 1 << 20

// meet keeps what a line says of its building for the next pause, unless an
// earlier line said the same. Which of several descriptions counts must not depend
// on the order of the lines, and is decided when all of them are there.
func (i *stockImport) meet(b stockBuilding) {
	part := maphash.Comparable(i.seed, b)
	if _, again := i.seen[part]; again {
		return
	}
	if len(i.seen) >= maxSeen {
		clear(i.seen)
	}
	i.seen[part] = struct{}{}
	i.buildings = append(i.buildings, b)
}

func buildingOf(d stockfile.Dwelling) stockBuilding {
	b := stockBuilding{
		commune: d.Commune, communeName: d.CommuneName, address: d.Address.String(),
		postalCode: d.PostalCode, positionQuality: d.PositionQuality, district: d.DistrictCode,
	}
	if d.Coordinates != nil {
		b.at, b.placed = *d.Coordinates, true
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
	i.key = append(i.key[:0], building...)
	for _, n := range [...]uint64{
		uint64(int64(r.floor)), uint64(r.rooms), math.Float64bits(r.surface), uint64(r.constructionYear), uint64(r.lettingYear), //nolint:gosec // any bits will do
	} {
		i.key = binary.BigEndian.AppendUint64(i.key, n)
	}
	i.key = append(i.key, r.financing...)
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
