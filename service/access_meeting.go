package service

import (
	"context"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/appointmentoffer"
	"github.com/guichet-logement/guichet/ent/interview"
	"github.com/guichet-logement/guichet/ent/interviewnote"
	"github.com/guichet-logement/guichet/ent/message"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/ent/waitingplace"
)

type recordAppointed struct {
	From           time.Time               `json:"from"`
	Until          time.Time               `json:"until"`
	ReceptionPoint string                  `json:"receptionPoint"`
	Motive         domain.MotiveCode       `json:"motive"`
	Mode           domain.AppointmentMode  `json:"mode"`
	State          domain.AppointmentState `json:"state"`
	// Attendance is that of the applicant, empty where it was not to come.
	Attendance domain.Attendance `json:"attendance,omitempty"`
}

type recordWaiting struct {
	JoinedAt  time.Time              `json:"joinedAt"`
	Motive    domain.MotiveCode      `json:"motive"`
	Mode      domain.AppointmentMode `json:"mode"`
	Until     string                 `json:"until"`
	State     domain.WaitingState    `json:"state"`
	StartsAt  *time.Time             `json:"startsAt,omitempty"`
	HeldUntil *time.Time             `json:"heldUntil,omitempty"`
}

// recordInterview is an interview with its notes, those of social workers too: the person
// may read them on request, and by no other way.
type recordInterview struct {
	Kind           domain.InterviewKind   `json:"kind"`
	HeldOn         string                 `json:"heldOn"`
	Organisation   string                 `json:"organisation"`
	ReceptionPoint string                 `json:"receptionPoint,omitempty"`
	Project        *domain.HousingProject `json:"project"`
	Notes          []recordNote           `json:"notes"`
}

type recordNote struct {
	At           time.Time           `json:"at"`
	Audience     domain.NoteAudience `json:"audience"`
	Organisation string              `json:"organisation"`
	Text         string              `json:"text"`
}

type recordMessage struct {
	Kind      domain.MessageKind     `json:"kind"`
	State     domain.MessageState    `json:"state"`
	Channel   *domain.MessageChannel `json:"channel,omitempty"`
	DueAt     time.Time              `json:"dueAt"`
	SettledAt *time.Time             `json:"settledAt"`
}

type recordOffer struct {
	Motive    domain.MotiveCode            `json:"motive"`
	OfferedOn string                       `json:"offeredOn"`
	BookBy    string                       `json:"bookBy"`
	State     domain.AppointmentOfferState `json:"state"`
}

// recordProposal is a dwelling that was proposed, by its official address.
type recordProposal struct {
	Dwelling     string                     `json:"dwelling,omitempty"`
	Landlord     string                     `json:"landlord"`
	Reservataire string                     `json:"reservataire,omitempty"`
	State        domain.ProposalState       `json:"state"`
	PutForwardOn string                     `json:"putForwardOn"`
	Decision     *domain.CommissionDecision `json:"decision,omitempty"`
	DecidedOn    string                     `json:"decidedOn,omitempty"`
	Rank         *int                       `json:"rank,omitempty"`
	AnsweredOn   string                     `json:"answeredOn,omitempty"`
	RefusedFor   *domain.ProposalRefusal    `json:"refusedFor,omitempty"`
	WithdrawnOn  string                     `json:"withdrawnOn,omitempty"`
}

// meetings are when the applicant met somebody of the service or is to, what it was told of
// that, and what was said.
func (c *collecting) meetings(granted context.Context, tx *ent.Tx, r *accessRecord) (err error) {
	if r.Interviews, err = c.interviews(granted, tx); err != nil {
		return err
	}
	if r.Appointments, err = c.appointments(granted, tx); err != nil {
		return err
	}
	if r.WaitingPlaces, err = c.waitingPlaces(granted, tx); err != nil {
		return err
	}
	if r.Proposals, err = c.proposals(granted, tx); err != nil {
		return err
	}
	return c.messages(granted, tx, r)
}

func (c *collecting) proposals(granted context.Context, tx *ent.Tx) ([]recordProposal, error) {
	all, err := tx.Proposal.Query().Where(proposal.ApplicationID(c.a.ID)).WithLandlord().WithReservataire().
		WithDwelling(func(q *ent.DwellingQuery) { q.WithBuilding() }).Order(proposal.ByPutForwardOn(), proposal.ByID()).All(granted)
	return made(all, func(p *ent.Proposal) recordProposal {
		r := recordProposal{
			Landlord: p.Edges.Landlord.Name, State: p.State, PutForwardOn: p.PutForwardOn.String(), Decision: p.Decision, DecidedOn: dayOf(p.DecidedOn),
			Rank: p.Rank, AnsweredOn: dayOf(p.AnsweredOn), RefusedFor: p.RefusedFor, WithdrawnOn: dayOf(p.WithdrawnOn),
		}
		if p.Edges.Reservataire != nil {
			r.Reservataire = p.Edges.Reservataire.Name
		}
		if p.Edges.Dwelling != nil {
			r.Dwelling = string(p.Edges.Dwelling.Edges.Building.Address)
		}
		return r
	}), err
}

