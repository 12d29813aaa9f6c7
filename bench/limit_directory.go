package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// entry is a row of the catalogue; level is 0 for a mission.
type entry struct {
	id, code, kind, fr, en string
	level                  int
}

// catalogued is an entry of the catalogue in one language.
type catalogued struct {
	ID    string `json:"id"`
	Code  string `json:"code"`
	Label string `json:"label"`
}

func (e entry) in(language string) catalogued {
	if language == string(domain.English) {
		return catalogued{e.id, e.code, e.en}
	}
	return catalogued{e.id, e.code, e.fr}
}

func (l *limit) entries(ctx context.Context) (entries []entry, err error) {
	err = queryEach(ctx, l.catalogueEntries, func(scan func(...any) error) error {
		var e entry
		err := scan(&e.id, &e.code, &e.kind, &e.level, &e.fr, &e.en)
		entries = append(entries, e)
		return err
	})
	return entries, err
}

// servicesByLevel lists what each level delivers, in French, those below included.
func servicesByLevel(entries []entry) [4][]catalogued {
	var services [4][]catalogued
	for _, e := range entries {
		if e.kind != string(domain.ServiceToApplicant) {
			continue
		}
		for n := e.level; n <= 3; n++ {
			services[n] = append(services[n], e.in(""))
		}
	}
	return services
}

func (l *limit) serviceCatalogue(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ Language string }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	entries, err := l.entries(ctx)
	if err != nil {
		return nil, err
	}
	type levelOfService struct {
		Level    int          `json:"level"`
		Services []catalogued `json:"services"`
	}
	answer := struct {
		Levels            [3]levelOfService `json:"levels"`
		PointMissions     []catalogued      `json:"pointMissions"`
		MetropoleMissions []catalogued      `json:"metropoleMissions"`
	}{}
	for i := range answer.Levels {
		answer.Levels[i].Level = i + 1
	}
	for _, e := range entries {
		into := &answer.MetropoleMissions
		switch {
		case e.level > 0:
			into = &answer.Levels[e.level-1].Services
		case e.kind == string(domain.PointMission):
			into = &answer.PointMissions
		}
		*into = append(*into, e.in(v.Language))
	}
	return data("serviceCatalogue", answer)
}

// commune is a commune without its boundary.
type commune struct {
	named
	PostalCodes json.RawMessage `json:"postalCodes"`
	Population  int             `json:"population"`
	Latitude    float64         `json:"latitude"`
	Longitude   float64         `json:"longitude"`
	boundary    []byte
}

// communes writes its list by hand: package json would read each boundary again
// to find out whether it is JSON.
func (l *limit) communes(ctx context.Context, body []byte) ([]byte, error) {
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
	var rows []commune
	err = queryEach(ctx, l.communePage, func(scan func(...any) error) error {
		var c commune
		err := scan(&c.ID, &c.InseeCode, &c.Name, &c.PostalCodes, &c.Population, &c.Latitude, &c.Longitude, &c.boundary)
		rows = append(rows, c)
		return err
	}, after.name, after.id, v.First+1)
	if err != nil {
		return nil, err
	}
	answer := struct {
		TotalCount int      `json:"totalCount"`
		PageInfo   pageInfo `json:"pageInfo"`
	}{}
	if err := l.communeCount.QueryRowContext(ctx).Scan(&answer.TotalCount); err != nil {
		return nil, err
	}
	rows, answer.PageInfo = cut(rows, v.First, func(c commune) position { return position{c.Name, c.ID} })
	out := []byte(`{"communes":{"edges":[`)
	for i, c := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		one, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, `{"node":`...), one[:len(one)-1]...), `,"boundary":`...)
		if c.boundary == nil {
			c.boundary = []byte("null")
		}
		out = append(append(out, c.boundary...), "}}"...)
	}
	rest, err := json.Marshal(answer)
	return append(append(append(out, "],"...), rest[1:]...), '}'), err
}

func (l *limit) communeWithPoints(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		InseeCode string
		First     int
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	type point struct {
		place
		Phone       *string        `json:"phone"`
		Agreement   level          `json:"agreement"`
		OpeningDays []explainedDay `json:"openingDays"`
	}
	answer := struct {
		named
		ReceptionPoints connection[*point] `json:"receptionPoints"`
	}{}
	err := l.communeByCode.QueryRowContext(ctx, v.InseeCode).Scan(&answer.ID, &answer.InseeCode, &answer.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return data("commune", nil)
	}
	if err != nil {
		return nil, err
	}
	var points []*point
	var ids []string
	err = queryEach(ctx, l.pointsOfCommune, func(scan func(...any) error) error {
		p := &point{}
		points = append(points, p)
		err := scan(&p.ID, &p.Name, &p.Address, &p.PostalCode, &p.Phone, &p.Agreement.ID, &p.Agreement.Level)
		ids = append(ids, p.ID)
		return err
	}, l.day(), answer.ID, v.First+1)
	if err != nil {
		return nil, err
	}
	points, info := cut(points, v.First, func(p *point) position { return p.position() })
	hours, err := l.hoursOf(ctx, ids[:len(points)], l.day())
	if err != nil {
		return nil, err
	}
	calendar := l.calendar(7)
	for _, p := range points {
		p.OpeningDays = explained(calendar, hours[p.ID])
	}
	answer.ReceptionPoints = newConnection(points, info)
	return data("commune", answer)
}

func (l *limit) organisations(ctx context.Context, body []byte) ([]byte, error) {
	v := struct {
		First, Points int
		After         *string
		Where         struct {
			Kinds                         []string
			Reservataire, RegisteringBody *bool
		}
	}{Points: 10}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil {
		return nil, err
	}
	type organisation struct {
		named
		Siren           *string           `json:"siren"`
		Reservataire    bool              `json:"reservataire"`
		RegisteringBody bool              `json:"registeringBody"`
		Commune         *named            `json:"commune"`
		ReceptionPoints connection[named] `json:"receptionPoints"`
	}
	var rows []*organisation
	var ids []string
	err = queryEach(ctx, l.organisationPage, func(scan func(...any) error) error {
		o := &organisation{}
		var id, code, name *string
		err := scan(&o.ID, &o.Key, &o.Kind, &o.Name, &o.Siren, &o.Reservataire, &o.RegisteringBody, &id, &code, &name)
		if id != nil && err == nil {
			o.Commune = &named{ID: *id, InseeCode: *code, Name: *name}
		}
		rows, ids = append(rows, o), append(ids, o.ID)
		return err
	}, pq.Array(v.Where.Kinds), v.Where.Reservataire, v.Where.RegisteringBody, after.name, after.id, v.First+1)
	if err != nil {
		return nil, err
	}
	var total int
	err = l.organisationCount.QueryRowContext(ctx, pq.Array(v.Where.Kinds), v.Where.Reservataire, v.Where.RegisteringBody).Scan(&total)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(o *organisation) position { return position{o.Name, o.ID} })
	points := make(map[string][]named, len(rows))
	err = queryEach(ctx, l.pointsOfOrganisations, func(scan func(...any) error) error {
		var of string
		var p named
		err := scan(&of, &p.ID, &p.Key, &p.Name)
		points[of] = append(points[of], p)
		return err
	}, pq.Array(ids[:len(rows)]), v.Points+1)
	if err != nil {
		return nil, err
	}
	for _, o := range rows {
		page, more := cut(points[o.ID], v.Points, func(p named) position { return position{p.Name, p.ID} })
		o.ReceptionPoints = newConnection(page, more)
	}
	return data("organisations", struct {
		TotalCount int `json:"totalCount"`
		connection[*organisation]
	}{total, newConnection(rows, info)})
}
