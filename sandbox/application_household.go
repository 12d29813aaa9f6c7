package sandbox

import (
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// gather throws the household.
func (a *draft) gather() {
	d := &a.dice
	from := d.origin()
	woman := d.chance(54)
	switch d.weighted(42, 10, 20, 17, 3, 2, 3, 3) {
	case 0: // somebody alone
		a.adult(domain.LinkApplicant, from, woman, a.age())
		a.married(12)
	case 1: // a couple
		a.couple(from, woman, a.age(), 18)
	case 2: // one parent
		n := 1 + d.weighted(50, 32, 13, 4, 1)
		a.parent(from, d.chance(82), n)
	case 3: // a couple with children
		n := 1 + d.weighted(340, 360, 170, 70, 30, 15, 10, 5)
		age := a.parentAge(n)
		a.children(domain.LinkChild, from, n, a.couple(from, woman, age, 18+n))
	case 4: // three generations
		n := 1 + d.weighted(50, 35, 15)
		age := a.parent(from, woman, n)
		a.ascendant(from, age)
	case 5: // with a parent who is taken care of
		age := d.between(38, 62)
		a.adult(domain.LinkApplicant, from, woman, age)
		a.ascendant(from, age)
	case 6: // siblings or friends
		age := d.between(18, 45)
		a.adult(domain.LinkApplicant, from, woman, age)
		siblings := d.chance(60)
		for n := 1 + d.weighted(80, 20); len(a.Members) <= n; {
			if !siblings {
				from = d.origin()
			}
			a.adult(domain.LinkCoApplicant, from, d.chance(50), max(18, age+d.between(-6, 6)))
			if siblings {
				a.Members[len(a.Members)-1].BirthName = a.Members[0].BirthName
			}
		}
	default: // a parent whose children live elsewhere
		n := 1 + d.weighted(50, 38, 12)
		age := a.parentAge(n)
		a.adult(domain.LinkApplicant, from, woman, age)
		a.children(domain.LinkVisitingChild, from, n, age)
	}
	// Not soon after another birth.
	if a.expectant && a.Members[len(a.Members)-1].BornOn.Before(a.on.AddDays(-300)) && d.chance(6) {
		a.expect(a.on.AddDays(d.between(10, 250)))
	}
}

// age throws that of an adult.
func (a *draft) age() int {
	d := &a.dice
	ages := [...][2]int{{18, 24}, {25, 34}, {35, 49}, {50, 64}, {65, 94}}[d.weighted(19, 28, 25, 18, 10)]
	return d.between(ages[0], ages[1])
}

// parentAge throws that of somebody with n minor children.
func (a *draft) parentAge(n int) int {
	youngest := 19 + n
	return (a.dice.between(youngest, 56) + a.dice.between(youngest, 56)) / 2
}

// birthday is that of somebody of that age, so many days after the earliest one.
func (a *draft) birthday(age, days int) domain.Date {
	year, month, day := a.on.Civil()
	return domain.NewDate(year-age-1, month, day+1).AddDays(days)
}

func (a *draft) adult(link domain.HouseholdLink, from *origin, woman bool, age int) {
	d := &a.dice
	a.Members = append(a.Members, service.SandboxMember{
		Link: link, GivenNames: from.given(d, woman), BirthName: pick(d, from.families), BornOn: a.birthday(age, d.below(365)),
	})
	a.expectant = a.expectant || woman && age < 43 && link != domain.LinkOtherDependant
}

// married gives the applicant a usual name that is not the birth name, in so many of a
// hundred households.
func (a *draft) married(percent float64) {
	if d := &a.dice; d.chance(percent) {
		a.Members[0].UsualName = pick(d, d.origin().families)
	}
}

// couple is the applicant and a spouse, who has at least the lowest age; it returns the
// age of the younger one.
func (a *draft) couple(from *origin, woman bool, age, lowest int) int {
	d := &a.dice
	a.adult(domain.LinkApplicant, from, woman, age)
	if d.chance(22) {
		from = d.origin()
	}
	if !d.chance(3) {
		woman = !woman
	}
	other := max(lowest, age+d.between(-7, 7))
	a.adult(domain.LinkSpouse, from, woman, other)
	first, second := &a.Members[0], &a.Members[1]
	if woman {
		first, second = second, first
	}
	switch d.weighted(50, 40, 10) {
	case 1:
		first.UsualName = second.BirthName
	case 2:
		first.UsualName = first.BirthName + "-" + second.BirthName
	}
	return min(age, other)
}

// parent is one adult with n children; it returns the adult's age.
func (a *draft) parent(from *origin, woman bool, n int) int {
	age := a.parentAge(n)
	a.adult(domain.LinkApplicant, from, woman, age)
	a.married(15)
	a.children(domain.LinkChild, from, n, age)
	return age
}

// children are born one after the other, at least nine months apart.
func (a *draft) children(link domain.HouseholdLink, from *origin, n, parentAge int) {
	d := &a.dice
	name := a.Members[d.below(len(a.Members))].BirthName
	if len(a.Members) == 1 && d.chance(50) {
		name = pick(d, d.origin().families)
	}
	if d.chance(8) && name != a.Members[0].BirthName {
		name = a.Members[0].BirthName + "-" + name
	}
	age := d.between(n-1, min(20, parentAge-18))
	step, season := max(1, age/n), d.below(365-95)
	for range n {
		given := from.given(d, d.chance(50))
		for a.called(given) {
			given = from.given(d, d.chance(50))
		}
		a.Members = append(a.Members, service.SandboxMember{
			Link: link, GivenNames: given, BirthName: name, BornOn: a.birthday(age, season+d.below(95)),
		})
		age -= d.between(1, step)
	}
}

// called tells whether somebody of the household has the same first name.
func (a *draft) called(given string) bool {
	first, _, _ := strings.Cut(given, " ")
	return slices.ContainsFunc(a.Members, func(m service.SandboxMember) bool {
		other, _, _ := strings.Cut(m.GivenNames, " ")
		return other == first
	})
}

// ascendant is a parent of the applicant, who lives with the household.
func (a *draft) ascendant(from *origin, age int) {
	d := &a.dice
	a.adult(domain.LinkOtherDependant, from, d.chance(65), min(98, age+d.between(20, 38)))
	if d.chance(50) {
		a.Members[len(a.Members)-1].UsualName = a.Members[0].BirthName
	}
}

// expect adds a child that has neither a name nor a birthday yet.
func (a *draft) expect(on domain.Date) {
	a.Members = append(a.Members, service.SandboxMember{Link: domain.LinkToBeBorn, ExpectedOn: on})
}

// size asks for dwellings that fit the household. What somebody needs for their
// health is not in it: it could be read there.
func (a *draft) size() {
	fit := [...][]domain.Typology{
		{domain.T1, domain.T2},
		{domain.T2, domain.T3},
		{domain.T3},
		{domain.T3, domain.T4},
		{domain.T4, domain.T5},
		{domain.T4, domain.T5},
		{domain.T5, domain.T6Plus},
	}
	a.Typologies = fit[min(len(a.Members), len(fit))-1]
	if len(a.Typologies) > 1 && a.dice.chance(45) {
		a.Typologies = a.Typologies[:1]
	}
}
