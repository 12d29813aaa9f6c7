package service

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// Directory is the network as files describe it: what is absent from it is left
// as it is in the database, never deleted.
type Directory struct {
	Communes        []directoryfile.Commune
	Boundaries      []directoryfile.Boundary
	Organisations   []directoryfile.Organisation
	ReceptionPoints []directoryfile.ReceptionPoint
}

// Len is the number of things in the directory.
func (d Directory) Len() int {
	return len(d.Communes) + len(d.Boundaries) + len(d.Organisations) + len(d.ReceptionPoints)
}

// Tally counts what an import did to the things of one kind.
type Tally struct{ Added, Changed, Unchanged int }

// ImportReport counts what an import did.
type ImportReport struct {
	Communes, Boundaries, Organisations, ReceptionPoints, Agreements, OpeningHours Tally
}

// directoryEpoch dates the identifiers of what comes from files. They derive from
// the key in the file, so that the same file makes the same network anywhere.
var directoryEpoch = time.Date(2016, time.July, 8, 0, 0, 0, 0, time.UTC)

func importedID(p domain.Prefix, key ...any) domain.ID {
	return domain.DerivedID(p, directoryEpoch, fmt.Sprintln(key...))
}

// ImportDirectory writes the network in one transaction: all of it or nothing. A
// second import of the same files changes nothing. The callback, which may be
// nil, is told of each thing done.
func (s *Service) ImportDirectory(ctx context.Context, d Directory, done func()) (ImportReport, error) {
	if done == nil {
		done = func() {}
	}
	var report ImportReport
	ctx = policy.ImportDirectory(ctx)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		i := &directoryImport{tx: tx, done: done}
		for _, step := range []func(context.Context, Directory) error{
			i.readKeys, i.importCommunes, i.importOrganisations, i.importReceptionPoints,
		} {
			if err := step(ctx, d); err != nil {
				return fmt.Errorf("import directory: %w", err)
			}
		}
		report = i.report
		return nil
	})
	return report, err
}

// KnownDirectory lists the codes that a file of reception points may refer to,
// those of the database and those of the organisations that come with it.
func (s *Service) KnownDirectory(ctx context.Context) (directoryfile.Known, error) {
	ctx = policy.ImportDirectory(ctx)
	known := directoryfile.Known{Communes: map[domain.InseeCode]bool{}, Organisations: map[string]bool{}, Landlords: map[domain.Siren]bool{}}
	communes, err := s.ent.Commune.Query().All(ctx)
	if err != nil {
		return known, fmt.Errorf("known communes: %w", err)
	}
	for _, c := range communes {
		known.Communes[c.InseeCode] = true
	}
	organisations, err := s.ent.Organisation.Query().All(ctx)
	if err != nil {
		return known, fmt.Errorf("known organisations: %w", err)
	}
	for _, o := range organisations {
		known.Organisations[o.Key] = true
		if o.Kind == domain.Landlord && o.Siren != nil {
			known.Landlords[*o.Siren] = true
		}
	}
	return known, nil
}

// directoryImport is one import under way: what there is, by the keys that files
// use, and what was done.
type directoryImport struct {
	tx            *ent.Tx
	done          func()
	communes      map[domain.InseeCode]*ent.Commune
	organisations map[string]*ent.Organisation
	points        map[string]*ent.ReceptionPoint
	report        ImportReport
}

func (i *directoryImport) readKeys(ctx context.Context, _ Directory) error {
	communes, err := i.tx.Commune.Query().All(ctx)
	if err != nil {
		return err
	}
	i.communes = byKey(communes, func(c *ent.Commune) domain.InseeCode { return c.InseeCode })
	organisations, err := i.tx.Organisation.Query().All(ctx)
	if err != nil {
		return err
	}
	i.organisations = byKey(organisations, func(o *ent.Organisation) string { return o.Key })
	points, err := i.tx.ReceptionPoint.Query().WithOperators().WithAgreements().WithOpeningHours().All(ctx)
	if err != nil {
		return err
	}
	i.points = byKey(points, func(p *ent.ReceptionPoint) string { return p.Key })
	return nil
}

func byKey[K comparable, T any](rows []T, key func(T) K) map[K]T {
	m := make(map[K]T, len(rows))
	for _, r := range rows {
		m[key(r)] = r
	}
	return m
}

// same tells whether two descriptions of a thing say the same. They are read from
// one file and one row: plain values, slices and pointers to values.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// optional is nil for an empty value.
func optional[T comparable](v T) *T {
	var empty T
	if v == empty {
		return nil
	}
	return &v
}
