package domain_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

const (
	lifeID    domain.ID           = "app_01JD8Q6Y2V0000000000000000"
	otherID   domain.ID           = "app_01JD8Q6Y2V0000000000000001"
	oneNumber domain.UniqueNumber = "038112401698200123"
)

var clocks = domain.LegalClocksOn(domain.NewDate(2026, 11, 23))

// act is a step as a test takes it, on a day.
type act func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals)

func submit(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Submit(on, clocks, on)
}

func validate(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Validate(oneNumber, clocks, on)
}

func reject(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Reject(domain.RejectedUnreadable, clocks, on)
}

func redeposit(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Redeposit(clocks, on)
}

func renew(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) { return l.Renew(clocks, on) }

func warn(reason domain.RemovalReason) act {
	return func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
		return l.Warn(reason, clocks, on)
	}
}

func answer(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Answer(clocks, on)
}

func remove(reason domain.RemovalReason) act {
	return func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
		return l.Remove(reason, clocks, on)
	}
}

func reactivate(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Reactivate(clocks, on)
}

func merge(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.Merge(domain.Life{ID: otherID, State: domain.ApplicationActive}, clocks, on)
}

func undoMerge(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
	return l.UndoMerge(clocks, on)
}

func erase(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) { return l.Erase(clocks, on) }

// step is an act and the day on which it is done.
type step struct {
	on string
	do act
}

// lived takes steps that must all be open.
func lived(t *testing.T, steps ...step) domain.Life {
	t.Helper()
	l := domain.NewLife(lifeID)
	for _, s := range steps {
		next, refusals := s.do(l, date(t, s.on))
		if refusals != nil {
			t.Fatalf("%s: %v", s.on, refusals)
		}
		l = next
	}
	return l
}

// The lives that tests begin with: deposited on 20 January 2026, so valid until 20
// January 2027, to be removed on 20 February and reactivated until 20 July.
var (
	pending    = []step{{"2026-01-20", submit}}
	rejected   = append(slices.Clip(pending), step{"2026-02-01", reject})
	active     = append(slices.Clip(pending), step{"2026-01-25", validate})
	notRenewed = append(slices.Clip(active), step{"2027-02-20", remove(domain.RemovedNotRenewed)})
	housed     = append(slices.Clip(active), step{"2026-06-30", remove(domain.RemovedHoused)})
	warned     = append(slices.Clip(active), step{"2026-03-31", warn(domain.RemovedUnreachable)})
	unreached  = append(slices.Clip(warned), step{"2026-05-31", remove(domain.RemovedUnreachable)})
	merged     = append(slices.Clip(active), step{"2026-03-01", merge})
	erased     = append(slices.Clip(housed), step{"2027-06-30", erase})
)

func TestStepsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lived []step
		on    string
		do    act
		want  string
	}{
		{"a draft is registered", nil, "2026-01-20", validate, "ILLEGAL_TRANSITION: VALIDATE is not open: the application is DRAFT. Open today: SUBMIT."},
		{"a draft is renewed", nil, "2026-01-20", renew, "ILLEGAL_TRANSITION: RENEW is not open: the application is DRAFT. Open today: SUBMIT."},
		{"deposited twice", pending, "2026-01-21", submit, "ILLEGAL_TRANSITION: SUBMIT is not open: the application is PENDING_VALIDATION. Open today: VALIDATE, REJECT, MERGE."},
		{"registered when rejected", rejected, "2026-02-02", validate, "ILLEGAL_TRANSITION: VALIDATE is not open: the application is REJECTED. Open today: DEPOSIT_AGAIN."},
		{"rejected when active", active, "2026-02-02", reject, "ILLEGAL_TRANSITION: REJECT is not open: the application is ACTIVE. Open today: WARN, REMOVE, MERGE."},
		{"renewed too early", active, "2026-11-19", renew, "ILLEGAL_TRANSITION: RENEW is not open: it may be renewed from 2026-11-20. Open today: WARN, REMOVE, MERGE."},
		{"renewed too late", active, "2027-02-20", renew, "ILLEGAL_TRANSITION: RENEW is not open: it could be renewed before 2027-02-20. Open today: WARN, REMOVE, MERGE."},
		{"removed too early", active, "2027-02-19", remove(domain.RemovedNotRenewed), "ILLEGAL_TRANSITION: REMOVE is not open: it may be removed for this reason from 2027-02-20. Open today: RENEW, WARN, REMOVE, MERGE."},
		{"removed without a warning", active, "2026-06-01", remove(domain.RemovedStay), "ILLEGAL_TRANSITION: REMOVE is not open: the applicant is warned first, for this reason. Open today: WARN, REMOVE, MERGE."},
		{"removed for another reason than that of the warning", warned, "2026-06-01", remove(domain.RemovedStay), "ILLEGAL_TRANSITION: REMOVE is not open: the applicant is warned first, for this reason. Open today: ANSWER, REMOVE, MERGE."},
		{"removed before the warning is over", warned, "2026-05-30", remove(domain.RemovedUnreachable), "ILLEGAL_TRANSITION: REMOVE is not open: it may be removed for this reason from 2026-05-31. Open today: ANSWER, REMOVE, MERGE."},
		{"warned twice", warned, "2026-04-01", warn(domain.RemovedStay), "ILLEGAL_TRANSITION: WARN is not open: a warning runs, for UNREACHABLE. Open today: ANSWER, REMOVE, MERGE."},
		{"answered without a warning", active, "2026-04-01", answer, "ILLEGAL_TRANSITION: ANSWER is not open: no warning runs. Open today: WARN, REMOVE, MERGE."},
		{"reactivated when housed", housed, "2026-07-01", reactivate, "ILLEGAL_TRANSITION: REACTIVATE is not open: a removal for HOUSED is final. Open today: nothing."},
		{"reactivated after 18 months", notRenewed, "2027-07-21", reactivate, "ILLEGAL_TRANSITION: REACTIVATE is not open: it could be reactivated until 2027-07-20. Open today: nothing."},
		{"reactivated after 5 months", unreached, "2026-11-01", reactivate, "ILLEGAL_TRANSITION: REACTIVATE is not open: it could be reactivated until 2026-10-31. Open today: nothing."},
		{"renewed when removed", notRenewed, "2027-03-01", renew, "ILLEGAL_TRANSITION: RENEW is not open: the application is REMOVED. Open today: REACTIVATE."},
		{"erased too early", housed, "2027-06-29", erase, "ILLEGAL_TRANSITION: ERASE is not open: it is kept until 2027-06-30. Open today: nothing."},
		{"a merge undone too late", merged, "2026-04-01", undoMerge, "ILLEGAL_TRANSITION: UNDO_MERGE is not open: the merge could be undone until 2026-03-31. Open today: nothing."},
		{"renewed when merged", merged, "2026-12-01", renew, "ILLEGAL_TRANSITION: RENEW is not open: the application is MERGED. Open today: nothing."},
		{"anything when erased", erased, "2028-01-01", reactivate, "ILLEGAL_TRANSITION: REACTIVATE is not open: the application is ERASED. Open today: nothing."},

		{"deposited tomorrow", nil, "2026-01-20", func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
			return l.Submit(on.AddDays(1), clocks, on)
		}, "INVALID depositedOn: It was deposited today or earlier."},
		{"deposited on no day", nil, "2026-01-20", func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
			return l.Submit(domain.Date{}, clocks, on)
		}, "INVALID depositedOn: It was deposited today or earlier."},
		{"registered without a number", pending, "2026-01-21", func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
			return l.Validate("", clocks, on)
		}, "INVALID uniqueNumber: It is registered under a number, which it keeps for ever."},
		{"rejected for nothing", pending, "2026-01-21", func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
			return l.Reject("", clocks, on)
		}, "INVALID reason: This is no reason that the texts know."},
		{"removed for a whim", active, "2026-02-01", remove("WHIM"), "INVALID reason: This is no reason that the texts know."},
		{"warned of what needs no warning", active, "2026-02-01", warn(domain.RemovedHoused), "INVALID reason: No warning comes before a removal for this reason."},
		{"merged into itself", active, "2026-02-01", func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
			return l.Merge(l, clocks, on)
		}, "INVALID survivorId: The application that is kept is another one, waiting for validation or active."},
		{"merged into what is removed", active, "2026-02-01", func(l domain.Life, on domain.Date) (domain.Life, domain.Refusals) {
			return l.Merge(domain.Life{ID: otherID, State: domain.ApplicationRemoved}, clocks, on)
		}, "INVALID survivorId: The application that is kept is another one, waiting for validation or active."},
	} {
		l := lived(t, c.lived...)
		next, refusals := c.do(l, date(t, c.on))
		if refusals == nil || refusals.Error() != c.want {
			t.Errorf("%s: got %v\nwant %s", c.name, refusals, c.want)
			continue
		}
		if next != l {
			t.Errorf("%s: refused, and changed", c.name)
		}
		if refusals[0].Message.FR == "" || refusals[0].Message.FR == refusals[0].Message.EN {
			t.Errorf("%s: nothing in French", c.name)
		}
	}
}

