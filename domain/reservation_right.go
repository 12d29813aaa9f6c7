package domain

import (
	"io"
	"slices"
	"unicode/utf8"
)

// ReservationMode is over what a reservation right is held.
type ReservationMode string

// The modes.
const (
	// ReservedFlow is a share of what becomes vacant in a year (gestion en flux).
	ReservedFlow ReservationMode = "FLOW"
	// ReservedStock is named dwellings (gestion en stock).
	ReservedStock ReservationMode = "STOCK"
)

// Values lists the modes, in the order of the contract.
func (ReservationMode) Values() []string {
	return []string{string(ReservedFlow), string(ReservedStock)}
}

// MarshalGQL writes the word of the contract.
func (m ReservationMode) MarshalGQL(w io.Writer) { marshalEnum(w, m) }

// UnmarshalGQL reads the word of the contract.
func (m *ReservationMode) UnmarshalGQL(v any) error { return unmarshalEnum(v, m) }

// SubContingent is one of the two parts of the State's reservations (CCH R441-5).
type SubContingent string

// The State's two.
const (
	PriorityContingent      SubContingent = "PRIORITY"
	CivilServantsContingent SubContingent = "CIVIL_SERVANTS"
)

// Values lists them, in the order of the contract.
func (SubContingent) Values() []string {
	return []string{string(PriorityContingent), string(CivilServantsContingent)}
}

// MarshalGQL writes the word of the contract.
func (c SubContingent) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *SubContingent) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// ReservationState is how far a reservation right has come.
type ReservationState string

// The states.
const (
	// ReservationProposed was confirmed by one of the parties, and opens nothing.
	ReservationProposed ReservationState = "PROPOSED"
	// ReservationConfirmed was confirmed by both: it holds from its first day to its last.
	ReservationConfirmed ReservationState = "CONFIRMED"
	// ReservationWithdrawn was given up before it held.
	ReservationWithdrawn ReservationState = "WITHDRAWN"
)

// Values lists the states, in the order of the contract.
func (ReservationState) Values() []string {
	return []string{string(ReservationProposed), string(ReservationConfirmed), string(ReservationWithdrawn)}
}

