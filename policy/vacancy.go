package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/vacancy"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A vacancy is seen with what is managed of its dwelling: by the holder of a right over the
// flow while it is offered to it, and no other vacancy of the dwelling.
func installVacancy() {
	guard.Register("Vacancy", func(v *auth.Viewer, q *ent.VacancyQuery) {
		r := stockReading(v)
		if p := r.lasting(v.Today()); p != nil {
			seen := vacancy.HasDwellingWith(p)
			if len(r.organisations) > 0 && !r.everywhere {
				offered := vacancy.And(vacancy.ClosedOnIsNil(), offeredTo(r.organisations, v.Today()))
				if len(r.communes) > 0 {
					offered = vacancy.And(offered, vacancy.HasDwellingWith(r.inCommunes()))
				}
				seen = vacancy.Or(seen, offered)
			}
			q.Where(seen)
		}
		q.Order(vacancy.ByVacantFrom(), vacancy.ByID())
	})
}

// lasting keeps the dwellings that the reader's organisations own or have a right on by name;
// nil for all of them.
func (r stockReader) lasting(today domain.Date) predicate.Dwelling {
	return r.held(dwelling.Or(dwelling.LandlordIDIn(r.organisations...), reservedByName(r.organisations, today)))
}
