package service

import (
	"context"
	"slices"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/satisfactionanswer"
	"github.com/guichet-logement/guichet/policy"
)

// SatisfactionMonth is what people thought of the appointments of a point in a month. The
// marks are nil for fewer answers than a figure rests on.
type SatisfactionMonth struct {
	ReceptionPointID          domain.ID
	Month                     domain.Date
	Asked                     int
	Answered                  *int
	Overall, Clarity, Waiting *float64
}

// askSatisfaction makes the place of an answer, unless the message was sent before, and
// returns the code by which it is given. Neither its identifier nor its date tells of an
// appointment.
func (s *Service) askSatisfaction(granted context.Context, m *ent.Message) (string, error) {
	code := s.answerCode(m.ID)
	hash := s.keyed("satisfaction", domain.TidyAnswerCode(code))
	month := monthOf(domain.DateOf(m.About))
	asked, err := s.ent.SatisfactionAnswer.Query().Where(satisfactionanswer.Hash(hash)).Exist(granted)
	if err != nil || asked {
		return code, err
	}
	return code, s.ent.SatisfactionAnswer.Create().SetID(domain.NewID(domain.SatisfactionAnswerPrefix, month.At(0))).SetCreatedAt(month.At(0)).
		SetReceptionPointID(valueOf(m.ReceptionPointID)).SetMonth(month).SetHash(hash).Exec(granted)
}

// AnswerSatisfaction takes what somebody thinks, by a code that is of no use afterwards.
func (s *Service) AnswerSatisfaction(ctx context.Context, code string, told domain.Satisfaction) error {
	if err := told.Check().Err(); err != nil {
		return err
	}
	oldest := monthOf(auth.FromContext(ctx).Today()).AddMonths(-domain.AnswerMonths)
	return s.inTx(ctx, func(tx *ent.Tx) error {
		granted := policy.AnswerSatisfaction(ctx)
		n, err := tx.SatisfactionAnswer.Update().
			Where(satisfactionanswer.Hash(s.keyed("satisfaction", domain.TidyAnswerCode(code))), satisfactionanswer.MonthGTE(oldest)).
			ClearHash().SetOverall(told.Overall).SetClarity(told.Clarity).SetWaiting(told.Waiting).Save(granted)
		if err != nil {
			return err
		}
		if n == 0 {
			return domain.AnswerCodeUsed()
		}
		return nil // the trail tells nothing of it: who answers is nobody's to know
	})
}

// SatisfactionSearch is which months are asked for.
type SatisfactionSearch struct {
	From   domain.Date
	Months int
	// Points are where; nil for everywhere.
	Points []domain.ID
}

// Satisfaction tells what people thought, month by month, the latest first.
func (s *Service) Satisfaction(ctx context.Context, search SatisfactionSearch) ([]*SatisfactionMonth, error) {
	if search.Months < 1 || search.Months > domain.MaxSatisfactionMonths {
		return nil, badSearch("PERIOD", "months", domain.Text{EN: "Ask for 1 to 12 months.", FR: "Demander de 1 à 12 mois."})
	}
	from := monthOf(search.From)
	q := s.ent.SatisfactionAnswer.Query().
		Where(satisfactionanswer.MonthGTE(from), satisfactionanswer.MonthLT(from.AddMonths(search.Months)))
	if search.Points != nil {
		q.Where(satisfactionanswer.ReceptionPointIDIn(search.Points...))
	}
	var rows []struct {
		ReceptionPointID          domain.ID   `json:"reception_point_id"`
		Month                     domain.Date `json:"month"`
		Asked                     int         `json:"asked"`
		Answered                  int         `json:"answered"`
		Overall, Clarity, Waiting *float64
	}
	err := q.Order(satisfactionanswer.ByMonth(sql.OrderDesc()), satisfactionanswer.ByReceptionPointID()).
		GroupBy(satisfactionanswer.FieldReceptionPointID, satisfactionanswer.FieldMonth).
		Aggregate(ent.As(ent.Count(), "asked"), ent.As(counted(satisfactionanswer.FieldOverall), "answered"),
			ent.As(ent.Mean(satisfactionanswer.FieldOverall), "overall"), ent.As(ent.Mean(satisfactionanswer.FieldClarity), "clarity"),
			ent.As(ent.Mean(satisfactionanswer.FieldWaiting), "waiting")).
		Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	months := []*SatisfactionMonth{}
	for _, r := range slices.Clip(rows[:min(len(rows), domain.MaxSatisfactionRows)]) {
		m := &SatisfactionMonth{ReceptionPointID: r.ReceptionPointID, Month: r.Month, Asked: r.Asked}
		if r.Answered >= domain.SatisfactionThreshold {
			m.Answered, m.Overall, m.Clarity, m.Waiting = &r.Answered, r.Overall, r.Clarity, r.Waiting
		}
		months = append(months, m)
	}
	return months, nil
}

// counted counts the rows in which a column says something.
func counted(field string) ent.AggregateFunc {
	return func(s *sql.Selector) string { return sql.Count(s.C(field)) }
}
