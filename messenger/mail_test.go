package messenger_test

import (
	"errors"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/messenger"
)

// inbox is a mail server on loopback that keeps what it gets. It refuses recipients by the
// first word of their address.
type inbox struct {
	mu  sync.Mutex
	got []string
	to  []string
}

// NewSession begins one.
func (b *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }

type session struct {
	box *inbox
	to  string
}

// Reset forgets the recipient.
func (s *session) Reset() { s.to = "" }

// Logout ends nothing.
func (s *session) Logout() error { return nil }

// Mail takes every sender.
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch name, _, _ := strings.Cut(to, "@"); name {
	case "nobody":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
	case "full":
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
	case "relay":
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "relay access denied"}
	}
	s.to = to
	return nil
}

// Data keeps the message.
func (s *session) Data(r io.Reader) error {
	whole, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.got, s.box.to = append(s.box.got, string(whole)), append(s.box.to, s.to)
	return err
}

func startInbox(t *testing.T) (*inbox, string) {
	t.Helper()
	box := &inbox{}
	server := smtp.NewServer(box)
	server.Domain = "localhost"
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return box, "smtp://" + listener.Addr().String()
}

const sender = "Guichet <guichet@example.org>"

func told(to string) messenger.Message {
	facts := domain.MessageFacts{
		When: domain.NewDate(2026, 3, 3).At(600), Mode: domain.OnSite, Point: "Mairie d'Échirolles", Address: "1 place des Cinq-Fontaines",
	}
	return messenger.Message{
		Reference: "msg_01", To: domain.Recipient{Channel: domain.MessageByEmail, To: to},
		Text: domain.MessageAppointmentBooked.Write(domain.MessageByEmail, facts),
	}
}

func TestMailGoesOut(t *testing.T) {
	t.Parallel()
	box, where := startInbox(t)
	m, err := messenger.ParseMail(where, sender)
	if err != nil {
		t.Fatal(err)
	}
	var refused *messenger.RefusalError
	if err := m.Send(t.Context(), told("nobody@example.org")); !errors.As(err, &refused) || refused.Code != "550 5.1.1" {
		t.Errorf("nobody there: %v", err)
	}
	for _, to := range []string{"full@example.org", "relay@example.org"} {
		err := m.Send(t.Context(), told(to))
		if err == nil || errors.As(err, &refused) || strings.Contains(err.Error(), to) {
			t.Errorf("%s: %v: it is to be sent again, and named nowhere", to, err)
		}
	}
	if err := m.Send(t.Context(), told("somebody@example.org")); err != nil {
		t.Fatal(err)
	}
	if len(box.got) != 1 || box.to[0] != "somebody@example.org" {
		t.Fatalf("got %d to %v", len(box.got), box.to)
	}
	got, err := mail.ReadMessage(strings.NewReader(box.got[0]))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"Message-Id": "<msg_01@example.org>", "Auto-Submitted": "auto-generated", "From": `"Guichet" <guichet@example.org>`, "To": "<somebody@example.org>",
		"Subject": "Votre rendez-vous / Your appointment",
	} {
		if got.Header.Get(header) != want {
			t.Errorf("%s is %q, not %q", header, got.Header.Get(header), want)
		}
	}
}

// A password goes over no line in the clear, and a server that cannot help it gets nothing.
func TestMailServersThatAreNotTaken(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ where, from, why string }{
		{"http://mail.example.org", sender, "no way"},
		{"smtp://", sender, "no host"},
		{"smtp://mail.example.org:x", sender, "no URL"},
		{"smtp://mail.example.org", "the service", "no address"},
		{"://secret@", sender, "no URL"},
	} {
		if _, err := messenger.ParseMail(one.where, one.from); err == nil || !strings.Contains(err.Error(), one.why) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s from %s: %v", one.where, one.from, err)
		}
	}
	box, where := startInbox(t)
	elsewhere, err := messenger.ParseMail(strings.Replace(where, "smtp://127.0.0.1", "smtps://127.0.0.1", 1), sender)
	if err != nil {
		t.Fatal(err)
	}
	if err := elsewhere.Send(t.Context(), told("somebody@example.org")); err == nil || len(box.got) != 0 {
		t.Errorf("without TLS: %v, %d went out", err, len(box.got))
	}
	if _, err := messenger.ParseTexts("carrier"); err == nil {
		t.Error("a carrier of text messages is taken")
	}
}
