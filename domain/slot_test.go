package domain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// rule is a recurrence that the naive calendar understands by itself.
type rule struct {
	word     string
	every    int
	weekdays []time.Weekday
}

func (r rule) String() string {
	switch r.word {
	case "":
		return ""
	case "DAILY":
		return fmt.Sprintf("FREQ=DAILY;INTERVAL=%d", r.every)
	case "FIRST":
		return "FREQ=MONTHLY;BYDAY=1MO"
	}
	var days []string
	for _, d := range r.weekdays {
		days = append(days, strings.ToUpper(d.String()[:2]))
	}
	return fmt.Sprintf("FREQ=WEEKLY;INTERVAL=%d;BYDAY=%s", r.every, strings.Join(days, ","))
}

// on tells, by counting days, whether the rule brings that day.
func (r rule) on(first, day domain.Date) bool {
	if day.Before(first) {
		return false
	}
	days := 0
	for d := first; d.Before(day); d = d.AddDays(1) {
		days++
	}
	switch r.word {
	case "":
		return days == 0
	case "DAILY":
		return days%r.every == 0
	case "FIRST":
		_, _, n := day.Civil()
		return day.Weekday() == time.Monday && n <= 7
	}
	monday := (int(first.Weekday()) + 6) % 7
	return slices.Contains(r.weekdays, day.Weekday()) && (days+monday)/7%r.every == 0
}

// planned is an availability with its rule.
type planned struct {
	domain.Availability
	rule rule
}

var slotRoles = []domain.Role{domain.ReceptionAgent, domain.SocialOfficer}

// anyCalendar draws a small world of two points and three people around a day.
func anyCalendar(rt *rapid.T, around domain.Date) (domain.Calendar, []planned) {
	points := []domain.ID{"rpt_1", "rpt_2"}
	people := []domain.ID{"per_1", "per_2", "per_3"}
	rooms := []domain.ID{"", "roo_1", "roo_2"}
	day := rapid.Custom(func(rt *rapid.T) domain.Date { return around.AddDays(rapid.IntRange(-9, 9).Draw(rt, "day")) })
	quarter := rapid.Custom(func(rt *rapid.T) domain.LocalTime {
		return domain.LocalTime(15 * rapid.IntRange(0, 96).Draw(rt, "quarter"))
	})
	c := domain.Calendar{
		Exceptions: map[domain.ID][]domain.OpeningException{},
		Away:       map[domain.ID][]domain.Period{}, Taken: map[domain.ID][]domain.Period{}, Booked: map[domain.ID][]time.Time{},
	}
	var all []planned
	for range rapid.IntRange(1, 4).Draw(rt, "availabilities") {
		p := planned{rule: rule{word: rapid.SampledFrom([]string{"", "DAILY", "WEEKLY", "FIRST"}).Draw(rt, "rule"), every: rapid.IntRange(1, 3).Draw(rt, "every")}}
		p.rule.weekdays = rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 1, 7, rapid.ID).Draw(rt, "weekdays")
		a := domain.Availability{
			PersonID: rapid.SampledFrom(people).Draw(rt, "person"), ReceptionPointID: rapid.SampledFrom(points).Draw(rt, "point"),
			RoomID: rapid.SampledFrom(rooms).Draw(rt, "room"), Rule: p.rule.String(), FirstDay: day.Draw(rt, "first"),
			Opens: quarter.Draw(rt, "opens"), Closes: quarter.Draw(rt, "closes"),
		}
		if a.Closes <= a.Opens {
			a.Opens, a.Closes = 0, a.Opens+15
			a.Closes = min(a.Closes, 24*60)
		}
		if rapid.Bool().Draw(rt, "ends") {
			a.Until = a.FirstDay.AddDays(rapid.IntRange(1, 12).Draw(rt, "lasts"))
		}
		for range rapid.IntRange(0, 2).Draw(rt, "changes") {
			from, to := quarter.Draw(rt, "from"), quarter.Draw(rt, "to")
			a.Changes = a.Changed(domain.OccurrenceChange{Day: day.Draw(rt, "changed"), Opens: min(from, to), Closes: max(from, to)})
		}
		if rapid.IntRange(0, 2).Draw(rt, "in a permanence") == 0 {
			a.PermanenceID, a.ServingPointID = "pnc_1", rapid.SampledFrom(points).Draw(rt, "serving")
			a.Capacity = rapid.IntRange(1, 2).Draw(rt, "capacity")
		}
		p.Availability = a
		all, c.Availabilities = append(all, p), append(c.Availabilities, a)
	}
	for _, person := range people {
		for _, point := range points {
			for _, role := range slotRoles {
				if rapid.IntRange(0, 2).Draw(rt, "holds") > 0 {
					c.Roles = append(c.Roles, domain.StaffRole{PersonID: person, ReceptionPointID: point, Role: role, From: day.Draw(rt, "since")})
				}
			}
		}
	}
	for _, point := range points {
		change := day.Draw(rt, "level changes")
		c.Levels = append(c.Levels,
			domain.PointLevel{ReceptionPointID: point, Level: rapid.IntRange(1, 3).Draw(rt, "level"), From: domain.NewDate(2020, 1, 1), Until: change},
			domain.PointLevel{ReceptionPointID: point, Level: rapid.IntRange(1, 3).Draw(rt, "level"), From: change})
		if rapid.Bool().Draw(rt, "exception") {
			from := day.Draw(rt, "exception from")
			e := domain.OpeningException{From: from, Until: from.AddDays(rapid.IntRange(1, 3).Draw(rt, "exception days"))}
			if a, b := quarter.Draw(rt, "a"), quarter.Draw(rt, "b"); a != b {
				e.Intervals = domain.OpeningIntervals{{Opens: min(a, b), Closes: max(a, b)}}
			}
			c.Exceptions[point] = []domain.OpeningException{e}
		}
	}
	for range rapid.IntRange(0, 5).Draw(rt, "taken") {
		subject := rapid.SampledFrom(slices.Concat(people, points, rooms[1:])).Draw(rt, "whose")
		from := day.Draw(rt, "taken on").At(0).Add(time.Duration(rapid.IntRange(0, 24*60).Draw(rt, "minute")) * time.Minute)
		taken := c.Taken
		if rapid.Bool().Draw(rt, "away") {
			taken = c.Away
		}
		taken[subject] = append(taken[subject], domain.Period{From: from, Until: from.Add(time.Duration(rapid.IntRange(1, 600).Draw(rt, "long")) * time.Minute)})
	}
	for range rapid.IntRange(0, 4).Draw(rt, "booked") {
		c.Booked["pnc_1"] = append(c.Booked["pnc_1"], day.Draw(rt, "booked on").At(quarter.Draw(rt, "booked at")))
	}
	return c, all
}

