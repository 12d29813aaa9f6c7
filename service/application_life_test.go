package service_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// lab is a sandbox in which an agent of a town hall acts on any day.
type lab struct {
	*testapi.API
	agent *auth.Viewer
	point domain.ID
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{API: testapi.New(t)}
	v, err := l.Service.Recognise(t.Context(), auth.Identity{Issuer: sandbox.IssuerURL, Subject: "commune-grenoble-agent"}, testapi.Now)
	must(t, err)
	l.agent, l.point = v, v.Assignments[0].PointIDs[0]
	return l
}

// on is the agent at noon of that day.
func (l *lab) on(ctx context.Context, day domain.Date) context.Context {
	v := *l.agent
	v.Now = day.At(domain.NewLocalTime(12, 0))
	return auth.NewContext(ctx, &v)
}

func form(day domain.Date) domain.ApplicationForm {
	year, _, _ := day.Civil()
	return domain.ApplicationForm{
		Household: []domain.MemberForm{{
			Link: domain.LinkApplicant, NamesForm: domain.NamesForm{GivenNames: "Ana", BirthName: "Costa"}, BornOn: domain.NewDate(1990, 4, 12),
		}},
		SearchForm: domain.SearchForm{Wishes: []domain.InseeCode{"38185"}, Typologies: []domain.Typology{domain.T2}},
		Contact:    domain.ContactForm{Address: "1 rue des Alpes", PostalCode: "38000", Town: "Grenoble"},
		File:       domain.FileForm{TaxYear: year - 1, Housing: domain.HostedFree, Reasons: []string{"01"}},
	}
}

func (l *lab) register(t *testing.T, day domain.Date) domain.ID {
	t.Helper()
	a, err := l.Service.RegisterApplication(l.on(t.Context(), day), l.point, form(day))
	if err != nil || a == nil {
		t.Fatal(a, err)
	}
	return a.ID
}

// deed is an act on an application through the service, and what the law says of it.
type deed struct {
	do  func(*lab, context.Context, domain.ID) error
	law func(domain.Life, domain.LegalClocks, domain.Date) (domain.Life, domain.Refusals)
}

func ofApplication(do func(*lab, context.Context, domain.ID) (*ent.Application, error)) func(*lab, context.Context, domain.ID) error {
	return func(l *lab, ctx context.Context, id domain.ID) error {
		_, err := do(l, ctx, id)
		return err
	}
}

func removing(reason domain.RemovalReason) deed {
	return deed{
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.RemoveApplication(ctx, id, reason)
		}),
		func(x domain.Life, c domain.LegalClocks, day domain.Date) (domain.Life, domain.Refusals) {
			return x.Remove(reason, c, day)
		},
	}
}

var deeds = map[string]deed{
	"registered": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.ValidateApplication(ctx, id)
		}),
		func(x domain.Life, c domain.LegalClocks, day domain.Date) (domain.Life, domain.Refusals) {
			number := x.Number
			if number == "" {
				number = "any"
			}
			return x.Validate(number, c, day)
		},
	},
	"rejected": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.RejectApplication(ctx, id, domain.RejectedUnreadable)
		}),
		func(x domain.Life, c domain.LegalClocks, day domain.Date) (domain.Life, domain.Refusals) {
			return x.Reject(domain.RejectedUnreadable, c, day)
		},
	},
	"deposited again": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.DepositApplicationAgain(ctx, id)
		}),
		domain.Life.Redeposit,
	},
	"renewed": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.RenewApplication(ctx, id, false)
		}),
		domain.Life.Renew,
	},
	"warned of no answer": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.WarnApplicant(ctx, id, domain.RemovedUnreachable)
		}),
		func(x domain.Life, c domain.LegalClocks, day domain.Date) (domain.Life, domain.Refusals) {
			return x.Warn(domain.RemovedUnreachable, c, day)
		},
	},
	"answered": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.WithdrawWarning(ctx, id)
		}),
		domain.Life.Answer,
	},
	"given up":       removing(domain.RemovedWithdrawn),
	"not renewed":    removing(domain.RemovedNotRenewed),
	"did not answer": removing(domain.RemovedUnreachable),
	"reactivated": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.ReactivateApplication(ctx, id)
		}),
		domain.Life.Reactivate,
	},
	"merge undone": {
		ofApplication(func(l *lab, ctx context.Context, id domain.ID) (*ent.Application, error) {
			return l.Service.UndoMerge(ctx, id)
		}),
		domain.Life.UndoMerge,
	},
}

