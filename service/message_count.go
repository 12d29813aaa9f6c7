package service

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/messagecount"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// countMessage counts a message that went out, in the transaction that settles it, at the
// price of the day. Neither the identifier of a count nor its date tells of a message.
func countMessage(granted context.Context, tx *ent.Tx, m *ent.Message, by domain.MessageChannel, text string, on domain.Date) error {
	month, point, units := monthOf(on), countedAt(m), by.Units(text)
	cost := units * policy.SettingsOn(on).MessagePrice(by)
	key := fmt.Sprintf("%s %s %s", point, by, m.Kind)
	return tx.MessageCount.Create().SetID(domain.DerivedID(domain.MessageCountPrefix, month.At(0), key)).SetCreatedAt(month.At(0)).
		SetNillableReceptionPointID(optional(point)).SetMonth(month).SetChannel(by).SetKind(m.Kind).
		SetMessages(1).SetUnits(units).SetCost(cost).
		OnConflict(sql.ConflictColumns(messagecount.FieldID), sql.ResolveWith(func(u *sql.UpdateSet) {
			u.Add(messagecount.FieldMessages, 1).Add(messagecount.FieldUnits, units).Add(messagecount.FieldCost, cost)
		})).Exec(granted)
}

// countedAt is the point for which a message counts: where it is about, or else the one that
// follows. Who runs a point must not count what is told to a protected person or of a sensitive
// motive: that is of no point, and in the figures of the Métropole alone.
func countedAt(m *ent.Message) domain.ID {
	a := m.Edges.Application
	switch {
	case m.Sensitive || a.Protected:
		return ""
	case m.ReceptionPointID != nil:
		return *m.ReceptionPointID
	case a.Edges.Summary != nil:
		return valueOf(a.Edges.Summary.FollowingPointID)
	}
	return ""
}

// MessageCostSearch is which months are asked for.
type MessageCostSearch struct {
	From   domain.Date
	Months int
	// OrganisationID is whose points, empty for everybody's; Points are where, nil for everywhere.
	OrganisationID domain.ID
	Points         []domain.ID
}

// MessageCosts tells what messages cost, month by month, the latest first. A month that is not
// over tells nothing: from one day to the next it would tell of somebody.
func (s *Service) MessageCosts(ctx context.Context, search MessageCostSearch) ([]*domain.MessageCost, error) {
	if search.Months < 1 || search.Months > domain.MaxMessageMonths {
		return nil, badSearch("PERIOD", "months", domain.Text{EN: "Ask for 1 to 12 months.", FR: "Demander de 1 à 12 mois."})
	}
	today := auth.FromContext(ctx).Today()
	from := monthOf(search.From)
	q := s.ent.MessageCount.Query().Where(
		messagecount.MonthGTE(from), messagecount.MonthLT(from.AddMonths(search.Months)), messagecount.MonthLT(monthOf(today)))
	if search.OrganisationID != "" {
		q.Where(messagecount.HasReceptionPointWith(receptionpoint.HasOperatorsWith(organisation.ID(search.OrganisationID))))
	}
	if search.Points != nil {
		q.Where(messagecount.ReceptionPointIDIn(search.Points...))
	}
	rows, err := q.Order(messagecount.ByMonth(sql.OrderDesc()), messagecount.ByReceptionPointID(), messagecount.ByChannel(), messagecount.ByKind()).All(ctx)
	if err != nil {
		return nil, err
	}
	counts := make([]domain.MessageCount, len(rows))
	for i, r := range rows {
		counts[i] = domain.MessageCount{
			ReceptionPointID: valueOf(r.ReceptionPointID), Month: r.Month, Channel: r.Channel, Kind: r.Kind, Messages: r.Messages, Units: r.Units, Cost: r.Cost,
		}
	}
	costs := domain.MessageCosts(counts, policy.SettingsOn(today).PublicationThreshold)
	if len(costs) > domain.MaxMessageCosts {
		return nil, badSearch("PERIOD", "months", domain.Text{
			EN: "That is more than 1 000 figures: ask for fewer months or points.",
			FR: "Cela fait plus de 1 000 chiffres : demander moins de mois ou de guichets.",
		})
	}
	return costs, nil
}
