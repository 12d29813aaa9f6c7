package domain

import "io"

// Ground is why a caller may see an application (fondement de l'accès).
type Ground string

// The grounds.
const (
	// GroundFollowed: the point of the caller follows the application.
	GroundFollowed Ground = "FOLLOWED"
	// GroundWishedCommune: the caller's commune is one that is wished for.
	GroundWishedCommune Ground = "WISHED_COMMUNE"
	// GroundWishedTerritory: the caller's landlord has a dwelling in such a commune.
	GroundWishedTerritory Ground = "WISHED_TERRITORY"
	// GroundPutForward: the applicant is a candidate for a dwelling of the caller's organisation,
	// or under a reservation right of it, by an act of the other one of the two: by its own
	// nobody opens anything to itself.
	GroundPutForward Ground = "PUT_FORWARD"
	// GroundContributingEmployer: an adult of the household works for an employer that
	// contributes to Action Logement, by the list that the Métropole confirmed.
	GroundContributingEmployer Ground = "CONTRIBUTING_EMPLOYER"
	// GroundTerritory: the Métropole, the State or the Département, for applications that
	// wish a commune of the Métropole.
	GroundTerritory Ground = "TERRITORY"
	// GroundReceived: the caller received the applicant, who gave number and birth date.
	GroundReceived Ground = "RECEIVED"
	// GroundOriented: the point of the caller accepted an orientation of the applicant.
	GroundOriented Ground = "ORIENTED"
	// GroundBreakGlass: the caller opened one file in an emergency, for an hour.
	GroundBreakGlass Ground = "BREAK_GLASS"
	// GroundNamedAgent: the caller is named on a protected file.
	GroundNamedAgent Ground = "NAMED_AGENT"
	// GroundSelf: the applicant.
	GroundSelf Ground = "SELF"
)

// Values lists the grounds, in the order of the contract.
func (Ground) Values() []string {
	return []string{
		string(GroundFollowed), string(GroundWishedCommune), string(GroundWishedTerritory), string(GroundTerritory),
		string(GroundReceived), string(GroundOriented), string(GroundBreakGlass), string(GroundNamedAgent), string(GroundSelf),
		string(GroundPutForward), string(GroundContributingEmployer),
	}
}

// MarshalGQL writes the word of the contract.
func (g Ground) MarshalGQL(w io.Writer) { marshalEnum(w, g) }

// UnmarshalGQL reads the word of the contract.
func (g *Ground) UnmarshalGQL(v any) error { return unmarshalEnum(v, g) }

// MissingLink is what a ground lacks to open anything to an assignment.
type MissingLink string

// The links that can be missing.
const (
	MissingAuthorisation   MissingLink = "AUTHORISATION"
	MissingRegisteringBody MissingLink = "REGISTERING_BODY"
	MissingApp             MissingLink = "APP"
)

// Values lists the links, in the order of the contract.
func (MissingLink) Values() []string {
	return []string{string(MissingAuthorisation), string(MissingRegisteringBody), string(MissingApp)}
}

// MarshalGQL writes the word of the contract.
func (l MissingLink) MarshalGQL(w io.Writer) { marshalEnum(w, l) }

// UnmarshalGQL reads the word of the contract.
func (l *MissingLink) UnmarshalGQL(v any) error { return unmarshalEnum(v, l) }
