package main

import (
	"context"
	"encoding/json"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// member is a member of staff with what it does and may read.
type member struct {
	ID             string               `json:"id"`
	GivenName      string               `json:"givenName"`
	FamilyName     string               `json:"familyName"`
	Assignments    []*staffAssignment   `json:"assignments"`
	Authorisations []staffAuthorisation `json:"authorisations"`
}

type staffAssignment struct {
	ID              string   `json:"id"`
	Role            string   `json:"role"`
	Share           int      `json:"share"`
	State           string   `json:"state"`
	Organisation    titled   `json:"organisation"`
	ReceptionPoints []titled `json:"receptionPoints"`
	ValidFrom       string   `json:"validFrom"`
	ValidUntil      *string  `json:"validUntil"`
	Version         int      `json:"version"`
}

type staffAuthorisation struct {
	ID         string `json:"id"`
	Role       string `json:"role"`
	ValidFrom  string `json:"validFrom"`
	ValidUntil string `json:"validUntil"`
	Version    int    `json:"version"`
}

// titled is an organisation or a reception point by its name.
type titled struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// staffStatements are the texts. $1 is the day, $2 who asks; $3, $4 and $5 are what
// it manages: everything, these organisations, these points.
func (l *limit) staffStatements() []statement {
	const (
		notEnded = `(a.valid_until IS NULL OR a.valid_until > $1)`
		inForce  = `(a.state = 'CONFIRMED' AND a.valid_from <= $1 AND ` + notEnded + `)`
		atPoints = `(a.state = 'CONFIRMED' AND EXISTS (SELECT FROM assignment_reception_point x
			WHERE x.assignment_id = a.id AND x.reception_point_id = ANY($5)))`
		visible = `(a.person_id = $2 AND ` + inForce + ` OR ` + notEnded + ` AND (
			a.state IN ('PROPOSED', 'CONFIRMED') AND ($3 OR a.organisation_id = ANY($4)) OR ` + atPoints + `))`
		same = `a.person_id = h.person_id AND a.organisation_id = h.organisation_id AND a.role = h.role`
	)
	return []statement{
		{&l.managed, `SELECT COALESCE(bool_or(a.role = 'ORG_ADMIN' AND o.kind = 'METROPOLE'), false),
				array_agg(DISTINCT o.id) FILTER (WHERE a.role = 'ORG_ADMIN'),
				array_agg(DISTINCT ap.reception_point_id) FILTER (WHERE a.role = 'POINT_MANAGER')
			FROM assignment a JOIN organisation o ON o.id = a.organisation_id
			LEFT JOIN assignment_reception_point ap ON ap.assignment_id = a.id
			WHERE a.person_id = $2 AND ` + inForce},
		// Who has an assignment that is seen is seen.
		{&l.staffPage, `SELECT p.id, p.given_name, p.family_name FROM person p
			WHERE EXISTS (SELECT FROM assignment a WHERE a.person_id = p.id AND ` + visible + ` AND ` + inForce + `
				AND ($6::text[] IS NULL OR a.role = ANY($6)))
			ORDER BY p.family_name, p.id LIMIT $7`},
		{&l.staffAssignments, `SELECT a.person_id, a.id, a.role, a.share, a.state, o.id, o.name, p.id, p.name,
				a.valid_from::text, a.valid_until::text, a.version
			FROM assignment a JOIN organisation o ON o.id = a.organisation_id
			LEFT JOIN assignment_reception_point ap ON ap.assignment_id = a.id
			LEFT JOIN reception_point p ON p.id = ap.reception_point_id
			WHERE a.person_id = ANY($6) AND ` + visible + ` ORDER BY a.valid_from, a.id, p.id COLLATE "C"`},
		{&l.staffAuthorisations, `SELECT h.person_id, h.id, h.role, h.valid_from::text, h.valid_until::text, h.version
			FROM staff_authorisation h
			WHERE h.person_id = ANY($6) AND h.valid_until > $1 AND (h.revoked_on IS NULL OR h.revoked_on > $1) AND (
				$3 OR h.organisation_id = ANY($4)
				OR EXISTS (SELECT FROM assignment a WHERE ` + same + ` AND ` + atPoints + ` AND ` + notEnded + `)
				OR h.person_id = $2 AND h.valid_from <= $1 AND EXISTS (SELECT FROM assignment a WHERE ` + same + ` AND ` + inForce + `))
			ORDER BY h.valid_from, h.id`},
	}
}

// staff lists the people that the caller manages, and itself.
func (l *limit) staff(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		First int
		Roles []string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	var everywhere bool
	var organisations, points []string
	day, caller := l.day(), auth.FromContext(ctx).PersonID
	err := l.managed.QueryRowContext(ctx, day, caller).Scan(&everywhere, pq.Array(&organisations), pq.Array(&points))
	if err != nil {
		return nil, err
	}
	scope := func(more ...any) []any {
		return append([]any{day, caller, everywhere, pq.Array(organisations), pq.Array(points)}, more...)
	}
	var rows []*member
	err = queryEach(ctx, l.staffPage, func(scan func(...any) error) error {
		m := &member{Assignments: []*staffAssignment{}, Authorisations: []staffAuthorisation{}}
		rows = append(rows, m)
		return scan(&m.ID, &m.GivenName, &m.FamilyName)
	}, scope(pq.Array(v.Roles), v.First+1)...)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(m *member) position { return position{m.FamilyName, m.ID} })
	if err := l.describe(ctx, rows, scope); err != nil {
		return nil, err
	}
	return data("staff", newConnection(rows, info))
}

// describe adds to the people what they were given.
func (l *limit) describe(ctx context.Context, rows []*member, scope func(...any) []any) error {
	ids, byID := make([]string, len(rows)), map[string]*member{}
	for i, m := range rows {
		ids[i], byID[m.ID] = m.ID, m
	}
	var last *staffAssignment
	err := queryEach(ctx, l.staffAssignments, func(scan func(...any) error) error {
		var person string
		var point, name *string
		a := &staffAssignment{ReceptionPoints: []titled{}}
		err := scan(&person, &a.ID, &a.Role, &a.Share, &a.State, &a.Organisation.ID, &a.Organisation.Name,
			&point, &name, &a.ValidFrom, &a.ValidUntil, &a.Version)
		if err != nil {
			return err
		}
		if last == nil || last.ID != a.ID {
			last = a
			byID[person].Assignments = append(byID[person].Assignments, a)
		}
		if point != nil {
			last.ReceptionPoints = append(last.ReceptionPoints, titled{*point, *name})
		}
		return nil
	}, scope(pq.Array(ids))...)
	if err != nil {
		return err
	}
	return queryEach(ctx, l.staffAuthorisations, func(scan func(...any) error) error {
		var person string
		var a staffAuthorisation
		err := scan(&person, &a.ID, &a.Role, &a.ValidFrom, &a.ValidUntil, &a.Version)
		byID[person].Authorisations = append(byID[person].Authorisations, a)
		return err
	}, scope(pq.Array(ids))...)
}

// staffCases are asked by those who manage people, and by one who manages nobody.
func staffCases(page int) []variables {
	var cases []variables
	for _, persona := range []string{"metropole-admin", "commune-grenoble-admin", "shared-desk-manager", "commune-grenoble-agent"} {
		for _, roles := range []any{nil, []string{string(domain.ReceptionAgent), string(domain.SocialOfficer)}} {
			cases = append(cases, variables{persona: persona, values: map[string]any{"first": page, "roles": roles}})
		}
	}
	return cases
}