// stored is what of a life is in the rows that callers read.
type storedLife struct {
	state      domain.ApplicationState
	numbered   bool
	until      string
	renewed    string
	rejected   domain.RejectionReason
	warned     domain.RemovalReason
	removed    domain.RemovalReason
	mergedInto domain.ID
}

func (l *lab) stored(t *testing.T, id domain.ID) storedLife {
	t.Helper()
	a, err := l.Client.Application.Query().Where(application.ID(id)).WithSummary().Only(policy.CheckAccess(t.Context()))
	must(t, err)
	s := a.Edges.Summary
	return storedLife{
		a.State, a.UniqueNumber != nil, a.ValidUntil.String(), word(s.RenewedOn), of(s.RejectedFor), of(s.WarnedFor), of(s.RemovedFor), of(s.MergedIntoID),
	}
}

func expected(x domain.Life, c domain.LegalClocks) storedLife {
	until := x.ValidUntil
	if until.IsZero() {
		until = c.Validity.After(x.FirstDepositedOn)
	}
	var renewed *domain.Date
	if !x.RenewedOn.IsZero() {
		renewed = &x.RenewedOn
	}
	return storedLife{x.State, x.Number != "", until.String(), word(renewed), x.RejectedFor, x.WarnedFor, x.RemovedFor, x.MergedInto}
}

func of[T ~string](v *T) T {
	if v == nil {
		return ""
	}
	return *v
}

func word(d *domain.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// Whatever is done on whatever day, the service does what the law says: what the law
// refuses is refused, names what is open instead, and writes nothing.
func TestAnyLifeThroughTheService(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	names := make([]string, 0, len(deeds))
	for name := range deeds {
		names = append(names, name)
	}
	slices.Sort(names)
	done := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		day := domain.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 700).Draw(r, "first day"))
		survivor, id := l.register(t, day), l.register(t, day)
		c := domain.LegalClocksOn(day)
		life, refusals := domain.NewLife(id).Submit(day, c, day)
		must(t, refusals.Err())
		for range rapid.IntRange(1, 8).Draw(r, "acts") {
			day = day.AddDays(rapid.SampledFrom([]int{0, 1, 30, 62, 150, 310, 335}).Draw(r, "days later"))
			ctx := l.on(t.Context(), day)
			name := "merged"
			var next domain.Life
			var err error
			if rapid.IntRange(0, 9).Draw(r, "merge") == 0 {
				next, refusals = life.Merge(domain.Life{ID: survivor, State: domain.ApplicationPending}, c, day)
				_, err = l.Service.MergeApplications(ctx, survivor, id)
			} else {
				name = rapid.SampledFrom(names).Draw(r, "act")
				if open := openTo(names, life, c, day); len(open) > 0 && rapid.IntRange(0, 2).Draw(r, "open") > 0 {
					name = rapid.SampledFrom(open).Draw(r, "open act")
				}
				next, refusals = deeds[name].law(life, c, day)
				err = deeds[name].do(l, ctx, id)
			}
			agrees(r, name, refusals, err)
			if refusals == nil {
				life = next
				done[name]++
			}
			if got, want := l.stored(t, id), expected(life, c); got != want {
				r.Fatalf("%s on %s: stored %+v, want %+v", name, day, got, want)
			}
		}
	})
	t.Log(done)
}

// openTo are the acts that the law opens that day.
func openTo(names []string, life domain.Life, c domain.LegalClocks, day domain.Date) (open []string) {
	for _, name := range names {
		if _, refusals := deeds[name].law(life, c, day); refusals == nil {
			open = append(open, name)
		}
	}
	return open
}

// agrees compares what the service answered with what the law says.
func agrees(r *rapid.T, name string, law domain.Refusals, err error) {
	var refused domain.Refusals
	switch {
	case law == nil && err != nil:
		r.Fatalf("%s: %v", name, err)
	case law != nil && !errors.As(err, &refused):
		r.Fatalf("%s was done (%v), against %v", name, err, law)
	case law != nil && (refused[0].Code != law[0].Code || !slices.Equal(refused[0].Allowed, law[0].Allowed)):
		r.Fatalf("%s: %v, want %v", name, refused, law)
	}
}

