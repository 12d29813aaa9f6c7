package domain_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

var (
	permanenceToday = domain.NewDate(2026, 11, 26) // a Thursday
	everyMonday     = domain.PermanencePlan{
		Rule: "FREQ=WEEKLY;BYDAY=MO", FirstDay: domain.NewDate(2026, 11, 30), Until: domain.NewDate(2026, 12, 21),
		Opens: 14 * 60, Closes: 17 * 60, Capacity: 6,
	}
)

func TestPermanencePlansThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*domain.PermanencePlan)
		field string
	}{
		"in the past":       {func(p *domain.PermanencePlan) { p.FirstDay = permanenceToday.AddDays(-1) }, "firstDay"},
		"closes first":      {func(p *domain.PermanencePlan) { p.Closes = p.Opens }, "opens"},
		"no rule":           {func(p *domain.PermanencePlan) { p.Rule = "on Mondays" }, "rule"},
		"counted":           {func(p *domain.PermanencePlan) { p.Rule += ";COUNT=3" }, "rule"},
		"without end":       {func(p *domain.PermanencePlan) { p.Until = domain.Date{} }, "validUntil"},
		"too long":          {func(p *domain.PermanencePlan) { p.Until = p.FirstDay.AddDays(367) }, "validUntil"},
		"too often":         {func(p *domain.PermanencePlan) { p.Rule, p.Until = "FREQ=DAILY", p.FirstDay.AddDays(300) }, "validUntil"},
		"no day before end": {func(p *domain.PermanencePlan) { p.Until = p.FirstDay.AddDays(1); p.Rule = "FREQ=WEEKLY;BYDAY=FR" }, "rule"},
		"nobody":            {func(p *domain.PermanencePlan) { p.Capacity = 0 }, "capacity"},
		"too many":          {func(p *domain.PermanencePlan) { p.Capacity = 101 }, "capacity"},
		"a public holiday": {func(p *domain.PermanencePlan) {
			p.Rule, p.FirstDay = "", domain.NewDate(2026, 12, 25)
			*p = p.Bounded()
		}, "rule"},
		"over before it was": {func(p *domain.PermanencePlan) { p.Until = p.FirstDay }, "validUntil"},
	} {
		p := everyMonday
		c.spoil(&p)
		refused := p.Check(permanenceToday)
		if len(refused) != 1 || refused[0].Code != domain.Invalid || !slices.Equal(refused[0].Field, []string{c.field}) {
			t.Errorf("%s: refused by %v", name, refused)
		}
	}
	single := everyMonday
	single.Rule, single.Until = "", domain.Date{}
	for _, p := range []domain.PermanencePlan{everyMonday, single.Bounded()} {
		if refused := p.Check(permanenceToday); refused != nil {
			t.Errorf("refused: %v", refused)
		}
	}
}

// steps are all the acts, each from a state as it is.
var permanenceActs = []struct {
	name string
	do   func(domain.Permanence) (domain.Permanence, domain.Refusals)
	to   domain.PermanenceState
	from []domain.PermanenceState
}{
	{
		"plan", func(p domain.Permanence) (domain.Permanence, domain.Refusals) {
			return p.Plan(everyMonday, permanenceToday)
		},
		domain.PermanencePlanned,
		[]domain.PermanenceState{domain.PermanenceRequested, domain.PermanencePlanned},
	},
	{
		"decline", func(p domain.Permanence) (domain.Permanence, domain.Refusals) {
			return p.Decline(domain.NoStaffForPermanence)
		},
		domain.PermanenceDeclined,
		[]domain.PermanenceState{domain.PermanenceRequested},
	},
	{
		"staff", func(p domain.Permanence) (domain.Permanence, domain.Refusals) {
			next, _, refused := p.Staff([]domain.ID{"per_1"}, p.FirstDay, domain.Date{}, permanenceToday)
			return next, refused
		},
		domain.PermanenceStaffed,
		[]domain.PermanenceState{domain.PermanencePlanned, domain.PermanenceStaffed},
	},
	{
		"hold", func(p domain.Permanence) (domain.Permanence, domain.Refusals) {
			return p.Hold(p.FirstDay, 3, p.FirstDay)
		},
		domain.PermanenceStaffed,
		[]domain.PermanenceState{domain.PermanenceStaffed},
	},
	{
		"cancel", func(p domain.Permanence) (domain.Permanence, domain.Refusals) {
			return p.Cancel(nil, domain.PermanenceUnforeseen, permanenceToday)
		},
		domain.PermanenceCancelled,
		[]domain.PermanenceState{domain.PermanenceRequested, domain.PermanencePlanned, domain.PermanenceStaffed},
	},
}

