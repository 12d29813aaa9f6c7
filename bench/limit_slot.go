package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// slot is one of the operation Slots.
type slot struct {
	ReceptionPointID string    `json:"receptionPointId"`
	StartsAt         time.Time `json:"startsAt"`
	EndsAt           time.Time `json:"endsAt"`
}

// slots knows weekly rules, motives of one role, and no changes of a day.
func (l *limit) slots(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		Motive, Mode string
		Points       []string
		Until        *time.Time
		First        int
		After        *slot
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	ask, err := slotQuestion(v.Motive, l.clock(), v.Until)
	if err != nil {
		return nil, err
	}
	var after *time.Time
	var afterPoint string
	if v.After != nil {
		after, afterPoint = &v.After.StartsAt, v.After.ReceptionPointID
	}
	answer := struct {
		TotalCount      int         `json:"totalCount"`
		HasNextPage     bool        `json:"hasNextPage"`
		Slots           []slot      `json:"slots"`
		ReceptionPoints []pointNode `json:"receptionPoints"`
	}{Slots: []slot{}, ReceptionPoints: []pointNode{}}
	err = queryEach(ctx, l.slotPage, func(scan func(...any) error) error {
		var s slot
		err := scan(&s.ReceptionPointID, &s.StartsAt, &s.EndsAt, &answer.TotalCount)
		s.StartsAt, s.EndsAt = s.StartsAt.UTC(), s.EndsAt.UTC()
		answer.Slots = append(answer.Slots, s)
		return err
	}, pq.Array(v.Points), ask.Motive.Level, ask.Motive.Minutes, ask.Motive.Roles[0], `["`+v.Motive+`"]`, `["`+v.Mode+`"]`,
		ask.From, ask.Until, pq.Array(holidays(ask)), after, afterPoint, v.First+1)
	if err != nil {
		return nil, err
	}
	if len(answer.Slots) > v.First {
		answer.Slots, answer.HasNextPage = answer.Slots[:v.First], true
	}
	points := make([]string, len(answer.Slots))
	for i, s := range answer.Slots {
		points[i] = s.ReceptionPointID
	}
	err = queryEach(ctx, l.slotPoints, func(scan func(...any) error) error {
		var p pointNode
		err := scan(&p.ID, &p.Name, &p.Commune.ID, &p.Commune.Name)
		answer.ReceptionPoints = append(answer.ReceptionPoints, p)
		return err
	}, pq.Array(points))
	if err != nil {
		return nil, err
	}
	return data("slots", answer)
}

// pointNode is where slots are.
type pointNode struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Commune titled `json:"commune"`
}

// slotQuestion is what may be booked now until then, 28 days from now when that is not said.
func slotQuestion(motive string, now time.Time, until *time.Time) (domain.SlotQuestion, error) {
	m, refused := domain.MotiveOn(domain.MotiveCode(motive), domain.DateOf(now))
	ask := domain.SlotQuestion{Motive: m, From: now, Until: now.AddDate(0, 0, 28)}
	if until != nil {
		ask.Until = *until
	}
	return ask.Bookable(now), refused.Err()
}

// holidays are those on which nobody receives.
func holidays(ask domain.SlotQuestion) []string {
	days := []string{}
	for d := domain.DateOf(ask.From); !domain.DateOf(ask.Until).Before(d); d = d.AddDays(1) {
		if _, is := domain.HolidayOn(d); is {
			days = append(days, d.String())
		}
	}
	return days
}

// slotCases look for each motive of one agent at the points of the sample, everywhere and
// at few, for as long as they are booked.
func slotCases(s sample, page int) []variables {
	var cases []variables
	for _, motive := range []string{"RENEWAL", "FIRST_REGISTRATION", "PERSONALISED"} {
		for _, points := range [][]string{s.receiving, nil, s.receiving[:2], s.receiving} {
			v := map[string]any{"motive": motive, "mode": "ON_SITE", "points": points, "first": page}
			if s.bookedUntil != nil {
				v["until"] = s.bookedUntil
			}
			cases = append(cases, variables{values: v})
		}
	}
	return cases
}
