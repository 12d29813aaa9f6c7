package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/message"
	"github.com/guichet-logement/guichet/messenger"
	"github.com/guichet-logement/guichet/policy"
)

// news is something that an applicant is to be told.
type news struct {
	kind domain.MessageKind
	// appointment is the one that it is about, point where the applicant was, if any.
	appointment *ent.Appointment
	point       domain.ID
	// about is the instant or day that it tells of; due and worthless bound when it is sent.
	about, due, worthless time.Time
	// sensitive: it is of a sensitive motive, and of no appointment yet.
	sensitive bool
	// former is where it goes if not to the contact of the day.
	former domain.Recipient
}

// newsLife is how long after what it tells of a message is of use.
const newsLife = 7 * 24 * time.Hour

// queue has the applicant told something, once the transaction is over that it tells of.
func (s *Service) queue(ctx context.Context, tx *ent.Tx, application domain.ID, n news) error {
	ctx = policy.TellApplicant(ctx)
	has, err := tx.Message.Query().Where(message.ApplicationID(application)).Count(ctx)
	if err != nil {
		return err
	}
	if err := forgetOldest(ctx, tx, application, has+1-domain.MaxMessages); err != nil {
		return err
	}
	c := tx.Message.Create().SetApplicationID(application).SetKind(n.kind).SetAbout(n.about).
		SetDueAt(n.due).SetNextTry(n.due).SetWorthlessAt(n.worthless).SetNillableReceptionPointID(optional(n.point)).
		SetFormerContact(domain.Stated(n.former.To)).SetNillableChannel(optional(n.former.Channel)).SetSensitive(n.sensitive)
	if a := n.appointment; a != nil {
		c.SetAppointmentID(a.ID).SetSensitive(a.Sensitive)
	}
	return c.Exec(ctx)
}

// forgetOldest takes away as many messages as are more than the list of an application holds.
func forgetOldest(granted context.Context, tx *ent.Tx, application domain.ID, more int) error {
	if more <= 0 {
		return nil
	}
	oldest, err := tx.Message.Query().Where(message.ApplicationID(application)).
		Order(message.BySettledAt(sql.OrderNullsLast()), message.ByID()).Limit(more).All(granted)
	for _, m := range oldest {
		if err := tx.Message.DeleteOne(m).Exec(granted); err != nil {
			return err
		}
	}
	return err
}

// tellNow has the applicant told of something that happens now.
func (s *Service) tellNow(ctx context.Context, tx *ent.Tx, application domain.ID, kind domain.MessageKind, point domain.ID) error {
	now := storedInstant(auth.FromContext(ctx).Now)
	return s.queue(ctx, tx, application, news{kind: kind, point: point, about: now, due: now, worthless: now.Add(newsLife)})
}

// tellOfAppointment has the applicant told what became of an appointment, and reminded of one
// that is to come. What it was to be told before is of no use any more.
func (l *living) tellOfAppointment(ctx context.Context, kind domain.MessageKind, id domain.ID) error {
	ctx = policy.TellApplicant(ctx)
	a, err := l.tx.Appointment.Get(ctx, id)
	if err != nil {
		return err
	}
	if _, err := l.tx.Message.Delete().Where(message.AppointmentID(id), message.StateEQ(domain.MessageToSend)).Exec(ctx); err != nil {
		return err
	}
	for _, told := range l.newsOf(ctx, kind, a) {
		if err := l.s.queue(ctx, l.tx, l.life.ID, told); err != nil {
			return err
		}
	}
	return nil
}

// newsOf is what the applicant is told of an appointment: that it became so, and the reminder
// of one that is to come, unless it is so near that the receipt reminds of it.
func (a *acting) newsOf(ctx context.Context, kind domain.MessageKind, of *ent.Appointment) []news {
	now := storedInstant(a.at(ctx))
	told := news{kind: kind, appointment: of, point: of.ReceptionPointID, about: of.StartsAt, due: now, worthless: of.StartsAt}
	if kind == domain.MessageSatisfaction {
		told.worthless = of.EndsAt.Add(policy.SettingsOn(a.today).AnswerTime)
	}
	all := []news{told}
	if told.due = of.StartsAt.Add(-policy.SettingsOn(a.today).Reminder); of.State == domain.AppointmentUpcoming && now.Before(told.due) {
		told.kind = domain.MessageAppointmentReminder
		all = append(all, told)
	}
	return all
}

// askWhatItThinks has an applicant who came asked once what it thinks of it. How many were
// asked is told to who runs the point: who does not see an appointment must not count it, so
// that a protected applicant and one of a sensitive motive are not asked.
func (l *living) askWhatItThinks(ctx context.Context, a *ent.Appointment) error {
	if a.Sensitive || l.application.Protected {
		return nil
	}
	asked, err := l.tx.Message.Query().Where(message.AppointmentID(a.ID), message.KindEQ(domain.MessageSatisfaction)).Exist(policy.TellApplicant(ctx))
	if err != nil || asked {
		return err
	}
	return l.tellOfAppointment(ctx, domain.MessageSatisfaction, a.ID)
}

