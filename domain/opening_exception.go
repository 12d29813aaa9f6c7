package domain

import (
	"strings"
	"unicode"
)

// MaxExceptionDays is the longest departure from the weekly hours, in days:
// beyond it the weekly hours themselves have changed.
const MaxExceptionDays = 366

// Announce checks an exception that somebody declares today: besides being right
// in itself it says why, begins today or later, and lasts a year at most.
func (e OpeningException) Announce(today Date) Refusals {
	refusals := e.Validate()
	reason := strings.TrimSpace(e.Reason)
	if reason == "" || strings.ContainsFunc(reason, unicode.IsControl) {
		refusals = append(refusals, refuse(Invalid,
			"Tell the public why, in plain text on one line.",
			"Dire au public pourquoi, en texte simple sur une ligne.", "reason"))
	}
	if e.From.Before(today) {
		refusals = append(refusals, refuse(Invalid,
			"An exception begins today or later: what is past cannot be announced.",
			"Une exception commence aujourd'hui ou plus tard : le passé ne s'annonce pas.", "from"))
	}
	if e.From.AddDays(MaxExceptionDays).Before(e.Until) {
		refusals = append(refusals, refuse(Invalid,
			"An exception lasts 366 days at most: beyond that, change the weekly hours.",
			"Une exception dure 366 jours au plus : au-delà, modifier les horaires hebdomadaires.", "until"))
	}
	return refusals
}
