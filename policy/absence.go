package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/absence"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Absences that are not over are seen by those who receive where somebody, or something,
// is not there, by those who run that point, and by the person.
func installAbsence() {
	guard.Register("Absence", func(v *auth.Viewer, q *ent.AbsenceQuery) {
		q.Where(absence.EndsAtGT(v.Now))
		if p := planning(v); !p.everywhere {
			q.Where(absence.Or(
				absence.PersonID(v.PersonID),
				absence.HasReceptionPointWith(p.points()),
				absence.HasRoomWith(room.HasReceptionPointWith(p.points())),
				absence.HasPersonWith(person.HasAssignmentsWith(
					AssignmentInForce(v.Today()), assignment.HasReceptionPointsWith(p.points()))),
			))
		}
		q.Order(absence.ByStartsAt(), absence.ByID())
	})
}

// PlanAbsence decides whether the viewer may declare, or take back, that the person is not
// there, or the point or one of its rooms where no person is named. The points are those
// at which the person works, with their operators: to run one of them is enough.
func PlanAbsence(ctx context.Context, person domain.ID, points ...*ent.ReceptionPoint) (context.Context, error) {
	refused := forbidden()
	for _, point := range points {
		granted, err := plan(ctx, "plan absence", point, person, "Absence")
		if err == nil {
			return granted, nil
		}
		refused = err
	}
	if v, err := identified(ctx); err != nil {
		return nil, err
	} else if person != "" && person == v.PersonID && throughApp(v) { // who works nowhere today may be away all the same
		return guard.Grant(ctx, "plan absence", "Absence"), nil
	}
	return nil, refused
}