// tellFormerContact tells the contact that an application had that it has another one.
func (l *living) tellFormerContact(ctx context.Context, was *ent.ApplicationContact, now domain.ContactForm) error {
	reach := reachOf(was)
	to, reachable := reach.Recipient(false)
	if same := was.Email == now.Email && valueOf(was.Phone) == now.Phone; same || !reachable {
		return nil
	}
	at := storedInstant(l.at(ctx))
	return l.s.queue(ctx, l.tx, l.life.ID, news{
		kind: domain.MessageContactChanged, about: at, due: at, worthless: at.Add(newsLife), former: to,
	})
}

func reachOf(c *ent.ApplicationContact) domain.Reach {
	return domain.Reach{Email: c.Email, Phone: valueOf(c.Phone), EmailAllowed: c.EmailAllowed, TextAllowed: c.TextAllowed}
}

// messageWait is how long who delivers a message may take for it: less than the first time
// between two tries, by which a message under way is nobody else's.
const messageWait = 20 * time.Second

// SendMessages hands over what is due, and gives up what is of no use. What could not be
// handed over is tried again later. It returns how many were handed over, and an error where
// one could not be.
func (s *Service) SendMessages(ctx context.Context) (sent int, err error) {
	if s.audit == nil {
		return 0, errNoAudit
	}
	ctx = policy.TellApplicant(ctx)
	var failed []error
	inARow := 0
	for last := domain.ID(""); ; {
		due, err := s.messagesDue().Where(message.IDGT(last)).Order(message.ByID()).Limit(sentAtOnce).
			WithApplication(func(q *ent.ApplicationQuery) {
				q.WithContact().WithSummary().WithHousehold(func(q *ent.HouseholdMemberQuery) {
					q.Where(householdmember.LinkIn(domain.AdultLinks()...)).Order(householdmember.ByRank()).WithSensitive()
				})
			}).
			WithReceptionPoint(func(q *ent.ReceptionPointQuery) { q.WithCommune() }).
			WithAppointment(func(q *ent.AppointmentQuery) {
				q.WithReceptionPoint(func(q *ent.ReceptionPointQuery) { q.WithCommune() })
			}).All(ctx)
		if err != nil || len(due) == 0 {
			return sent, errors.Join(append(failed, err)...)
		}
		for _, m := range due {
			last = m.ID
			state, err := s.sendMessage(ctx, m)
			if state == domain.MessageSent {
				sent++
			}
			if inARow++; err == nil {
				inARow = 0
			} else {
				failed = append(failed, fmt.Errorf("send %s: %w", m.ID, err))
			}
			if inARow == failuresInARow || ctx.Err() != nil {
				return sent, errors.Join(append(failed, ctx.Err())...)
			}
		}
	}
}

// messagesDue are those that wait to be sent and may be now.
func (s *Service) messagesDue() *ent.MessageQuery {
	return s.ent.Message.Query().Where(message.StateEQ(domain.MessageToSend), message.NextTryLTE(s.Now()))
}

// sendMessage hands over one message, unless another run does, and notes how that went.
func (s *Service) sendMessage(granted context.Context, m *ent.Message) (domain.MessageState, error) {
	now := s.Now()
	waits := s.ent.Message.Update().Where(message.ID(m.ID), message.StateEQ(domain.MessageToSend), message.Tries(m.Tries))
	if outdated(m, now) {
		return domain.MessageOutdated, settleMessage(granted, waits, domain.MessageOutdated, now)
	}
	to, reachable := recipientOf(m)
	if !reachable {
		return domain.MessageUnreachable, settleMessage(granted, waits, domain.MessageUnreachable, now)
	}
	by := s.messengers[to.Channel]
	if by == nil { // it waits until somebody is there, or it is of no use
		return "", s.ent.Message.UpdateOneID(m.ID).SetNextTry(now.Add(lastTry)).Exec(granted)
	}
	mine, err := waits.AddTries(1).SetNextTry(now.Add(again(m.Tries))).Save(granted)
	if err != nil || mine == 0 {
		return "", err
	}
	// It is on record before it leaves.
	if err := s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "sendMessage", ApplicationIDs: []domain.ID{m.ApplicationID}}); err != nil {
		return "", err
	}
	facts := factsOf(m)
	if m.Kind == domain.MessageSatisfaction {
		if facts.Code, err = s.askSatisfaction(granted, m); err != nil {
			return "", err
		}
	}
	text := m.Kind.Write(to.Channel, facts)
	state, err := domain.MessageSent, s.handOverMessage(granted, by, messenger.Message{Reference: string(m.ID), To: to, Text: text})
	if refused := (*messenger.RefusalError)(nil); errors.As(err, &refused) {
		state, err = domain.MessageRefused, nil
	}
	if err != nil {
		return "", err
	}
	return state, s.inTx(granted, func(tx *ent.Tx) error {
		row := tx.Message.Update().Where(message.ID(m.ID), message.StateEQ(domain.MessageToSend)).SetChannel(to.Channel)
		if err := settleMessage(granted, row, state, s.Now()); err != nil || state != domain.MessageSent {
			return err
		}
		return countMessage(granted, tx, m, to.Channel, text.Body, domain.DateOf(s.Now()))
	})
}

