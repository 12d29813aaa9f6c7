package messenger

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// mailServer sends by SMTP, a connection for each message: they are few, and a server that
// was away is found when it is back.
type mailServer struct {
	host    string
	from    *mail.Address
	options []gomail.Option
}

func newMail(server *url.URL, from string) (*mailServer, error) {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("the sender %q is no address: write Name <name@example.org>", from)
	}
	m := &mailServer{host: server.Hostname(), from: sender}
	port, secure := "587", gomail.WithTLSPolicy(gomail.TLSMandatory)
	switch {
	case m.host == "":
		return nil, errors.New("it names no host: write smtps://user:password@host:465")
	case server.Scheme == "smtps":
		port, secure = "465", gomail.WithSSL()
	case server.Scheme != "smtp":
		return nil, fmt.Errorf("%q is no way to send mail: smtps and smtp are", server.Scheme)
	case onMachine(m.host):
		secure = gomail.WithTLSPolicy(gomail.TLSOpportunistic)
	}
	if server.Port() != "" {
		port = server.Port()
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("%q is no port", port)
	}
	m.options = []gomail.Option{gomail.WithPort(number), secure}
	if user := server.User; user != nil {
		password, _ := user.Password()
		m.options = append(m.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(user.Username()), gomail.WithPassword(password))
	}
	_, err = gomail.NewClient(m.host, m.options...)
	return m, err
}

// onMachine tells a host that is this machine: what goes there crosses no network.
func onMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send hands a mail over. The same one has the same Message-ID.
func (m *mailServer) Send(ctx context.Context, told Message) error {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(m.from)
	if err := msg.To(told.To.To); err != nil {
		return &RefusalError{"ADDRESS"}
	}
	msg.Subject(told.Text.Subject)
	_, at, _ := strings.Cut(m.from.Address, "@")
	msg.SetMessageIDWithValue(told.Reference + "@" + at)
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no machine answers
	msg.SetBodyString(gomail.TypeTextPlain, told.Text.Body)
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return err
	}
	return refusal(client.DialAndSendWithContext(ctx, msg))
}

// refusal finds out whether the server says that there is nobody at the address (RFC 3463,
// classes 5.1 and 5.2). Whatever else it refuses may be our fault, and is tried again. The
// text of an error has the address, and is left out.
func refusal(err error) error {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return err
	}
	status, code := failed.EnhancedStatusCode(), failed.ErrorCode()
	nobody := strings.HasPrefix(status, "5.1.") || strings.HasPrefix(status, "5.2.") ||
		status == "" && (code == 550 || code == 551 || code == 553)
	if failed.Reason == gomail.ErrSMTPRcptTo && !failed.IsTemp() && nobody {
		return &RefusalError{strings.TrimSpace(strconv.Itoa(code) + " " + status)}
	}
	return fmt.Errorf("the mail server answers %d %s (%s)", code, status, failed.Reason)
}
