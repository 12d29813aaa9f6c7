package main

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// named is a thing with its name; key and code are written where they are asked.
type named struct {
	ID        string `json:"id"`
	Key       string `json:"key,omitempty"`
	InseeCode string `json:"inseeCode,omitempty"`
	Name      string `json:"name"`
	Kind      string `json:"kind,omitempty"`
}

// level is an agreement of which only the level is asked.
type level struct {
	ID    string `json:"id"`
	Level int    `json:"level"`
}

// agreed is an agreement with its services.
type agreed struct {
	level
	Means      string       `json:"means"`
	ValidFrom  string       `json:"validFrom"`
	ValidUntil *string      `json:"validUntil"`
	Services   []catalogued `json:"services"`
}

// place is what every answer says of a point.
type place struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Address    string `json:"address"`
	PostalCode string `json:"postalCode"`
}

func (p place) position() position { return position{p.Name, p.ID} }

// fullPoint is a point of the operation ReceptionPoints.
type fullPoint struct {
	place
	Key            string          `json:"key"`
	Latitude       float64         `json:"latitude"`
	Longitude      float64         `json:"longitude"`
	Phone          *string         `json:"phone"`
	Languages      json.RawMessage `json:"languages"`
	StepFreeAccess string          `json:"stepFreeAccess"`
	InterCommunal  bool            `json:"interCommunal"`
	Commune        named           `json:"commune"`
	Operators      []named         `json:"operators"`
	Agreement      *agreed         `json:"agreement"`
	OpeningDays    []explainedDay  `json:"openingDays"`
}

func (l *limit) receptionPoints(ctx context.Context, body []byte) ([]byte, error) {
	v := struct {
		First, Days int
		After       *string
	}{Days: 7}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil {
		return nil, err
	}
	points, ids, err := l.pointsAfter(ctx, after, v.First)
	if err != nil {
		return nil, err
	}
	var total int
	if err := l.pointCount.QueryRowContext(ctx).Scan(&total); err != nil {
		return nil, err
	}
	points, info := cut(points, v.First, func(p *fullPoint) position { return p.position() })
	if err := l.complete(ctx, points, ids, v.Days); err != nil {
		return nil, err
	}
	type placed struct {
		Cursor string     `json:"cursor"`
		Node   *fullPoint `json:"node"`
	}
	answer := struct {
		TotalCount int      `json:"totalCount"`
		Edges      []placed `json:"edges"`
		PageInfo   pageInfo `json:"pageInfo"`
	}{total, make([]placed, len(points)), info}
	for i, p := range points {
		answer.Edges[i] = placed{p.position().cursor(), p}
	}
	return data("receptionPoints", answer)
}

// pointsAfter reads a page of points, and one more, with their identifiers.
func (l *limit) pointsAfter(ctx context.Context, after position, first int) (points []*fullPoint, ids []string, err error) {
	err = queryEach(ctx, l.pointPage, func(scan func(...any) error) error {
		p := &fullPoint{Operators: []named{}}
		var agreement, means, from, until *string
		var reached *int
		err := scan(&p.ID, &p.Key, &p.Name, &p.Address, &p.PostalCode, &p.Latitude, &p.Longitude, &p.Phone, &p.Languages,
			&p.StepFreeAccess, &p.InterCommunal, &p.Commune.ID, &p.Commune.InseeCode, &p.Commune.Name,
			&agreement, &reached, &means, &from, &until)
		if agreement != nil && err == nil {
			p.Agreement = &agreed{level{*agreement, *reached}, *means, *from, until, nil}
		}
		points, ids = append(points, p), append(ids, p.ID)
		return err
	}, l.day(), after.name, after.id, first+1)
	return points, ids[:min(len(ids), first)], err
}

// complete reads the operators, services and hours of points.
func (l *limit) complete(ctx context.Context, points []*fullPoint, ids []string, days int) error {
	byID := make(map[string]*fullPoint, len(points))
	for _, p := range points {
		byID[p.ID] = p
	}
	err := queryEach(ctx, l.operators, func(scan func(...any) error) error {
		var point string
		var o named
		err := scan(&point, &o.ID, &o.Key, &o.Name, &o.Kind)
		byID[point].Operators = append(byID[point].Operators, o)
		return err
	}, pq.Array(ids))
	if err != nil {
		return err
	}
	hours, err := l.hoursOf(ctx, ids, l.day())
	if err != nil {
		return err
	}
	entries, err := l.entries(ctx)
	if err != nil {
		return err
	}
	calendar := l.calendar(days)
	services := servicesByLevel(entries)
	for _, p := range points {
		p.OpeningDays = explained(calendar, hours[p.ID])
		if p.Agreement != nil {
			p.Agreement.Services = services[p.Agreement.Level]
		}
	}
	return nil
}

