package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// declaredHours are opening hours as they were declared.
type declaredHours struct {
	ID         string     `json:"id"`
	Weekday    *string    `json:"weekday"`
	Intervals  []interval `json:"intervals"`
	ValidFrom  string     `json:"validFrom"`
	ValidUntil *string    `json:"validUntil"`
	Reason     *string    `json:"reason"`
	Version    int        `json:"version"`
}

// node answers for every kind but assignments, which nobody sees here: the
// request brings no token.
func (l *limit) node(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ ID domain.ID }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	found, err := l.find(ctx, v.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return data("node", nil)
	}
	if err != nil {
		return nil, err
	}
	return data("node", found)
}

// typed is what the kinds of node share.
type typed struct {
	Typename string    `json:"__typename"`
	ID       domain.ID `json:"id"`
}

func (l *limit) find(ctx context.Context, id domain.ID) (any, error) {
	switch id.Prefix() {
	case domain.CommunePrefix:
		n := struct {
			typed
			InseeCode string `json:"inseeCode"`
			Name      string `json:"name"`
		}{typed: typed{"Commune", id}}
		return &n, l.communeNode.QueryRowContext(ctx, id).Scan(&n.InseeCode, &n.Name)
	case domain.OrganisationPrefix:
		n := struct {
			typed
			Key  string `json:"key"`
			Name string `json:"name"`
			Kind string `json:"kind"`
		}{typed: typed{"Organisation", id}}
		return &n, l.organisationNode.QueryRowContext(ctx, id).Scan(&n.Key, &n.Name, &n.Kind)
	case domain.ReceptionPointPrefix:
		return l.findPoint(ctx, id)
	case domain.OpeningHoursPrefix:
		n := struct {
			typed
			ValidFrom  string  `json:"validFrom"`
			ValidUntil *string `json:"validUntil"`
			Version    int     `json:"version"`
		}{typed: typed{"OpeningHours", id}}
		return &n, l.hoursNode.QueryRowContext(ctx, id, l.day()).Scan(&n.ValidFrom, &n.ValidUntil, &n.Version)
	case domain.AgreementPrefix:
		n := struct {
			typed
			Level      int     `json:"level"`
			Means      string  `json:"means"`
			ValidFrom  string  `json:"validFrom"`
			ValidUntil *string `json:"validUntil"`
		}{typed: typed{"Agreement", id}}
		return &n, l.agreementNode.QueryRowContext(ctx, l.day(), id).Scan(&n.Level, &n.Means, &n.ValidFrom, &n.ValidUntil)
	case domain.CatalogueEntryPrefix:
		n := struct {
			typed
			Code  string `json:"code"`
			Label string `json:"label"`
		}{typed: typed{"CatalogueEntry", id}}
		return &n, l.entryNode.QueryRowContext(ctx, id).Scan(&n.Code, &n.Label)
	default: // not measured
		return nil, sql.ErrNoRows
	}
}

func (l *limit) findPoint(ctx context.Context, id domain.ID) (any, error) {
	n := struct {
		typed
		Key          string          `json:"key"`
		Name         string          `json:"name"`
		OpeningHours []declaredHours `json:"openingHours"`
	}{typed: typed{"ReceptionPoint", id}, OpeningHours: []declaredHours{}}
	if err := l.pointNode.QueryRowContext(ctx, id).Scan(&n.Key, &n.Name); err != nil {
		return nil, err
	}
	err := queryEach(ctx, l.pointHours, func(scan func(...any) error) error {
		var h declaredHours
		var weekday int
		var intervals string
		if err := scan(&h.ID, &weekday, &intervals, &h.ValidFrom, &h.ValidUntil, &h.Reason, &h.Version); err != nil {
			return err
		}
		if weekday > 0 {
			name := domain.Weekday(weekday).String()
			h.Weekday = &name
		}
		var err error
		h.Intervals, err = readIntervals(intervals)
		n.OpeningHours = append(n.OpeningHours, h)
		return err
	}, id, l.day())
	return &n, err
}

// nodes knows the kinds of which the document asks more than the identifier.
func (l *limit) nodes(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ IDs []domain.ID }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	kinds := map[domain.Prefix][]string{}
	for _, id := range v.IDs {
		kinds[id.Prefix()] = append(kinds[id.Prefix()], string(id))
	}
	type row struct {
		Typename  string `json:"__typename"`
		ID        string `json:"id"`
		InseeCode string `json:"inseeCode,omitempty"`
		Key       string `json:"key,omitempty"`
		Name      string `json:"name"`
		Commune   *named `json:"commune,omitempty"`
	}
	found := make(map[string]*row, len(v.IDs))
	for kind, ids := range kinds {
		var s *sql.Stmt
		var read func(scan func(...any) error, r *row) error
		switch kind {
		case domain.CommunePrefix:
			s, read = l.communeNodes, func(scan func(...any) error, r *row) error {
				r.Typename = "Commune"
				return scan(&r.ID, &r.InseeCode, &r.Name)
			}
		case domain.OrganisationPrefix:
			s, read = l.organisationNodes, func(scan func(...any) error, r *row) error {
				r.Typename = "Organisation"
				return scan(&r.ID, &r.Key, &r.Name)
			}
		case domain.ReceptionPointPrefix:
			s, read = l.pointNodes, func(scan func(...any) error, r *row) error {
				r.Typename, r.Commune = "ReceptionPoint", &named{}
				return scan(&r.ID, &r.Key, &r.Name, &r.Commune.ID, &r.Commune.Name)
			}
		default:
			return nil, fmt.Errorf("no statement was written for nodes of kind %s", kind)
		}
		err := queryEach(ctx, s, func(scan func(...any) error) error {
			r := &row{}
			err := read(scan, r)
			found[r.ID] = r
			return err
		}, pq.Array(ids))
		if err != nil {
			return nil, err
		}
	}
	rows := make([]*row, len(v.IDs))
	for i, id := range v.IDs {
		rows[i] = found[string(id)]
	}
	return data("nodes", rows)
}

// recognise finds the person of a token.
func (l *limit) recognise(ctx context.Context, id auth.Identity, _ time.Time) (*auth.Viewer, error) {
	v := &auth.Viewer{}
	err := l.person.QueryRowContext(ctx, id.Issuer, id.Subject).Scan(&v.PersonID, &v.GivenName, &v.FamilyName)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	return v, err
}

func (l *limit) viewer(ctx context.Context, _ []byte) ([]byte, error) {
	type assignment struct {
		ID              string  `json:"id"`
		Role            string  `json:"role"`
		Organisation    named   `json:"organisation"`
		ReceptionPoints []named `json:"receptionPoints"`
		ValidFrom       string  `json:"validFrom"`
		ValidUntil      *string `json:"validUntil"`
	}
	v := auth.FromContext(ctx)
	answer := struct {
		Anonymous   bool          `json:"anonymous"`
		GivenName   *string       `json:"givenName"`
		FamilyName  *string       `json:"familyName"`
		Language    string        `json:"language"`
		Now         string        `json:"now"`
		Today       string        `json:"today"`
		Assignments []*assignment `json:"assignments"`
	}{
		Anonymous: v.Anonymous(), Language: string(v.Language), Now: v.Now.UTC().Format(time.RFC3339Nano),
		Today: l.day(), Assignments: []*assignment{},
	}
	if v.Anonymous() {
		return data("viewer", answer)
	}
	answer.GivenName, answer.FamilyName = &v.GivenName, &v.FamilyName
	var last *assignment
	err := queryEach(ctx, l.assignments, func(scan func(...any) error) error {
		a := &assignment{ReceptionPoints: []named{}}
		var point, key, name *string
		err := scan(&a.ID, &a.Role, &a.ValidFrom, &a.ValidUntil,
			&a.Organisation.ID, &a.Organisation.Key, &a.Organisation.Name, &point, &key, &name)
		if err != nil {
			return err
		}
		if last == nil || last.ID != a.ID {
			last = a
			answer.Assignments = append(answer.Assignments, a)
		}
		if point != nil {
			last.ReceptionPoints = append(last.ReceptionPoints, named{ID: *point, Key: *key, Name: *name})
		}
		return nil
	}, l.day(), v.PersonID)
	if err != nil {
		return nil, err
	}
	return data("viewer", answer)
}