// Every act from every state is refused, or leads where it says; a refusal changes nothing
// and names what is possible.
func TestPermanenceSteps(t *testing.T) {
	t.Parallel()
	for _, act := range permanenceActs {
		for _, state := range domain.PermanenceState("").Values() {
			was := domain.Permanence{PermanencePlan: everyMonday, State: domain.PermanenceState(state)}
			next, refused := act.do(was)
			if slices.Contains(act.from, was.State) {
				if refused != nil || next.State != act.to {
					t.Errorf("%s of %s: %s, %v", act.name, state, next.State, refused)
				}
				continue
			}
			if len(refused) != 1 || refused[0].Code != domain.IllegalTransition || refused[0].Help.EN == "" || next.State != was.State || next.Records != nil {
				t.Errorf("%s of %s: %+v, %v", act.name, state, next, refused)
			}
		}
	}
}

func TestDaysOfAPermanence(t *testing.T) {
	t.Parallel()
	p := domain.Permanence{PermanencePlan: everyMonday, State: domain.PermanenceStaffed}
	days := []domain.Date{p.FirstDay, p.FirstDay.AddDays(7), p.FirstDay.AddDays(14)}
	for name, refused := range map[string]domain.Refusals{
		"held before it comes":  second(p.Hold(days[0], 1, permanenceToday)),
		"held on no day of its": second(p.Hold(days[0].AddDays(1), 1, days[2])),
		"held by minus one":     second(p.Hold(days[0], -1, days[2])),
		"cancelled afterwards":  second(p.Cancel(&days[0], domain.PermanenceUnforeseen, days[0].AddDays(1))),
		"a Tuesday cancelled":   second(p.Cancel(ptr(days[0].AddDays(1)), domain.PermanenceUnforeseen, days[0])),
		"nobody":                third(p.Staff(nil, days[0], domain.Date{}, permanenceToday)),
		"one twice":             third(p.Staff([]domain.ID{"per_1", "per_1"}, days[0], domain.Date{}, permanenceToday)),
		"yesterday":             third(p.Staff([]domain.ID{"per_1"}, permanenceToday.AddDays(-1), domain.Date{}, permanenceToday)),
		"on no day":             third(p.Staff([]domain.ID{"per_1"}, days[0].AddDays(1), days[1], permanenceToday)),
	} {
		if len(refused) != 1 || refused[0].Code != domain.Invalid {
			t.Errorf("%s: %v", name, refused)
		}
	}
	state := func(want domain.PermanenceState, refused domain.Refusals) {
		t.Helper()
		if refused != nil || p.State != want {
			t.Errorf("is %s, not %s: %v", p.State, want, refused)
		}
	}
	var refused domain.Refusals
	p, refused = p.Cancel(&days[1], domain.NoStaffForPermanence, permanenceToday)
	state(domain.PermanenceStaffed, refused)
	p, refused = p.Hold(days[0], 5, days[0])
	state(domain.PermanenceStaffed, refused)
	if again := second(p.Hold(days[0], 5, days[0])); again == nil {
		t.Error("held twice")
	}
	p, refused = p.Hold(days[2], 0, days[2])
	state(domain.PermanenceHeld, refused)
	got := ""
	for _, d := range p.Days(days[0], days[2].AddDays(1)) {
		got += fmt.Sprint(d.Day, d.State, " ")
	}
	if got != "2026-11-30HELD 2026-12-07CANCELLED 2026-12-14HELD " {
		t.Errorf("days are %s", got)
	}
	p = domain.Permanence{PermanencePlan: everyMonday, State: domain.PermanencePlanned}
	for _, d := range days {
		p, refused = p.Cancel(&d, domain.NoRoomForPermanence, permanenceToday)
	}
	state(domain.PermanenceCancelled, refused)
	if p.CancelledFor != domain.NoRoomForPermanence {
		t.Errorf("cancelled for %s", p.CancelledFor)
	}
}

func second[T any](_ T, refused domain.Refusals) domain.Refusals        { return refused }
func third[T, U any](_ T, _ U, refused domain.Refusals) domain.Refusals { return refused }
func ptr[T any](v T) *T                                                 { return &v }

