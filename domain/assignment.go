package domain

import "io"

// Role is what a member of staff does for an organisation, for a time.
type Role string

// The roles.
const (
	ReceptionAgent    Role = "RECEPTION_AGENT"
	SocialOfficer     Role = "SOCIAL_OFFICER"
	AllocationOfficer Role = "ALLOCATION_OFFICER"
	StockManager      Role = "STOCK_MANAGER"
	PointManager      Role = "POINT_MANAGER"
	Steering          Role = "STEERING"
	PrivacyOfficer    Role = "PRIVACY_OFFICER"
	OrgAdmin          Role = "ORG_ADMIN"
)

// Values lists the roles in the order of the contract.
func (Role) Values() []string {
	return []string{
		string(ReceptionAgent), string(SocialOfficer), string(AllocationOfficer), string(StockManager),
		string(PointManager), string(Steering), string(PrivacyOfficer), string(OrgAdmin),
	}
}

// PointByPoint tells whether the role is held at named reception points rather
// than at the whole organisation.
func (r Role) PointByPoint() bool {
	return r == ReceptionAgent || r == SocialOfficer || r == PointManager
}

// MarshalGQL writes the word of the contract.
func (r Role) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *Role) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }
