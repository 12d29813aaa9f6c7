package service

import (
	"context"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointmentoffer"
	"github.com/guichet-logement/guichet/ent/message"
)

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
