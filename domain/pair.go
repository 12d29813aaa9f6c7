package domain

import (
	"slices"
	"strings"
)

// MaxPairs bounds the pairs of one person, in force and announced.
const MaxPairs = 50

// pairSize is how many people a pair has.
const pairSize = 2

// PairPlan is a pair of staff (binôme) that somebody asks for.
type PairPlan struct {
	People []ID
	// From and Until bound it; a zero Until leaves it open.
	From, Until Date
}

// Check says what is wrong with the plan today.
func (p PairPlan) Check(today Date) Refusals {
	refusals := checkPeriod(p.From, p.Until, today)
	if len(p.People) != pairSize || p.People[0] == p.People[1] {
		refusals = append(refusals, refuse(Invalid,
			"A pair is two different people.", "Un binôme réunit deux personnes différentes.", "personIds"))
	}
	return refusals
}

// Members writes the two people in a fixed order: the same two are the same pair
// whoever is named first, and the database can tell.
func (p PairPlan) Members() string {
	words := make([]string, len(p.People))
	for i, id := range p.People {
		words[i] = string(id)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// NotAtThePoint refuses a pair of people who do not both work at the point.
func NotAtThePoint() Refusals {
	return Refusals{{
		Code: Invalid, Field: []string{"personIds"},
		Message: Text{
			EN: "On the first day both hold a confirmed assignment at the reception point; one of them does not.",
			FR: "Le premier jour, les deux ont une affectation confirmée au guichet ; l'une des personnes n'en a pas.",
		},
		Help: Text{EN: "Assign the person there first.", FR: "Y affecter d'abord la personne."},
	}}
}

// TooManyPairs refuses one more pair.
func TooManyPairs() Refusals {
	return Refusals{refuse(Invalid,
		"A person is in at most 50 pairs: end one first.",
		"Une personne est dans 50 binômes au plus : mettre d'abord fin à l'un d'eux.", "personIds")}
}
