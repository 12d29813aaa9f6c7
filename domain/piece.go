package domain

import (
	"io"
	"slices"
)

// PieceState says how far a piece that is asked for has come.
type PieceState string

// The states of a piece, from the one that helps least. MISSING and EXPIRED follow from
// the day and are never stored.
const (
	PieceMissing PieceState = "MISSING"
	// PieceRefused was refused, for a reason: another one is asked for.
	PieceRefused PieceState = "REFUSED"
	// PieceExpired was accepted and serves no more.
	PieceExpired PieceState = "EXPIRED"
	// PieceDeposited waits for somebody to check it.
	PieceDeposited PieceState = "DEPOSITED"
	PieceAccepted  PieceState = "ACCEPTED"
)

// Values lists the states, from the one that helps least.
func (PieceState) Values() []string {
	return []string{
		string(PieceMissing), string(PieceRefused), string(PieceExpired), string(PieceDeposited), string(PieceAccepted),
	}
}

// MarshalGQL writes the word of the contract.
func (s PieceState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *PieceState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// PieceRefusal says why a piece is refused. The first three are the marks of the
// national single file (dossier unique).
type PieceRefusal string

// The reasons of a refusal.
const (
	// PieceUnreadable: « inexploitable ».
	PieceUnreadable PieceRefusal = "UNREADABLE"
	// PieceNotOnList: « hors périmètre réglementaire », no text lets us ask for it.
	PieceNotOnList PieceRefusal = "NOT_ON_LIST"
	// PieceOutdated: « obsolète ».
	PieceOutdated PieceRefusal = "OUTDATED"
	// PieceOfAnother: of somebody who is not of the household, or not the one it was
	// given for.
	PieceOfAnother PieceRefusal = "OF_ANOTHER"
	// PieceShowsNIR: the social security number must be blackened on it.
	PieceShowsNIR PieceRefusal = "SHOWS_NIR"
	// PieceInfected: the antivirus found something. Nobody gives that reason by hand.
	PieceInfected PieceRefusal = "INFECTED"
)

// Values lists the reasons, in the order of the contract.
func (PieceRefusal) Values() []string {
	return []string{
		string(PieceUnreadable), string(PieceNotOnList), string(PieceOutdated), string(PieceOfAnother), string(PieceShowsNIR),
		string(PieceInfected),
	}
}

// MarshalGQL writes the word of the contract.
func (r PieceRefusal) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *PieceRefusal) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// Situation is what decides which pieces are asked of a household.
type Situation struct {
	// Facts are true of the household, those of its people of each of them.
	Facts  []Fact
	People []PersonSituation
}

// PersonSituation is that of one member of the household.
type PersonSituation struct {
	Member ID
	Link   HouseholdLink
	// OfAge tells somebody of 18 years or more, whatever the link.
	OfAge bool
	Facts []Fact
}

// Requirement is a piece that is asked for.
type Requirement struct {
	// Kinds are those of which one will do.
	Kinds []PieceCode
	Level PieceLevel
	// Member is the person of whom it is asked; empty for the household.
	Member ID
}

// RequiredPieces are those that a situation calls for, in the order of the list.
func RequiredPieces(s Situation) []Requirement {
	var required []Requirement
	groups := map[string]int{}
	for _, k := range pieceKinds() {
		for _, member := range k.askedOf(s) {
			group := k.oneOf + " " + string(member)
			if i, known := groups[group]; known && k.oneOf != "" {
				required[i].Kinds = append(required[i].Kinds, k.Code)
				continue
			}
			groups[group] = len(required)
			required = append(required, Requirement{Kinds: []PieceCode{k.Code}, Level: k.Level, Member: member})
		}
	}
	return required
}

// askedOf lists the people of whom the kind is asked; one that is empty for the
// household.
func (k PieceKind) askedOf(s Situation) []ID {
	if k.per == perHousehold {
		if k.calledFor(s.Facts) {
			return []ID{""}
		}
		return nil
	}
	var people []ID
	for _, p := range s.People {
		if k.concerns(p) && k.calledFor(p.Facts) {
			people = append(people, p.Member)
		}
	}
	return people
}

// concerns tells whether the kind is asked of such a person. Who only visits has the
// papers at home.
func (k PieceKind) concerns(p PersonSituation) bool {
	if p.Link == LinkVisitingChild {
		return false
	}
	switch k.per {
	case perApplicant:
		return p.Link == LinkApplicant
	case perAdult:
		return p.OfAge || p.Link == LinkApplicant
	case perOtherAdult:
		return p.OfAge && p.Link != LinkApplicant
	}
	return true
}

func (k PieceKind) calledFor(facts []Fact) bool {
	return len(k.facts) == 0 || slices.ContainsFunc(k.facts, func(f Fact) bool { return slices.Contains(facts, f) })
}

// Piece is a supporting document that was given.
type Piece struct {
	ID   ID
	Code PieceCode
	// Members are the people it is of: a tax notice may be of two.
	Members []ID
	// State is DEPOSITED, ACCEPTED or REFUSED; see [Piece.On].
	State      PieceState
	RefusedFor PieceRefusal
	// IssuedOn and ExpiresOn are the dates that the piece bears; zero where it bears none.
	IssuedOn, ExpiresOn Date
}

