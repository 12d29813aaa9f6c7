package leak

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// interview is one with what decides on who sees it. It was held as many days ago as its
// number says.
type interview struct {
	id, kind, by, organisation, point string
	n                                 int
	notes                             []note
}

// note is one with its readers.
type note struct{ id, audience, author, organisation string }

func (w *World) newInterview(a *application, n int) interview {
	i := interview{
		id: w.id(domain.InterviewPrefix, a.ID, n), kind: pick(w, domain.InterviewKind("").Values()), n: n,
		by: pick(w, w.people).ID, organisation: pick(w, w.organisations), point: pick(w, w.points).id,
	}
	for range w.r.IntN(4) {
		w.addNote(&i, pick(w, domain.NoteAudience("").Values()))
	}
	return i
}

func (w *World) addNote(i *interview, audience string) {
	i.notes = append(i.notes, note{
		id: w.id(domain.InterviewNotePrefix, i.id, len(i.notes)), audience: audience, author: pick(w, w.people).ID, organisation: pick(w, w.organisations),
	})
}

func (i interview) heldOn(w *World) string { return w.date(w.day(-1 - i.n)).String() }

func (n note) text() string { return "Une note pour " + n.audience + " " + n.id }

func (w *World) writtenAt(n int) time.Time { return w.given().Add(time.Duration(n) * time.Minute) }

func (w *World) addInterview(add func(string, row), a *application, i interview) {
	budget := domain.Money(50_000)
	add("interview", row{
		"id": i.id, "application_id": a.ID, "kind": i.kind, "held_on": i.heldOn(w), "held_by_id": i.by, "organisation_id": i.organisation,
		"reception_point_id": i.point, "project": domain.HousingProject{
			Typologies: []domain.Typology{domain.T2}, Communes: []domain.InseeCode{"38185"}, Budget: &budget,
			Constraints: []domain.ProjectConstraint{domain.ConstraintWork}, Text: domain.Stated("Projet " + i.id),
		},
	})
	for at, n := range i.notes {
		add("interview_note", row{
			"id": n.id, "application_id": a.ID, "interview_id": i.id, "audience": n.audience, "text": n.text(),
			"author_id": n.author, "organisation_id": n.organisation, "written_at": w.writtenAt(at),
		})
	}
}

// interviewsOf are those that the caller must get, with the notes that it must get.
func (w *World) interviewsOf(s sight) []object {
	all := []object{}
	held := slices.Clone(s.interviews)
	slices.SortFunc(held, func(a, b interview) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.id, b.id)) })
	for _, i := range held {
		if !s.Interview(i.kind == "PMR", i.by) {
			continue
		}
		notes := []object{}
		for at, n := range i.notes {
			if s.Note(n.audience, n.organisation, n.author) {
				notes = append(notes, object{
					"__typename": "InterviewNote", "id": n.id, "audience": n.audience, "text": n.text(),
					"organisation": object{"id": n.organisation}, "writtenAt": w.writtenAt(at).Format(time.RFC3339),
				})
			}
		}
		all = append(all, object{
			"__typename": "Interview", "id": i.id, "application": object{"id": s.ID}, "kind": i.kind, "heldOn": i.heldOn(w),
			"organisation": object{"id": i.organisation}, "receptionPoint": object{"id": i.point}, "appointment": nil,
			"project": object{
				"__typename": "HousingProject", "typologies": []string{"T2"}, "communes": []string{"38185"}, "budget": 50_000,
				"constraints": []string{"NEAR_WORK"}, "text": fmt.Sprint("Projet ", i.id),
			},
			"notes": notes,
		})
	}
	return all
}