// What a backup brought back is erased from any state, by steps that the database takes.
func TestErasedAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	today := domain.DateOf(testapi.Now)
	for _, state := range domain.ApplicationState("").Values() {
		id := l.register(t, today)
		for _, statement := range []string{
			"ALTER TABLE application DISABLE TRIGGER application_life",
			"UPDATE application SET state = '" + state + "', unique_number = '0381126' || right(id, 10), removed_on = CASE WHEN '" + state + `' = 'REMOVED' THEN date '2026-01-01' END
				WHERE id = $1 AND '` + state + "' <> 'ERASED'",
			"ALTER TABLE application ENABLE TRIGGER application_life",
		} {
			var args []any
			if strings.Contains(statement, "$1") {
				args = []any{id}
			}
			_, err := l.DB.ExecContext(t.Context(), statement, args...)
			must(t, err)
		}
		e := service.Erasure{ApplicationID: id, ErasedOn: today.AddDays(1), RemovedFor: domain.RemovedWithdrawn}
		for _, want := range []bool{true, false} {
			if again, err := l.Service.EraseAgain(t.Context(), e); again != want || err != nil {
				t.Errorf("%s: %v, %v", state, again, err)
			}
		}
	}
	if n, err := l.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// The database takes the steps of the law and no others, whoever writes.
