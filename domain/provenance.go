package domain

import (
	"io"
	"slices"
	"strings"
)

// ValueSource says where a value of an application comes from (origine de la donnée).
type ValueSource string

// The sources, the weakest first.
const (
	// SourceApplicant is the applicant's word.
	SourceApplicant ValueSource = "APPLICANT"
	// SourceRegistry is the national registry (SNE): what another service took down.
	SourceRegistry ValueSource = "NATIONAL_REGISTRY"
	// SourceDocument is a piece that was looked at.
	SourceDocument ValueSource = "DOCUMENT"
	// SourceThirdParty is an administration that vouches for it (tiers de confiance), such as
	// the tax office.
	SourceThirdParty ValueSource = "TRUSTED_THIRD_PARTY"
)

// Values lists the sources, the weakest first.
func (ValueSource) Values() []string {
	return []string{string(SourceApplicant), string(SourceRegistry), string(SourceDocument), string(SourceThirdParty)}
}

// MarshalGQL writes the word of the contract.
func (s ValueSource) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ValueSource) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// strength is the place of the source among all; what was never said is the applicant's word.
func (s ValueSource) strength() int { return max(0, slices.Index(ValueSource("").Values(), string(s))) }

// ValueOrigin says where one value comes from. Field is its path, as [ApplicationCorrection]
// has it; a member of the household is named by its identifier.
type ValueOrigin struct {
	Field  string      `json:"field"`
	Source ValueSource `json:"source"`
	On     Date        `json:"on"`
	// ReceptionPointID is where it was taken down; nil when that was nowhere.
	ReceptionPointID *ID `json:"receptionPointId,omitempty"`
	// AuthorID is the member of staff; empty when it was none. It is not in the contract.
	AuthorID ID `json:"authorId,omitempty"`
}

// Provenance is where the values of a column group come from, by field. What is not in it
// is as the applicant stated it in the form of the first deposit.
type Provenance []ValueOrigin

// Of is the source of a value.
func (p Provenance) Of(field string) ValueSource {
	if i, found := p.find(field); found {
		return p[i].Source
	}
	return SourceApplicant
}

func (p Provenance) find(field string) (int, bool) {
	return slices.BinarySearchFunc(p, field, func(o ValueOrigin, field string) int { return strings.Compare(o.Field, field) })
}

// With is the provenance once a value comes from elsewhere.
func (p Provenance) With(origin ValueOrigin) Provenance {
	i, found := p.find(origin.Field)
	if found {
		next := slices.Clone(p)
		next[i] = origin
		return next
	}
	return slices.Insert(slices.Clone(p), i, origin)
}

// Under are the origins of the values below a path, which ends in a dot.
func (p Provenance) Under(path string) Provenance {
	under := Provenance{}
	for _, o := range p {
		if strings.HasPrefix(o.Field, path) {
			under = append(under, o)
		}
	}
	return under
}

// OfMember are the origins of the values of a member: those of group FILE, and of CONTACT.
func (p Provenance) OfMember(id ID) (file, contact Provenance) {
	file, contact = Provenance{}, Provenance{}
	for _, o := range p.Under(MemberPath(id)) {
		if slices.Contains(fileValues, strings.TrimPrefix(o.Field, MemberPath(id))) {
			file = append(file, o)
		} else {
			contact = append(contact, o)
		}
	}
	return file, contact
}

// fileValues are the values of a member that group FILE has.
var fileValues = []string{"link", "expectedOn", "resources", "maintenancePaid"}

// Restated is the provenance once a correction is made: what it changes comes from its
// source, and so does what a stronger source says again. A weaker source that changes a
// value is refused, but for the fields that are overruled knowingly.
func (p Provenance) Restated(c, stored ApplicationCorrection, origin ValueOrigin, overrule []string) (Provenance, Refusals) {
	var refused Refusals
	theirs := map[string]string{}
	for _, v := range stored.Values() {
		theirs[v.Field] = v.Value
	}
	for _, v := range c.Values() {
		was := p.Of(v.Field)
		same := theirs[v.Field] == v.Value
		switch stronger := origin.Source.strength() - was.strength(); {
		case same && (stronger <= 0 || v.Value == ""): // nobody proves that nothing was said
			continue
		case !same && stronger < 0 && !slices.Contains(overrule, v.Field):
			r := refuse(WeakerSource,
				v.Field+" was stated by a stronger source: "+string(was)+".",
				v.Field+" vient d'une source plus forte : "+string(was)+".", "correction")
			r.Help = Text{
				EN: "Leave the value as it is, or name the field in `overrule` if it is wrong.",
				FR: "Laisser la valeur telle quelle, ou nommer le champ dans `overrule` si elle est fausse.",
			}
			refused = append(refused, r)
			continue
		}
		o := origin
		o.Field = v.Field
		p = p.With(o)
	}
	return p, refused
}
