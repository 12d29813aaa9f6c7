// Package rota proposes which mutualised agent holds which day of a permanence, and says
// why. It is a pure function of what is known: the same answer to the same question, no
// clock, no database, nobody in two places.
//
// Who can be there is weighed by three things: whether the person holds other days of that
// permanence, how far it is from where the person is on that day, and how much the person
// gives to permanences already. Days for which fewest people can be had come first; where
// the only ones are taken by then, one is looked for who can take over.
package rota
