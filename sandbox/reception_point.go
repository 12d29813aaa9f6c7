package sandbox

import (
	"fmt"
	"math"
	"slices"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// registering is how many town halls register applications: with the shared desk
// they are the 25 reception points that the network had in 2017.
const registering = 24

// The days from which the sandbox's network holds, and on which some points
// changed: a history to ask "as of" questions about.
var (
	networkBegins  = domain.NewDate(2017, 5, 1)
	networkChanges = domain.NewDate(2025, 1, 1)
)

// registeringCommunes are the most populous ones.
func registeringCommunes(communes []directoryfile.Commune) map[domain.InseeCode]bool {
	largest := slices.SortedFunc(slices.Values(communes), func(a, b directoryfile.Commune) int {
		return b.Population - a.Population
	})
	chosen := map[domain.InseeCode]bool{}
	for _, c := range largest[:min(registering, len(largest))] {
		chosen[c.InseeCode] = true
	}
	return chosen
}

// ReceptionPoints returns the points as they are from a day on: since the
// beginning of the network, or since it last changed.
func receptionPoints(communes []directoryfile.Commune, from domain.Date) []directoryfile.ReceptionPoint {
	registers := registeringCommunes(communes)
	points := []directoryfile.ReceptionPoint{pole(from)}
	for n, c := range communes {
		p := directoryfile.ReceptionPoint{
			Key: "mairie-" + slug(c.Name), Name: "Mairie " + de(c.Name), Commune: c.InseeCode,
			Operators: []string{"commune-" + slug(c.Name)},
			Address:   "1 place de la Mairie", PostalCode: c.PostalCodes[0], Coordinates: near(c.Coordinates, n),
			// 04 65 71 is a range that the regulator keeps for works of fiction.
			Phone: domain.PhoneNumber(fmt.Sprintf("+3346571%04d", 1000+n)), Languages: languages(n),
			StepFreeAccess: []domain.TriState{domain.Yes, domain.Yes, domain.No, domain.NotKnown}[n%4],
			Level:          domain.InformationLevel, Means: domain.OwnMeans, LevelFrom: networkBegins,
			Weekly: week("tue 14:00-17:00 | thu 09:00-12:00", networkBegins),
		}
		if registers[c.InseeCode] {
			setLevel(&p, c, n, from)
		}
		points = append(points, p)
	}
	return points
}

// setLevel gives a registering town hall its level, means and hours. One in three
// registered with its own means from the start and took up the mutualised ones
// when the network changed; the largest deliver level 3 since then.
func setLevel(p *directoryfile.ReceptionPoint, c directoryfile.Commune, n int, from domain.Date) {
	p.Level = domain.RegistrationLevel
	p.Weekly = week("mon-fri 08:30-12:00 13:30-17:00", networkBegins)
	changed := !from.Before(networkChanges)
	switch {
	case changed && c.Population > 20_000 && c.InseeCode != "38185": // Grenoble has the shared desk
		p.Level, p.LevelFrom = domain.SpecialisedLevel, networkChanges
		p.Weekly = week("mon-wed 08:30-12:30 13:30-17:30 | thu 13:30-18:30 | fri 08:30-12:30", networkChanges)
	case changed && n%3 == 0:
		p.Means, p.LevelFrom = domain.MutualisedMeans, networkChanges
	}
}

// pole is the shared desk, which landlords keep together with the city.
func pole(from domain.Date) directoryfile.ReceptionPoint {
	p := directoryfile.ReceptionPoint{
		Key: sharedDesk, Name: "Pôle Habitat Social", Commune: "38185",
		Operators: []string{sharedDesk, "commune-grenoble", "metropole", "landlord-" + slug(landlords[0]), "landlord-" + slug(landlords[1])},
		Address:   "12 rue des Trois Massifs", PostalCode: "38000",
		Coordinates: domain.Coordinates{Latitude: 45.1876, Longitude: 5.7262},
		Phone:       "+33465710001", Languages: []string{"fr", "en", "ar", "it", "pt", "tr"},
		StepFreeAccess: domain.Yes, InterCommunal: true,
		Level: domain.SpecialisedLevel, Means: domain.OwnMeans, LevelFrom: networkBegins,
		Weekly: week("mon-fri 09:00-12:30 13:30-17:30 | sat 09:00-12:00", networkBegins),
	}
	if !from.Before(networkChanges) {
		p.Means, p.LevelFrom = domain.MutualisedMeans, networkChanges
	}
	return p
}

// languages are spoken here and there, French everywhere.
func languages(n int) []string {
	more := [][]string{nil, {"en"}, {"ar"}, {"en", "es"}, {"it"}, nil, {"en", "ar", "tr"}}
	return append([]string{"fr"}, more[n%len(more)]...)
}

// near moves a place by up to some 300 m, always the same for the same number: a
// town hall does not stand on the centroid of its commune.
func near(c domain.Coordinates, n int) domain.Coordinates {
	turn := float64(n) * 2.399963 // the golden angle spreads them around
	round := func(degrees float64) float64 { return math.Round(degrees*1e5) / 1e5 }
	return domain.Coordinates{
		Latitude:  domain.Latitude(round(float64(c.Latitude) + 0.0025*math.Sin(turn))),
		Longitude: domain.Longitude(round(float64(c.Longitude) + 0.0025*math.Cos(turn))),
	}
}

// week reads hours in the writing of the directory's files.
func week(hours string, from domain.Date) []domain.WeeklyOpening {
	rules, err := directoryfile.ParseOpeningHours(hours)
	if err != nil {
		panic("sandbox: " + hours + ": " + err.Error()) //nolint:forbidigo // the text is a constant of this package
	}
	for i := range rules {
		rules[i].From = from
	}
	return rules
}
