package domain

import "io"

// ProposalAspect is what is weighed when somebody is proposed for a permanence.
type ProposalAspect string

// The aspects.
const (
	AspectContinuity ProposalAspect = "CONTINUITY"
	AspectNearness   ProposalAspect = "NEARNESS"
	AspectLoad       ProposalAspect = "LOAD"
	AspectLanguages  ProposalAspect = "LANGUAGES"
)

// Values lists the aspects, in the order of the contract.
func (ProposalAspect) Values() []string {
	return []string{string(AspectContinuity), string(AspectNearness), string(AspectLoad), string(AspectLanguages)}
}

// MarshalGQL writes the word of the contract.
func (a ProposalAspect) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *ProposalAspect) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }

// ObstacleKind is what keeps somebody from holding a permanence.
type ObstacleKind string

// The obstacles.
const (
	NotAssignedThere  ObstacleKind = "NOT_ASSIGNED"
	NotAuthorisedThen ObstacleKind = "NOT_AUTHORISED"
	AbsentThen        ObstacleKind = "ABSENT"
	ReceivingThen     ObstacleKind = "RECEIVES_ELSEWHERE"
	BookedThen        ObstacleKind = "HAS_APPOINTMENT"
	ProposedThen      ObstacleKind = "PROPOSED_ELSEWHERE"
)

// Values lists the obstacles, in the order of the contract.
func (ObstacleKind) Values() []string {
	return []string{
		string(NotAssignedThere), string(NotAuthorisedThen), string(AbsentThen),
		string(ReceivingThen), string(BookedThen), string(ProposedThen),
	}
}

// MarshalGQL writes the word of the contract.
func (k ObstacleKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *ObstacleKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }
