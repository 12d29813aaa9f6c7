package domain

import "io"

// OrganisationKind says what sort of body an organisation is. The Métropole sets
// it: rights follow from it.
type OrganisationKind string

// The kinds of organisation.
const (
	Metropole      OrganisationKind = "METROPOLE"
	Commune        OrganisationKind = "COMMUNE"
	Landlord       OrganisationKind = "LANDLORD"
	State          OrganisationKind = "STATE"
	Department     OrganisationKind = "DEPARTMENT"
	ActionLogement OrganisationKind = "ACTION_LOGEMENT"
	SharedDesk     OrganisationKind = "SHARED_DESK"
	Association    OrganisationKind = "ASSOCIATION"
)

// Values lists the kinds in the order of the contract.
func (OrganisationKind) Values() []string {
	return []string{
		string(Metropole), string(Commune), string(Landlord), string(State),
		string(Department), string(ActionLogement), string(SharedDesk), string(Association),
	}
}

// MarshalGQL writes the word of the contract.
func (o OrganisationKind) MarshalGQL(w io.Writer) { marshalEnum(w, o) }

// UnmarshalGQL reads the word of the contract.
func (o *OrganisationKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, o) }
