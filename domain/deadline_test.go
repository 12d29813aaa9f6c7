package domain_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func TestNoDeadlines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lived []step
		on    string
		not   []domain.DeadlineKind
	}{
		"a draft has none":                     {nil, "2026-01-20", kinds()},
		"nor what was rejected, but its end":   {rejected, "2026-02-01", without(domain.ErasureDeadline)},
		"nor what was erased":                  {erased, "2027-06-30", kinds()},
		"what waits is not about to end":       {pending, "2026-01-20", without(domain.AcknowledgementDeadline)},
		"what is active has no way back":       {active, "2026-01-25", []domain.DeadlineKind{domain.ReactivationDeadline, domain.ErasureDeadline, domain.MergeUndoDeadline, domain.SingleFileDeadline}},
		"what was housed has no way back":      {housed, "2026-06-30", without(domain.ErasureDeadline)},
		"the way back is closed":               {notRenewed, "2027-07-21", without(domain.ErasureDeadline)},
		"a merge that can be undone no longer": {merged, "2026-04-01", without(domain.ErasureDeadline)},
	} {
		for _, d := range domain.Deadlines(lived(t, c.lived...), clocks, date(t, c.on)) {
			if slices.Contains(c.not, d.Kind) {
				t.Errorf("%s: %s on %s", name, d.Kind, d.Due)
			}
		}
	}
}

func kinds() []domain.DeadlineKind {
	var all []domain.DeadlineKind
	for _, word := range domain.DeadlineKind("").Values() {
		all = append(all, domain.DeadlineKind(word))
	}
	return all
}

func without(kind domain.DeadlineKind) []domain.DeadlineKind {
	return slices.DeleteFunc(kinds(), func(k domain.DeadlineKind) bool { return k == kind })
}

func TestWhatIsDoneIsNoDeadline(t *testing.T) {
	t.Parallel()
	l := lived(t, active...)
	l.PersonalisedAppointmentOn = date(t, "2026-02-10")
	on := date(t, "2026-12-21")
	before := len(domain.Deadlines(l, clocks, on))
	l.AcknowledgedOn, l.NoticedOn, l.SingleFileCompletedOn = on, on, on
	left := domain.Deadlines(l, clocks, on)
	if before != 5 || len(left) != 2 || left[0].Kind != domain.ExpiryDeadline || left[1].Kind != domain.RemovalDeadline {
		t.Errorf("%d, then %v", before, left)
	}
	// The next year has its own.
	renewed, _ := renew(l, on)
	if next := domain.Deadlines(renewed, clocks, on); len(next) != 3 || next[0].Kind != domain.RenewalNoticeDeadline {
		t.Errorf("after the renewal: %v", next)
	}
}

// Of two reasons the earlier one removes: a warning that comes late changes nothing.
func TestTheFirstReasonRemoves(t *testing.T) {
	t.Parallel()
	for on, want := range map[string]string{
		"2026-12-31": "2027-01-31 IRREGULAR_STAY", "2027-01-19": "2027-02-19 IRREGULAR_STAY",
		"2027-01-20": "2027-02-20 NOT_RENEWED", "2027-02-10": "2027-02-20 NOT_RENEWED",
	} {
		l := lived(t, append(slices.Clip(active), step{on, warn(domain.RemovedStay)})...)
		for _, d := range domain.Deadlines(l, clocks, date(t, on)) {
			if got := d.Due.String() + " " + string(d.Reason); d.Kind == domain.RemovalDeadline && got != want {
				t.Errorf("warned on %s: got %s, want %s", on, got, want)
			}
		}
	}
}

func TestHowNearADeadlineIs(t *testing.T) {
	t.Parallel()
	d := domain.Deadline{Due: date(t, "2027-03-28"), Event: date(t, "2027-03-13")}
	for on, want := range map[string]domain.DeadlineState{
		"2027-03-12": domain.DeadlineAhead, "2027-03-13": domain.DeadlineNear, "2027-03-28": domain.DeadlineNear,
		"2027-03-29": domain.DeadlineOverdue,
	} {
		if got := d.On(date(t, on)); got != want {
			t.Errorf("%s: got %s", on, got)
		}
	}
}