// openAt says, of one minute alone, whether an availability is open in it.
func openAt(c domain.Calendar, p planned, at time.Time) bool {
	day := domain.DateOf(at)
	if day.Before(p.FirstDay) || !p.Until.IsZero() && !day.Before(p.Until) {
		return false
	}
	opens, closes := p.Opens, p.Closes
	i := slices.IndexFunc(p.Changes, func(o domain.OccurrenceChange) bool { return o.Day == day })
	_, holiday := domain.HolidayOn(day)
	switch {
	case i >= 0:
		opens, closes = p.Changes[i].Opens, p.Changes[i].Closes
	case holiday || !p.rule.on(p.FirstDay, day):
		return false
	}
	if at.Before(day.At(opens)) || !at.Before(day.At(closes)) || opens == closes {
		return false
	}
	for _, e := range c.Exceptions[p.ReceptionPointID] {
		if !day.Before(e.From) && day.Before(e.Until) && !slices.ContainsFunc(e.Intervals, func(i domain.OpeningInterval) bool {
			return !at.Before(day.At(i.Opens)) && at.Before(day.At(i.Closes))
		}) {
			return false
		}
	}
	for _, subject := range []domain.ID{p.PersonID, p.RoomID, p.ReceptionPointID} {
		for _, taken := range slices.Concat(c.Taken[subject], c.Away[subject]) {
			if subject != "" && !at.Before(taken.From) && at.Before(taken.Until) {
				return false
			}
		}
	}
	given := 0
	for _, b := range c.Booked[p.PermanenceID] {
		if domain.DateOf(b) == day && !b.Before(day.At(opens)) && b.Before(day.At(closes)) {
			given++
		}
	}
	return p.PermanenceID == "" || given < p.Capacity
}

