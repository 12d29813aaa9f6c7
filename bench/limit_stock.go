package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/lib/pq"
)

// told is text that the stock file may leave out: empty is written as null.
func told(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// known is a number that the stock file may leave out: the unknown one is written
// as null.
func known(n, unknown int) *int {
	if n == unknown {
		return nil
	}
	return &n
}

// stated is a vintage of which the day is asked.
type stated struct {
	ID       string `json:"id"`
	StatedOn string `json:"statedOn"`
}

// owned says whose a building is.
type owned struct {
	ID       string          `json:"id"`
	Share    *int            `json:"share"`
	Floors   json.RawMessage `json:"floors"`
	Landlord named           `json:"landlord"`
}

type building struct {
	ID            string   `json:"id"`
	InseeCode     string   `json:"inseeCode"`
	CommuneName   *string  `json:"communeName"`
	Address       *string  `json:"address"`
	PostalCode    *string  `json:"postalCode"`
	Latitude      *float64 `json:"latitude"`
	Longitude     *float64 `json:"longitude"`
	DwellingCount int      `json:"dwellingCount"`
	Ownerships    []owned  `json:"ownerships"`
	FirstVintage  stated   `json:"firstVintage"`
}

// buildings answers for one commune, as its documented variables have it.
func (l *limit) buildings(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		First    int
		After    *string
		Communes []string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil || len(v.Communes) != 1 {
		return nil, errors.Join(err, errors.New("the limit answers for one commune"))
	}
	count := 1 << 30
	if v.After != nil {
		if count, err = strconv.Atoi(after.name); err != nil {
			return nil, err
		}
	}
	var rows []building
	err = queryEach(ctx, l.buildingPage, func(scan func(...any) error) error {
		b := building{Ownerships: []owned{}}
		var name, address, postalCode string
		err := scan(&b.ID, &b.InseeCode, &name, &address, &postalCode, &b.Latitude, &b.Longitude, &b.DwellingCount,
			&b.FirstVintage.ID, &b.FirstVintage.StatedOn)
		b.CommuneName, b.Address, b.PostalCode = told(name), told(address), told(postalCode)
		rows = append(rows, b)
		return err
	}, v.Communes[0], count, after.id, v.First+1)
	if err != nil {
		return nil, err
	}
	answer := struct {
		TotalCount int `json:"totalCount"`
		connection[building]
	}{}
	if err := l.buildingCount.QueryRowContext(ctx, v.Communes[0]).Scan(&answer.TotalCount); err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(b building) position { return position{strconv.Itoa(b.DwellingCount), b.ID} })
	if err := l.addOwners(ctx, rows); err != nil {
		return nil, err
	}
	answer.connection = newConnection(rows, info)
	return data("buildings", answer)
}

func (l *limit) addOwners(ctx context.Context, rows []building) error {
	ids := make([]string, len(rows))
	at := make(map[string]*building, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
		at[rows[i].ID] = &rows[i]
	}
	return queryEach(ctx, l.ownerships, func(scan func(...any) error) error {
		var of string
		var o owned
		var floors []byte
		err := scan(&of, &o.ID, &o.Share, &floors, &o.Landlord.ID, &o.Landlord.Name)
		if o.Floors = floors; floors == nil {
			o.Floors = json.RawMessage("null")
		}
		at[of].Ownerships = append(at[of].Ownerships, o)
		return err
	}, pq.Array(ids))
}

// housed is the building of a dwelling.
type housed struct {
	ID         string   `json:"id"`
	Address    *string  `json:"address"`
	PostalCode *string  `json:"postalCode"`
	Latitude   *float64 `json:"latitude"`
	Longitude  *float64 `json:"longitude"`
	Commune    *named   `json:"commune"`
}

type dwelling struct {
	ID               string   `json:"id"`
	Typology         string   `json:"typology"`
	Rooms            *int     `json:"rooms"`
	Surface          *float64 `json:"surface"`
	Floor            *int     `json:"floor"`
	ConstructionYear *int     `json:"constructionYear"`
	Financing        *string  `json:"financing"`
	EnergyClass      string   `json:"energyClass"`
	Building         housed   `json:"building"`
	Landlord         *named   `json:"landlord"`
}

