package domain

import "io"

// ContactChannel is how somebody got in touch with a reception point (canal).
type ContactChannel string

// The channels of a contact.
const (
	ContactAtCounter ContactChannel = "COUNTER"
	ContactByPhone   ContactChannel = "PHONE"
	ContactByVideo   ContactChannel = "VIDEO"
	ContactByMail    ContactChannel = "MAIL"
)

// Values lists the channels, in the order of the contract.
func (ContactChannel) Values() []string {
	return []string{string(ContactAtCounter), string(ContactByPhone), string(ContactByVideo), string(ContactByMail)}
}

// MarshalGQL writes the word of the contract.
func (c ContactChannel) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *ContactChannel) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// OutOfNetwork refuses a contact at a point that delivers no level today.
func OutOfNetwork() Refusals {
	return Refusals{refuse(Invalid,
		"The reception point has no agreement in force today.",
		"Le guichet n'a pas de convention en vigueur aujourd'hui.", "receptionPointId")}
}

// ContactTooOld refuses to receive somebody on a contact of long ago.
func ContactTooOld() Refusals {
	return Refusals{{
		Code: Invalid, Field: []string{"contactId"},
		Message: Text{EN: "This contact is too long ago.", FR: "Ce contact est trop ancien."},
		Help:    Text{EN: "Record the contact of now.", FR: "Enregistrer le contact du moment."},
	}}
}