func (l *limit) openNow(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		At     time.Time
		Levels []int64
		First  int
		After  *string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil {
		return nil, err
	}
	// No weekday is 0: on a public holiday no weekly rule opens a door.
	day, weekday := domain.DateOf(v.At), int(domain.WeekdayOf(v.At.In(domain.Paris).Weekday()))
	if _, holiday := domain.HolidayOn(day); holiday {
		weekday = 0
	}
	type openPoint struct {
		place
		Phone       *string   `json:"phone"`
		Commune     named     `json:"commune"`
		Agreement   *level    `json:"agreement"`
		OpeningDays []openDay `json:"openingDays"`
	}
	var points []*openPoint
	var ids []string
	err = queryEach(ctx, l.openPage, func(scan func(...any) error) error {
		p := &openPoint{}
		var agreement *string
		var reached *int
		err := scan(&p.ID, &p.Name, &p.Address, &p.PostalCode, &p.Phone, &p.Commune.ID, &p.Commune.Name, &agreement, &reached)
		if agreement != nil && err == nil {
			p.Agreement = &level{*agreement, *reached}
		}
		points, ids = append(points, p), append(ids, p.ID)
		return err
	}, l.day(), pq.Array(v.Levels), day.String(), int(domain.LocalTimeOf(v.At)), weekday, after.name, after.id, v.First+1)
	if err != nil {
		return nil, err
	}
	points, info := cut(points, v.First, func(p *openPoint) position { return p.position() })
	hours, err := l.hoursOf(ctx, ids[:len(points)], l.day())
	if err != nil {
		return nil, err
	}
	calendar := l.calendar(1)
	for _, p := range points {
		p.OpeningDays = withoutReasons(calendar, hours[p.ID])
	}
	return data("receptionPoints", newConnection(points, info))
}

func (l *limit) nearestReceptionPoints(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		To      struct{ Latitude, Longitude float64 }
		First   int
		Service *string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	type nearPoint struct {
		place
		Latitude       float64              `json:"latitude"`
		Longitude      float64              `json:"longitude"`
		StepFreeAccess string               `json:"stepFreeAccess"`
		Commune        named                `json:"commune"`
		Agreement      level                `json:"agreement"`
		OpeningDays    []openDayWithHoliday `json:"openingDays"`
	}
	type far struct {
		DistanceMetres int       `json:"distanceMetres"`
		ReceptionPoint nearPoint `json:"receptionPoint"`
	}
	to := domain.Coordinates{Latitude: domain.Latitude(v.To.Latitude), Longitude: domain.Longitude(v.To.Longitude)}
	points := []far{}
	var ids []string
	err := queryEach(ctx, l.nearest, func(scan func(...any) error) error {
		var p nearPoint
		err := scan(&p.ID, &p.Name, &p.Address, &p.PostalCode, &p.Latitude, &p.Longitude, &p.StepFreeAccess,
			&p.Commune.ID, &p.Commune.Name, &p.Agreement.ID, &p.Agreement.Level)
		at := domain.Coordinates{Latitude: domain.Latitude(p.Latitude), Longitude: domain.Longitude(p.Longitude)}
		points = append(points, far{int(math.Round(domain.DistanceMetres(to, at))), p})
		ids = append(ids, p.ID)
		return err
	}, l.day(), v.Service, v.To.Latitude, v.To.Longitude, v.First)
	if err != nil {
		return nil, err
	}
	hours, err := l.hoursOf(ctx, ids, l.day())
	if err != nil {
		return nil, err
	}
	calendar := l.calendar(2)
	for i := range points {
		p := &points[i].ReceptionPoint
		p.OpeningDays = withHolidays(calendar, hours[p.ID])
	}
	return data("nearestReceptionPoints", points)
}
