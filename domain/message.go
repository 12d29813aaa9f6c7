package domain

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// messagesCSV is what applicants are told, as data. No message names anybody, a number or
// for what an appointment is: whoever reads over a shoulder learns that there is one.
//
//go:embed messages.csv
var messagesCSV []byte

// MessageKind says of what an applicant is told (message au demandeur).
type MessageKind string

// The kinds of message.
const (
	MessageAppointmentBooked    MessageKind = "APPOINTMENT_BOOKED"
	MessageAppointmentMoved     MessageKind = "APPOINTMENT_MOVED"
	MessageAppointmentCancelled MessageKind = "APPOINTMENT_CANCELLED"
	MessageAppointmentReminder  MessageKind = "APPOINTMENT_REMINDER"
	MessageAppointmentOffer     MessageKind = "APPOINTMENT_OFFER"
	MessageSlotHeld             MessageKind = "SLOT_HELD"
	MessageRenewalDue           MessageKind = "RENEWAL_DUE"
	MessageSatisfaction         MessageKind = "SATISFACTION"
	MessageApplicantReceived    MessageKind = "APPLICANT_RECEIVED"
	MessageAccountBound         MessageKind = "ACCOUNT_BOUND"
	MessageAccountUnbound       MessageKind = "ACCOUNT_UNBOUND"
	MessageContactChanged       MessageKind = "CONTACT_CHANGED"
)

// Values lists the kinds, in the order of the contract.
func (MessageKind) Values() []string {
	return []string{
		string(MessageAppointmentBooked), string(MessageAppointmentMoved), string(MessageAppointmentCancelled),
		string(MessageAppointmentReminder), string(MessageAppointmentOffer), string(MessageSlotHeld), string(MessageRenewalDue), string(MessageSatisfaction),
		string(MessageApplicantReceived), string(MessageAccountBound), string(MessageAccountUnbound), string(MessageContactChanged),
	}
}

