package domain

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is known of a person, in characters.
const (
	maxIssuer  = 300
	maxSubject = 200
	maxName    = 100
)

// MaxSpokenLanguages bounds the languages of a person.
const MaxSpokenLanguages = 20

// Staff is a member of staff as somebody registers it: under the issuer and subject
// of its tokens, never with a password.
type Staff struct {
	Issuer, Subject       string
	GivenName, FamilyName string
}

// Tidy takes away the blanks around names, which nobody means.
func (s Staff) Tidy() Staff {
	s.GivenName, s.FamilyName = strings.TrimSpace(s.GivenName), strings.TrimSpace(s.FamilyName)
	return s
}

// Check says what is wrong with it.
func (s Staff) Check() Refusals {
	var refusals Refusals
	if u, err := url.Parse(s.Issuer); err != nil || u.Scheme != "https" || u.Host == "" || !line(s.Issuer, maxIssuer) {
		refusals = append(refusals, refuse(Invalid,
			"The issuer is the https address of an identity provider, as its tokens write it in iss.",
			"L'émetteur est l'adresse https d'un fournisseur d'identité, comme ses jetons l'écrivent dans iss.", "issuer"))
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{{"subject", s.Subject, maxSubject}, {"givenName", s.GivenName, maxName}, {"familyName", s.FamilyName, maxName}} {
		if !line(f.value, f.most) {
			refusals = append(refusals, refuse(Invalid,
				"Write it in plain text on one line: 1 to 100 characters, 200 for a subject.",
				"L'écrire en texte simple sur une ligne : de 1 à 100 caractères, 200 pour un sujet.", f.name))
		}
	}
	return refusals
}

// line tells a text on one line, not empty and not longer than most characters.
func line(s string, most int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// AlreadyRegistered refuses a second person under one issuer and subject. It tells
// that somebody exists only to who knows the exact subject, which an identity
// provider makes up and shows to nobody else.
func AlreadyRegistered() Refusals {
	return Refusals{{
		Code: Duplicate, Field: []string{"subject"},
		Message: Text{
			EN: "A person is registered under this issuer and subject.",
			FR: "Une personne est enregistrée sous cet émetteur et ce sujet.",
		},
		Help: Text{
			EN: "Assign that person; the Métropole helps when it works for another organisation.",
			FR: "Affecter cette personne ; la Métropole aide quand elle travaille pour un autre organisme.",
		},
	}}
}