// A day begins and ends at midnight in Paris, also where it has 23 or 25 hours.
func TestDeadlinesOverTheChangesOfClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ event, due, at, over string }{
		{"2027-03-13", "2027-03-28", "2027-03-12T23:00:00Z", "2027-03-28T22:00:00Z"},
		{"2027-03-28", "2027-04-12", "2027-03-27T23:00:00Z", "2027-04-12T22:00:00Z"},
		{"2026-10-10", "2026-10-25", "2026-10-09T22:00:00Z", "2026-10-25T23:00:00Z"},
		{"2026-10-25", "2026-11-09", "2026-10-24T22:00:00Z", "2026-11-09T23:00:00Z"},
		{"2028-02-14", "2028-02-29", "2028-02-13T23:00:00Z", "2028-02-29T23:00:00Z"},
	} {
		d := domain.Deadline{Event: date(t, c.event), Due: date(t, c.due)}
		if got := d.EventAt().UTC().Format(time.RFC3339); got != c.at {
			t.Errorf("%s: announced at %s, want %s", c.event, got, c.at)
		}
		if got := d.OverAt().UTC().Format(time.RFC3339); got != c.over {
			t.Errorf("%s: over at %s, want %s", c.due, got, c.over)
		}
	}
}

// What a deadline says is what the acts do: a removal and an erasure are refused the day
// before and done on the day; what is a limit is done on the day and refused the day
// after. Whatever the day on which the life began.
func TestDeadlinesAgreeWithTheActs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := anyDate.Draw(t, "deposited")
		l, _ := submit(domain.NewLife(lifeID), first)
		l, _ = validate(l, first.AddDays(rapid.IntRange(0, 40).Draw(t, "registered after")))
		on := first.AddDays(rapid.IntRange(0, 500).Draw(t, "day"))
		for _, do := range rapid.SliceOfN(rapid.SampledFrom([]act{
			warn(domain.RemovedStay), renew, remove(domain.RemovedNotRenewed), remove(domain.RemovedHoused), merge,
		}), 0, 3).Draw(t, "acts") {
			l, _ = do(l, on) // a refusal leaves it as it was
		}
		all := domain.Deadlines(l, clocks, on)
		if !slices.IsSortedFunc(all, func(a, b domain.Deadline) int { return a.Due.Compare(b.Due) }) {
			t.Fatalf("in no order: %v", all)
		}
		for _, d := range all {
			if !d.Event.Before(d.Due) || d.Article == "" || !d.EventAt().Before(d.OverAt()) {
				t.Fatalf("%+v", d)
			}
			do, before, after := consequence(d)
			if do == nil {
				continue
			}
			for day, want := range map[domain.Date]bool{d.Due.AddDays(-1): before, d.Due: true, d.Due.AddDays(1): after} {
				if _, refusals := do(l, day); (refusals == nil) != want {
					t.Fatalf("%s is due on %s; on %s: %v", d.Kind, d.Due, day, refusals)
				}
			}
		}
	})
}

// consequence is the act of a deadline, and whether it is open the day before and after.
func consequence(d domain.Deadline) (do act, before, after bool) {
	switch d.Kind {
	case domain.RemovalDeadline:
		return remove(d.Reason), false, true
	case domain.ErasureDeadline:
		return erase, false, true
	case domain.ReactivationDeadline:
		return reactivate, true, false
	case domain.MergeUndoDeadline:
		return undoMerge, true, false
	default:
		return nil, false, false
	}
}

// story is a life of which a person reads every date.
type story struct {
	title string
	steps []deed
}

// deed is a step with the words for it.
type deed struct {
	on, what string
	do       act
}

// fact is a step that changes no state: it notes what was done.
func fact(note func(*domain.Life, domain.Date)) act {
	return func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
		note(&l, on)
		return l, nil
	}
}

var (
	acknowledged = fact(func(l *domain.Life, on domain.Date) { l.AcknowledgedOn = on })
	noticed      = fact(func(l *domain.Life, on domain.Date) { l.NoticedOn = on })
	received     = fact(func(l *domain.Life, on domain.Date) { l.PersonalisedAppointmentOn = on })
)

