package domain

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// piecesCSV is which pieces may be asked for, when and for how long, as data: the list
// is that of an order and changes without a change of the program. NOTICE.md names the
// sources and the licence.
//
//go:embed pieces.csv
var piecesCSV []byte

// PieceLevel says what a piece is needed for.
type PieceLevel string

// The levels, from the one that comes first.
const (
	// PieceForRegistration: without it there is no number; nothing else may be asked
	// before (CCH R441-2-3).
	PieceForRegistration PieceLevel = "REGISTRATION"
	// PieceForInstruction: without it no committee decides (arrêté du 22 décembre 2020).
	PieceForInstruction PieceLevel = "INSTRUCTION"
	// PieceComplementary may be asked where the situation calls for it.
	PieceComplementary PieceLevel = "COMPLEMENTARY"
)

// Values lists the levels, in the order of the contract.
func (PieceLevel) Values() []string {
	return []string{string(PieceForRegistration), string(PieceForInstruction), string(PieceComplementary)}
}

// MarshalGQL writes the word of the contract.
func (l PieceLevel) MarshalGQL(w io.Writer) { marshalEnum(w, l) }

// UnmarshalGQL reads the word of the contract.
func (l *PieceLevel) UnmarshalGQL(v any) error { return unmarshalEnum(v, l) }

// Fact is what is true of a household or of one of its people: a list of the national
// registry and a code of it, as in motif_demande:03.
type Fact string

// PieceCode names a kind of piece.
type PieceCode string

// PieceKind is a kind of supporting document (pièce justificative).
type PieceKind struct {
	Code  PieceCode
	Theme string
	Level PieceLevel
	Words Text
	// Source is the form or the order that lists it.
	Source string
	// Sensitive kinds tell of violence, disability, health or pregnancy by their name.
	Sensitive bool

	// per says of whom it is asked; any of the facts calls for it, none is always.
	per   string
	facts []Fact
	// oneOf names the kinds any of which will do.
	oneOf    string
	validity pieceValidity
}

// pieceValidity is how long a piece serves; the zero value is for ever.
type pieceValidity struct {
	// delay runs from its issue.
	delay Delay
	// years tells that it serves until the end of the year of its issue and as many more.
	years   int
	ofYears bool
	// own is the date that the piece itself bears.
	own bool
}

// Of whom a piece is asked.
const (
	perApplicant  = "APPLICANT"
	perAdult      = "ADULT"
	perOtherAdult = "OTHER_ADULT"
	perPerson     = "PERSON"
	perHousehold  = "HOUSEHOLD"
)

var pieceKinds = sync.OnceValue(func() []PieceKind {
	kinds, err := parsePieceKinds(piecesCSV)
	if err != nil {
		panic("domain: pieces.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return kinds
})

// PieceKinds are all kinds of pieces, in the order of the list.
func PieceKinds() []PieceKind { return slices.Clone(pieceKinds()) }

// PieceKindOf finds a kind by its code.
func PieceKindOf(code PieceCode) (PieceKind, bool) { return pieceKind(code) }

func pieceKind(code PieceCode) (PieceKind, bool) {
	kinds := pieceKinds()
	i := slices.IndexFunc(kinds, func(k PieceKind) bool { return k.Code == code })
	if i < 0 {
		return PieceKind{}, false
	}
	return kinds[i], true
}

func parsePieceKinds(table []byte) ([]PieceKind, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var kinds []PieceKind
	for n, line := range lines[1:] {
		k := PieceKind{
			Code: PieceCode(line[0]), Theme: line[1], Level: PieceLevel(line[2]), per: line[3], oneOf: line[5],
			Words: Text{EN: line[8], FR: line[7]}, Source: line[9], Sensitive: line[10] == "yes",
		}
		for fact := range strings.SplitSeq(line[4], "|") {
			if fact != "" {
				k.facts = append(k.facts, Fact(fact))
			}
		}
		if k.validity, err = parsePieceValidity(line[6]); err == nil {
			err = k.check()
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
}

func parsePieceValidity(s string) (v pieceValidity, err error) {
	years, ofYears := strings.CutPrefix(s, "YEAR+")
	switch {
	case s == "":
	case s == "OWN":
		v.own = true
	case ofYears:
		v.ofYears = true
		v.years, err = strconv.Atoi(years)
	default:
		v.delay, err = ParseDelay(s)
	}
	return v, err
}

var (
	errPieceLevel = errors.New("there is no such level")
	errPiecePer   = errors.New("it is asked of nobody")
	errPieceFact  = errors.New("a fact is a list and a code, such as motif_demande:03")
	errPieceWords = errors.New("a code, words in both languages and a source are missing")
)

func (k PieceKind) check() error {
	switch {
	case !slices.Contains(k.Level.Values(), string(k.Level)):
		return errPieceLevel
	case !slices.Contains([]string{perApplicant, perAdult, perOtherAdult, perPerson, perHousehold}, k.per):
		return errPiecePer
	case slices.ContainsFunc(k.facts, func(f Fact) bool {
		list, code, _ := strings.Cut(string(f), ":")
		return list == "" || code == ""
	}):
		return errPieceFact
	case k.Code == "" || k.Words.EN == "" || k.Words.FR == "" || k.Source == "":
		return errPieceWords
	}
	return nil
}

// lastDay is the last day on which a piece serves that was issued and runs out on those;
// zero when it serves for ever, or until a day that nobody told.
func (v pieceValidity) lastDay(issuedOn, expiresOn Date) Date {
	switch {
	case v.own:
		return expiresOn
	case issuedOn.IsZero():
		return Date{}
	case v.ofYears:
		year, _, _ := issuedOn.Civil()
		return NewDate(year+v.years, 12, 31)
	case v.delay != Delay{}:
		return v.delay.After(issuedOn)
	}
	return Date{}
}
