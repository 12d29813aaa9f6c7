package service

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/absence"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/attemptcount"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/calendarfeed"
	"github.com/guichet-logement/guichet/ent/deposit"
	"github.com/guichet-logement/guichet/ent/draft"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/message"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/orientation"
	"github.com/guichet-logement/guichet/ent/pair"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/ent/satisfactionanswer"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/ent/usedassertion"
	"github.com/guichet-logement/guichet/policy"
)

// Retired is how many records of a kind go, or would go.
type Retired struct {
	domain.Retention
	// Before is the day before which their clock started.
	Before  domain.Date
	Records int
}

// KeepRetention takes away what was kept for long enough, kind by kind as the table of
// retention says, and tells of each. A dry run counts and changes nothing. What was cut
// short goes on with the next run, and a second one finds nothing.
func (s *Service) KeepRetention(ctx context.Context, today domain.Date, dryRun bool, tell func(Retired) error) error {
	if s.audit == nil {
		return errNoAudit
	}
	ctx = policy.KeepRetention(ctx)
	for _, r := range domain.RetentionsOn(today) {
		if r.Action != domain.RetentionDelete {
			continue
		}
		kind, known := retiredKinds()[r.Record]
		if !known {
			return fmt.Errorf("nothing takes away records of %s", r.Record)
		}
		gone := Retired{Retention: r, Before: r.CutOff(today)}
		var err error
		if dryRun {
			gone.Records, err = kind.count(ctx, s.ent, gone.Before)
		} else {
			gone.Records, err = s.retire(ctx, kind, gone)
		}
		if err != nil {
			return fmt.Errorf("retention of %s: %w", r.Record, err)
		}
		if err := tell(gone); err != nil {
			return err
		}
	}
	return nil
}

// retiredAtOnce is how many records one transaction takes away.
const retiredAtOnce = 500

// retire takes away all records of a kind, some at a time.
func (s *Service) retire(ctx context.Context, kind retiredKind, r Retired) (all int, err error) {
	for {
		n := 0
		err := s.inTx(ctx, func(tx *ent.Tx) (err error) {
			if n, err = kind.remove(ctx, tx, r.Before); err != nil || n == 0 {
				return err
			}
			return s.audit.Record(ctx, audit.Line{
				Kind: audit.Notice, Operation: "keepRetention", Purpose: r.Purpose,
				Reason: fmt.Sprintf("%d of %s before %s", n, r.Record, r.Before),
			})
		})
		if err != nil || n == 0 {
			return all, err
		}
		all += n
	}
}

// retiredKind finds and takes away the records of one kind whose clock started before a
// day.
type retiredKind struct {
	count  func(ctx context.Context, c *ent.Client, before domain.Date) (int, error)
	remove func(ctx context.Context, tx *ent.Tx, before domain.Date) (int, error)
}

// finding and deletion are what Ent generates for every type.
type finding[Q, P, T any] interface {
	Where(...P) Q
	Limit(int) Q
	All(context.Context) ([]*T, error)
	Count(context.Context) (int, error)
}

type deletion[D, P any] interface {
	Where(...P) D
	Exec(context.Context) (int, error)
}

// retiring says of a row what it is, of which application it is a fact, if it is one, and
// what goes with it.
type retiring[T any] struct {
	id, of func(*T) domain.ID
	with   func(ctx context.Context, tx *ent.Tx, gone []*T) error
}

// retired is a kind of which those rows are over that over keeps. Who sees an application
// is settled in the transaction that takes a fact away.
func retired[Q finding[Q, P, T], D deletion[D, P], P ~func(*sql.Selector), T any](
	query func(*ent.Client) Q, remove func(*ent.Client) D, over func(domain.Date) P, row retiring[T],
) retiredKind {
	return retiredKind{
		count: func(ctx context.Context, c *ent.Client, before domain.Date) (int, error) {
			return query(c).Where(over(before)).Count(ctx)
		},
		remove: func(ctx context.Context, tx *ent.Tx, before domain.Date) (int, error) {
			found, err := query(tx.Client()).Where(over(before)).Limit(retiredAtOnce).All(ctx)
			if err != nil || len(found) == 0 {
				return 0, err
			}
			var applications []domain.ID
			if row.of != nil { // whoever writes a fact holds its application first
				applications, err = tx.Application.Query().Where(application.IDIn(each(found, row.of)...)).
					Order(application.ByID()).ForUpdate().IDs(ctx)
				if err != nil {
					return 0, err
				}
			}
			n, err := remove(tx.Client()).Where(over(before), P(sql.FieldIn("id", each(found, row.id)...))).Exec(ctx)
			if err != nil {
				return 0, err
			}
			if len(applications) > 0 {
				if err := settleAccess(ctx, tx, applications...); err != nil {
					return 0, err
				}
			}
			if row.with != nil {
				err = row.with(ctx, tx, found)
			}
			return n, err
		},
	}
}