// naive looks at every quarter of an hour and every minute after it.
func naive(c domain.Calendar, all []planned, q domain.SlotQuestion) []domain.Slot {
	var slots []domain.Slot
	for at := q.From.Truncate(15 * time.Minute); at.Before(q.Until); at = at.Add(15 * time.Minute) {
		if at.Before(q.From) {
			continue
		}
		for _, point := range []domain.ID{"rpt_1", "rpt_2"} {
			day := domain.DateOf(at)
			level := 0
			for _, l := range c.Levels {
				if l.ReceptionPointID == point && !day.Before(l.From) && (l.Until.IsZero() || day.Before(l.Until)) {
					level = l.Level
				}
			}
			can := map[domain.Role][]domain.ID{}
			for _, p := range all {
				has, works := level, point
				if p.PermanenceID != "" {
					has, works = max(level, 2), p.ServingPointID
				}
				if p.ReceptionPointID != point || has < q.Motive.Level {
					continue
				}
				// One occurrence holds the whole appointment: what is open from one day into
				// the next is two of them.
				whole := domain.DateOf(at.Add(q.Motive.Length()-time.Minute)) == day
				for m := at; m.Before(at.Add(q.Motive.Length())) && whole; m = m.Add(time.Minute) {
					whole = openAt(c, p, m)
				}
				if !whole {
					continue
				}
				for _, r := range c.Roles {
					if r.PersonID == p.PersonID && r.ReceptionPointID == works && !day.Before(r.From) {
						can[r.Role] = append(can[r.Role], p.PersonID)
					}
				}
			}
			found := false
			for _, a := range can[q.Motive.Roles[0]] {
				if len(q.Motive.Roles) == 1 {
					found = true
					continue
				}
				for _, b := range can[q.Motive.Roles[1]] {
					found = found || a != b
				}
			}
			if found {
				slots = append(slots, domain.Slot{ReceptionPointID: point, From: at.UTC(), Until: at.Add(q.Motive.Length()).UTC()})
			}
		}
	}
	return slots
}

// Slots are those that a calendar gives that looks at every minute: over random openings,
// changes of one day, absences, public holidays, pairs, rooms, levels and both Sundays on
// which clocks change.
func TestSlotsAreThoseOfTheNaiveCalendar(t *testing.T) {
	t.Parallel()
	around := []domain.Date{
		domain.NewDate(2027, 3, 28), domain.NewDate(2026, 10, 25), domain.NewDate(2027, 5, 8), domain.NewDate(2026, 12, 30),
		domain.NewDate(2028, 2, 29),
	}
	found := 0
	rapid.Check(t, func(rt *rapid.T) {
		day := rapid.SampledFrom(around).Draw(rt, "around")
		c, all := anyCalendar(rt, day)
		roles := rapid.SampledFrom([][]domain.Role{{domain.ReceptionAgent}, {domain.SocialOfficer}, slotRoles}).Draw(rt, "roles")
		from := day.AddDays(-4).At(0).Add(time.Duration(rapid.IntRange(0, 3*24*60).Draw(rt, "from")) * time.Minute)
		q := domain.SlotQuestion{
			Motive: domain.AppointmentMotive{Code: "M", Level: rapid.IntRange(1, 3).Draw(rt, "needs"), Minutes: 15 * rapid.IntRange(1, 6).Draw(rt, "minutes"), Roles: roles},
			Mode:   domain.OnSite, From: from, Until: from.AddDate(0, 0, rapid.IntRange(0, 5).Draw(rt, "days")),
		}
		have, want := c.Slots(q), naive(c, all, q)
		if !slices.Equal(have, want) {
			rt.Fatalf("slots are\n%v\nand not\n%v", have, want)
		}
		found += len(have)
		for _, slot := range have {
			team, free := c.TeamAt(q, slot.ReceptionPointID, slot.From)
			if !free || len(team.People) != len(roles) || len(team.People) == 2 && team.People[0] == team.People[1] {
				rt.Fatalf("%v has the team %v", slot, team)
			}
		}
	})
	if found == 0 {
		t.Error("no slot was ever found")
	}
}

func TestAvailabilitiesThatAreRefused(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 26)
	good := domain.Availability{FirstDay: today, Opens: 9 * 60, Closes: 12 * 60, Rule: "FREQ=WEEKLY;BYDAY=MO,WE"}
	for name, c := range map[string]struct {
		spoil func(*domain.Availability)
		field string
	}{
		"in the past":          {func(a *domain.Availability) { a.FirstDay = today.AddDays(-1) }, "firstDay"},
		"over before it began": {func(a *domain.Availability) { a.Until = today }, "validUntil"},
		"closes first":         {func(a *domain.Availability) { a.Closes = a.Opens }, "opens"},
		"not on a quarter":     {func(a *domain.Availability) { a.Opens += 7 }, "opens"},
		"no rule":              {func(a *domain.Availability) { a.Rule = "every Monday" }, "rule"},
		"by the hour":          {func(a *domain.Availability) { a.Rule = "FREQ=HOURLY" }, "rule"},
		"by the year":          {func(a *domain.Availability) { a.Rule = "FREQ=YEARLY" }, "rule"},
		"hours in the rule":    {func(a *domain.Availability) { a.Rule = "FREQ=DAILY;BYHOUR=9" }, "rule"},
		"too rare":             {func(a *domain.Availability) { a.Rule = "FREQ=DAILY;INTERVAL=54" }, "rule"},
		"too long":             {func(a *domain.Availability) { a.Rule = "FREQ=DAILY;BYMONTHDAY=" + strings.Repeat("1,", 100) + "1" }, "rule"},
		"never":                {func(a *domain.Availability) { a.Rule = "FREQ=DAILY;UNTIL=20200101T000000Z" }, "rule"},
	} {
		a := good
		c.spoil(&a)
		refused := a.Check(today)
		if len(refused) != 1 || refused[0].Code != domain.Invalid || !slices.Equal(refused[0].Field, []string{c.field}) {
			t.Errorf("%s: refused by %v", name, refused)
		}
	}
	if refused := good.Check(today); refused != nil {
		t.Errorf("refused: %v", refused)
	}
}

