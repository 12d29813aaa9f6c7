package sandbox

import (
	"fmt"
	"io"
	"slices"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/stockfile"
)

// StockOptions say which fictional stock is written. The same options give the
// same bytes.
type StockOptions struct {
	// Vintage is a year of [StockVintages]: the stock of its 1 January.
	Vintage int
	// Scale is how many times the stock of the Métropole is written, from 1, which is
	// the Métropole alone, to [MaxStockScale]. Further copies lie all over
	// metropolitan France, under codes of communes that do not exist, so that a file
	// of scale 100 is shaped as that of the whole country.
	Scale int
	// Layout is one of package stockfile's.
	Layout stockfile.Layout
}

// MaxStockScale is how far there are codes of communes that nobody uses.
const MaxStockScale = 1 + len(fictionalDepartments)*bands

// The vintages of the fictional stock.
const (
	lastVintage     = 2026
	previousVintage = lastVintage - 1
)

// StockVintages lists the vintages of the fictional stock, oldest first. How the
// two differ is told by [FindStockDifferences].
func StockVintages() []int { return []int{previousVintage, lastVintage} }

// WriteStock writes the fictional stock as the official file has it: 52 000
// dwellings in the vintage 2026, in the real communes in proportion to their
// population. Streets, buildings and dwellings are invented. Memory does not grow
// with the scale.
func WriteStock(w io.Writer, o StockOptions) error {
	switch {
	case !slices.Contains(StockVintages(), o.Vintage):
		return fmt.Errorf("write the sandbox's stock: there is no vintage %d, only %v", o.Vintage, StockVintages())
	case o.Scale < 1 || o.Scale > MaxStockScale:
		return fmt.Errorf("write the sandbox's stock: the scale must lie between 1 and %d, not %d", MaxStockScale, o.Scale)
	}
	stock, err := planStock()
	if err != nil {
		return err
	}
	out, err := stockfile.NewWriter(w, o.Layout)
	if err != nil {
		return fmt.Errorf("write the sandbox's stock: %w", err)
	}
	var dwellings []stockfile.Dwelling
	for n := range o.Scale {
		laid := territoryOf(n)
		for i := range stock {
			if !stock[i].in(o.Vintage) {
				continue
			}
			dwellings = stock[i].dwellings(o.Vintage, dwellings[:0])
			laid.place(dwellings, &stock[i])
			for _, d := range dwellings {
				if err := out.Write(d); err != nil {
					return fmt.Errorf("write the sandbox's stock: %w", err)
				}
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the sandbox's stock: %w", err)
	}
	return nil
}

// StockDifferences counts what a comparison of the vintage 2025 with that of 2026
// must find at scale 1; at scale n it finds n times as much. No building differs
// in two of these ways, and in all others every line is the same.
type StockDifferences struct {
	// AddedBuildings were delivered in 2025: they are in 2026 only.
	AddedBuildings, AddedDwellings int
	// RemovedBuildings have left, sold or otherwise: they are in 2025 only.
	RemovedBuildings, RemovedDwellings int
	// EnergyChanges are buildings in which one dwelling got a better energy class,
	// and nothing else changed.
	EnergyChanges int
	// SurfaceChanges are buildings in which one dwelling was measured again, and
	// nothing else changed.
	SurfaceChanges int
	// RenovatedBuildings have another energy class in all of RenovatedDwellings, of
	// which RemeasuredDwellings have another surface too. There are several of them
	// in each building: which old line is which new one cannot be told.
	RenovatedBuildings, RenovatedDwellings, RemeasuredDwellings int
}

// FindStockDifferences counts the differences that were built in.
func FindStockDifferences() (StockDifferences, error) {
	stock, err := planStock()
	if err != nil {
		return StockDifferences{}, err
	}
	var found StockDifferences
	for _, b := range stock {
		switch b.change {
		case unchanged:
		case delivered:
			found.AddedBuildings++
			found.AddedDwellings += b.size
		case left:
			found.RemovedBuildings++
			found.RemovedDwellings += b.size
		case energyChanged:
			found.EnergyChanges++
		case surfaceChanged:
			found.SurfaceChanges++
		case renovated:
			found.RenovatedBuildings++
			found.RenovatedDwellings += b.size
			found.RemeasuredDwellings += (b.size + 1) / 2
		}
	}
	return found, nil
}

// planStock lays out the buildings of both vintages, commune by commune.
func planStock() ([]building, error) {
	communes, err := directoryfile.Communes()
	if err != nil {
		return nil, err
	}
	boundaries, err := directoryfile.Boundaries()
	if err != nil {
		return nil, err
	}
	outlines := map[string][][]directoryfile.Ring{}
	for _, b := range boundaries {
		outlines[string(b.InseeCode)] = b.Polygons
	}
	var stock []building
	for i, quota := range quotas(communes) {
		c := &communes[i]
		stock = append(stock, newTown(i, c, outlines[string(c.InseeCode)]).build(quota)...)
	}
	setChanges(stock)
	return stock, nil
}

// stockSize is in dwellings: about what the Métropole has.
const stockSize = 52_000

// quotas shares out the dwellings in proportion to population. Each share is the
// difference of two rounded running totals, so that they make the whole exactly.
func quotas(communes []directoryfile.Commune) []int {
	total := 0
	for _, c := range communes {
		total += c.Population
	}
	shares := make([]int, len(communes))
	people, given := 0, 0
	for i, c := range communes {
		people += c.Population
		upTo := stockSize * people / total
		shares[i], given = upTo-given, upTo
	}
	return shares
}