// unknownFloor stands for a storey that the file does not tell.
const unknownFloor = -100

// dwellings answers for one commune and one typology, with one statement.
func (l *limit) dwellings(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		First int
		After *string
		Where struct{ Communes, Typologies []string }
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil || len(v.Where.Communes) != 1 || len(v.Where.Typologies) != 1 {
		return nil, errors.Join(err, errors.New("the limit answers for one commune and one typology"))
	}
	least := -1.0
	if v.After != nil {
		if least, err = strconv.ParseFloat(after.name, 64); err != nil {
			return nil, err
		}
	}
	var rows []dwelling
	err = queryEach(ctx, l.dwellingPage, func(scan func(...any) error) error {
		d, err := scanDwelling(scan)
		rows = append(rows, d)
		return err
	}, v.Where.Communes[0], v.Where.Typologies[0], least, after.id, v.First+1)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(d dwelling) position {
		surface := 0.0
		if d.Surface != nil {
			surface = *d.Surface
		}
		return position{strconv.FormatFloat(surface, 'g', -1, 64), d.ID}
	})
	return data("dwellings", newConnection(rows, info))
}

func scanDwelling(scan func(...any) error) (d dwelling, err error) {
	var rooms, floor, year int
	var surface float64
	var financing, address, postalCode string
	var communeID, code, name, landlordID, landlord *string
	b := &d.Building
	err = scan(&d.ID, &d.Typology, &rooms, &surface, &floor, &year, &financing, &d.EnergyClass,
		&b.ID, &address, &postalCode, &b.Latitude, &b.Longitude, &communeID, &code, &name, &landlordID, &landlord)
	d.Rooms, d.Floor, d.ConstructionYear, d.Financing = known(rooms, 0), known(floor, unknownFloor), known(year, 0), told(financing)
	if surface != 0 {
		d.Surface = &surface
	}
	b.Address, b.PostalCode = told(address), told(postalCode)
	if communeID != nil {
		b.Commune = &named{ID: *communeID, InseeCode: *code, Name: *name}
	}
	if landlordID != nil {
		d.Landlord = &named{ID: *landlordID, Name: *landlord}
	}
	return d, err
}

type cell struct {
	Keys  [2]*string `json:"keys"`
	Count int        `json:"count"`
}

// stockStatistics answers by commune and typology, under energy labels.
func (l *limit) stockStatistics(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		Where struct{ EnergyClasses []string }
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	answer := struct {
		By         [2]string `json:"by"`
		TotalCount int       `json:"totalCount"`
		Cells      []cell    `json:"cells"`
		Vintage    struct {
			stated
			Source string `json:"source"`
		} `json:"vintage"`
	}{By: [2]string{"COMMUNE", "TYPOLOGY"}, Cells: []cell{}}
	err := queryEach(ctx, l.stockTable, func(scan func(...any) error) error {
		var c cell
		err := scan(&c.Keys[0], &c.Keys[1], &c.Count)
		answer.Cells = append(answer.Cells, c)
		answer.TotalCount += c.Count
		return err
	}, pq.Array(v.Where.EnergyClasses))
	if err != nil {
		return nil, err
	}
	err = l.vintageInForce.QueryRowContext(ctx).Scan(&answer.Vintage.ID, &answer.Vintage.StatedOn, &answer.Vintage.Source)
	if err != nil {
		return nil, err
	}
	return data("stockStatistics", answer)
}

type facetValue struct {
	Key   *string `json:"key"`
	Count int     `json:"count"`
}

type facet struct {
	Axis       string       `json:"axis"`
	TotalCount int          `json:"totalCount"`
	Values     []facetValue `json:"values"`
}