func TestLives(t *testing.T) {
	t.Parallel()
	with := func(before []step, more ...step) []step { return append(slices.Clip(before), more...) }
	for _, c := range []struct {
		name                              string
		lived                             []step
		state                             domain.ApplicationState
		first, deposited, from, until, at string
	}{
		{"registered, valid from its deposit", active, domain.ApplicationActive, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", ""},
		{"deposited again, senior since the first time", with(rejected, step{"2026-03-05", redeposit}, step{"2026-03-06", validate}), domain.ApplicationActive, "2026-01-20", "2026-03-05", "2026-03-05", "2027-03-05", ""},
		{"renewed on the first day", with(active, step{"2026-11-20", renew}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2026-11-20", "2027-11-20", ""},
		{"renewed on the last day", with(active, step{"2027-02-19", renew}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2027-02-19", "2028-02-19", ""},
		{"reactivated on the last day is renewed", with(notRenewed, step{"2027-07-20", reactivate}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2027-07-20", "2028-07-20", ""},
		{"removed late, reactivated no later", with(active, step{"2027-06-01", remove(domain.RemovedNotRenewed)}, step{"2027-07-20", reactivate}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2027-07-20", "2028-07-20", ""},
		{"reached again, what was left is left", with(unreached, step{"2026-10-31", reactivate}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", ""},
		{"answered", with(warned, step{"2026-04-30", answer}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", ""},
		{"ineligible after a month", with(active, step{"2026-04-30", warn(domain.RemovedResources)}, step{"2026-05-30", remove(domain.RemovedResources)}), domain.ApplicationRemoved, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", "2026-05-30"},
		{"withdrawn at once", with(active, step{"2026-01-25", remove(domain.RemovedWithdrawn)}), domain.ApplicationRemoved, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", "2026-01-25"},
		{"merged", merged, domain.ApplicationMerged, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", ""},
		{"a merge undone on the last day", with(merged, step{"2026-03-31", undoMerge}), domain.ApplicationActive, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", ""},
		{"erased", erased, domain.ApplicationErased, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", "2026-06-30"},
		{"merged, and erased a year later", with(merged, step{"2027-03-01", erase}), domain.ApplicationErased, "2026-01-20", "2026-01-20", "2026-01-20", "2027-01-20", ""},
	} {
		l := lived(t, c.lived...)
		removed := ""
		if !l.RemovedOn.IsZero() {
			removed = l.RemovedOn.String()
		}
		got := []string{
			string(l.State), l.FirstDepositedOn.String(), l.DepositedOn.String(), l.ValidFrom.String(), l.ValidUntil.String(), removed,
		}
		if want := []string{string(c.state), c.first, c.deposited, c.from, c.until, c.at}; !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", c.name, got, want)
		}
		if l.Number != oneNumber {
			t.Errorf("%s: the number is %q", c.name, l.Number)
		}
		if l.State == domain.ApplicationActive && l.WarnedFor != "" {
			t.Errorf("%s: a warning runs on", c.name)
		}
	}
}

// What was never registered is erased too, a year after it was rejected.
func TestRejectedIsErased(t *testing.T) {
	t.Parallel()
	l := lived(t, rejected...)
	last := l.RejectedOn.AddMonths(12).AddDays(-1)
	if _, refusals := l.Erase(clocks, last); refusals == nil {
		t.Errorf("erased on %s", last)
	}
	if next, refusals := l.Erase(clocks, last.AddDays(1)); refusals != nil || next.State != domain.ApplicationErased {
		t.Errorf("%s, %v", next.State, refusals)
	}
}

func TestMergeIsUndoneWhole(t *testing.T) {
	t.Parallel()
	for _, before := range [][]step{pending, active, warned} {
		l := lived(t, before...)
		m, refusals := merge(l, date(t, "2026-04-10"))
		if refusals != nil || m.MergedInto != otherID || m.State != domain.ApplicationMerged {
			t.Fatalf("merge: %+v, %v", m, refusals)
		}
		if back, refusals := undoMerge(m, date(t, "2026-05-10")); refusals != nil || back != l {
			t.Errorf("got %+v, %v, want %+v", back, refusals, l)
		}
	}
}

func TestSeniorityIsThatOfTheOldest(t *testing.T) {
	t.Parallel()
	on := func(s string) domain.Life { return domain.Life{FirstDepositedOn: date(t, s)} }
	if got := domain.Seniority(on("2026-03-01")); got != date(t, "2026-03-01") {
		t.Errorf("alone: %s", got)
	}
	if got := domain.Seniority(on("2026-03-01"), on("2027-01-01"), on("2024-02-29"), domain.Life{}); got != date(t, "2024-02-29") {
		t.Errorf("merged: %s", got)
	}
}

func TestRenewalIsDueInTheLastMonth(t *testing.T) {
	t.Parallel()
	l := lived(t, active...)
	for on, want := range map[string]bool{
		"2026-01-25": false, "2026-12-19": false, "2026-12-20": true, "2027-01-20": true, "2027-02-19": true,
	} {
		if got := l.RenewalDue(clocks, date(t, on)); got != want {
			t.Errorf("%s: got %v", on, got)
		}
	}
	for name, steps := range map[string][]step{"removed": notRenewed, "merged": merged, "pending": pending} {
		if lived(t, steps...).RenewalDue(clocks, date(t, "2027-02-20")) {
			t.Errorf("due when %s", name)
		}
	}
}

// Each reason of a removal is one of the registry's, and none of the registry's is
// missing (interface SNE 02.01, motifs de radiation).
func TestReasonsAreThoseOfTheRegistry(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, word := range domain.RemovalReason("").Values() {
		code, sub := domain.RemovalReason(word).RegistryCodes()
		codes = append(codes, strings.TrimSpace(code+" "+sub))
		if domain.RemovalReason(word).Article() == "" {
			t.Errorf("%s rests on nothing", word)
		}
	}
	if want := []string{"RADATT", "RADREN", "RADABA", "RADIRR IRRSEJ", "RADIRR IRRRES", "RADCON"}; !slices.Equal(codes, want) {
		t.Errorf("got %v, want %v", codes, want)
	}
	for _, word := range domain.RejectionReason("").Values() {
		if domain.RejectionReason(word).Article() == "" {
			t.Errorf("%s rests on nothing", word)
		}
	}
}

// acts are every step, in every form it has.
var acts = map[domain.Step][]act{
	domain.StepSubmit: {submit}, domain.StepValidate: {validate}, domain.StepReject: {reject},
	domain.StepRedeposit: {redeposit}, domain.StepRenew: {renew}, domain.StepAnswer: {answer},
	domain.StepWarn: {warn(domain.RemovedStay), warn(domain.RemovedUnreachable)},
	domain.StepRemove: {
		remove(domain.RemovedHoused), remove(domain.RemovedNotRenewed), remove(domain.RemovedStay), remove(domain.RemovedUnreachable),
	},
	domain.StepReactivate: {reactivate}, domain.StepMerge: {merge}, domain.StepUndoMerge: {undoMerge}, domain.StepErase: {erase},
}

// Whatever is tried on whatever day: what is open succeeds, what is refused changes
// nothing and names what is open, and what is kept for ever is kept.
func TestAnyLife(t *testing.T) {
	t.Parallel()
	words := domain.Step("").Values()
	if len(words) != len(acts) {
		t.Fatalf("%d steps, %d are tried", len(words), len(acts))
	}
	rapid.Check(t, func(t *rapid.T) {
		l, day := domain.NewLife(lifeID), anyDate.Draw(t, "first day")
		for range rapid.IntRange(1, 40).Draw(t, "acts") {
			day = day.AddDays(rapid.SampledFrom([]int{0, 1, 29, 31, 61, 150, 340, 366}).Draw(t, "days later"))
			open := l.Open(clocks, day)
			kind := domain.Step(rapid.SampledFrom(words).Draw(t, "step"))
			if len(open) > 0 && rapid.Bool().Draw(t, "open") {
				kind = rapid.SampledFrom(open).Draw(t, "open step")
			}
			next, refusals := rapid.SampledFrom(acts[kind]).Draw(t, "act")(l, day)
			isOpen := slices.Contains(open, kind)
			switch {
			case refusals == nil && !isOpen:
				t.Fatalf("%s: %s was done in state %s, and was not open", day, kind, l.State)
			case refusals != nil && isOpen && kind != domain.StepRemove:
				t.Fatalf("%s: %s was open in state %s: %v", day, kind, l.State, refusals)
			case refusals != nil && next != l:
				t.Fatalf("%s: %s was refused and changed the life", day, kind)
			}
			for _, s := range open {
				if refusals != nil && !strings.Contains(refusals[0].Message.EN, string(s)) {
					t.Fatalf("%v does not name %s", refusals, s)
				}
			}
			keeps(t, l, next)
			l = next
		}
	})
}

// keeps checks what holds of every step.
func keeps(t *rapid.T, l, next domain.Life) {
	switch {
	case l.Number != "" && next.Number != l.Number:
		t.Fatalf("the number became %q", next.Number)
	case !l.FirstDepositedOn.IsZero() && next.FirstDepositedOn != l.FirstDepositedOn:
		t.Fatalf("the first deposit became %s", next.FirstDepositedOn)
	case l.State == domain.ApplicationErased && next != l:
		t.Fatal("it lives after its erasure")
	case (next.State == domain.ApplicationActive || next.State == domain.ApplicationRemoved) &&
		(next.Number == "" || !next.ValidFrom.Before(next.ValidUntil)):
		t.Fatalf("%s without a number or validity: %+v", next.State, next)
	case next.State == domain.ApplicationErased && l.RemovedOn.IsZero() && l.MergedOn.IsZero() && l.RejectedOn.IsZero():
		t.Fatalf("erased while it was %s", l.State)
	case next.State == domain.ApplicationErased:
	case (next.State == domain.ApplicationRemoved) == next.RemovedOn.IsZero():
		t.Fatalf("%s, removed on %s", next.State, next.RemovedOn)
	case (next.State == domain.ApplicationMerged) == (next.MergedInto == ""):
		t.Fatalf("%s, merged into %q", next.State, next.MergedInto)
	case (next.State == domain.ApplicationRejected) == (next.RejectedFor == ""):
		t.Fatalf("%s, rejected for %q", next.State, next.RejectedFor)
	}
}
