package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// deskLine is an application of the operation DeskList.
type deskLine struct {
	applicant
	Masked       []string          `json:"masked"`
	Household    []deskMember      `json:"household"`
	Wishes       []wish            `json:"wishes"`
	Pieces       []deskPiece       `json:"pieces"`
	Appointments []deskAppointment `json:"appointments"`
}

type deskMember struct {
	ID         string  `json:"id"`
	Link       string  `json:"link"`
	ExpectedOn *string `json:"expectedOn"`
}

type deskPiece struct {
	ID    string            `json:"id"`
	Kind  string            `json:"kind"`
	State domain.PieceState `json:"state"`
	DueOn *string           `json:"dueOn"`
}

type deskAppointment struct {
	ID       string    `json:"id"`
	Motive   string    `json:"motive"`
	Mode     string    `json:"mode"`
	State    string    `json:"state"`
	StartsAt time.Time `json:"startsAt"`
}

// openings are how the applications of a page are open, in its order.
type openings struct {
	ids                         []string
	documents, both             []bool // of pieces: the ordinary ones, and the sensitive ones too
	contact, sensitive, receipt []bool
	withSummary, withFile       []string
}

// deskStatements are the texts. $1 are the caller's audiences and $2 is now where the
// access is looked up; the others are told how each application is open.
func (l *limit) deskStatements() []statement {
	return []statement{
		{&l.deskPage, `SELECT ` + whom + `, o.groups, o.both, o.receipt
			FROM application a CROSS JOIN LATERAL (SELECT bit_or(x.groups) AS groups, bool_or(x.groups & 48 = 48) AS both,
				bool_or(x.ground = 'RECEIVED') AS receipt FROM application_access x
				WHERE x.application_id = a.id AND ` + access + `) o
			WHERE ` + onPage + ` ORDER BY a.id`},
		{&l.deskMembers, `SELECT m.application_id, m.id, m.link, m.expected_on::text FROM household_member m
			WHERE m.application_id = ANY($1) ORDER BY m.rank`},
		{&l.deskPieces, `SELECT p.application_id, p.id, p.kind, p.state, p.due_on::text, p.issued_on, p.expires_on
			FROM unnest($1::text[], $2::bool[], $3::bool[], $4::bool[]) o (id, documents, "both", receipt)
			JOIN piece p ON p.application_id = o.id
			WHERE NOT p.sensitive AND o.documents OR o."both" OR o.receipt AND (NOT p.sensitive OR p.deposited_by_id = $5) ORDER BY p.id`},
		{&l.deskAppointments, `SELECT p.application_id, p.id, p.motive, p.mode, p.state, p.starts_at
			FROM unnest($1::text[], $2::bool[], $3::bool[], $4::bool[]) o (id, contact, sensitive, receipt)
			JOIN appointment p ON p.application_id = o.id
			WHERE (o.contact OR o.receipt) AND (NOT p.sensitive OR o.sensitive OR p.booked_by_id = $5
				OR EXISTS (SELECT FROM appointment_staff s WHERE s.appointment_id = p.id AND s.person_id = $5))
			ORDER BY p.starts_at, p.id`},
	}
}

func (l *limit) deskList(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		First int
		After *string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil {
		return nil, err
	}
	var rows []*deskLine
	var o openings
	err = queryEach(ctx, l.deskPage, func(scan func(...any) error) error {
		a := &deskLine{Household: []deskMember{}, Wishes: []wish{}, Pieces: []deskPiece{}, Appointments: []deskAppointment{}}
		var groups domain.GroupSet
		var both, receipt bool
		if err := scan(append(a.into(), &groups, &both, &receipt)...); err != nil {
			return err
		}
		a.Masked = missing(groups)
		if rows = append(rows, a); len(rows) <= v.First { // the one beyond tells that there are more
			o.add(a.ID, groups, both, receipt)
		}
		return nil
	}, scope(ctx, after.id, v.First+1)...)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(a *deskLine) position { return position{id: a.ID} })
	byID := make(map[string]*deskLine, len(rows))
	for _, a := range rows {
		byID[a.ID] = a
	}
	if err := l.deskParts(ctx, o, byID); err != nil {
		return nil, err
	}
	return data("applications", newConnection(rows, info))
}

func (o *openings) add(id string, groups domain.GroupSet, both, receipt bool) {
	o.ids = append(o.ids, id)
	o.documents, o.both = append(o.documents, groups.Opens(domain.GroupDocuments)), append(o.both, both)
	o.contact, o.sensitive = append(o.contact, groups.Opens(domain.GroupContact)), append(o.sensitive, groups.Opens(domain.GroupSensitive))
	o.receipt = append(o.receipt, receipt)
	if groups.Opens(domain.GroupSummary) {
		o.withSummary = append(o.withSummary, id)
	}
	if groups.Opens(domain.GroupFile) {
		o.withFile = append(o.withFile, id)
	}
}

// deskParts reads what hangs on the applications of a page.
func (l *limit) deskParts(ctx context.Context, o openings, byID map[string]*deskLine) error {
	err := l.wishes(ctx, o.withSummary, func(id string, w wish) { byID[id].Wishes = append(byID[id].Wishes, w) })
	if err != nil {
		return err
	}
	var id string
	err = queryEach(ctx, l.deskMembers, func(scan func(...any) error) error {
		var m deskMember
		if err := scan(&id, &m.ID, &m.Link, &m.ExpectedOn); err != nil {
			return err
		}
		byID[id].Household = append(byID[id].Household, m)
		return nil
	}, pq.Array(o.withFile))
	if err != nil {
		return err
	}
	me, today := auth.FromContext(ctx).PersonID, domain.DateOf(l.clock())
	err = queryEach(ctx, l.deskPieces, func(scan func(...any) error) error {
		var p deskPiece
		var rule domain.Piece
		var issued, expires *domain.Date
		if err := scan(&id, &p.ID, &p.Kind, &rule.State, &p.DueOn, &issued, &expires); err != nil {
			return err
		}
		rule.Code = domain.PieceCode(p.Kind)
		if issued != nil {
			rule.IssuedOn = *issued
		}
		if expires != nil {
			rule.ExpiresOn = *expires
		}
		p.State = rule.On(today)
		byID[id].Pieces = append(byID[id].Pieces, p)
		return nil
	}, pq.Array(o.ids), pq.Array(o.documents), pq.Array(o.both), pq.Array(o.receipt), me)
	if err != nil {
		return err
	}
	return queryEach(ctx, l.deskAppointments, func(scan func(...any) error) error {
		var a deskAppointment
		if err := scan(&id, &a.ID, &a.Motive, &a.Mode, &a.State, &a.StartsAt); err != nil {
			return err
		}
		a.StartsAt = a.StartsAt.UTC()
		byID[id].Appointments = append(byID[id].Appointments, a)
		return nil
	}, pq.Array(o.ids), pq.Array(o.contact), pq.Array(o.sensitive), pq.Array(o.receipt), me)
}
