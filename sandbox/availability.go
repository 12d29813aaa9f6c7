package sandbox

import (
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// receivesAt are the days and hours in which people of the sandbox receive by appointment:
// agents in the morning and on two afternoons, social workers on two mornings that they
// share with the agents of their point.
var receivesAt = map[domain.Role][]struct {
	rule          string
	opens, closes domain.LocalTime
}{
	domain.ReceptionAgent: {
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", domain.NewLocalTime(9, 0), domain.NewLocalTime(12, 0)},
		{"FREQ=WEEKLY;BYDAY=TU,TH", domain.NewLocalTime(13, 30), domain.NewLocalTime(17, 0)},
	},
	domain.SocialOfficer: {
		{"FREQ=WEEKLY;BYDAY=TU,FR", domain.NewLocalTime(9, 0), domain.NewLocalTime(12, 0)},
	},
}

// rooms are those of the shared desk and of Grenoble's town hall.
func rooms() []service.SandboxRoom {
	all := []service.SandboxRoom{
		{Point: sharedDesk, Name: "Bureau 1", StepFree: domain.Yes},
		{Point: sharedDesk, Name: "Bureau 2", StepFree: domain.Yes},
		{Point: "mairie-grenoble", Name: "Bureau logement", StepFree: domain.No},
	}
	for i, r := range all {
		all[i].ID = domain.DerivedID(domain.RoomPrefix, staffEpoch, r.Point+" "+r.Name)
	}
	return all
}

// roomOf is where somebody receives, for the few who have a room of their own.
var roomOf = map[string]string{
	"shared-desk-agent": "Bureau 1", "shared-desk-social": "Bureau 2", "commune-grenoble-agent": "Bureau logement",
}

// availabilities are when the people of the sandbox receive by appointment. Mutualised
// staff receive at the shared desk alone: elsewhere they hold permanences.
func availabilities() []service.SandboxAvailability {
	var all []service.SandboxAvailability
	for _, p := range Personas() {
		if len(p.Points) == 0 {
			continue
		}
		point := p.Points[0]
		for _, r := range receivesAt[p.Role] {
			a := service.SandboxAvailability{
				Person: p.Name, Point: point, Room: roomOf[p.Name], Rule: r.rule, FirstDay: p.From, Until: p.Until, Opens: r.opens, Closes: r.closes,
			}
			a.ID = domain.DerivedID(domain.AvailabilityPrefix, staffEpoch, p.Name+" "+r.rule)
			all = append(all, a)
		}
	}
	return all
}