// MarshalGQL writes the word of the contract.
func (s ReservationState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ReservationState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

const (
	// MaxReservedDwellings bounds those of one right over the stock.
	MaxReservedDwellings = 500
	// MaxReservationRights bounds those of one landlord that are not over.
	MaxReservationRights = 300
	// MaxAgreementReference is in characters.
	MaxAgreementReference = 80

	// Whole is all of the flow, in thousandths, as every share.
	Whole = 1000
	// maxState is the State's share of a landlord's flow, of which at most maxCivilServants
	// for civil servants (CCH R441-5).
	maxState         = 300
	maxCivilServants = 50
)

// ReservationPlan is a reservation right that a landlord and a holder agree on
// (droit de réservation, convention de réservation).
type ReservationPlan struct {
	Mode ReservationMode
	// Share is that of the flow, in thousandths; nil for the stock.
	Share *int
	// Dwellings are those of the stock; none for the flow.
	Dwellings     []ID
	SubContingent *SubContingent
	// Agreement names the text that both signed (convention).
	Agreement string
	// From and Until bound it; a zero Until leaves it open.
	From, Until Date
}

// Check says what is wrong with a plan between a landlord and that holder.
func (p ReservationPlan) Check(holder Body, today Date) Refusals {
	var all Refusals
	if n := utf8.RuneCountInString(p.Agreement); n == 0 || n > MaxAgreementReference {
		all = append(all, refuse(Invalid,
			"Name the agreement, in 80 characters at most.", "Nommer la convention, en 80 caractères au plus.", "agreement"))
	}
	if !p.Until.IsZero() && (!p.From.Before(p.Until) || !today.Before(p.Until)) {
		all = append(all, refuse(Invalid,
			"The day after the last comes after the first day, and after today.",
			"Le lendemain du dernier jour vient après le premier, et après aujourd'hui.", "validUntil"))
	}
	if !holder.Reservataire {
		all = append(all, refuse(Invalid,
			"This organisation holds no reservation rights.", "Cet organisme n'est pas réservataire.", "reservataireId"))
	}
	if (holder.Kind == State) != (p.SubContingent != nil) {
		all = append(all, refuse(Invalid,
			"The State's rights, and no others, are of one of its two parts.",
			"Les droits de l'État, et eux seuls, relèvent de l'un de ses deux sous-contingents.", "subContingent"))
	}
	return append(all, p.checkMode()...)
}

func (p ReservationPlan) checkMode() Refusals {
	if p.Mode == ReservedFlow {
		var all Refusals
		if s := deref(p.Share); s < 1 || s > Whole {
			all = append(all, refuse(Invalid,
				"A right over the flow has a share, 1 to 1000 thousandths.", "Un droit en flux a une part, de 1 à 1000 millièmes.", "share"))
		}
		if len(p.Dwellings) > 0 {
			all = append(all, refuse(Invalid,
				"A right over the flow names no dwelling.", "Un droit en flux ne nomme aucun logement.", "dwellingIds"))
		}
		return all
	}
	var all Refusals
	if p.Share != nil {
		all = append(all, refuse(Invalid,
			"A right over the stock has no share.", "Un droit en stock n'a pas de part.", "share"))
	}
	if n := len(p.Dwellings); n == 0 || n > MaxReservedDwellings {
		all = append(all, refuse(Invalid,
			"A right over the stock names 1 to 500 dwellings.", "Un droit en stock nomme de 1 à 500 logements.", "dwellingIds"))
	} else if len(slices.Compact(slices.Sorted(slices.Values(p.Dwellings)))) < n {
		all = append(all, refuse(Invalid, "A dwelling stands there twice.", "Un logement y figure deux fois.", "dwellingIds"))
	}
	return all
}

// FlowShare is how much of a landlord's flow a right takes, and when.
type FlowShare struct {
	Share       int
	Contingent  *SubContingent
	From, Until Date
}

// CheckShares says what is wrong with shares of one landlord's flow together: on no day they
// are more than the whole, and the State's no more than CCH R441-5 has it.
func CheckShares(shares []FlowShare) Refusals {
	for _, first := range shares {
		var total, state, civil int
		for _, s := range shares {
			if !within(first.From, s.From, s.Until) {
				continue
			}
			total += s.Share
			if s.Contingent != nil {
				state += s.Share
			}
			if deref(s.Contingent) == CivilServantsContingent {
				civil += s.Share
			}
		}
		switch {
		case total > Whole:
			return Refusals{refuse(Invalid,
				"The shares of this landlord's flow would be more than the whole on "+first.From.String()+".",
				"Les parts du flux de ce bailleur dépasseraient le tout au "+first.From.String()+".", "share")}
		case state > maxState, civil > maxCivilServants:
			return Refusals{refuse(Invalid,
				"The State has at most 30 % of a landlord's dwellings, of which 5 % for civil servants (CCH R441-5).",
				"L'État a au plus 30 % des logements d'un bailleur, dont 5 % pour les agents publics (CCH R441-5).", "share")}
		}
	}
	return nil
}

// SameParty refuses a right of a landlord over its own dwellings.
func SameParty() Refusals {
	return Refusals{refuse(Invalid,
		"A landlord reserves nothing for itself: what nobody reserves is its own.",
		"Un bailleur ne réserve rien pour lui-même : ce qui n'est pas réservé lui reste.", "reservataireId")}
}

// NotOfLandlord refuses dwellings that are not the landlord's.
func NotOfLandlord() Refusals {
	return Refusals{refuse(Unknown,
		"One of these is no dwelling of the landlord.", "L'un d'eux n'est pas un logement du bailleur.", "dwellingIds")}
}

// NotALandlord refuses a landlord that is none.
func NotALandlord() Refusals {
	return Refusals{refuse(Unknown, "This is no landlord.", "Ce n'est pas un bailleur.", "landlordId")}
}

// NotAnOrganisation refuses a holder that is none.
func NotAnOrganisation() Refusals {
	return Refusals{refuse(Unknown, "There is no such organisation.", "Cet organisme n'existe pas.", "reservataireId")}
}

// ReservedOtherwise refuses dwellings that another right over the stock has.
func ReservedOtherwise() Refusals {
	return Refusals{refuse(Overlap,
		"One of these dwellings is reserved by another right on some of these days.",
		"L'un de ces logements est réservé par un autre droit sur une partie de ces jours.", "dwellingIds")}
}

// NotProposed refuses to confirm what waits for nobody.
func NotProposed() Refusals {
	return Refusals{refuse(IllegalTransition,
		"This right does not wait for your confirmation.", "Ce droit n'attend pas votre confirmation.", "id")}
}

// TooManyReservationRights refuses one more.
func TooManyReservationRights() Refusals {
	return Refusals{refuse(Invalid,
		"A landlord has at most 300 rights that are not over: end one first.",
		"Un bailleur a 300 droits en cours au plus : mettre d'abord fin à l'un d'eux.", "landlordId")}
}

// NotDesignable refuses a right under which the vacancy cannot be offered.
func NotDesignable() Refusals {
	r := refuse(Invalid,
		"The vacancy cannot be offered under this right.", "La vacance ne peut être proposée au titre de ce droit.", "rightId")
	r.Help = Text{
		EN: "Name a confirmed right of the landlord that holds today; a dwelling that is reserved by name goes to its holder alone.",
		FR: "Nommer un droit confirmé du bailleur, en cours aujourd'hui ; un logement réservé nommément revient à son réservataire.",
	}
	return Refusals{r}
}

// BalanceAxis is by what a yearly balance of reservations is told (CCH R441-5-1).
type BalanceAxis string

// The axes.
const (
	BalanceByTypology     BalanceAxis = "TYPOLOGY"
	BalanceByFinancing    BalanceAxis = "FINANCING"
	BalanceByDistrict     BalanceAxis = "PRIORITY_DISTRICT"
	BalanceByCommune      BalanceAxis = "COMMUNE"
	BalanceByConstruction BalanceAxis = "CONSTRUCTION_DECADE"
)

// Values lists the axes, in the order of the contract.
func (BalanceAxis) Values() []string {
	return []string{
		string(BalanceByTypology), string(BalanceByFinancing), string(BalanceByDistrict), string(BalanceByCommune), string(BalanceByConstruction),
	}
}

// MarshalGQL writes the word of the contract.
func (a BalanceAxis) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *BalanceAxis) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }
