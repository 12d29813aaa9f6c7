package sandbox

import (
	"iter"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// HousedYear is the year of which a sandbox publishes who was housed: what is left of their
// applications by then, the law has erased.
const HousedYear = 2025

// housedInYear is how many fictional households were, as the field has it.
const housedInYear = 3000

// Housed returns the fictional households that were housed in that year. The larger a
// dwelling, the longer they had waited for it; most waited for a two- or three-room one.
func Housed() iter.Seq[service.SandboxHoused] {
	return func(yield func(service.SandboxHoused) bool) {
		plan, d := planApplications(), newDice("housed")
		typologies := []domain.Typology{domain.T1, domain.T2, domain.T3, domain.T4, domain.T5, domain.T6Plus}
		classes := domain.WaitingClass("").Values()
		for range housedInYear {
			size := d.weighted(12, 29, 33, 20, 5, 1)
			h := service.SandboxHoused{
				Commune: plan.communes[d.weighted(plan.populations...)].InseeCode, Typology: typologies[size],
				Waited: domain.WaitingClass(classes[d.weighted(44-5*size, 25, 14+size, 11+2*size, 6+2*size)]),
			}
			if !yield(h) {
				return
			}
		}
	}
}