// Who is to hold a permanence from a day on receives on the days of the permanence from then
// on, and on no other: whatever its rule counts from, and whatever was cancelled.
func TestWhoHoldsReceivesOnItsDays(t *testing.T) {
	t.Parallel()
	rules := []string{
		"", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,MO;WKST=SU",
		"FREQ=MONTHLY;BYDAY=1MO,3TU", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,15", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270115T000000Z",
	}
	found := 0
	rapid.Check(t, func(rt *rapid.T) {
		first := permanenceToday.AddDays(rapid.IntRange(0, 40).Draw(rt, "first"))
		p := domain.Permanence{State: domain.PermanencePlanned, PermanencePlan: domain.PermanencePlan{
			Rule: rapid.SampledFrom(rules).Draw(rt, "rule"), FirstDay: first, Until: first.AddDays(rapid.IntRange(1, 180).Draw(rt, "lasts")),
			Opens: 9 * 60, Closes: 12 * 60, Capacity: 3,
		}.Bounded()}
		for _, d := range p.Days(p.FirstDay, p.Until) {
			if rapid.IntRange(0, 5).Draw(rt, "cancelled") == 0 {
				if next, refused := p.Cancel(&d.Day, domain.PermanenceUnforeseen, permanenceToday); refused == nil && next.State == p.State {
					p = next
				}
			}
		}
		from := permanenceToday.AddDays(rapid.IntRange(0, 100).Draw(rt, "from"))
		until := from.AddDays(rapid.IntRange(1, 100).Draw(rt, "until"))
		next, received, refused := p.Staff([]domain.ID{"per_1"}, from, until, permanenceToday)
		var want []domain.Period
		for _, d := range p.Days(from, until) {
			if d.State != domain.PermanenceCancelled {
				want = append(want, d.Period())
			}
		}
		if (refused == nil) != (len(want) > 0) || refused == nil && next.State != domain.PermanenceStaffed {
			rt.Fatalf("%v with %v", refused, want)
		}
		if have := received.Periods(permanenceToday, permanenceToday.AddDays(500)); !slices.Equal(have, want) {
			rt.Fatalf("receives\n%v\nand not\n%v", have, want)
		}
		found += len(want)
	})
	if found == 0 {
		t.Error("nobody ever received")
	}
}

// What can be reached in a week, best first, and what is missing.
func TestCoverageOfAWeek(t *testing.T) {
	t.Parallel()
	monday := everyMonday.FirstDay
	none, all := func(domain.Date) bool { return false }, func(domain.Date) bool { return true }
	of := func(state domain.PermanenceState) domain.Permanence {
		return domain.Permanence{PermanencePlan: everyMonday, State: state}
	}
	held := second2(of(domain.PermanenceStaffed).Hold(monday, 2, monday))
	christmas := of(domain.PermanenceStaffed)
	christmas.Rule, christmas.Until = "FREQ=WEEKLY;BYDAY=FR", monday.AddDays(60)
	for name, c := range map[string]struct {
		own      int
		of       domain.Permanence
		monday   domain.Date
		attended func(domain.Date) bool
		reach    domain.CoverageReach
		gap      bool
	}{
		"nothing":                   {1, domain.Permanence{State: domain.PermanenceDeclined}, monday, none, domain.ReachNothing, true},
		"declined":                  {1, of(domain.PermanenceDeclined), monday, all, domain.ReachNothing, true},
		"asked for":                 {1, of(domain.PermanenceRequested), monday, none, domain.ReachUnstaffed, true},
		"planned":                   {1, of(domain.PermanencePlanned), monday, none, domain.ReachUnstaffed, true},
		"who holds it is away":      {1, of(domain.PermanenceStaffed), monday, none, domain.ReachUnstaffed, true},
		"cancelled":                 {1, of(domain.PermanenceCancelled), monday, all, domain.ReachNothing, true},
		"in another week":           {1, of(domain.PermanenceStaffed), monday.AddDays(28), all, domain.ReachNothing, true},
		"on a public holiday":       {1, christmas, domain.NewDate(2026, 12, 21), all, domain.ReachNothing, true},
		"own desk, asked for":       {2, of(domain.PermanenceRequested), monday, none, domain.ReachOwnDesk, true},
		"own desk":                  {2, of(domain.PermanenceDeclined), monday, none, domain.ReachOwnDesk, false},
		"staffed":                   {1, of(domain.PermanenceStaffed), monday, all, domain.ReachPermanence, false},
		"held, whoever is gone now": {1, held, monday, none, domain.ReachPermanence, false},
	} {
		week := domain.CoverageWeek{Monday: c.monday, OwnLevel: c.own}.Count(c.of, c.attended)
		if week.Reach() != c.reach || week.Gap() != c.gap {
			t.Errorf("%s: %s, gap %t: %+v", name, week.Reach(), week.Gap(), week)
		}
	}
}

func second2(p domain.Permanence, _ domain.Refusals) domain.Permanence { return p }
