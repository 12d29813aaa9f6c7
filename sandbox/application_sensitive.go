package sandbox

import (
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// What people tell in confidence is invented. Needs are words of the service, modes of
// housing are codes of the national registry.
var (
	needs        = []string{"WHEELCHAIR", "STEP_FREE_SHOWER", "STAIRS_FEW", "CARER_ROOM", "PARKING", "HEARING", "SIGHT"}
	safeContacts = []string{
		"Par l'association, jamais au domicile", "Au travail, le mardi matin, 06 39 98 00 71", "Par la sœur, 04 65 71 97 12",
		"Message sans objet, rappeler après 14 h", "Courrier à la domiciliation",
	}
	violenceTexts = []string{
		"Dépôt de plainte en cours.", "Ordonnance de protection jusqu'au printemps.", "Ne veut plus habiter le même quartier que l'ex-conjoint.",
		"A quitté le domicile avec les enfants.",
	}
	disabilityTexts = []string{
		"Ne monte plus d'escalier depuis l'accident.", "Utilise un fauteuil manuel à l'extérieur.", "Dossier en cours auprès de la maison de l'autonomie.",
		"Le chien d'assistance doit être accepté.",
	}
	healthTexts = []string{
		"Soins trois fois par semaine à l'hôpital.", "Asthme aggravé par l'humidité du logement.", "Traitement long, fatigue importante.",
		"Suivi régulier près du centre-ville.",
	}
	housingTexts = []string{"Change d'endroit chaque semaine.", "Prise en charge à l'hôtel jusqu'à la fin du mois.", "Dort dans sa voiture."}
)

// confide gives something sensitive to an adult of six in a hundred households, and
// to two adults of a few.
func (a *draft) confide() {
	d := &a.dice
	if !d.chance(6) {
		return
	}
	var adults []int
	for i, m := range a.Members {
		if m.Link.Adult() {
			adults = append(adults, i)
		}
	}
	first := d.below(len(adults))
	a.Members[adults[first]].Sensitive = a.sensitive()
	if len(adults) > 1 && d.chance(12) {
		a.Members[adults[(first+1)%len(adults)]].Sensitive = a.sensitive()
	}
}

func (a *draft) sensitive() *service.SandboxSensitive {
	d := &a.dice
	var s service.SandboxSensitive
	var texts, modes []string
	switch d.weighted(25, 40, 22, 13) {
	case 0:
		s.Reasons, s.SafeContact, texts = []string{"06"}, pick(d, safeContacts), violenceTexts
		if d.chance(45) {
			modes = []string{"SH", "CDEFCM", "HOT"}
		}
	case 1:
		s.Reasons, texts = []string{"07"}, disabilityTexts
		if d.chance(25) {
			s.Reasons = append(s.Reasons, "08")
		}
		for n := d.between(1, 3); len(s.Needs) < n; {
			if need := pick(d, needs); !slices.Contains(s.Needs, need) {
				s.Needs = append(s.Needs, need)
			}
		}
	case 2:
		s.Reasons, texts = []string{"08"}, healthTexts
		if d.chance(20) {
			s.Needs = []string{pick(d, needs)}
		}
	default:
		texts, modes = housingTexts, []string{"SH", "SD", "SQUAT", "HOT"}
	}
	if d.chance(60) {
		s.FreeText = pick(d, texts)
	}
	if modes != nil {
		// The class is as broad as that of many others.
		s.HousingMode, a.Housing = pick(d, modes), domain.OtherHousing
	}
	return &s
}
