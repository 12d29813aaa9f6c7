package domain

import (
	"cmp"
	"slices"
	"time"
)

const (
	// slotStep is by how many minutes the beginnings of slots are apart: an hour has four.
	slotStep = 15
	// maxTeam is how many people receive together at most.
	maxTeam = 2
	// MaxSlotDays bounds every search for slots.
	MaxSlotDays = 120
)

// Period is a stretch of time, without its end.
type Period struct{ From, Until time.Time }

// Overlaps tells whether the two have an instant in common.
func (p Period) Overlaps(q Period) bool { return p.From.Before(q.Until) && q.From.Before(p.Until) }

// StaffRole is a role that somebody holds at a reception point within [From, Until).
type StaffRole struct {
	PersonID, ReceptionPointID ID
	Role                       Role
	From, Until                Date
}

// PointLevel is the level of service of a reception point within [From, Until).
type PointLevel struct {
	ReceptionPointID ID
	Level            int
	From, Until      Date
}

// Calendar is what is known of the time of some reception points: who receives when, and
// when people, rooms and points are not free.
type Calendar struct {
	Availabilities []Availability
	Roles          []StaffRole
	Levels         []PointLevel
	// Exceptions are the days on which a point departs from its hours.
	Exceptions map[ID][]OpeningException
	// Away is when a person, a room or a point is absent, by its identifier, and Taken when
	// a person or a room has an appointment.
	Away, Taken map[ID][]Period
	// Booked is when the appointments begin that were given in each permanence.
	Booked map[ID][]time.Time
}

// SlotQuestion is what kind of slot is looked for.
type SlotQuestion struct {
	Motive AppointmentMotive
	Mode   AppointmentMode
	// From and Until bound the beginning of the slot.
	From, Until time.Time
}

// Slot is a time at which an appointment can be had at a reception point (créneau).
type Slot struct {
	ReceptionPointID ID
	From, Until      time.Time
}

// Compare orders slots by time, and then by point.
func (s Slot) Compare(other Slot) int {
	return cmp.Or(s.From.Compare(other.From), cmp.Compare(s.ReceptionPointID, other.ReceptionPointID))
}

// Team is who receives, and where.
type Team struct {
	People []ID
	// RoomID is empty where no room is set aside.
	RoomID ID
}

// Bookable bounds the question to what its motive lets be booked now.
func (q SlotQuestion) Bookable(now time.Time) SlotQuestion {
	if earliest := now.Add(q.Motive.MinNotice); q.From.Before(earliest) {
		q.From = earliest
	}
	if latest := DateOf(now).AddDays(q.Motive.MaxDays + 1).At(0); latest.Before(q.Until) {
		q.Until = latest
	}
	return q
}

// Slots are those that the calendar has for the question, each once, in order.
func (c Calendar) Slots(q SlotQuestion) []Slot {
	points := c.points()
	var starts []start
	if len(q.Motive.Roles) == 1 {
		c.eachFree(q, points, func(at start, _ receiver) { starts = append(starts, at) })
	} else {
		there := map[start][]receiver{}
		c.eachFree(q, points, func(at start, r receiver) { there[at] = with(there[at], r) })
		for at, some := range there {
			if team(q.Motive.Roles, some) != nil {
				starts = append(starts, at)
			}
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	slots := make([]Slot, len(starts))
	for i, at := range starts {
		from := at.from().Time()
		slots[i] = Slot{points[at.point()], from, from.Add(q.Motive.Length())}
	}
	return slots
}

// points are where somebody receives, in order.
func (c Calendar) points() []ID {
	ids := make([]ID, len(c.Availabilities))
	for i, a := range c.Availabilities {
		ids[i] = a.ReceptionPointID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// TeamAt is who would receive at that time: of those who are free, who has least to do in
// the calendar. It is false where nobody is.
func (c Calendar) TeamAt(q SlotQuestion, point ID, from time.Time) (Team, bool) {
	var there []receiver
	c.eachFree(SlotQuestion{q.Motive, q.Mode, from, from.Add(time.Nanosecond)}, []ID{point}, func(_ start, r receiver) {
		there = with(there, r)
	})
	slices.SortFunc(there, func(a, b receiver) int {
		return cmp.Or(cmp.Compare(len(c.Taken[a.person]), len(c.Taken[b.person])), cmp.Compare(a.person, b.person), cmp.Compare(a.room, b.room))
	})
	chosen := team(q.Motive.Roles, there)
	if chosen == nil {
		return Team{}, false
	}
	var t Team
	for _, r := range chosen {
		t.People = append(t.People, r.person)
		t.RoomID = cmp.Or(t.RoomID, r.room)
	}
	return t, true
}

// minute is an instant in minutes: it is cheap, and instants of any zone are equal.
type minute int64

// minuteFrom is the first one that does not begin before the instant.
func minuteFrom(at time.Time) minute { return minute(at.Add(time.Minute-time.Nanosecond).Unix() / 60) }

// Time is the instant.
func (m minute) Time() time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// start is the beginning of a slot, and in its last bits the rank of its point among those
// that are looked through: one word, of which there are thousands to sort.
type start int64

const pointBits = 16

func startOf(from minute, point int) start { return start(from)<<pointBits | start(point) }

func (s start) from() minute { return minute(s >> pointBits) }
func (s start) point() int   { return int(s & (1<<pointBits - 1)) }

// receiver is somebody who is free, with the roles that the motive needs as bits.
type receiver struct {
	person, room ID
	roles        uint
}

// eachFree visits who is free at each of the points from each beginning on, for as long as
// the motive lasts, in a role that it needs; somebody perhaps twice.
func (c Calendar) eachFree(q SlotQuestion, points []ID, visit func(start, receiver)) {
	busy := c.busy()
	first, last := DateOf(q.From), DateOf(q.Until).AddDays(1)
	earliest, end := minuteFrom(q.From), minuteFrom(q.Until)
	for _, a := range c.Availabilities {
		point, among := slices.BinarySearch(points, a.ReceptionPointID)
		if !among || !a.Serves(q.Motive.Code, q.Mode) {
			continue
		}
		near := c.near(a)
		for _, o := range a.occurrences(first, last) {
			roles := near.rolesOn(o.day, q.Motive.Roles)
			if roles == 0 || near.levelOf(a, o.day) < q.Motive.Level || near.full(a, o) {
				continue
			}
			r := receiver{a.PersonID, a.RoomID, roles}
			for _, p := range near.stretches(a, o, busy) {
				from, until := minuteFrom(p.From), minute(p.Until.Unix()/60)
				if from < earliest { // the next step that is not before
					from += (earliest - from + slotStep - 1) / slotStep * slotStep
				}
				for ; from+minute(q.Motive.Minutes) <= until && from < end; from += slotStep {
					visit(startOf(from, point), r)
				}
			}
		}
	}
}

// near is the calendar with the roles of the holder of an availability alone, at the point
// or in a permanence at the one that serves it, and with its levels: each day is asked
// against them.
func (c Calendar) near(a Availability) Calendar {
	all := c
	c.Roles, c.Levels = nil, nil
	for _, r := range all.Roles {
		if r.PersonID == a.PersonID && r.ReceptionPointID == cmp.Or(a.ServingPointID, a.ReceptionPointID) {
			c.Roles = append(c.Roles, r)
		}
	}
	for _, l := range all.Levels {
		if l.ReceptionPointID == a.ReceptionPointID {
			c.Levels = append(c.Levels, l)
		}
	}
	return c
}

// busy is when a person, a room or a point is not free.
func (c Calendar) busy() map[ID]timeline {
	busy := make(map[ID]timeline, len(c.Away)+len(c.Taken))
	for id, taken := range c.Taken {
		busy[id] = timelineOf(taken)
	}
	for id, away := range c.Away {
		busy[id] = timelineOf(slices.Concat(c.Taken[id], away))
	}
	return busy
}

// timeline is taken time in order, and how long the longest of it is.
type timeline struct {
	periods []Period
	longest time.Duration
}

func timelineOf(taken []Period) timeline {
	begins := func(a, b Period) int { return a.From.Compare(b.From) }
	t := timeline{periods: taken}
	if !slices.IsSortedFunc(taken, begins) {
		t.periods = slices.Clone(taken)
		slices.SortFunc(t.periods, begins)
	}
	for _, p := range taken {
		t.longest = max(t.longest, p.Until.Sub(p.From))
	}
	return t
}

// around is what may overlap the period.
func (t timeline) around(p Period) []Period {
	begins := func(o Period, at time.Time) int { return o.From.Compare(at) }
	first, _ := slices.BinarySearchFunc(t.periods, p.From.Add(-t.longest), begins)
	last, _ := slices.BinarySearchFunc(t.periods, p.Until, begins)
	return t.periods[first:last]
}

// with adds somebody, once.
func with(there []receiver, r receiver) []receiver {
	for _, other := range there {
		if other.person == r.person && other.room == r.room {
			return there
		}
	}
	return append(there, r)
}

// stretches are when its holder is free on that day, each from a step on.
func (c Calendar) stretches(a Availability, o occurrence, busy map[ID]timeline) []Period {
	hours := OpeningIntervals{{o.opens, o.closes}}
	for _, e := range c.Exceptions[a.ReceptionPointID] {
		if within(o.day, e.From, e.Until) {
			hours = hours.within(e.Intervals)
		}
	}
	open := make([]Period, len(hours))
	for i, h := range hours {
		open[i] = Period{o.day.At(h.Opens), o.day.At(h.Closes)}
	}
	for _, taken := range []ID{a.PersonID, a.RoomID, a.ReceptionPointID} {
		if taken != "" {
			open = without(open, busy[taken])
		}
	}
	for i := range open {
		open[i].From = nextStep(open[i].From)
	}
	return open
}

// nextStep is the first beginning of a slot that is not before. The offsets of Paris are
// whole hours, so that steps of the instant are steps of the clock.
func nextStep(at time.Time) time.Time {
	step := time.Duration(slotStep) * time.Minute
	if down := at.Truncate(step); down.Before(at) {
		return down.Add(step)
	}
	return at
}

// within is what of the intervals lies in the others.
func (is OpeningIntervals) within(others OpeningIntervals) OpeningIntervals {
	var both OpeningIntervals
	for _, i := range is {
		for _, o := range others {
			if opens, closes := max(i.Opens, o.Opens), min(i.Closes, o.Closes); opens < closes {
				both = append(both, OpeningInterval{opens, closes})
			}
		}
	}
	return both.Merge()
}

// without is what of the periods, which are in order, is not taken.
func without(open []Period, taken timeline) []Period {
	if len(open) == 0 {
		return nil
	}
	around := taken.around(Period{open[0].From, open[len(open)-1].Until})
	if len(around) == 0 {
		return open
	}
	rest := make([]Period, 0, len(open)+len(around))
	for _, p := range open {
		for _, t := range around {
			if !p.Overlaps(t) {
				continue
			}
			if p.From.Before(t.From) {
				rest = append(rest, Period{p.From, t.From})
			}
			p.From = t.Until
		}
		if p.From.Before(p.Until) {
			rest = append(rest, p)
		}
	}
	return rest
}

// rolesOn are those of the roles that the holder has on that day, in a calendar that is near.
func (c Calendar) rolesOn(day Date, needed []Role) uint {
	var held uint
	for _, r := range c.Roles {
		if within(day, r.From, r.Until) {
			if i := slices.Index(needed, r.Role); i >= 0 {
				held |= 1 << i
			}
		}
	}
	return held
}

// levelOf is the level of service in that time: that of the point, or what mutualised staff
// bring to a permanence where that is more.
func (c Calendar) levelOf(a Availability, day Date) int {
	level := c.levelOn(a.ReceptionPointID, day)
	if a.PermanenceID != "" {
		level = max(level, PermanenceLevel)
	}
	return level
}

// full tells whether a permanence has given all the appointments of that day.
func (c Calendar) full(a Availability, o occurrence) bool {
	if a.PermanenceID == "" {
		return false
	}
	n, open := 0, Period{o.day.At(o.opens), o.day.At(o.closes)}
	for _, at := range c.Booked[a.PermanenceID] {
		if !at.Before(open.From) && at.Before(open.Until) {
			n++
		}
	}
	return n >= a.Capacity
}

// Reaches tells whether an appointment that needs that level can be had there on that day,
// if somebody is free.
func (c Calendar) Reaches(point ID, day Date, level int) bool {
	return c.levelOn(point, day) >= level || slices.ContainsFunc(c.Availabilities, func(a Availability) bool {
		return a.ReceptionPointID == point && c.levelOf(a, day) >= level && len(a.occurrences(day, day.AddDays(1))) > 0
	})
}

// Attended tells whether somebody who is there holds the permanence on that day, whether or
// not a slot is left.
func (c Calendar) Attended(permanence ID, day Date) bool {
	c.Taken = nil
	busy := c.busy()
	return slices.ContainsFunc(c.Availabilities, func(a Availability) bool {
		return a.PermanenceID == permanence && slices.ContainsFunc(a.occurrences(day, day.AddDays(1)), func(o occurrence) bool {
			return slices.ContainsFunc(c.stretches(a, o, busy), func(p Period) bool { return p.From.Before(p.Until) })
		})
	})
}

// levelOn is the level of service of a point on that day, 0 for none.
func (c Calendar) levelOn(point ID, day Date) int {
	for _, l := range c.Levels {
		if l.ReceptionPointID == point && within(day, l.From, l.Until) {
			return l.Level
		}
	}
	return 0
}

// team gives each role to somebody else, the first who can; nil where that is not
// possible. Two people never share the room of one of them with somebody third, since it
// is free for both or for none.
func team(needed []Role, there []receiver) []receiver {
	var chosen []receiver
	var choose func(role int) bool
	choose = func(role int) bool {
		if role == len(needed) {
			return true
		}
		for _, r := range there {
			if r.roles&(1<<role) == 0 || slices.ContainsFunc(chosen, func(o receiver) bool { return o.person == r.person }) {
				continue
			}
			chosen = append(chosen, r)
			if choose(role + 1) {
				return true
			}
			chosen = chosen[:len(chosen)-1]
		}
		return false
	}
	if !choose(0) {
		return nil
	}
	return chosen
}