// Accept takes a piece as proof, with the dates it bears: those that its kind runs out
// by must be told.
func (p Piece) Accept(issuedOn, expiresOn, today Date) (Piece, Refusals) {
	kind, known := pieceKind(p.Code)
	next := p
	next.State, next.RefusedFor, next.IssuedOn, next.ExpiresOn = PieceAccepted, "", issuedOn, expiresOn
	var refusal *Refusal
	switch v := kind.validity; {
	case !known:
		refusal = refuse(Unknown, "There is no such kind of piece.", "Ce type de pièce n'existe pas.", "kind")
	case p.State != PieceDeposited:
		refusal = p.noLongerDeposited()
	case v.own && expiresOn.IsZero():
		refusal = refuse(Invalid, "Tell until when it is valid, as it says.", "Indiquer jusqu'à quand elle est valable, comme elle le dit.", "expiresOn")
	case v != pieceValidity{} && !v.own && issuedOn.IsZero():
		refusal = refuse(Invalid, "Tell when it was issued: it serves for a time.", "Indiquer sa date : elle ne sert qu'un temps.", "issuedOn")
	case today.Before(issuedOn):
		refusal = refuse(Invalid, "It was issued today or earlier.", "Elle date d'aujourd'hui ou d'avant.", "issuedOn")
	case next.On(today) == PieceExpired:
		refusal = &Refusal{
			Code: Invalid, Field: []string{"id"},
			Message: Text{EN: "It serves no more: it ran out on " + next.LastDay().String() + ".", FR: "Elle ne sert plus : elle a expiré le " + next.LastDay().String() + "."},
			Help:    Text{EN: "Refuse it as OUTDATED.", FR: "La refuser avec le motif OUTDATED."},
		}
	}
	if refusal != nil {
		return p, Refusals{refusal}
	}
	return next, nil
}

// Refuse asks for another piece, for a reason that the applicant is told.
func (p Piece) Refuse(reason PieceRefusal) (Piece, Refusals) {
	if p.State != PieceDeposited {
		return p, Refusals{p.noLongerDeposited()}
	}
	if reason == PieceInfected || !slices.Contains(reason.Values(), string(reason)) {
		return p, unknownReason()
	}
	p.State, p.RefusedFor = PieceRefused, reason
	return p, nil
}

func (p Piece) noLongerDeposited() *Refusal {
	return refuse(IllegalTransition,
		"It was checked: it is "+string(p.State)+". Deposit another piece.",
		"Elle a été vérifiée : elle est à l'état "+string(p.State)+". Déposer une autre pièce.", "id")
}

// LastDay is the last day on which it serves, zero when it serves for ever.
func (p Piece) LastDay() Date {
	kind, _ := pieceKind(p.Code)
	return kind.validity.lastDay(p.IssuedOn, p.ExpiresOn)
}

// On tells its state on that day.
func (p Piece) On(day Date) PieceState {
	if last := p.LastDay(); p.State == PieceAccepted && !last.IsZero() && last.Before(day) {
		return PieceExpired
	}
	return p.State
}

// Reusable are the pieces that are not asked for again at a renewal on that day: what
// was accepted and still serves (a piece is given once, CCH L441-2-1).
func Reusable(pieces []Piece, on Date) []Piece {
	var kept []Piece
	for _, p := range pieces {
		if p.On(on) == PieceAccepted {
			kept = append(kept, p)
		}
	}
	return kept
}

// Answered is a requirement and what came of it.
type Answered struct {
	Requirement
	State PieceState
	// Piece is the one that answers it best; empty when none does.
	Piece ID
	// RefusedFor is why that one was refused.
	RefusedFor PieceRefusal
}

// Completeness is how far the pieces of an application have come.
type Completeness []Answered

// CheckPieces says what came of each requirement today.
func CheckPieces(required []Requirement, pieces []Piece, today Date) Completeness {
	all := make(Completeness, len(required))
	for i, r := range required {
		all[i] = Answered{Requirement: r, State: PieceMissing}
		for _, p := range pieces {
			if state := p.On(today); r.answeredBy(p) && state.helpsMoreThan(all[i].State) {
				all[i].State, all[i].Piece, all[i].RefusedFor = state, p.ID, p.RefusedFor
			}
		}
	}
	return all
}

func (r Requirement) answeredBy(p Piece) bool {
	return slices.Contains(r.Kinds, p.Code) && (r.Member == "" || slices.Contains(p.Members, r.Member))
}

func (s PieceState) helpsMoreThan(other PieceState) bool {
	return slices.Index(s.Values(), string(s)) > slices.Index(s.Values(), string(other))
}

// Complete tells whether all that is needed for a level, and for those before it, was
// accepted. Of these only the first keeps an application from its number.
func (c Completeness) Complete(level PieceLevel) bool {
	rank := func(l PieceLevel) int { return slices.Index(level.Values(), string(l)) }
	return !slices.ContainsFunc(c, func(a Answered) bool {
		return rank(a.Level) <= rank(level) && a.State != PieceAccepted
	})
}

// Percent is the share of what is asked for that was accepted, rounded down: 100 is
// all of it.
func (c Completeness) Percent() int {
	if len(c) == 0 {
		return 100
	}
	accepted := 0
	for _, a := range c {
		if a.State == PieceAccepted {
			accepted++
		}
	}
	return 100 * accepted / len(c)
}
