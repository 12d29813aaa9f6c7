package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockmap"
)

type typologyCount struct {
	Typology string `json:"typology"`
	Count    int    `json:"count"`
}

type spot struct {
	BuildingID *string         `json:"buildingId"`
	Latitude   float64         `json:"latitude"`
	Longitude  float64         `json:"longitude"`
	Count      int             `json:"count"`
	Typologies []typologyCount `json:"typologies"`
}

// stockMap answers with clusters, under typologies: one statement over the stretches of
// keys that the rectangle is made of.
func (l *limit) stockMap(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		Within domain.BoundingBox
		Zoom   int
		Where  *struct{ Typologies []string }
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	var typologies []string
	if v.Where != nil {
		typologies = v.Where.Typologies
	}
	area, zoom := stockmap.Window(v.Within, v.Zoom)
	if zoom >= stockmap.BuildingsFrom {
		return nil, errors.New("the limit answers with clusters")
	}
	low, high := make([]int64, len(area.Ranges)), make([]int64, len(area.Ranges))
	for i, r := range area.Ranges {
		low[i], high[i] = r.Low, r.High
	}
	answer := struct {
		Zoom       int    `json:"zoom"`
		TotalCount int    `json:"totalCount"`
		Spots      []spot `json:"spots"`
		Vintage    stated `json:"vintage"`
	}{Zoom: zoom, Spots: []spot{}}
	words := domain.Typology("").Values()
	err := queryEach(ctx, l.clusters, func(scan func(...any) error) error {
		var cell int64
		var latitudes, longitudes float64
		var c stockmap.Counts
		err := scan(&cell, &latitudes, &longitudes, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6])
		at := stockmap.Middle(latitudes, longitudes, c.Total())
		s := spot{Latitude: float64(at.Latitude), Longitude: float64(at.Longitude), Count: c.Total(), Typologies: []typologyCount{}}
		for i, n := range c {
			if n > 0 {
				s.Typologies = append(s.Typologies, typologyCount{words[i], n})
			}
		}
		answer.TotalCount += s.Count
		answer.Spots = append(answer.Spots, s)
		return err
	}, pq.Array(low), pq.Array(high), float64(v.Within.South), float64(v.Within.North), float64(v.Within.West), float64(v.Within.East),
		pq.Array(typologies), stockmap.CellShift(zoom))
	if err != nil {
		return nil, err
	}
	var source string
	err = l.vintageInForce.QueryRowContext(ctx).Scan(&answer.Vintage.ID, &answer.Vintage.StatedOn, &source)
	if err != nil {
		return nil, err
	}
	return data("stockMap", answer)
}