// Twenty simulated months of six lives, printed as a table of the dates that are
// expected: a change of a clock is a difference that a person reads.
func TestTwentyMonths(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Twenty months of an application: what is announced, what is due, what is done\n\n" +
		"Removals for want of a renewal or after a warning, and erasures, are done on the day they are due.\n")
	for _, s := range []story{
		{"Deposited on the day the clocks go back, and left alone", []deed{{"2026-10-25", "deposited", submit}, {"2026-10-25", "registered", validate}}},
		{"Deposited on 29 February, told and renewed in time", []deed{
			{"2028-02-29", "deposited", submit}, {"2028-03-01", "registered", validate}, {"2028-03-02", "certificate handed over", acknowledged}, {"2029-01-26", "told to renew", noticed}, {"2029-02-10", "renewed", renew},
		}},
		{"Received at level 3: the single file is due on the day the clocks go forward", []deed{
			{"2026-12-14", "deposited", submit}, {"2026-12-16", "registered", validate}, {"2026-12-16", "certificate handed over", acknowledged}, {"2026-12-28", "received at level 3", received},
		}},
		{"Rejected and deposited again; not renewed, and reactivated on the last day", []deed{
			{"2026-01-30", "deposited", submit}, {"2026-02-02", "rejected", reject}, {"2026-02-16", "deposited again", redeposit}, {"2026-02-16", "registered", validate}, {"2027-08-16", "reactivated", reactivate},
		}},
		{"Warned of no answer, removed, erased", []deed{
			{"2026-03-31", "deposited", submit}, {"2026-04-01", "registered", validate}, {"2026-06-30", "warned of no answer", warn(domain.RemovedUnreachable)},
		}},
		{"Rejected, and left alone", []deed{{"2026-01-30", "deposited", submit}, {"2026-02-02", "rejected", reject}}},
		{"Merged with another", []deed{
			{"2026-09-29", "deposited", submit}, {"2026-09-30", "registered", validate}, {"2026-10-24", "merged", merge},
		}},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| day | what | state | deadline | due | article |\n| --- | --- | --- | --- | --- | --- |\n", s.title)
		s.tell(t, &b)
	}
	const golden = "testdata/twenty_months.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the dates changed: review the difference, then run\n\tgo test ./domain -run %s -update\n%s", t.Name(), b.String())
	}
}

// tell lives the story day by day.
func (s story) tell(t *testing.T, b *strings.Builder) {
	t.Helper()
	l, day := domain.NewLife(lifeID), date(t, s.steps[0].on)
	done := 0
	for end := day.AddMonths(20); !end.Before(day); day = day.AddDays(1) {
		for ; done < len(s.steps) && date(t, s.steps[done].on) == day; done++ {
			l = s.take(t, b, l, day, s.steps[done])
		}
		for _, d := range domain.Deadlines(l, clocks, day) {
			if d.Event == day {
				fmt.Fprintf(b, "| %s | announced | %s | %s | %s | %s |\n", day, l.State, d.Kind, d.Due, d.Article)
			}
			if d.Due != day {
				continue
			}
			fmt.Fprintf(b, "| %s | due | %s | %s | %s | %s |\n", day, l.State, d.Kind, d.Due, d.Article)
			if d.Kind == domain.RemovalDeadline || d.Kind == domain.ErasureDeadline {
				do, _, _ := consequence(d)
				l = s.take(t, b, l, day, deed{what: strings.ToLower(string(d.Kind)), do: do})
			}
		}
	}
	if done != len(s.steps) {
		t.Errorf("%s: %d steps were not taken", s.title, len(s.steps)-done)
	}
}

func (s story) take(t *testing.T, b *strings.Builder, l domain.Life, day domain.Date, d deed) domain.Life {
	t.Helper()
	next, refusals := d.do(l, day)
	if refusals != nil {
		t.Fatalf("%s, %s: %v", s.title, day, refusals)
	}
	fmt.Fprintf(b, "| %s | %s | %s | | | |\n", day, d.what, next.State)
	return next
}
