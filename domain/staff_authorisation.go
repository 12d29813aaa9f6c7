package domain

import "strings"

// MaxAuthorisations bounds the authorisations of one person, in force and announced.
const MaxAuthorisations = 50

// maxReason bounds a reason, in characters.
const maxReason = 200

// AuthorisationPlan is a named authorisation (habilitation nominative) that somebody
// asks for.
type AuthorisationPlan struct {
	Role        Role
	From, Until Date
}

// Check says what is wrong with the plan at that organisation today.
func (p AuthorisationPlan) Check(b Body, today Date) Refusals {
	refusals := checkPeriod(p.From, p.Until, today)
	if !p.Role.AuthorisableAt(b) {
		refusals = append(refusals, &Refusal{
			Code: RoleUnavailable, Field: []string{"role"},
			Message: Text{
				EN: "This role opens no application at this organisation: there is nothing to authorise.",
				FR: "Ce rôle n'ouvre aucune demande dans cet organisme : il n'y a rien à habiliter.",
			},
			Help: Text{
				EN: "RECEPTION_AGENT and SOCIAL_OFFICER anywhere, ALLOCATION_OFFICER and POINT_MANAGER at a registering body.",
				FR: "RECEPTION_AGENT et SOCIAL_OFFICER partout, ALLOCATION_OFFICER et POINT_MANAGER dans un service enregistreur.",
			},
		})
	}
	if p.From.AddYear().Before(p.Until) {
		refusals = append(refusals, refuse(Invalid,
			"A named authorisation lasts one year at most.",
			"Une habilitation nominative dure un an au plus.", "validUntil"))
	}
	return refusals
}

// CheckReason says what is wrong with the reason for which something is revoked or
// rejected.
func CheckReason(reason string) Refusals {
	if line(strings.TrimSpace(reason), maxReason) {
		return nil
	}
	return Refusals{refuse(Invalid,
		"Say why, in plain text on one line of at most 200 characters.",
		"Dire pourquoi, en texte simple sur une ligne de 200 caractères au plus.", "reason")}
}

// NotAssigned refuses an authorisation in a role that the person does not hold over
// the whole period.
func NotAssigned() Refusals {
	return Refusals{{
		Code: Invalid, Field: []string{"role"},
		Message: Text{
			EN: "On its first day the person holds no confirmed assignment in this role at this organisation.",
			FR: "Le premier jour, la personne n'a pas d'affectation confirmée dans ce rôle et cet organisme.",
		},
		Help: Text{EN: "Assign the role first.", FR: "Affecter d'abord le rôle."},
	}}
}

// TooManyAuthorisations refuses one more authorisation.
func TooManyAuthorisations() Refusals {
	return Refusals{refuse(Invalid,
		"A person has at most 50 authorisations.", "Une personne a 50 habilitations au plus.", "personId")}
}
