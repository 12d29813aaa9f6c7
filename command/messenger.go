package command

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/messenger"
	"github.com/guichet-logement/guichet/service"
)

// messengerSettings say by whom applicants are told.
type messengerSettings struct {
	Mail     string `env:"GUICHET_MAIL" help:"The mail server: smtps://user:password@host:465, or smtp://user:password@host:587 with STARTTLS. development, the default of a sandbox, delivers nothing; without one messages wait."`
	MailFrom string `env:"GUICHET_MAIL_FROM" default:"Guichet <ne-pas-repondre@localhost>" help:"The sender of mails."`
	Texts    string `env:"GUICHET_TEXTS" help:"Who sends text messages: development, the default of a sandbox, which delivers nothing; without one they wait until they are of no use."`
}

func (s messengerSettings) validate(sandbox bool) error {
	_, err := s.parse(sandbox)
	return err
}

// parse are the messengers that are meant, by their channels.
func (s messengerSettings) parse(sandbox bool) (map[domain.MessageChannel]messenger.Messenger, error) {
	all := map[domain.MessageChannel]messenger.Messenger{}
	for _, one := range []struct {
		name, where string
		channel     domain.MessageChannel
		parse       func(string) (messenger.Messenger, error)
	}{
		{"mail", s.Mail, domain.MessageByEmail, func(where string) (messenger.Messenger, error) { return messenger.ParseMail(where, s.MailFrom) }},
		{"texts", s.Texts, domain.MessageByText, messenger.ParseTexts},
	} {
		switch {
		case one.where == "" && sandbox:
			one.where = "development"
		case one.where == "":
			continue // they wait
		case one.where == "development" && !sandbox:
			return nil, &settingError{one.name, "production delivers what it says it sent: leave this out"}
		}
		m, err := one.parse(one.where)
		if err != nil {
			return nil, &settingError{one.name, err.Error()}
		}
		all[one.channel] = m
	}
	return all, nil
}

// tellBy gives the service its messengers, and says where mail waits.
func (s messengerSettings) tellBy(ctx context.Context, to *service.Service, sandbox bool, log *slog.Logger) error {
	all, err := s.parse(sandbox)
	for channel, m := range all {
		to.ToldBy(m, channel)
	}
	if err == nil && all[domain.MessageByEmail] == nil {
		log.WarnContext(ctx, "no mail server is connected: messages to applicants wait")
	}
	return err
}

// describe lists the settings for the log, with the password masked.
func (s messengerSettings) describe() []any {
	where := s.Mail
	if server, err := url.Parse(where); err == nil {
		where = server.Redacted()
	} else {
		where = "(hidden)"
	}
	return []any{"mail", where, "mail_from", s.MailFrom, "texts", s.Texts}
}

// sendEvery is the time between two rounds of the postman.
const sendEvery = 5 * time.Second

// postman has messages sent while the program serves, and slots offered that nobody took.
type postman struct{ rounds }

func (p *postman) start(ctx context.Context, s *service.Service, log *slog.Logger) {
	ctx = p.begin(ctx)
	p.every(ctx, sendEvery, log, "messages wait", func() error {
		_, err := s.SendMessages(ctx)
		return err
	})
	p.every(ctx, sendEvery, log, "the waiting list was not kept", func() error { return s.KeepWaitingList(ctx) })
}
