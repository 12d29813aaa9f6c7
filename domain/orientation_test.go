package domain_test

import (
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

var (
	orientedAt  = time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)
	orientation = domain.OrientationDelays{Answer: 8, Appointment: 15, Reception: 60, Report: 90, After: 15 * 24 * time.Hour}
)

// steps are those that a person takes, by what they lead to.
var steps = map[domain.OrientationState]func(domain.Orientation, time.Time, domain.OrientationDelays) (domain.Orientation, domain.Refusals){
	domain.OrientationAccepted:    domain.Orientation.Accept,
	domain.OrientationAppointment: domain.Orientation.SetAppointment,
	domain.OrientationReceived:    domain.Orientation.Receive,
	domain.OrientationReported: func(o domain.Orientation, at time.Time, d domain.OrientationDelays) (domain.Orientation, domain.Refusals) {
		if o.State != domain.OrientationReceived {
			return o.ReportBack(domain.OutcomeAbsent, at, d)
		}
		return o.ReportBack(domain.OutcomeInterview, at, d)
	},
	domain.OrientationDeclined: func(o domain.Orientation, at time.Time, d domain.OrientationDelays) (domain.Orientation, domain.Refusals) {
		return o.Decline(domain.DeclinedFull, at, d)
	},
	domain.OrientationWithdrawn: domain.Orientation.Withdraw,
}

// TestOrientationSteps: each step from each state, against the list in words.
func TestOrientationSteps(t *testing.T) {
	t.Parallel()
	open := map[domain.OrientationState]string{
		domain.OrientationSent:        "ACCEPTED DECLINED WITHDRAWN",
		domain.OrientationAccepted:    "APPOINTMENT_SET RECEIVED REPORTED_BACK DECLINED WITHDRAWN",
		domain.OrientationAppointment: "RECEIVED REPORTED_BACK DECLINED WITHDRAWN",
		domain.OrientationReceived:    "REPORTED_BACK",
	}
	for _, word := range domain.OrientationState("").Values() {
		from := domain.OrientationState(word)
		got := ""
		for _, to := range domain.OrientationState("").Values() {
			step, taken := steps[domain.OrientationState(to)]
			if !taken {
				continue
			}
			o := domain.Orientation{State: from, SentAt: orientedAt, DueOn: domain.NewDate(2026, 11, 10)}
			next, refused := step(o, orientedAt.AddDate(0, 0, 1), orientation)
			switch {
			case refused == nil && string(next.State) == to:
				got = join(got, to)
			case refused == nil || next != o:
				t.Errorf("%s to %s: %v, %v", from, to, next, refused)
			}
		}
		if got != open[from] {
			t.Errorf("from %s: %q, want %q", from, got, open[from])
		}
		lapsed := domain.Orientation{State: from}.Lapse(orientedAt)
		if want := map[bool]domain.OrientationState{true: domain.OrientationLapsed, false: from}[from.Open()]; lapsed.State != want {
			t.Errorf("%s lapses to %s", from, lapsed.State)
		}
	}
}

func join(all, word string) string {
	if all == "" {
		return word
	}
	return all + " " + word
}

// TestOrientationDelays: how long each step may take, who sees it for how long, and what
// the days between the steps are.
func TestOrientationDelays(t *testing.T) {
	t.Parallel()
	at := func(days int) time.Time { return orientedAt.AddDate(0, 0, days) }
	o := domain.SendOrientation(at(0), orientation)
	due := func(want domain.Date) {
		t.Helper()
		if o.DueOn != want || o.Overdue(want) || !want.IsZero() && !o.Overdue(want.AddDays(1)) {
			t.Errorf("%s is due on %s, want %s", o.State, o.DueOn, want)
		}
	}
	take := func(step func() (domain.Orientation, domain.Refusals)) {
		t.Helper()
		next, refused := step()
		if refused != nil || next.State.Open() != next.EndedAt.IsZero() {
			t.Fatalf("%v: %v", next, refused)
		}
		o = next
	}
	due(domain.NewDate(2026, 11, 10))
	declined, _ := o.Decline(domain.DeclinedElsewhere, at(1), orientation)
	if !declined.SeenUntil.IsZero() || declined.DeclinedFor != domain.DeclinedElsewhere {
		t.Errorf("what was never accepted is seen until %s", declined.SeenUntil)
	}
	take(func() (domain.Orientation, domain.Refusals) { return o.Accept(at(3), orientation) })
	due(domain.NewDate(2026, 11, 20))
	if lapsed := o.Lapse(at(4)); !lapsed.SeenUntil.Equal(at(4)) {
		t.Errorf("a lapsed one is seen until %s", lapsed.SeenUntil)
	}
	take(func() (domain.Orientation, domain.Refusals) { return o.SetAppointment(at(5), orientation) })
	due(domain.NewDate(2027, 1, 6))
	take(func() (domain.Orientation, domain.Refusals) { return o.Receive(at(20), orientation) })
	due(domain.NewDate(2027, 2, 20))
	if _, refused := o.ReportBack(domain.OutcomeAbsent, at(21), orientation); refused == nil {
		t.Error("who was received did not come")
	}
	take(func() (domain.Orientation, domain.Refusals) {
		return o.ReportBack(domain.OutcomeSingleFile, at(50), orientation)
	})
	due(domain.Date{})
	if !o.SeenUntil.Equal(at(65)) {
		t.Errorf("it is seen until %s", o.SeenUntil)
	}
	days := []int{0, 3, 2, 15, 30}
	for i, s := range o.Steps() {
		if s.Days != days[i] {
			t.Errorf("%s after %d days", s.State, s.Days)
		}
	}
}

