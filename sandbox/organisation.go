package sandbox

import (
	"fmt"
	"strings"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// landlords are invented: none of these bodies exists.
var landlords = []string{
	"Balcons de Belledonne", "Toits de Chartreuse", "Foyer du Vercors", "Drac et Romanche Logement",
	"La Clé des Alpes", "Habitat Trois Massifs", "Le Toit Grésivaudan", "Cité Claire", "Maison Partagée",
	"Horizon Logement", "Sésame Habitat", "L'Escale Habitat", "Lumière du Sud", "Nouvel Abri", "Les Quatre Vents",
}

// Organisations returns the bodies of the sandbox's network: the Métropole, the
// State, the Département, Action Logement, the shared desk, 15 landlords and the
// communes given.
func Organisations(communes []directoryfile.Commune) []directoryfile.Organisation {
	all := []directoryfile.Organisation{
		{Key: "metropole", Kind: domain.Metropole, Name: "Grenoble-Alpes Métropole", Siren: "200040715", Reservataire: true, RegisteringBody: true},
		{Key: "state", Kind: domain.State, Name: "État, préfecture de l'Isère", Reservataire: true, RegisteringBody: true},
		{Key: "department", Kind: domain.Department, Name: "Département de l'Isère", Reservataire: true},
		{Key: "action-logement", Kind: domain.ActionLogement, Name: "Action Logement", Reservataire: true, RegisteringBody: true},
		{Key: sharedDesk, Kind: domain.SharedDesk, Name: "Pôle Habitat Social", RegisteringBody: true},
	}
	for n, name := range landlords {
		all = append(all, directoryfile.Organisation{
			Key: "landlord-" + slug(name), Kind: domain.Landlord, Name: name, Siren: landlordSiren(n), Reservataire: true, RegisteringBody: true,
		})
	}
	registering := registeringCommunes(communes)
	for _, c := range communes {
		all = append(all, directoryfile.Organisation{
			Key: "commune-" + slug(c.Name), Kind: domain.Commune, Name: "Commune " + de(c.Name), Siren: c.Siren,
			Reservataire: true, RegisteringBody: registering[c.InseeCode], Commune: c.InseeCode,
		})
	}
	return all
}

// landlordSiren is the number of the landlord in that place of the list.
func landlordSiren(n int) domain.Siren { return fictionalSiren(n + 1) }

// fictionalSiren makes a number of the right shape that nobody has: no SIREN that
// was attributed starts with 000. The last digit checks the others.
func fictionalSiren(n int) domain.Siren {
	for check := range 10 {
		if s, err := domain.ParseSiren(fmt.Sprintf("000%05d%d", n, check)); err == nil {
			return s
		}
	}
	panic("sandbox: no digit checks a SIREN") //nolint:forbidigo // one of ten always does
}

const sharedDesk = "pole-habitat-social"

// slug writes a name the way keys are written: small letters without accents,
// digits and hyphens.
func slug(name string) string {
	plain := strings.NewReplacer(
		"é", "e", "è", "e", "ê", "e", "É", "e", "È", "e", "â", "a", "à", "a", "ç", "c", "ï", "i", "î", "i", "ô", "o", "û", "u",
		"'", "-", "’", "-", " ", "-",
	).Replace(name)
	return strings.ToLower(plain)
}

// de puts a commune's name after "of", as French spelling wants it.
func de(name string) string {
	switch {
	case strings.HasPrefix(name, "Le "):
		return "du " + strings.TrimPrefix(name, "Le ")
	case strings.ContainsAny(name[:1], "AEIOU") || strings.HasPrefix(name, "É"):
		return "d'" + name
	}
	return "de " + name
}
