package directoryfile

import (
	"io"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// Organisation is one line of organisations.csv.
type Organisation struct {
	// Line is where the organisation stands in the file it was read from; it is not
	// written.
	Line int
	// Key is the stable name of the organisation in the files of the directory.
	Key  string
	Kind domain.OrganisationKind
	Name string
	// Siren is empty when there is none, as for a desk shared by several bodies.
	Siren domain.Siren
	// Reservataire: holds reservation rights on dwellings (réservataire).
	Reservataire bool
	// RegisteringBody: may register applications (service enregistreur).
	RegisteringBody bool
	// Commune is set for an organisation of kind COMMUNE, and for no other.
	Commune domain.InseeCode
}

var organisationColumns = []column{
	{"key", maxKey, true},
	{"kind", 20, true},
	{"name", maxName, true},
	{"siren", 20, false},
	{"reservataire", 20, true},
	{"registering_body", 20, true},
	{"commune", 20, false},
}

// ParseOrganisations reads organisations.csv. An error means that reading failed,
// or that the charset is none of ours; all that is wrong in the file is in the
// rejects. Of what is known, the communes are looked at.
func ParseOrganisations(r io.Reader, c Charset, known Known) (Parsed[Organisation], error) {
	return parseTable(r, c, organisationColumns, func(rec *record) Organisation {
		return readOrganisation(rec, known)
	})
}

func readOrganisation(r *record, known Known) Organisation {
	o := Organisation{
		Line:            r.line,
		Key:             r.key(),
		Kind:            r.organisationKind(),
		Name:            r.freeText("name"),
		Siren:           r.siren(),
		Reservataire:    r.yesNo("reservataire"),
		RegisteringBody: r.yesNo("registering_body"),
		Commune:         r.commune(known),
	}
	switch named := r.text("commune") != ""; {
	case o.Kind == domain.Commune && !named:
		r.reject("commune", Required,
			"An organisation of kind COMMUNE needs its INSEE code.",
			"Une organisation de type COMMUNE demande son code INSEE.")
	case o.Kind != "" && o.Kind != domain.Commune && named:
		r.reject("commune", BadValue,
			"Only an organisation of kind COMMUNE has an INSEE code: leave it empty.",
			"Seule une organisation de type COMMUNE a un code INSEE : laisser vide.")
	}
	return o
}

func (r *record) organisationKind() domain.OrganisationKind {
	kinds := domain.OrganisationKind("").Values()
	s := strings.ToUpper(r.text("kind"))
	if s != "" && !slices.Contains(kinds, s) {
		r.reject("kind", UnknownCode,
			"The kinds are "+strings.Join(kinds, ", ")+".", "Les types sont "+strings.Join(kinds, ", ")+".")
		return ""
	}
	return domain.OrganisationKind(s)
}