// TestCheckContact: what is recorded of a contact is within bounds.
func TestCheckContact(t *testing.T) {
	t.Parallel()
	now := orientedAt
	word, wrong, minutes, none, id := "PIECES", "PIECE", 600, 0, domain.ID("app")
	then := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	for name, c := range map[string]struct {
		entry domain.ContactEntry
		field string
	}{
		"nothing more":           {domain.ContactEntry{Channel: domain.ContactByPhone}, ""},
		"everything":             {domain.ContactEntry{Channel: domain.ContactByEmail, Motive: &word, Minutes: &minutes, Languages: []domain.LanguageCode{"ar", "pt"}, OccurredAt: then(-time.Hour), ClientKey: "12345678"}, ""},
		"no code":                {domain.ContactEntry{Motive: &wrong}, "motive"},
		"a code of another list": {domain.ContactEntry{Outcome: &word}, "outcome"},
		"no minute":              {domain.ContactEntry{Minutes: &none}, "minutes"},
		"a language twice":       {domain.ContactEntry{Languages: []domain.LanguageCode{"ar", "ar"}}, "languages"},
		"in the future":          {domain.ContactEntry{OccurredAt: then(time.Second)}, "occurredAt"},
		"at the last moment":     {domain.ContactEntry{OccurredAt: then(-168 * time.Hour)}, ""},
		"too late":               {domain.ContactEntry{OccurredAt: then(-168*time.Hour - time.Second)}, "occurredAt"},
		"a missed call":          {domain.ContactEntry{Channel: domain.ContactMissed}, ""},
		"that was about a file":  {domain.ContactEntry{Channel: domain.ContactMissed, ApplicationID: &id}, "channel"},
		"a short key":            {domain.ContactEntry{ClientKey: "1234567"}, "clientKey"},
	} {
		refused := c.entry.Check(now, 168*time.Hour)
		if c.field == "" && refused != nil || c.field != "" && (len(refused) != 1 || refused[0].Field[0] != c.field) {
			t.Errorf("%s: %v", name, refused)
		}
	}
}

// TestCheckLevelChange: refusals first.
func TestCheckLevelChange(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	now := domain.LevelAndMeans{Level: 2, Means: domain.OwnMeans}
	for _, c := range []struct {
		asked domain.LevelAndMeans
		from  domain.Date
		want  int
	}{
		{domain.LevelAndMeans{Level: 4, Means: domain.OwnMeans}, today, 2},
		{now, today.AddDays(1), 1},
		{domain.LevelAndMeans{Level: 3, Means: domain.OwnMeans}, today, 1},
		{domain.LevelAndMeans{Level: 3, Means: domain.OwnMeans}, today.AddDays(1), 0},
		{domain.LevelAndMeans{Level: 2, Means: domain.MutualisedMeans}, today.AddDays(1), 0},
	} {
		if got := domain.CheckLevelChange(now, c.asked, c.from, today); len(got) != c.want {
			t.Errorf("%v from %s: %v", c.asked, c.from, got)
		}
	}
	tomorrow, refusal := today.AddDays(1), domain.NoNeedForLevel
	for _, c := range []struct {
		state   domain.LevelChangeState
		from    *domain.Date
		refused *domain.LevelChangeRefusal
		want    domain.RefusalCode
	}{
		{domain.LevelChangeGranted, &tomorrow, nil, domain.IllegalTransition},
		{domain.LevelChangeRequested, nil, nil, domain.Invalid},
		{domain.LevelChangeRequested, &tomorrow, &refusal, domain.Invalid},
		{domain.LevelChangeRequested, &today, nil, domain.Invalid},
		{domain.LevelChangeRequested, &tomorrow, nil, ""},
		{domain.LevelChangeRequested, nil, &refusal, ""},
	} {
		got := domain.CheckLevelAnswer(c.state, c.from, c.refused, today)
		if c.want == "" && got != nil || c.want != "" && (len(got) != 1 || got[0].Code != c.want) {
			t.Errorf("%v: %v", c, got)
		}
	}
}