// No rule that somebody sends stops the program, or keeps it long: what it brings in four
// months is looked for.
func FuzzAvailabilityRule(f *testing.F) {
	for _, s := range []string{"", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "FREQ=DAILY;INTERVAL=0", "FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=2", "FREQ=WEEKLY;BYDAY=XX"} {
		f.Add(s)
	}
	today := domain.NewDate(2026, 11, 26)
	f.Fuzz(func(t *testing.T, s string) {
		a := domain.Availability{PersonID: "per_1", ReceptionPointID: "rpt_1", FirstDay: today, Opens: 0, Closes: 60, Rule: s}
		if a.Check(today) != nil {
			return
		}
		c := domain.Calendar{
			Availabilities: []domain.Availability{a}, Levels: []domain.PointLevel{{ReceptionPointID: "rpt_1", Level: 1}},
			Roles: []domain.StaffRole{{PersonID: "per_1", ReceptionPointID: "rpt_1", Role: domain.ReceptionAgent}},
		}
		q := domain.SlotQuestion{
			Motive: domain.AppointmentMotive{Level: 1, Minutes: 60, Roles: []domain.Role{domain.ReceptionAgent}},
			From:   today.At(0), Until: today.AddDays(domain.MaxSlotDays).At(0),
		}
		if n := len(c.Slots(q)); n > domain.MaxSlotDays {
			t.Errorf("%q brings %d slots of an hour a day", s, n)
		}
	})
}

// BenchmarkSlots looks through 60 days of 25 points, two thirds booked.
func BenchmarkSlots(b *testing.B) {
	first := domain.NewDate(2026, 11, 30)
	c := domain.Calendar{Away: map[domain.ID][]domain.Period{}, Taken: map[domain.ID][]domain.Period{}}
	for point := range 25 {
		at := domain.ID(fmt.Sprintf("rpt_%026d", point))
		c.Levels = append(c.Levels, domain.PointLevel{ReceptionPointID: at, Level: 2})
		for seat := range 2 {
			person, room := domain.ID(fmt.Sprintf("per_%026d", 2*point+seat)), domain.ID(fmt.Sprintf("roo_%026d", 2*point+seat))
			c.Roles = append(c.Roles, domain.StaffRole{PersonID: person, ReceptionPointID: at, Role: domain.ReceptionAgent})
			for _, half := range []domain.Availability{
				{Rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", Opens: 9 * 60, Closes: 12 * 60}, {Rule: "FREQ=WEEKLY;BYDAY=TU,TH", Opens: 13*60 + 30, Closes: 17 * 60},
			} {
				half.PersonID, half.ReceptionPointID, half.RoomID, half.FirstDay = person, at, room, first.AddDays(-100)
				c.Availabilities = append(c.Availabilities, half)
			}
			for day := range 60 {
				for n := range 16 {
					from := first.AddDays(day).At(9 * 60).Add(time.Duration(n) * 30 * time.Minute)
					if (day+n+seat)%3 > 0 {
						c.Taken[person] = append(c.Taken[person], domain.Period{From: from, Until: from.Add(30 * time.Minute)})
						c.Taken[room] = append(c.Taken[room], domain.Period{From: from, Until: from.Add(30 * time.Minute)})
					}
				}
			}
		}
	}
	q := domain.SlotQuestion{
		Motive: domain.AppointmentMotive{Level: 1, Minutes: 30, Roles: []domain.Role{domain.ReceptionAgent}},
		Mode:   domain.OnSite, From: first.At(0), Until: first.AddDays(60).At(0),
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(c.Slots(q)) == 0 {
			b.Fatal("no slot")
		}
	}
}