func each[T any](rows []*T, of func(*T) domain.ID) []domain.ID {
	all := make([]domain.ID, len(rows))
	for i, r := range rows {
		all[i] = of(r)
	}
	return all
}

// retiredKinds are the kinds that the table of retention has taken away, by their tables:
// a clock starts at midnight in Paris or at its instant, and is over when that is before
// the day.
func retiredKinds() map[string]retiredKind {
	return map[string]retiredKind{
		receptiongrant.Table: retired(
			func(c *ent.Client) *ent.ReceptionGrantQuery { return c.ReceptionGrant.Query() },
			func(c *ent.Client) *ent.ReceptionGrantDelete { return c.ReceptionGrant.Delete() },
			func(d domain.Date) predicate.ReceptionGrant { return receptiongrant.ValidUntilLT(midnight(d)) },
			retiring[ent.ReceptionGrant]{
				id: func(g *ent.ReceptionGrant) domain.ID { return g.ID },
				of: func(g *ent.ReceptionGrant) domain.ID { return g.ApplicationID },
			}),
		emergencyopening.Table: retired(
			func(c *ent.Client) *ent.EmergencyOpeningQuery { return c.EmergencyOpening.Query() },
			func(c *ent.Client) *ent.EmergencyOpeningDelete { return c.EmergencyOpening.Delete() },
			func(d domain.Date) predicate.EmergencyOpening { return emergencyopening.ValidUntilLT(midnight(d)) },
			retiring[ent.EmergencyOpening]{
				id: func(o *ent.EmergencyOpening) domain.ID { return o.ID },
				of: func(o *ent.EmergencyOpening) domain.ID { return o.ApplicationID },
			}),
		orientation.Table: retired(
			func(c *ent.Client) *ent.OrientationQuery { return c.Orientation.Query() },
			func(c *ent.Client) *ent.OrientationDelete { return c.Orientation.Delete() },
			func(d domain.Date) predicate.Orientation { return orientation.EndedAtLT(midnight(d)) },
			retiring[ent.Orientation]{
				id: func(o *ent.Orientation) domain.ID { return o.ID },
				of: func(o *ent.Orientation) domain.ID { return o.ApplicationID },
			},
		),
		handover.Table: retired(
			func(c *ent.Client) *ent.HandOverQuery { return c.HandOver.Query() },
			func(c *ent.Client) *ent.HandOverDelete { return c.HandOver.Delete() },
			func(d domain.Date) predicate.HandOver { return handover.SeenUntilLT(midnight(d)) },
			retiring[ent.HandOver]{
				id: func(h *ent.HandOver) domain.ID { return h.ID },
				of: func(h *ent.HandOver) domain.ID { return h.ApplicationID },
			}),
		namedagent.Table: retired(
			func(c *ent.Client) *ent.NamedAgentQuery { return c.NamedAgent.Query() },
			func(c *ent.Client) *ent.NamedAgentDelete { return c.NamedAgent.Delete() },
			namedagent.ValidUntilLT,
			retiring[ent.NamedAgent]{
				id: func(n *ent.NamedAgent) domain.ID { return n.ID },
				of: func(n *ent.NamedAgent) domain.ID { return n.ApplicationID },
			}),
		applicantaccount.Table: retired(
			func(c *ent.Client) *ent.ApplicantAccountQuery { return c.ApplicantAccount.Query() },
			func(c *ent.Client) *ent.ApplicantAccountDelete { return c.ApplicantAccount.Delete() },
			func(d domain.Date) predicate.ApplicantAccount { return applicantaccount.UnboundAtLT(midnight(d)) },
			retiring[ent.ApplicantAccount]{
				id: func(a *ent.ApplicantAccount) domain.ID { return a.ID },
				of: func(a *ent.ApplicantAccount) domain.ID { return a.ApplicationID },
				with: func(ctx context.Context, tx *ent.Tx, gone []*ent.ApplicantAccount) error {
					return forgetAudiences(ctx, tx, policy.AccountAudiences(gone))
				},
			}),
		bindingcode.Table: retired(
			func(c *ent.Client) *ent.BindingCodeQuery { return c.BindingCode.Query() },
			func(c *ent.Client) *ent.BindingCodeDelete { return c.BindingCode.Delete() },
			func(d domain.Date) predicate.BindingCode { return bindingcode.ExpiresAtLT(midnight(d)) },
			retiring[ent.BindingCode]{id: func(b *ent.BindingCode) domain.ID { return b.ID }}),
		onlineregistration.Table: retired(
			func(c *ent.Client) *ent.OnlineRegistrationQuery { return c.OnlineRegistration.Query() },
			func(c *ent.Client) *ent.OnlineRegistrationDelete { return c.OnlineRegistration.Delete() },
			func(d domain.Date) predicate.OnlineRegistration {
				return onlineregistration.And(onlineregistration.Handled(true), onlineregistration.DepositedOnLT(d))
			},
			retiring[ent.OnlineRegistration]{id: func(r *ent.OnlineRegistration) domain.ID { return r.ID }}),
		registryevent.Table: retired(
			func(c *ent.Client) *ent.RegistryEventQuery { return c.RegistryEvent.Query() },
			func(c *ent.Client) *ent.RegistryEventDelete { return c.RegistryEvent.Delete() },
			func(d domain.Date) predicate.RegistryEvent {
				return registryevent.And(registryevent.StateEQ(domain.RegistryAcknowledged), registryevent.HappenedAtLT(midnight(d)))
			},
			retiring[ent.RegistryEvent]{id: func(e *ent.RegistryEvent) domain.ID { return e.ID }}),
		draft.Table: retired(
			func(c *ent.Client) *ent.DraftQuery { return c.Draft.Query() },
			func(c *ent.Client) *ent.DraftDelete { return c.Draft.Delete() },
			func(d domain.Date) predicate.Draft { return draft.ChangedAtLT(midnight(d)) },
			retiring[ent.Draft]{id: func(d *ent.Draft) domain.ID { return d.ID }}),
		deposit.Table: retired(
			func(c *ent.Client) *ent.DepositQuery { return c.Deposit.Query() },
			func(c *ent.Client) *ent.DepositDelete { return c.Deposit.Delete() },
			func(d domain.Date) predicate.Deposit {
				return deposit.And(deposit.UniqueNumberIsNil(), deposit.DepositedAtLT(midnight(d)))
			},
			retiring[ent.Deposit]{id: func(d *ent.Deposit) domain.ID { return d.ID }}),
		receptioncontact.Table: retired(
			func(c *ent.Client) *ent.ReceptionContactQuery { return c.ReceptionContact.Query() },
			func(c *ent.Client) *ent.ReceptionContactDelete { return c.ReceptionContact.Delete() },
			func(d domain.Date) predicate.ReceptionContact { return receptioncontact.RecordedAtLT(midnight(d)) },
			retiring[ent.ReceptionContact]{id: func(r *ent.ReceptionContact) domain.ID { return r.ID }}),
		attemptcount.Table: retired(
			func(c *ent.Client) *ent.AttemptCountQuery { return c.AttemptCount.Query() },
			func(c *ent.Client) *ent.AttemptCountDelete { return c.AttemptCount.Delete() },
			func(d domain.Date) predicate.AttemptCount { return attemptcount.TouchedAtLT(midnight(d)) },
			retiring[ent.AttemptCount]{id: func(a *ent.AttemptCount) domain.ID { return a.ID }}),
		usedassertion.Table: retired(
			func(c *ent.Client) *ent.UsedAssertionQuery { return c.UsedAssertion.Query() },
			func(c *ent.Client) *ent.UsedAssertionDelete { return c.UsedAssertion.Delete() },
			func(d domain.Date) predicate.UsedAssertion { return usedassertion.ExpiresAtLT(midnight(d)) },
			retiring[ent.UsedAssertion]{id: func(u *ent.UsedAssertion) domain.ID { return u.ID }}),
		staffauthorisation.Table: retired(
			func(c *ent.Client) *ent.StaffAuthorisationQuery { return c.StaffAuthorisation.Query() },
			func(c *ent.Client) *ent.StaffAuthorisationDelete { return c.StaffAuthorisation.Delete() },
			func(d domain.Date) predicate.StaffAuthorisation {
				return staffauthorisation.Or(staffauthorisation.ValidUntilLT(d), staffauthorisation.RevokedOnLT(d))
			},
			retiring[ent.StaffAuthorisation]{id: func(a *ent.StaffAuthorisation) domain.ID { return a.ID }}),
		assignment.Table: retired(
			func(c *ent.Client) *ent.AssignmentQuery { return c.Assignment.Query() },
			func(c *ent.Client) *ent.AssignmentDelete { return c.Assignment.Delete() },
			func(d domain.Date) predicate.Assignment {
				return assignment.Or(assignment.ValidUntilLT(d),
					assignment.And(assignment.StateEQ(domain.AssignmentRejected), assignment.ValidFromLT(d)))
			},
			retiring[ent.Assignment]{id: func(a *ent.Assignment) domain.ID { return a.ID }}),
		pair.Table: retired(
			func(c *ent.Client) *ent.PairQuery { return c.Pair.Query() },
			func(c *ent.Client) *ent.PairDelete { return c.Pair.Delete() },
			pair.ValidUntilLT,
			retiring[ent.Pair]{id: func(p *ent.Pair) domain.ID { return p.ID }}),
		availability.Table: retired(
			func(c *ent.Client) *ent.AvailabilityQuery { return c.Availability.Query() },
			func(c *ent.Client) *ent.AvailabilityDelete { return c.Availability.Delete() },
			availability.ValidUntilLT,
			retiring[ent.Availability]{id: func(a *ent.Availability) domain.ID { return a.ID }}),
		absence.Table: retired(
			func(c *ent.Client) *ent.AbsenceQuery { return c.Absence.Query() },
			func(c *ent.Client) *ent.AbsenceDelete { return c.Absence.Delete() },
			func(d domain.Date) predicate.Absence { return absence.EndsAtLT(midnight(d)) },
			retiring[ent.Absence]{id: func(a *ent.Absence) domain.ID { return a.ID }}),
		message.Table: retired(
			func(c *ent.Client) *ent.MessageQuery { return c.Message.Query() },
			func(c *ent.Client) *ent.MessageDelete { return c.Message.Delete() },
			func(d domain.Date) predicate.Message { return message.SettledAtLT(midnight(d)) },
			retiring[ent.Message]{id: func(m *ent.Message) domain.ID { return m.ID }}),
		calendarfeed.Table: retired(
			func(c *ent.Client) *ent.CalendarFeedQuery { return c.CalendarFeed.Query() },
			func(c *ent.Client) *ent.CalendarFeedDelete { return c.CalendarFeed.Delete() },
			func(d domain.Date) predicate.CalendarFeed { return calendarfeed.ExpiresAtLT(midnight(d)) },
			retiring[ent.CalendarFeed]{id: func(f *ent.CalendarFeed) domain.ID { return f.ID }}),
		satisfactionanswer.Table: retired(
			func(c *ent.Client) *ent.SatisfactionAnswerQuery { return c.SatisfactionAnswer.Query() },
			func(c *ent.Client) *ent.SatisfactionAnswerDelete { return c.SatisfactionAnswer.Delete() },
			satisfactionanswer.MonthLT,
			retiring[ent.SatisfactionAnswer]{id: func(a *ent.SatisfactionAnswer) domain.ID { return a.ID }}),
	}
}

// midnight is when a day begins.
func midnight(d domain.Date) time.Time { return d.At(domain.LocalTime(0)) }
