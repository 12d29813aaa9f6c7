package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// lifeOf is the application of the operation ApplicationLife.
type lifeOf struct {
	ID              string           `json:"id"`
	State           string           `json:"state"`
	ValidUntil      string           `json:"validUntil"`
	RenewalDue      bool             `json:"renewalDue"`
	Deadlines       []dueDay         `json:"deadlines"`
	History         []happened       `json:"history"`
	ProposedChanges []proposedChange `json:"proposedChanges"`
	Version         int              `json:"version"`
}

type dueDay struct {
	Kind          domain.DeadlineKind  `json:"kind"`
	Reason        *string              `json:"reason"`
	DueOn         domain.Date          `json:"dueOn"`
	AnnouncedFrom domain.Date          `json:"announcedFrom"`
	State         domain.DeadlineState `json:"state"`
	Article       string               `json:"article"`
}

type happened struct {
	HappenedOn     string  `json:"happenedOn"`
	Kind           string  `json:"kind"`
	State          string  `json:"state"`
	Reason         *string `json:"reason"`
	Deadline       *string `json:"deadline"`
	DueOn          *string `json:"dueOn"`
	ReceptionPoint *titled `json:"receptionPoint"`
}

type proposedChange struct {
	ID         string         `json:"id"`
	ProposedOn string         `json:"proposedOn"`
	Values     []changedValue `json:"values"`
}

type changedValue struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// waiting is a registration of the operation OnlineRegistrations.
type waiting struct {
	ID             string         `json:"id"`
	DepositedOn    string         `json:"depositedOn"`
	ReceptionPoint *titled        `json:"receptionPoint"`
	Assignee       *assignee      `json:"assignee"`
	Application    *waitingPerson `json:"application"`
}

type assignee struct {
	ID         string `json:"id"`
	FamilyName string `json:"familyName"`
}

type waitingPerson struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	BirthName string `json:"birthName"`
}

// lifeStatements are the texts. $1 are the caller's audiences and $2 is now where the
// access is looked up; the others are asked once that is known.
func (l *limit) lifeStatements() []statement {
	return []statement{
		{&l.lifeByNumber, `SELECT a.id, a.state, a.valid_until, a.version, o.groups FROM application a
			CROSS JOIN LATERAL (SELECT bit_or(x.groups) AS groups FROM application_access x WHERE x.application_id = a.id AND ` + access + `) o
			WHERE a.unique_number = $3 AND o.groups <> 0`},
		{&l.deadlinesOf, `SELECT kind, reason, due_on, announced_from, article FROM deadline WHERE application_id = $1 ORDER BY due_on, kind`},
		{&l.historyOf, `SELECT e.happened_on::text, e.kind, e.state, nullif(e.reason, ''), e.deadline, e.due_on::text, p.id, p.name
			FROM application_event e LEFT JOIN reception_point p ON p.id = e.reception_point_id
			WHERE e.application_id = $1 ORDER BY e.position DESC LIMIT 500`},
		{&l.changesOf, `SELECT id, proposed_on::text, correction FROM proposed_change WHERE application_id = $1 ORDER BY id LIMIT 50`},
		// Who follows applications manages nobody: of the people it sees itself.
		{&l.queue, `SELECT r.id, r.deposited_on::text, p.id, p.name, n.id, n.family_name, a.id, a.state, a.birth_name
			FROM online_registration r LEFT JOIN reception_point p ON p.id = r.reception_point_id
			LEFT JOIN person n ON n.id = r.assignee_id AND n.id = $4
			LEFT JOIN application a ON a.id = r.application_id
				AND EXISTS (SELECT FROM application_access x WHERE x.application_id = a.id AND x.groups & 1 <> 0 AND ` + access + `)
			WHERE NOT r.handled AND (r.reception_point_id IS NULL OR r.reception_point_id = ANY($3)) ORDER BY r.id LIMIT $5`},
	}
}