// stockFacetsAnswer answers for five axes, under energy labels.
func (l *limit) stockFacetsAnswer(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		Where struct{ EnergyClasses []string }
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	var facets [5]facet
	for i, axis := range [...]string{"COMMUNE", "TYPOLOGY", "ENERGY_CLASS", "DECADE", "LANDLORD"} {
		facets[i] = facet{Axis: axis, Values: []facetValue{}}
	}
	err := queryEach(ctx, l.stockFacets, func(scan func(...any) error) error {
		var at int
		var value facetValue
		err := scan(&at, &value.Key, &value.Count)
		if value.Count > 0 {
			facets[at].Values = append(facets[at].Values, value)
			facets[at].TotalCount += value.Count
		}
		return err
	}, pq.Array(v.Where.EnergyClasses))
	for _, f := range facets {
		slices.SortStableFunc(f.Values, func(a, b facetValue) int { return cmp.Compare(b.Count, a.Count) })
	}
	if err != nil {
		return nil, err
	}
	return data("stockFacets", facets)
}

// tally counts one kind of change, of which each operation asks what it shows.
type tally struct {
	Buildings int  `json:"buildings"`
	Before    *int `json:"before,omitempty"`
	After     *int `json:"after,omitempty"`
}

type comparison struct {
	Added     tally `json:"added"`
	Removed   tally `json:"removed"`
	Changed   tally `json:"changed"`
	Ambiguous tally `json:"ambiguous"`
}

type change struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Before   int    `json:"before"`
	After    int    `json:"after"`
	Building struct {
		ID          string  `json:"id"`
		Address     *string `json:"address"`
		CommuneName *string `json:"communeName"`
	} `json:"building"`
	Differences json.RawMessage `json:"differences"`
}

type vintage struct {
	stated
	Current       bool               `json:"current"`
	Source        string             `json:"source"`
	Territory     string             `json:"territory"`
	DwellingCount int                `json:"dwellingCount"`
	BuildingCount int                `json:"buildingCount"`
	LinesRead     int                `json:"linesRead"`
	LinesRejected int                `json:"linesRejected"`
	Comparison    *comparison        `json:"comparison"`
	Changes       connection[change] `json:"changes"`
}

// stockVintages answers with the last vintages and their first changes.
func (l *limit) stockVintages(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		First, Changes int
		Kinds          []string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	var rows []vintage
	err := queryEach(ctx, l.vintagePage, func(scan func(...any) error) error {
		r, err := scanVintage(scan)
		rows = append(rows, r)
		return err
	}, v.First+1)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(r vintage) position { return position{r.StatedOn, r.ID} })
	if err := l.addChanges(ctx, rows, v.Changes, v.Kinds); err != nil {
		return nil, err
	}
	return data("stockVintages", newConnection(rows, info))
}

func scanVintage(scan func(...any) error) (r vintage, err error) {
	var raw []byte
	err = scan(&r.ID, &r.StatedOn, &r.Current, &r.Source, &r.Territory, &r.DwellingCount, &r.BuildingCount,
		&r.LinesRead, &r.LinesRejected, &raw)
	if err != nil || raw == nil {
		return r, err
	}
	if err = json.Unmarshal(raw, &r.Comparison); err != nil {
		return r, err
	}
	c := r.Comparison
	c.Added.Before, c.Removed.After, c.Changed.Before, c.Changed.After = nil, nil, nil, nil
	return r, nil
}

func (l *limit) addChanges(ctx context.Context, rows []vintage, first int, kinds []string) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	of := map[string][]change{}
	err := queryEach(ctx, l.changePage, func(scan func(...any) error) error {
		var vintage, address, name string
		var c change
		err := scan(&vintage, &c.ID, &c.Kind, &c.Before, &c.After, &c.Building.ID, &address, &name, &c.Differences)
		c.Building.Address, c.Building.CommuneName = told(address), told(name)
		of[vintage] = append(of[vintage], c)
		return err
	}, pq.Array(ids), pq.Array(kinds), first+1)
	for i := range rows {
		changes, info := cut(of[rows[i].ID], first, func(c change) position { return position{"", c.ID} })
		rows[i].Changes = newConnection(changes, info)
	}
	return err
}