func TestStepsInTheDatabase(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.register(t, domain.DateOf(testapi.Now))
	steps := strings.Fields(`DRAFT>PENDING_VALIDATION PENDING_VALIDATION>ACTIVE PENDING_VALIDATION>REJECTED REJECTED>PENDING_VALIDATION
		ACTIVE>REMOVED REMOVED>ACTIVE REMOVED>ERASED REJECTED>ERASED MERGED>ERASED PENDING_VALIDATION>MERGED ACTIVE>MERGED MERGED>PENDING_VALIDATION MERGED>ACTIVE`)
	const become = `UPDATE application SET state = $2::text, unique_number = '038112699999900123',
		removed_on = CASE WHEN $2::text IN ('REMOVED', 'ERASED') THEN date '2026-01-01' END,
		erased_on = CASE WHEN $2::text = 'ERASED' THEN date '2027-01-01' END,
		name_key = CASE WHEN $2::text = 'ERASED' THEN '' ELSE name_key END, birth_name = CASE WHEN $2::text = 'ERASED' THEN '' ELSE birth_name END WHERE id = $1`
	refused := 0
	for _, from := range domain.ApplicationState("").Values() {
		for _, to := range domain.ApplicationState("").Values() {
			tx, err := l.DB.BeginTx(t.Context(), nil)
			must(t, err)
			_, err = tx.ExecContext(t.Context(), "ALTER TABLE application DISABLE TRIGGER application_life")
			must(t, err)
			_, err = tx.ExecContext(t.Context(), become, id, from)
			must(t, err)
			_, err = tx.ExecContext(t.Context(), "ALTER TABLE application ENABLE TRIGGER application_life")
			must(t, err)
			_, err = tx.ExecContext(t.Context(), become, id, to)
			must(t, tx.Rollback())
			if want := from == to || slices.Contains(steps, from+">"+to); (err == nil) != want {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
			if err != nil {
				refused++
			}
		}
	}
	if want := 7*7 - 7 - len(steps); refused != want {
		t.Errorf("%d steps were refused, want %d", refused, want)
	}
	for _, change := range []string{
		"UPDATE application SET registered_on = registered_on - 1 WHERE id = $1",
		"UPDATE application_summary SET registered_on = registered_on - 1 WHERE application_id = $1",
		"UPDATE application SET unique_number = unique_number || 'X' WHERE id = $1",
	} {
		if strings.Contains(change, "unique_number") {
			_, err := l.Service.ValidateApplication(l.on(t.Context(), domain.DateOf(testapi.Now)), id)
			must(t, err)
		}
		if _, err := l.DB.ExecContext(t.Context(), change, id); err == nil {
			t.Errorf("done: %s", change)
		}
	}
}

// life is a story of the table of expected dates.
type life struct {
	title string
	deeds []dated
}

type dated struct{ on, what string }

// Twenty simulated months of five lives through the service, kept by its calendar: their
// histories are the table of expected dates of package domain, line by line.
func TestTwentyMonthsThroughTheService(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	golden, err := os.ReadFile("../domain/testdata/twenty_months.golden")
	must(t, err)
	told := 0
	for _, story := range []life{
		{"Deposited on the day the clocks go back, and left alone", []dated{{"2026-10-25", "deposited"}, {"2026-10-25", "registered"}}},
		{"Deposited on 29 February, told and renewed in time", []dated{
			{"2028-02-29", "deposited"},
			{"2028-03-01", "registered"},
			{"2028-03-02", "certificate handed over"},
			{"2029-01-26", "told to renew"},
			{"2029-02-10", "renewed"},
		}},
		{"Rejected and deposited again; not renewed, and reactivated on the last day", []dated{
			{"2026-01-30", "deposited"},
			{"2026-02-02", "rejected"},
			{"2026-02-16", "deposited again"},
			{"2026-02-16", "registered"},
			{"2027-08-16", "reactivated"},
		}},
		{"Warned of no answer, removed, erased", []dated{
			{"2026-03-31", "deposited"}, {"2026-04-01", "registered"}, {"2026-06-30", "warned of no answer"},
		}},
		{"Merged with another", []dated{{"2026-09-29", "deposited"}, {"2026-09-30", "registered"}, {"2026-10-24", "merged"}}},
	} {
		id := l.live(t, story)
		want := expectedLines(string(golden), story.title)
		got := l.lines(t, id)
		if !slices.Equal(got, want) || len(want) < 5 {
			t.Errorf("%s:\n%s\nwant\n%s", story.title, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		told += len(got)
	}
	t.Logf("%d lines", told)
}

// live has the story happen, and the calendar kept in between.
func (l *lab) live(t *testing.T, story life) (id domain.ID) {
	t.Helper()
	var survivor domain.ID
	var first domain.Date
	for i, d := range story.deeds {
		day, err := domain.ParseDate(d.on)
		must(t, err)
		l.keep(t, day.AddDays(-1))
		ctx := l.on(t.Context(), day)
		switch d.what {
		case "deposited":
			first, survivor, id = day, l.register(t, day), l.register(t, day)
		case "certificate handed over":
			_, err = l.Service.RecordNotice(ctx, id, domain.NoticeCertificate)
		case "told to renew":
			_, err = l.Service.RecordNotice(ctx, id, domain.NoticeOfRenewal)
		case "merged":
			_, err = l.Service.MergeApplications(ctx, survivor, id)
		default:
			err = deeds[d.what].do(l, ctx, id)
		}
		if err != nil {
			t.Fatalf("%s, %d: %v", story.title, i, err)
		}
	}
	l.keep(t, first.AddMonths(20))
	return id
}

func (l *lab) keep(t *testing.T, day domain.Date) {
	t.Helper()
	_, err := l.Service.KeepCalendar(t.Context(), day)
	must(t, err)
}

// expectedLines are those of the story in the table, without the articles, and without
// what nobody has a word for here.
func expectedLines(golden, title string) (lines []string) {
	_, part, _ := strings.Cut(golden, "## "+title+"\n")
	part, _, _ = strings.Cut(part, "\n## ")
	for _, line := range strings.Split(part, "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) < 5 || strings.HasPrefix(line, "| day") || strings.HasPrefix(line, "| ---") {
			continue
		}
		lines = append(lines, strings.Join([]string{strings.TrimPrefix(cells[0], "| "), cells[1], cells[2], strings.Trim(cells[3], " |"), strings.Trim(cells[4], " |")}, " "))
	}
	return lines
}

// words are those of the table for the events of a history.
var words = map[domain.ApplicationEventKind]string{
	"SUBMIT": "deposited", "VALIDATE": "registered", "REJECT": "rejected", "DEPOSIT_AGAIN": "deposited again", "RENEW": "renewed",
	"REACTIVATE": "reactivated", "WARN": "warned of no answer", "CERTIFICATE": "certificate handed over", "RENEWAL_NOTICE": "told to renew",
	"MERGE": "merged", "REMOVE": "removal", "ERASE": "erasure", "DEADLINE_ANNOUNCED": "announced", "DEADLINE_DUE": "due",
}

// lines are the history of an application in the words of the table.
func (l *lab) lines(t *testing.T, id domain.ID) (lines []string) {
	t.Helper()
	rows, err := l.DB.QueryContext(t.Context(), `SELECT happened_on::text, kind, state, COALESCE(deadline, ''), COALESCE(due_on::text, '')
		FROM application_event WHERE application_id = $1 ORDER BY position`, id)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var day, kind, state, deadline, due string
		must(t, rows.Scan(&day, &kind, &state, &deadline, &due))
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", day, words[domain.ApplicationEventKind(kind)], state, deadline, due))
	}
	must(t, rows.Err())
	return lines
}
