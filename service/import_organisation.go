package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// organisationRow is what a file says of an organisation.
type organisationRow struct {
	Kind                          domain.OrganisationKind
	Name                          string
	Siren                         *domain.Siren
	Reservataire, RegisteringBody bool
	CommuneID                     *domain.ID
}

func (i *directoryImport) importOrganisations(ctx context.Context, d Directory) error {
	for _, o := range d.Organisations {
		if err := i.importOrganisation(ctx, o); err != nil {
			return fmt.Errorf("organisation %s: %w", o.Key, err)
		}
		i.done()
	}
	return nil
}

func (i *directoryImport) importOrganisation(ctx context.Context, o directoryfile.Organisation) (err error) {
	row := organisationRow{o.Kind, o.Name, optional(o.Siren), o.Reservataire, o.RegisteringBody, nil}
	if c, ok := i.communes[o.Commune]; ok {
		row.CommuneID = &c.ID
	}
	there, ok := i.organisations[o.Key]
	if !ok {
		i.report.Organisations.Added++
		i.organisations[o.Key], err = i.tx.Organisation.Create().
			SetID(importedID(domain.OrganisationPrefix, o.Key)).SetKey(o.Key).
			SetKind(row.Kind).SetName(row.Name).SetNillableSiren(row.Siren).
			SetReservataire(row.Reservataire).SetRegisteringBody(row.RegisteringBody).
			SetNillableCommuneID(row.CommuneID).
			Save(ctx)
		return err
	}
	if same(organisationOf(there), row) {
		i.report.Organisations.Unchanged++
		return nil
	}
	i.report.Organisations.Changed++
	update := there.Update().SetKind(row.Kind).SetName(row.Name).SetNillableSiren(row.Siren).
		SetReservataire(row.Reservataire).SetRegisteringBody(row.RegisteringBody).SetNillableCommuneID(row.CommuneID)
	if row.Siren == nil {
		update.ClearSiren()
	}
	if row.CommuneID == nil {
		update.ClearCommune()
	}
	return update.Exec(ctx)
}

func organisationOf(o *ent.Organisation) organisationRow {
	return organisationRow{o.Kind, o.Name, o.Siren, o.Reservataire, o.RegisteringBody, o.CommuneID}
}
