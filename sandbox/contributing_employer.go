package sandbox

import (
	"slices"
	"strconv"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// workplaces are where the sandbox's applicants work: there is none of them. State is where one
// stands on the list of contributing employers, empty where it is not on it.
var workplaces = []struct {
	siret      domain.Siret
	name, town string
	state      domain.ContributingEmployerState
}{
	{"99910000100018", "Forges de Belledonne", "Le Pont-de-Claix", domain.EmployerConfirmed},
	{"99910001900010", "Microtechniques du Drac", "Grenoble", domain.EmployerConfirmed},
	{"99910002700013", "Clinique des Trois Massifs", "Échirolles", domain.EmployerConfirmed},
	{"99910003500016", "Transports de la Romanche", "Vizille", domain.EmployerConfirmed},
	{"99910004300010", "Papeteries de l'Isère", "Domène", domain.EmployerProposed},
	{"99910005000015", "Chaufferies du Vercors", "Fontaine", domain.EmployerProposed},
	{"99910006800017", "Boulangerie des Quais", "Grenoble", ""},
	{"99910007600010", "Atelier du Moucherotte", "Seyssinet-Pariset", ""},
}

// employers are those of the list: what Action Logement proposed, and what the Métropole
// confirmed of it.
func employers() []service.SandboxContributingEmployer {
	var all []service.SandboxContributingEmployer
	for _, w := range workplaces {
		if w.state == "" {
			continue
		}
		e := service.SandboxContributingEmployer{
			ID:    domain.DerivedID(domain.ContributingEmployerPrefix, epoch, string(w.siret)),
			Siret: w.siret, Name: w.name, ProposedBy: "action-logement-allocation", ProposedOn: domain.NewDate(2026, 3, 2),
		}
		if w.state == domain.EmployerConfirmed {
			e.ConfirmedBy, e.ConfirmedOn = "metropole-steering", domain.NewDate(2026, 3, 16)
		}
		all = append(all, e)
	}
	return all
}

// work has some adults tell where they work. It throws dice of its own, so that all else is
// what it would be without it.
func (a *draft) work() {
	d := newDice("work " + strconv.Itoa(a.k))
	for i := range a.Members {
		m := &a.Members[i]
		told, w := d.chance(25), pick(&d, workplaces)
		if !told || !slices.Contains(domain.AdultLinks(), m.Link) {
			continue
		}
		if age := domain.Age(m.BornOn, a.on); age < 18 || age > 64 {
			continue
		}
		m.Work = &domain.Work{Employer: domain.Stated(w.name), EmployerSiret: domain.Stated(w.siret), EmployerTown: domain.Stated(w.town)}
		a.Contributing = a.Contributing || w.state == domain.EmployerConfirmed
	}
}
