package domain

import "io"

// CatalogueKind says whom an entry of the service catalogue binds.
type CatalogueKind string

// The kinds of catalogue entry.
const (
	// ServiceToApplicant is a service that points of its level, and above, deliver.
	ServiceToApplicant CatalogueKind = "SERVICE_TO_APPLICANT"
	// PointMission is a mission of every reception point.
	PointMission CatalogueKind = "POINT_MISSION"
	// MetropoleMission is a mission of the Métropole.
	MetropoleMission CatalogueKind = "METROPOLE_MISSION"
)

// Values lists the kinds in the order of the contract.
func (CatalogueKind) Values() []string {
	return []string{string(ServiceToApplicant), string(PointMission), string(MetropoleMission)}
}

// MarshalGQL writes the word of the contract.
func (c CatalogueKind) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *CatalogueKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }
