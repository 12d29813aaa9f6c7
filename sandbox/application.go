package sandbox

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// applicationsOn is the day on which the fictional applications are as they are
// told: none was deposited or removed later.
var applicationsOn = domain.NewDate(2026, 11, 1)

const (
	// oldestApplication is in days: six years.
	oldestApplication = 6*365 + 1
	// removedWithin is in days: who was removed longer ago is erased (décret 2017-917).
	removedWithin = 365
	// lapse is how many days after its validity an application is removed.
	lapse = 30
	// receptionMonths is the delay for a first reception.
	receptionMonths = 2
	// numbers is how many numbers a month has: no two applications get the same.
	numbers = 1_000_000
	// portal is the desk of those who registered online.
	portal = "GDPUB"
)

// Applications returns the first n fictional applications, up to a million. The one
// in place k is the same whatever n is. The first ones, [EdgeSingle] and those after
// it, are each made for a rule; the others are as the field has them.
func Applications(n int) iter.Seq[service.SandboxApplication] {
	return func(yield func(service.SandboxApplication) bool) {
		plan := planApplications()
		for k := range n {
			if !yield(plan.application(k)) {
				return
			}
		}
	}
}

// draft is an application while it is being made.
type draft struct {
	service.SandboxApplication
	*applicationPlan
	k    int
	dice dice
	// on is the day of which the household is told.
	on domain.Date
	// desk is where the application was registered, as its number writes it.
	desk string
	// expectant tells whether a woman of the household can be expecting a child.
	expectant bool
}

func (p *applicationPlan) application(k int) service.SandboxApplication {
	a := draft{applicationPlan: p, k: k, dice: newDice("application " + strconv.Itoa(k))}
	a.live()
	a.settle()
	a.follow()
	a.wish()
	a.gather()
	a.explain()
	a.confide()
	if k < len(edges) {
		edges[k](&a)
	}
	a.size()
	a.earn()
	a.write()
	a.identify()
	a.work()
	a.file()
	return a.SandboxApplication
}

// live throws the dates. Most are recent; four in ten wait for more than two years.
func (a *draft) live() {
	d := &a.dice
	a.on, a.StatedOn = applicationsOn, applicationsOn
	state := d.weighted(80, 4, 16)
	if a.k < len(edges) {
		state = 0
	}
	switch state {
	case 0:
		a.State = domain.ApplicationActive
		a.RegisteredOn = applicationsOn.AddDays(-a.seniority(oldestApplication))
		grace := 0
		if d.chance(35) {
			grace = lapse // some let the day pass, and still count for a while
		}
		a.renew(applicationsOn.AddDays(-grace))
	case 1:
		a.State = domain.ApplicationPending
		a.RegisteredOn = applicationsOn.AddDays(-d.below(21))
		a.renew(applicationsOn)
	default:
		a.State = domain.ApplicationRemoved
		a.remove()
		a.on = a.RemovedOn
	}
	year, month, day := a.RegisteredOn.Civil()
	a.ReceptionDeadline = domain.NewDate(year, month+receptionMonths, day)
}

// remove throws the dates of those who were not renewed, and of those who were housed
// or gave up.
func (a *draft) remove() {
	if d := &a.dice; d.chance(40) {
		const earliest = removedWithin + lapse
		a.RegisteredOn = applicationsOn.AddDays(-earliest - a.seniority(oldestApplication-earliest))
		a.renew(applicationsOn.AddDays(-earliest))
		a.RemovedOn, a.RemovedFor = a.ValidUntil.AddDays(lapse), domain.RemovedNotRenewed
		return
	}
	const soonest = 20 // days after the deposit
	ago := a.dice.below(removedWithin)
	a.RemovedOn, a.RemovedFor = applicationsOn.AddDays(-ago), domain.RemovedHoused
	a.RegisteredOn = a.RemovedOn.AddDays(-soonest - a.seniority(oldestApplication-ago-soonest))
	a.renew(a.RemovedOn)
}

// seniority throws a number of days.
func (a *draft) seniority(oldest int) int {
	f := a.dice.fraction()
	return int(f * f * float64(oldest))
}

// renew renews every year what would no longer be valid on that day.
func (a *draft) renew(day domain.Date) {
	a.RenewedOn = a.RegisteredOn
	for a.ValidUntil = a.RenewedOn.AddYear(); !day.Before(a.ValidUntil); a.ValidUntil = a.RenewedOn.AddYear() {
		a.RenewedOn = a.ValidUntil.AddDays(-a.dice.between(1, 45))
	}
}

// follow chooses the desk, and the point that follows: nobody, for those who
// registered online and were not taken from the queue.
func (a *draft) follow() {
	d := &a.dice
	online, taken := 30.0, 75.0
	if a.State == domain.ApplicationPending {
		online, taken = 60, 40
	}
	if !d.chance(online) {
		a.followedBy(a.point())
		return
	}
	if d.chance(taken) {
		a.followedBy(a.point())
		if since := a.RegisteredOn.AddDays(d.between(1, 40)); since.Before(a.on) {
			a.FollowedSince = since
		}
	}
	a.desk = portal
}

// followedBy makes a point follow since the deposit.
func (a *draft) followedBy(point string) {
	a.FollowingPoint, a.FollowedSince, a.desk = point, a.RegisteredOn, a.desks[point]
}

// write gives the household a phone and an e-mail address, as most have.
func (a *draft) write() {
	d := &a.dice
	phone, mailbox := d.weighted(84, 13, 3), d.weighted(62, 26, 12)
	if a.Phone == "" {
		// 06 39 98 and 04 65 71 are kept by the regulator for works of fiction; the
		// desks have the first numbers of the latter.
		switch phone {
		case 0:
			a.Phone = domain.PhoneNumber(fmt.Sprintf("+3363998%04d", a.k*7919%10_000))
		case 1:
			a.Phone = domain.PhoneNumber(fmt.Sprintf("+3346571%04d", d.between(2000, 9999)))
		}
	}
	if a.Email == "" && mailbox < 2 {
		host := [...]string{"example.org", "example.net"}[mailbox]
		a.Email = domain.NameWords(a.Members[0].BirthName)[0] + "." + strconv.Itoa(a.k) + "@" + host
	}
}

// identify gives the number and the identifiers, whose time is that of the deposit.
func (a *draft) identify() {
	if a.State != domain.ApplicationPending {
		year, month, _ := a.RegisteredOn.Civil()
		// The stride has no divisor in common with the numbers: each comes up once.
		const stride = 617_477
		a.UniqueNumber = domain.UniqueNumber(fmt.Sprintf("038%02d%02d%06d%s", month, year%100, (a.k*stride+16_982)%numbers, a.desk))
	}
	a.RegisteredAt = a.RegisteredOn.At(domain.NewLocalTime(a.dice.between(8, 18), a.dice.below(60)))
	key := "application " + strconv.Itoa(a.k)
	a.ID = domain.DerivedID(domain.ApplicationPrefix, a.RegisteredAt, key)
	for i := range a.Members {
		a.Members[i].ID = domain.DerivedID(domain.HouseholdMemberPrefix, a.RegisteredAt, key+" "+strconv.Itoa(i))
	}
}

// pick throws one of a list.
func pick[T any](d *dice, from []T) T { return from[d.below(len(from))] }
