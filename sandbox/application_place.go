package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// applicationPlan is what all applications share: the communes in which people live
// and for which they wish, and the points that follow them.
type applicationPlan struct {
	communes    []directoryfile.Commune
	populations []int
	// small are the communes that few people wish for.
	small []domain.InseeCode
	// points are keys of those that register, and weigh as many people as they serve.
	points  []string
	weights []int
	// townHalls are the points by commune, desks their names in a number.
	townHalls map[domain.InseeCode]string
	desks     map[string]string
	streets   []string
	// agents receive at the points, which are staffed where there is one.
	agents  map[string][]string
	staffed []string
}

// smallCommune is in inhabitants.
const smallCommune = 5000

func planApplications() *applicationPlan {
	communes, err := directoryfile.Communes()
	if err != nil {
		panic("sandbox: " + err.Error()) //nolint:forbidigo // the communes are compiled in
	}
	p := &applicationPlan{communes: communes, townHalls: map[domain.InseeCode]string{}, desks: map[string]string{}, agents: map[string][]string{}}
	population := map[domain.InseeCode]int{}
	for _, c := range communes {
		p.populations = append(p.populations, c.Population)
		population[c.InseeCode] = c.Population
		if c.Population < smallCommune {
			p.small = append(p.small, c.InseeCode)
		}
	}
	for _, point := range receptionPoints(communes, networkChanges) {
		if point.Level < domain.RegistrationLevel {
			continue
		}
		weight := population[point.Commune]
		if !point.InterCommunal {
			p.townHalls[point.Commune] = point.Key
		}
		p.points, p.weights = append(p.points, point.Key), append(p.weights, weight)
		p.desks[point.Key] = fmt.Sprintf("G38%02d", len(p.points))
	}
	for _, who := range Personas() {
		if who.Role != domain.ReceptionAgent || !who.Until.IsZero() || applicationsOn.Before(who.From) {
			continue
		}
		for _, point := range who.Points {
			if p.agents[point] == nil {
				p.staffed = append(p.staffed, point)
			}
			p.agents[point] = append(p.agents[point], who.Name)
		}
	}
	for _, noun := range streetNouns {
		for _, suffix := range streetSuffixes {
			p.streets = append(p.streets, inSmallLetters(noun+suffix))
		}
	}
	return p
}

// settle throws where the household lives.
func (a *draft) settle() {
	d := &a.dice
	home := &a.communes[d.weighted(a.populations...)]
	kinds := []string{"rue", "avenue", "allée", "chemin", "impasse", "place", "montée"}
	a.Address = strconv.Itoa(d.between(1, 120)) + " " + kinds[d.weighted(54, 12, 12, 9, 6, 4, 3)] + " " + pick(d, a.streets)
	a.PostalCode, a.Town = pick(d, home.PostalCodes), home.Name
}

// home is the commune in which the household lives.
func (a *draft) home() *directoryfile.Commune {
	return &a.communes[slices.IndexFunc(a.communes, func(c directoryfile.Commune) bool { return c.Name == a.Town })]
}

// point throws who follows: the shared desk, the town hall of where people live if it
// registers, another one.
func (a *draft) point() string {
	d := &a.dice
	if d.chance(25) {
		return sharedDesk
	}
	if near, ok := a.townHalls[a.home().InseeCode]; ok && d.chance(85) {
		return near
	}
	return a.points[d.weighted(a.weights...)]
}

// wish throws the communes. Few people wish for one small commune only, fewer for
// none of the Métropole's.
func (a *draft) wish() {
	d := &a.dice
	switch d.weighted(93, 5, 2) {
	case 1:
		a.Wishes = []domain.InseeCode{pick(d, a.small)}
		return
	case 2:
		return
	}
	if d.chance(40) {
		a.Wishes = append(a.Wishes, a.home().InseeCode)
	}
	for n := 1 + d.weighted(24, 26, 24, 14, 12); len(a.Wishes) < n; {
		if next := a.communes[d.weighted(a.populations...)].InseeCode; !slices.Contains(a.Wishes, next) {
			a.Wishes = append(a.Wishes, next)
		}
	}
}

// inSmallLetters writes the name of a street as people do, from the official file's
// capitals.
func inSmallLetters(capitals string) string {
	words := strings.Fields(strings.ToLower(capitals))
	for i, word := range words {
		if slices.Contains([]string{"de", "du", "des", "la"}, word) {
			continue
		}
		start := strings.IndexByte(word, '\'') + 1
		first, length := utf8.DecodeRuneInString(word[start:])
		words[i] = word[:start] + string(unicode.ToUpper(first)) + word[start+length:]
	}
	return strings.Join(words, " ")
}
