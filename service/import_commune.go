package service

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// communeRow is what a file says of a commune.
type communeRow struct {
	Name        string
	PostalCodes []string
	Population  int
	Siren       domain.Siren
	At          domain.Coordinates
}

func (i *directoryImport) importCommunes(ctx context.Context, d Directory) error {
	for _, c := range d.Communes {
		if err := i.importCommune(ctx, c); err != nil {
			return fmt.Errorf("commune %s: %w", c.InseeCode, err)
		}
		i.done()
	}
	for _, b := range d.Boundaries {
		if err := i.importBoundary(ctx, b); err != nil {
			return fmt.Errorf("boundary of %s: %w", b.InseeCode, err)
		}
		i.done()
	}
	return nil
}

func (i *directoryImport) importCommune(ctx context.Context, c directoryfile.Commune) (err error) {
	there, ok := i.communes[c.InseeCode]
	if !ok {
		i.report.Communes.Added++
		i.communes[c.InseeCode], err = i.tx.Commune.Create().
			SetID(importedID(domain.CommunePrefix, c.InseeCode)).SetInseeCode(c.InseeCode).
			SetName(c.Name).SetPostalCodes(c.PostalCodes).SetPopulation(c.Population).SetSiren(c.Siren).
			SetLatitude(c.Coordinates.Latitude).SetLongitude(c.Coordinates.Longitude).
			Save(ctx)
		return err
	}
	now := communeRow{there.Name, there.PostalCodes, there.Population, there.Siren, domain.Coordinates{Latitude: there.Latitude, Longitude: there.Longitude}}
	if same(now, communeRow{c.Name, c.PostalCodes, c.Population, c.Siren, c.Coordinates}) {
		i.report.Communes.Unchanged++
		return nil
	}
	i.report.Communes.Changed++
	return there.Update().
		SetName(c.Name).SetPostalCodes(c.PostalCodes).SetPopulation(c.Population).SetSiren(c.Siren).
		SetLatitude(c.Coordinates.Latitude).SetLongitude(c.Coordinates.Longitude).
		Exec(ctx)
}

func (i *directoryImport) importBoundary(ctx context.Context, b directoryfile.Boundary) error {
	there, ok := i.communes[b.InseeCode]
	if !ok {
		return domain.Refusals{{Code: domain.Unknown, Field: []string{"boundaries"}, Message: domain.Text{
			EN: "The boundary belongs to no commune of the directory.",
			FR: "Le contour n'appartient à aucune commune de l'annuaire.",
		}}}
	}
	switch {
	case equalJSON(there.Boundary, b.Geometry):
		i.report.Boundaries.Unchanged++
		return nil
	case there.Boundary == nil:
		i.report.Boundaries.Added++
	default:
		i.report.Boundaries.Changed++
	}
	return i.tx.Commune.UpdateOne(there).SetBoundary(b.Geometry).Exec(ctx)
}

// equalJSON compares what two JSON texts say: the database keeps its own spacing.
func equalJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return same(x, y)
}