// waitingPlaces are those of the household: of whom of it a sensitive motive tells is not
// said, and it is left out.
func (c *collecting) waitingPlaces(granted context.Context, tx *ent.Tx) ([]recordWaiting, error) {
	waits, err := tx.WaitingPlace.Query().Where(waitingplace.ApplicationID(c.a.ID), waitingplace.Sensitive(false)).
		Order(waitingplace.ByJoinedAt(), waitingplace.ByID()).All(granted)
	return made(waits, func(p *ent.WaitingPlace) recordWaiting {
		return recordWaiting{p.JoinedAt, p.Motive, p.Mode, p.Until.String(), p.State, p.StartsAt, p.HeldUntil}
	}), err
}

// appointments are those of the household; one of a sensitive motive tells of who is to come,
// and is there for that one alone.
func (c *collecting) appointments(granted context.Context, tx *ent.Tx) ([]recordAppointed, error) {
	given, err := tx.Appointment.Query().Where(appointment.ApplicationID(c.a.ID)).WithReceptionPoint().
		Order(appointment.ByStartsAt(), appointment.ByID()).All(granted)
	all := []recordAppointed{}
	for _, a := range given {
		own := slices.IndexFunc(a.Participants, func(p domain.Participant) bool { return p.MemberID == c.applicant })
		if a.Sensitive && own < 0 {
			continue
		}
		shown := recordAppointed{
			From: a.StartsAt, Until: a.EndsAt, ReceptionPoint: pointName(a.Edges.ReceptionPoint), Motive: a.Motive, Mode: a.Mode, State: a.State,
		}
		if own >= 0 {
			shown.Attendance = a.Participants[own].Attendance
		}
		all = append(all, shown)
	}
	return all, err
}

// interviews are those that were held, with all their notes. Beside another adult what is
// sensitive in them may be of that one: it does not show, as a piece of nobody in particular.
func (c *collecting) interviews(granted context.Context, tx *ent.Tx) ([]recordInterview, error) {
	held, err := tx.Interview.Query().Where(interview.ApplicationID(c.a.ID)).WithOrganisation().WithReceptionPoint().
		WithNotes(func(q *ent.InterviewNoteQuery) {
			q.WithOrganisation().Order(interviewnote.ByWrittenAt(), interviewnote.ByID())
		}).Order(interview.ByHeldOn(), interview.ByID()).All(granted)
	if len(c.others) > 0 {
		held = slices.DeleteFunc(held, func(i *ent.Interview) bool { return i.Kind.Sensitive() })
		for _, i := range held {
			i.Edges.Notes = slices.DeleteFunc(i.Edges.Notes, func(n *ent.InterviewNote) bool { return n.Audience != domain.NoteForFile })
		}
	}
	return made(held, func(i *ent.Interview) recordInterview {
		return recordInterview{
			Kind: i.Kind, HeldOn: i.HeldOn.String(), Organisation: i.Edges.Organisation.Name,
			ReceptionPoint: pointName(i.Edges.ReceptionPoint), Project: i.Project,
			Notes: made(i.Edges.Notes, func(n *ent.InterviewNote) recordNote {
				return recordNote{n.WrittenAt, n.Audience, n.Edges.Organisation.Name, n.Text}
			}),
		}
	}), err
}

// messages are what the household was told and offered; what is of a sensitive appointment
// is there for who was to come alone.
func (c *collecting) messages(granted context.Context, tx *ent.Tx, r *accessRecord) error {
	told, err := tx.Message.Query().Where(message.ApplicationID(c.a.ID)).WithAppointment().
		Order(message.ByDueAt(), message.ByID()).All(granted)
	if err != nil {
		return err
	}
	others := func(m *ent.Message) bool {
		a := m.Edges.Appointment
		return m.Sensitive && (a == nil || !slices.ContainsFunc(a.Participants, func(p domain.Participant) bool { return p.MemberID == c.applicant }))
	}
	r.Messages = made(slices.DeleteFunc(told, others), func(m *ent.Message) recordMessage {
		return recordMessage{m.Kind, m.State, m.Channel, m.DueAt, m.SettledAt}
	})
	offered, err := tx.AppointmentOffer.Query().Where(appointmentoffer.ApplicationID(c.a.ID)).Order(appointmentoffer.ByID()).All(granted)
	r.Offers = made(offered, func(o *ent.AppointmentOffer) recordOffer {
		return recordOffer{o.Motive, o.OfferedOn.String(), o.BookBy.String(), AppointmentOfferOn(o, c.today)}
	})
	return err
}
