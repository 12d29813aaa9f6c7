package messenger

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/guichet-logement/guichet/domain"
)

// Messenger hands messages over to who delivers them. An error that is no [RefusalError]
// says that nobody knows what became of it: it is handed over again.
type Messenger interface {
	Send(ctx context.Context, m Message) error
}

// Message is what somebody is told.
type Message struct {
	// Reference is the same when it comes again.
	Reference string
	To        domain.Recipient
	Text      domain.MessageText
}

// RefusalError is an answer, and it is no: there is nobody at that address.
type RefusalError struct{ Code string }

// Error tells the code.
func (r *RefusalError) Error() string { return "the message is refused: " + r.Code }

// development is the word for the one that plays.
const development = "development"

// ParseMail reads by whom mail is sent: the word development, or a server that speaks SMTP,
// smtps://user:password@host:465 or smtp://user:password@host:587, which must offer
// STARTTLS. A server without either is taken on the machine itself alone.
func ParseMail(where, from string) (Messenger, error) {
	if where == development {
		return NewDevelopment(), nil
	}
	server, err := url.Parse(where)
	if err != nil { // its text has the password
		return nil, errors.New("it is no URL: write smtps://user:password@host:465")
	}
	return newMail(server, from)
}

// ParseTexts reads by whom text messages are sent: the word development.
func ParseTexts(where string) (Messenger, error) {
	if where != development {
		return nil, fmt.Errorf("%q sends no text messages: %s is what there is", where, development)
	}
	return NewDevelopment(), nil
}
