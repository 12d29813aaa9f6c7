package domain

import _ "embed"

// occupanciesCSV is what dwellings are of a size for how many people, as dated data.
//
//go:embed occupancies.csv
var occupanciesCSV []byte

// Occupancy is what dwellings a household of so many people may have: the last line of the
// table is for all larger ones too.
type Occupancy struct {
	People                                     int
	FewestRooms, MostRooms                     int
	LeastSurface                               int
	ArticleFewest, ArticleMost, ArticleSurface string

	from, until Date
}

// OccupancyOn is the line for so many people on that day; nil where none holds.
func OccupancyOn(people int, day Date) *Occupancy {
	var found *Occupancy
	for _, o := range adviceTables().occupancies {
		if within(day, o.from, o.until) && o.People <= people {
			found = &o
		}
	}
	return found
}
