package domain

import (
	"io"
	"time"
)

// ContactChannel is how somebody got in touch with a reception point (canal).
type ContactChannel string

// The channels of a contact.
const (
	ContactAtCounter ContactChannel = "COUNTER"
	ContactByPhone   ContactChannel = "PHONE"
	ContactByVideo   ContactChannel = "VIDEO"
	ContactByMail    ContactChannel = "MAIL"
	ContactByEmail   ContactChannel = "EMAIL"
	ContactOnline    ContactChannel = "ONLINE"
	// ContactMissed is a call that nobody answered: it is counted, and nothing more.
	ContactMissed ContactChannel = "UNANSWERED_CALL"
)

// Values lists the channels, in the order of the contract.
func (ContactChannel) Values() []string {
	return []string{
		string(ContactAtCounter), string(ContactByPhone), string(ContactByVideo), string(ContactByMail),
		string(ContactByEmail), string(ContactOnline), string(ContactMissed),
	}
}

// MarshalGQL writes the word of the contract.
func (c ContactChannel) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *ContactChannel) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// ContactEntry is a contact to record.
type ContactEntry struct {
	ReceptionPointID ID
	Channel          ContactChannel
	// Motive and Outcome are codes of their lists; nil for what was not stated.
	Motive, Outcome *string
	Minutes         *int
	Languages       []LanguageCode
	// ApplicationID is that of the application that it was about, nil for none.
	ApplicationID *ID
	// OccurredAt is nil for now.
	OccurredAt *time.Time
	// ClientKey is a device's own; empty for none.
	ClientKey string
}

// The bounds of a contact, and of those that a device sends at once.
const (
	MaxContactMinutes   = 600
	MaxContactLanguages = 5
	MaxContacts         = 100

	minClientKey, maxClientKey = 8, 64
)

// Check says what is wrong with the contact, which may be recorded so late.
func (c ContactEntry) Check(now time.Time, late time.Duration) Refusals {
	var all Refusals
	today := DateOf(now)
	if c.Motive != nil {
		all = append(all, oneCode(listContactMotives, *c.Motive, today, []string{"motive"})...)
	}
	if c.Outcome != nil {
		all = append(all, oneCode(listContactOutcomes, *c.Outcome, today, []string{"outcome"})...)
	}
	if c.Minutes != nil && (*c.Minutes < 1 || *c.Minutes > MaxContactMinutes) {
		all = append(all, refuse(Invalid, "A contact takes 1 to 600 minutes.", "Un contact dure de 1 à 600 minutes.", "minutes"))
	}
	if len(c.Languages) > MaxContactLanguages || distinct(c.Languages) < len(c.Languages) {
		all = append(all, refuse(Invalid, "Name at most 5 languages, each once.", "Indiquer au plus 5 langues, chacune une fois.", "languages"))
	}
	if at := c.OccurredAt; at != nil && (now.Before(*at) || at.Before(now.Add(-late))) {
		all = append(all, refuse(Invalid,
			"A contact is recorded after it took place, and within some days.",
			"Un contact s'enregistre après avoir eu lieu, et sous quelques jours.", "occurredAt"))
	}
	if c.Channel == ContactMissed && (c.Motive != nil || c.Outcome != nil || c.Minutes != nil || len(c.Languages) > 0 || c.ApplicationID != nil) {
		all = append(all, refuse(Invalid,
			"Nothing is known of a call that nobody answered.", "On ne sait rien d'un appel resté sans réponse.", "channel"))
	}
	if n := len(c.ClientKey); n > 0 && (n < minClientKey || n > maxClientKey) {
		all = append(all, refuse(Invalid, "A key has 8 to 64 characters.", "Une clé a de 8 à 64 caractères.", "clientKey"))
	}
	return all
}

// TooManyContacts refuses more than a device may send at once.
func TooManyContacts() Refusals {
	return Refusals{refuse(Invalid, "Send at most 100 contacts.", "Envoyer au plus 100 contacts.", "contacts")}
}

// ReusedKey refuses a key that was sent before with something else.
func ReusedKey() Refusals {
	return Refusals{{
		Code: KeyReused, Field: []string{"clientKey"},
		Message: Text{EN: "This key was sent before, with another contact.", FR: "Cette clé a déjà été envoyée, avec un autre contact."},
		Help:    Text{EN: "Send another contact with a key of its own.", FR: "Envoyer un autre contact avec sa propre clé."},
	}}
}

// NoSuchApplication refuses a contact about an application that is not there for who
// records it.
func NoSuchApplication() Refusals {
	return Refusals{refuse(Unknown,
		"There is no such application, or it is not for you.", "Cette demande n'existe pas, ou pas pour vous.", "applicationId")}
}

// NobodyReceived refuses to receive somebody on a call that nobody answered.
func NobodyReceived() Refusals {
	return Refusals{refuse(Invalid, "Nobody answered this call.", "Personne n'a répondu à cet appel.", "contactId")}
}

// OutOfNetwork refuses a contact at a point that delivered no level that day.
func OutOfNetwork() Refusals {
	return Refusals{refuse(Invalid,
		"The reception point has no agreement in force that day.",
		"Le guichet n'a pas de convention en vigueur ce jour-là.", "receptionPointId")}
}

// ContactTooOld refuses to receive somebody on a contact of long ago.
func ContactTooOld() Refusals {
	return Refusals{{
		Code: Invalid, Field: []string{"contactId"},
		Message: Text{EN: "This contact is too long ago.", FR: "Ce contact est trop ancien."},
		Help:    Text{EN: "Record the contact of now.", FR: "Enregistrer le contact du moment."},
	}}
}