func settleMessage(granted context.Context, row *ent.MessageUpdate, state domain.MessageState, now time.Time) error {
	return row.SetState(state).SetSettledAt(storedInstant(now)).SetFormerContact("").Exec(granted)
}

func (s *Service) handOverMessage(ctx context.Context, by messenger.Messenger, m messenger.Message) error {
	ctx, cancel := context.WithTimeout(ctx, messageWait)
	defer cancel()
	return by.Send(ctx, m)
}

// outdated tells a message that is of no use: its time is over, or what it tells of is
// otherwise by now.
func outdated(m *ent.Message, now time.Time) bool {
	if !now.Before(m.WorthlessAt) {
		return true
	}
	a := m.Edges.Appointment
	switch m.Kind {
	case domain.MessageAppointmentBooked, domain.MessageAppointmentMoved, domain.MessageAppointmentReminder:
		return a == nil || a.State != domain.AppointmentUpcoming || !a.StartsAt.Equal(m.About)
	case domain.MessageAppointmentCancelled:
		return a == nil || a.State != domain.AppointmentCancelled
	case domain.MessageRenewalDue:
		return m.Edges.Application.State != domain.ApplicationActive || domain.DateOf(m.About).Before(m.Edges.Application.ValidUntil)
	case domain.MessageSatisfaction:
		return m.Edges.Application.Protected // since it was asked
	default:
		return !m.Edges.Application.State.Living()
	}
}

// recipientOf is where a message may go on the day it is sent.
func recipientOf(m *ent.Message) (domain.Recipient, bool) {
	a := m.Edges.Application
	if m.FormerContact != "" {
		return domain.Recipient{Channel: valueOf(m.Channel), To: string(m.FormerContact)}, !a.Protected
	}
	if a.Edges.Contact == nil {
		return domain.Recipient{}, false
	}
	reach := reachOf(a.Edges.Contact)
	reach.Protected, reach.Adults = a.Protected, len(a.Edges.Household)
	for _, member := range a.Edges.Household {
		if own := member.Edges.Sensitive; own != nil && own.SafeContact != "" && concerned(m, member) {
			reach.Safe = append(reach.Safe, string(own.SafeContact))
		}
	}
	return reach.Recipient(m.Sensitive)
}

// concerned tells whether a message is for that adult: who is to come to an appointment, and
// else the applicant.
func concerned(m *ent.Message, member *ent.HouseholdMember) bool {
	if m.Edges.Appointment == nil {
		return member.Link == domain.LinkApplicant
	}
	for _, p := range m.Edges.Appointment.Participants {
		if p.MemberID == member.ID {
			return true
		}
	}
	return false
}

func factsOf(m *ent.Message) domain.MessageFacts {
	f := domain.MessageFacts{When: m.About, Day: domain.DateOf(m.About), Until: m.WorthlessAt}
	point := m.Edges.ReceptionPoint
	if a := m.Edges.Appointment; a != nil {
		f.Mode, point = a.Mode, a.Edges.ReceptionPoint
	}
	if point != nil {
		f.Point, f.Address = point.Name, fmt.Sprintf("%s, %s %s", point.Address, point.PostalCode, point.Edges.Commune.Name)
	}
	return f
}

// answerCode is the code by which somebody answers what it was asked by a message: the same
// one however often the message is sent.
func (s *Service) answerCode(of domain.ID) string {
	return domain.AnswerCode(s.keyed("answer code", string(of)))
}

// MessagesWaiting tells how many messages are due and not sent, and since when the first of
// them is; nil when there is none. Connected is false where nobody sends mail.
func (s *Service) MessagesWaiting(ctx context.Context) (waiting int, oldest *time.Time, connected bool, err error) {
	ctx = policy.TellApplicant(ctx)
	connected = s.messengers[domain.MessageByEmail] != nil
	due := s.ent.Message.Query().Where(message.StateEQ(domain.MessageToSend), message.DueAtLTE(s.Now()), message.WorthlessAtGT(s.Now()))
	n, err := due.Clone().Count(ctx)
	if err != nil || n == 0 {
		return 0, nil, connected, err
	}
	first, err := due.Order(message.ByDueAt()).First(ctx)
	if err != nil {
		return 0, nil, connected, ent.MaskNotFound(err)
	}
	return n, &first.DueAt, connected, nil
}
