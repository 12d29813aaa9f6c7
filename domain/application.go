package domain

import (
	"io"
	"slices"
)

// ApplicationState is where an application for social housing stands in its legal
// life (état de la demande).
type ApplicationState string

// The states of an application. Whether its renewal is due is no state: it follows
// from the day, see [Life.RenewalDue].
const (
	// ApplicationDraft is written by the applicant and not deposited: it has no number
	// and counts nowhere.
	ApplicationDraft ApplicationState = "DRAFT"
	// ApplicationPending waits until a desk has checked the identity document.
	ApplicationPending ApplicationState = "PENDING_VALIDATION"
	// ApplicationRejected was not registered, for a reason; it may be deposited again.
	ApplicationRejected ApplicationState = "REJECTED"
	// ApplicationActive has its number and counts.
	ApplicationActive ApplicationState = "ACTIVE"
	// ApplicationRemoved was radiated (radiée, CCH R441-2-8).
	ApplicationRemoved ApplicationState = "REMOVED"
	// ApplicationMerged was a second application of one household: its number leads to
	// the one that survives.
	ApplicationMerged ApplicationState = "MERGED"
	// ApplicationErased has nothing personal left (décret 2017-917, art. 4).
	ApplicationErased ApplicationState = "ERASED"
)

// Values lists the states, in the order of the contract.
func (ApplicationState) Values() []string {
	return []string{
		string(ApplicationDraft), string(ApplicationPending), string(ApplicationRejected), string(ApplicationActive),
		string(ApplicationRemoved), string(ApplicationMerged), string(ApplicationErased),
	}
}

// Living tells an application that waits or counts: it opens grounds, and can be
// corrected.
func (s ApplicationState) Living() bool { return slices.Contains(livingStates, s) }

// MarshalGQL writes the word of the contract.
func (s ApplicationState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ApplicationState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// HousingClass says how a household is housed, in classes so broad that none tells
// anything of health, violence or detention (logement actuel; form 14069, boxes F1 to
// F22). The exact mode is sensitive where it tells more.
type HousingClass string

// The classes of current housing.
const (
	SocialTenant  HousingClass = "SOCIAL_TENANT"
	PrivateTenant HousingClass = "PRIVATE_TENANT"
	Owner         HousingClass = "OWNER"
	HostedFree    HousingClass = "HOSTED"
	OtherHousing  HousingClass = "OTHER"
)

// Values lists the classes, in the order of the contract.
func (HousingClass) Values() []string {
	return []string{string(SocialTenant), string(PrivateTenant), string(Owner), string(HostedFree), string(OtherHousing)}
}

// MarshalGQL writes the word of the contract.
func (c HousingClass) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *HousingClass) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// The bounds of an application.
const (
	// MaxHousehold bounds the members of a household, those to be born included.
	MaxHousehold = 20
	// MaxWishes bounds the communes that are wished for.
	MaxWishes = 10
	// MaxNameLength is in characters, of one name.
	MaxNameLength = 100
	// MaxFreeText is in characters.
	MaxFreeText = 2000
)
