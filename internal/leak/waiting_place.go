package leak

import (
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// waitingPlace is one with what decides on who sees it.
type waitingPlace struct {
	id, motive, by string
	sensitive      bool
	joined         time.Time
}

func (w *World) newWaitingPlace(a *application, n int) waitingPlace {
	p := waitingPlace{
		id: w.id(domain.WaitingPlacePrefix, a.ID, n), motive: "RENEWAL", joined: w.Now.Add(time.Duration(n-24) * time.Hour).UTC().Truncate(time.Second),
	}
	if w.chance(50) {
		p.motive, p.sensitive = "PMR_INTERVIEW", true
	}
	if w.chance(60) {
		p.by = pick(w, w.people).ID
	}
	return p
}

func (w *World) addWaitingPlace(add func(string, row), a *application, p waitingPlace) {
	add("waiting_place", row{
		"id": p.id, "application_id": a.ID, "motive": p.motive, "sensitive": p.sensitive, "mode": "ON_SITE", "reception_point_ids": []string{},
		"until": w.day(30), "joined_at": p.joined, "joined_by_id": orNull(p.by), "state": "LEFT",
	})
}

// waitingPlacesOf are those that the caller must get: as appointments to which nobody was
// named.
func (w *World) waitingPlacesOf(s sight) []object {
	all := []object{}
	for _, p := range slices.DeleteFunc(slices.Clone(s.waitingPlaces), func(p waitingPlace) bool {
		return !s.Appointment(p.sensitive, nil, nil, p.by)
	}) {
		all = append(all, object{
			"__typename": "WaitingPlace", "id": p.id, "application": object{"id": s.ID}, "motive": p.motive, "mode": "ON_SITE",
			"receptionPointIds": []string{}, "until": w.day(30), "joinedAt": p.joined.Format(time.RFC3339), "state": "LEFT",
			"offeredPoint": nil, "startsAt": nil, "endsAt": nil, "heldUntil": nil,
		})
	}
	return all
}