// MarshalGQL writes the word of the contract.
func (k MessageKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *MessageKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// MessageState says what became of a message.
type MessageState string

// The states of a message.
const (
	MessageToSend MessageState = "TO_SEND"
	MessageSent   MessageState = "SENT"
	// MessageRefused: who delivers it says that it never will.
	MessageRefused MessageState = "REFUSED"
	// MessageUnreachable: the applicant allows no way, or none is safe.
	MessageUnreachable MessageState = "UNREACHABLE"
	// MessageOutdated: it was of no use any more when it could have been sent.
	MessageOutdated MessageState = "OUTDATED"
)

// Values lists the states, in the order of the contract.
func (MessageState) Values() []string {
	return []string{string(MessageToSend), string(MessageSent), string(MessageRefused), string(MessageUnreachable), string(MessageOutdated)}
}

// MarshalGQL writes the word of the contract.
func (s MessageState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *MessageState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// MessageChannel is how a message travels.
type MessageChannel string

// The channels.
const (
	MessageByEmail MessageChannel = "EMAIL"
	MessageByText  MessageChannel = "TEXT"
)

// Values lists the channels, in the order of the contract.
func (MessageChannel) Values() []string {
	return []string{string(MessageByEmail), string(MessageByText)}
}

// MarshalGQL writes the word of the contract.
func (c MessageChannel) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *MessageChannel) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// MaxMessages bounds those of one application; the oldest go first.
const MaxMessages = 200

// Recipient is where a message goes.
type Recipient struct {
	Channel MessageChannel
	// To is an address of electronic mail or a telephone number.
	To string
}

// Reach is by what an applicant can be told something.
type Reach struct {
	Email                     EmailAddress
	Phone                     PhoneNumber
	EmailAllowed, TextAllowed bool
	// Protected tells that the application is: what it states of itself may be read by who
	// must not know.
	Protected bool
	// Adults live in the household, and may read each other's messages.
	Adults int
	// Safe are the safe contacts of those who are told, as they were written.
	Safe []string
}

// Recipient is where something may be told, and whether it may anywhere. A protected person
// is told by its safe contact alone, and so is who shares a household of what is sensitive:
// a contact of the household is read by all of it.
func (r Reach) Recipient(sensitive bool) (Recipient, bool) {
	if r.Protected || sensitive && r.Adults > 1 {
		for _, safe := range r.Safe {
			if to, ok := recipientOf(strings.TrimSpace(safe)); ok {
				return to, true
			}
		}
		return Recipient{}, false
	}
	switch {
	case r.Email != "" && r.EmailAllowed:
		return Recipient{MessageByEmail, string(r.Email)}, true
	case r.Phone != "" && r.TextAllowed:
		return Recipient{MessageByText, string(r.Phone)}, true
	}
	return Recipient{}, false
}

// recipientOf reads a safe contact, which may as well be words for a person.
func recipientOf(s string) (Recipient, bool) {
	if mail, err := ParseEmailAddress(s); err == nil {
		return Recipient{MessageByEmail, string(mail)}, true
	}
	if phone, err := ParsePhoneNumber(s); err == nil {
		return Recipient{MessageByText, string(phone)}, true
	}
	return Recipient{}, false
}

// MessageFacts are what the words of a message are completed with.
type MessageFacts struct {
	// When is the instant that it is about, Day the last day of something.
	When time.Time
	Day  Date
	// Until is the instant at which it is over.
	Until time.Time
	// Mode, Point and Address tell where people meet.
	Mode           AppointmentMode
	Point, Address string
	// Code is for who answers.
	Code string
}

// MessageText is a message in words.
type MessageText struct{ Subject, Body string }

// messageWords are those of one kind.
type messageWords struct{ subject, body Text }

var messages = sync.OnceValue(func() map[MessageKind]messageWords {
	all, err := parseMessages(messagesCSV)
	if err != nil {
		panic("domain: messages.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return all
})

func parseMessages(table []byte) (map[MessageKind]messageWords, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	all := map[MessageKind]messageWords{}
	for n, line := range lines[1:] {
		kind, err := wordsOf[MessageKind](line[0])
		if err != nil || len(kind) != 1 {
			return nil, fmt.Errorf("line %d: kind %q: %w", n+2, line[0], err)
		}
		all[kind[0]] = messageWords{subject: Text{FR: line[1], EN: line[2]}, body: Text{FR: line[3], EN: line[4]}}
	}
	if len(all) != len(MessageKind("").Values()) {
		return nil, fmt.Errorf("%d kinds have words, of %d", len(all), len(MessageKind("").Values()))
	}
	return all, nil
}

// messageFoot ends every message by mail.
var messageFoot = Text{
	FR: "Service public métropolitain d'accueil et d'information du demandeur de logement social. Ne répondez pas à ce message.",
	EN: "Metropolitan public service that receives and informs people who ask for social housing. Do not answer this message.",
}

// Write puts a message in words: French, and for who gets a mail English below.
func (k MessageKind) Write(by MessageChannel, f MessageFacts) MessageText {
	words := messages()[k]
	french := f.fill(words.body.FR, French)
	if by == MessageByText {
		return MessageText{Body: french}
	}
	return MessageText{
		Subject: words.subject.FR + " / " + words.subject.EN,
		Body:    french + "\n\n" + messageFoot.FR + "\n\n--\n\n" + f.fill(words.body.EN, English) + "\n\n" + messageFoot.EN + "\n",
	}
}

func (f MessageFacts) fill(words string, l Language) string {
	return strings.NewReplacer("{when}", f.instant(l), "{until}", f.Until.In(Paris).Format(map[Language]string{French: "15 h 04", English: "15:04"}[l]), "{day}", dayInWords(f.Day, l), "{where}", f.where(l), "{point}", f.Point, "{code}", f.Code).Replace(words)
}

func (f MessageFacts) instant(l Language) string {
	at := f.When.In(Paris)
	if l == French {
		return dayInWords(DateOf(at), l) + at.Format(" à 15 h 04")
	}
	return dayInWords(DateOf(at), l) + at.Format(" at 15:04")
}

var (
	frenchDays   = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	frenchMonths = [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
)

// dayInWords writes a day as people say it: mardi 3 mars 2026.
func dayInWords(d Date, l Language) string {
	year, month, day := d.Civil()
	weekday, name := d.Weekday().String(), month.String()
	if l == French {
		weekday, name = frenchDays[d.Weekday()], frenchMonths[month-1]
	}
	return fmt.Sprintf("%s %d %s %d", weekday, day, name, year)
}

// where is where people meet; for a home it names no address.
func (f MessageFacts) where(l Language) string {
	words := map[AppointmentMode]Text{
		ByPhone: {FR: "par téléphone", EN: "by telephone"},
		ByVideo: {FR: "en visioconférence", EN: "by video"},
		AtHome:  {FR: "à votre domicile", EN: "at your home"},
	}[f.Mode]
	if words != (Text{}) {
		return words.In(l)
	}
	return strings.TrimSuffix(f.Point+", "+f.Address, ", ")
}