func (l *limit) applicationLife(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ UniqueNumber string }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	a := &lifeOf{Deadlines: []dueDay{}, History: []happened{}, ProposedChanges: []proposedChange{}}
	var until domain.Date
	var groups domain.GroupSet
	err := l.lifeByNumber.QueryRowContext(ctx, scope(ctx, v.UniqueNumber)...).Scan(&a.ID, &a.State, &until, &a.Version, &groups)
	if errors.Is(err, sql.ErrNoRows) {
		return data("application", nil)
	}
	if err != nil {
		return nil, err
	}
	today := domain.DateOf(l.clock())
	a.ValidUntil = until.String()
	a.RenewalDue = domain.Life{State: domain.ApplicationState(a.State), ValidUntil: until}.RenewalDue(domain.LegalClocksOn(today), today)
	if !groups.Opens(domain.GroupSummary) {
		return data("application", a)
	}
	if err := l.whatComes(ctx, a, today); err != nil {
		return nil, err
	}
	if groups.Opens(domain.GroupFile) && groups.Opens(domain.GroupContact) {
		err = l.whatIsProposed(ctx, a)
	}
	if err != nil {
		return nil, err
	}
	return data("application", a)
}

// whatComes reads the deadlines, and what happened.
func (l *limit) whatComes(ctx context.Context, a *lifeOf, today domain.Date) error {
	err := queryEach(ctx, l.deadlinesOf, func(scan func(...any) error) error {
		var d dueDay
		err := scan(&d.Kind, &d.Reason, &d.DueOn, &d.AnnouncedFrom, &d.Article)
		rule := domain.Deadline{Kind: d.Kind, Due: d.DueOn, Event: d.AnnouncedFrom}
		d.State = rule.On(today)
		if !rule.Closed(today) {
			a.Deadlines = append(a.Deadlines, d)
		}
		return err
	}, a.ID)
	if err != nil {
		return err
	}
	return queryEach(ctx, l.historyOf, func(scan func(...any) error) error {
		var h happened
		var point, name *string
		err := scan(&h.HappenedOn, &h.Kind, &h.State, &h.Reason, &h.Deadline, &h.DueOn, &point, &name)
		if point != nil {
			h.ReceptionPoint = &titled{*point, *name}
		}
		a.History = append(a.History, h)
		return err
	}, a.ID)
}

func (l *limit) whatIsProposed(ctx context.Context, a *lifeOf) error {
	return queryEach(ctx, l.changesOf, func(scan func(...any) error) error {
		c := proposedChange{Values: []changedValue{}}
		var text []byte
		if err := scan(&c.ID, &c.ProposedOn, &text); err != nil {
			return err
		}
		var stated domain.ApplicationCorrection
		err := json.Unmarshal(text, &stated)
		for _, v := range stated.Values() {
			c.Values = append(c.Values, changedValue(v))
		}
		a.ProposedChanges = append(a.ProposedChanges, c)
		return err
	}, a.ID)
}

func (l *limit) onlineRegistrations(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ First int }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	viewer := auth.FromContext(ctx)
	var points pq.StringArray
	for _, c := range policy.Claims(viewer) {
		if c.Rule.Ground == domain.GroundFollowed && c.Missing == "" {
			for _, at := range c.Audiences {
				points = append(points, at.Subject)
			}
		}
	}
	rows := []*waiting{}
	if len(points) == 0 { // sees no queue
		return data("onlineRegistrations", rows)
	}
	err := queryEach(ctx, l.queue, func(scan func(...any) error) error {
		r := &waiting{}
		var point, name, person, family, application, state, birth *string
		err := scan(&r.ID, &r.DepositedOn, &point, &name, &person, &family, &application, &state, &birth)
		if point != nil {
			r.ReceptionPoint = &titled{*point, *name}
		}
		if person != nil {
			r.Assignee = &assignee{*person, *family}
		}
		if application != nil {
			r.Application = &waitingPerson{*application, *state, *birth}
		}
		rows = append(rows, r)
		return err
	}, scope(ctx, points, viewer.PersonID, v.First)...)
	if err != nil {
		return nil, err
	}
	return data("onlineRegistrations", rows)
}

func queueCases(page int) []variables {
	return asReaders([]map[string]any{{"first": page}, {"first": max(page-1, 1)}})
}
