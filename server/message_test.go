package server_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/messenger"
	"github.com/guichet-logement/guichet/sandbox"
)

// reachable has an application reached by mail, whatever it stated.
func (d desk) reachable(id, mail string) {
	d.t.Helper()
	d.exec("UPDATE application_contact SET email = $2, email_allowed = true WHERE application_id = $1", id, mail)
}

// booked is an appointment of that motive that Grenoble's town hall books on a day, at ten by
// the clock of Paris.
func (d desk) booked(id, motive, point string, day domain.Date) string {
	d.t.Helper()
	a := d.book(grenobleAgent, map[string]any{
		"applicationId": id, "motive": motive, "receptionPointId": point, "startsAt": day.At(domain.NewLocalTime(10, 0)).Format(time.RFC3339),
	})
	if outcome(a) != "OK" {
		d.t.Fatal(a.Body)
	}
	return regexp.MustCompile(`apt_\w+`).FindString(a.Body)
}

// post has the messages sent that are due, and returns those that went out.
func (d desk) post() []messenger.Message {
	d.t.Helper()
	before := len(d.Mail.Sent())
	if _, err := d.Service.SendMessages(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	return d.Mail.Sent()[before:]
}

// messages are those of an application, kind and state.
func (d desk) messages(id string) []string {
	d.t.Helper()
	return d.listed("SELECT kind || ' ' || state FROM message WHERE application_id = $1 ORDER BY due_at, id", id)
}

// subjects are what was told to whom.
func subjects(sent []messenger.Message) []string {
	var all []string
	for _, m := range sent {
		french, _, _ := strings.Cut(m.Text.Subject, " /")
		all = append(all, m.To.To+": "+french)
	}
	return all
}

// An appointment is told of, reminded of two days before, and told of again when it is moved
// and cancelled; what is of no use any more is not sent. No message names anybody or a motive.
func TestApplicantIsToldOfAppointments(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 120), t}
	town, point := d.point("mairie-grenoble"), d.point("mairie-fontaine")
	id := d.followedBy(town, 1)[0]
	names := d.listed("SELECT unnest(ARRAY[given_names, birth_name, unique_number, id]) FROM application WHERE id = $1", id)
	d.reachable(id, "ana@example.org")
	day := domain.NewDate(2026, 11, 27)
	appointment := d.booked(id, "RENEWAL", point, day)
	sent := d.post()
	if got := subjects(sent); !slices.Equal(got, []string{"ana@example.org: Votre rendez-vous"}) {
		t.Fatalf("told %v", got)
	}
	if body := sent[0].Text.Body; !strings.Contains(body, "vendredi 27 novembre 2026 à 10 h 00") || !strings.Contains(body, "Friday 27 November 2026 at 10:00") || !strings.Contains(body, "Fontaine") {
		t.Errorf("told %s", body)
	}
	d.does(grenobleAgent, "moveAppointment", map[string]any{
		"id": appointment, "version": 1, "startsAt": day.AddDays(4).At(domain.NewLocalTime(10, 0)).Format(time.RFC3339),
	})
	if got := subjects(d.post()); !slices.Equal(got, []string{"ana@example.org: Votre rendez-vous est déplacé"}) {
		t.Fatalf("moved, told %v", got)
	}
	if got := d.messages(id); !slices.Contains(got, "APPOINTMENT_REMINDER TO_SEND") {
		t.Errorf("nothing reminds: %v", got)
	}
	d.Ahead.Add(int64(6 * 24 * time.Hour)) // two days before the new day, four before which it was
	if got := subjects(d.post()); !slices.Equal(got, []string{"ana@example.org: Rappel de votre rendez-vous"}) {
		t.Fatalf("two days before, told %v", got)
	}
	d.does(grenobleAgent, "cancelAppointment", map[string]any{"id": appointment, "version": 2})
	if got := subjects(d.post()); !slices.Equal(got, []string{"ana@example.org: Votre rendez-vous est annulé"}) {
		t.Fatalf("cancelled, told %v", got)
	}
	for _, m := range d.Mail.Sent() {
		for _, word := range append(names, "Renouvellement", "Renewal", "RENEWAL") {
			if strings.Contains(m.Text.Subject+m.Text.Body, word) {
				t.Errorf("a message says %q: %s", word, m.Text.Body)
			}
		}
	}
	// Whoever allows neither mail nor text messages is not reached, and the desk is told so.
	d.exec("UPDATE application_contact SET email_allowed = false, text_allowed = false WHERE application_id = $1", id)
	d.booked(id, "RENEWAL", point, day.AddDays(10))
	if got := d.post(); len(got) != 0 || !slices.Contains(d.messages(id), "APPOINTMENT_BOOKED UNREACHABLE") {
		t.Errorf("told %v, %v", subjects(got), d.messages(id))
	}
}

// The list of messages of an application holds so many: the oldest go where a booking, which
// tells two at once, or a cancellation tells one more.
func TestOldestMessagesGo(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 120), t}
	id := d.followedBy(d.point("mairie-grenoble"), 1)[0]
	d.exec(`INSERT INTO message (id, application_id, kind, state, channel, about, due_at, next_try, worthless_at, settled_at)
		SELECT 'msg_01AQ3WVJ00' || lpad(n::text, 16, '0'), $1, 'APPLICANT_RECEIVED', 'SENT', 'EMAIL', at, at, at, at, at
		FROM generate_series(1, $2::int) n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 hour' AS at) t`, id, domain.MaxMessages-1)
	full := func(what string, newest ...string) {
		t.Helper()
		all := d.messages(id)
		if n := len(all); n != domain.MaxMessages || !slices.Equal(all[n-len(newest):], newest) {
			t.Errorf("%s: %d messages, the newest %v", what, n, all[n-len(newest):])
		}
		if oldest := d.listed("SELECT min(id) FROM message WHERE application_id = $1", id); oldest[0] == "msg_01AQ3WVJ000000000000000001" {
			t.Errorf("%s: the oldest is still there", what)
		}
	}
	appointment := d.booked(id, "RENEWAL", d.point("mairie-grenoble"), domain.NewDate(2026, 12, 4))
	full("booked", "APPOINTMENT_BOOKED TO_SEND", "APPOINTMENT_REMINDER TO_SEND")
	d.does(grenobleAgent, "cancelAppointment", map[string]any{"id": appointment, "version": 1})
	if all := d.messages(id); len(all) != domain.MaxMessages-1 || all[len(all)-1] != "APPOINTMENT_CANCELLED TO_SEND" {
		t.Errorf("cancelled: %d messages, the last %s", len(all), all[len(all)-1])
	}
}

// A protected person is told by its safe contact alone, and so is who shares a household of
// what is sensitive.
func TestUnsafeContactsGetNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeCouple), d.point("pole-habitat-social")
	d.reachable(x.id, "both@example.org")
	d.exec("UPDATE application_summary SET following_point_id = $2 WHERE application_id = $1", x.id, point)
	told := func(sensitive, protected bool, safe string) string {
		t.Helper()
		d.exec("UPDATE application SET protected = $2 WHERE id = $1", x.id, protected)
		d.exec("UPDATE sensitive_record SET safe_contact = $2 WHERE member_id = $1", x.members[0], safe)
		appointment := domain.NewID(domain.AppointmentPrefix, testapi.Now)
		d.exec(`INSERT INTO appointment (id, application_id, motive, sensitive, mode, state, reception_point_id, starts_at, ends_at, participants, booked_at)
			VALUES ($1, $2, 'PMR_INTERVIEW', $3, 'ON_SITE', 'UPCOMING', $4, $5, $6, $7, $8)`, appointment, x.id, sensitive, point, testapi.Now.Add(time.Hour),
			testapi.Now.Add(2*time.Hour), `[{"memberId": "`+x.members[0]+`", "attendance": "UPCOMING"}]`, testapi.Now)
		d.exec(`INSERT INTO message (id, application_id, kind, sensitive, appointment_id, about, due_at, worthless_at, next_try)
			VALUES ($1, $2, 'APPOINTMENT_BOOKED', $3, $4, $5, $6, $5, $6)`, domain.NewID(domain.MessagePrefix, testapi.Now), x.id, sensitive, appointment,
			testapi.Now.Add(time.Hour), testapi.Now)
		texts := len(d.Texts.Sent())
		var to []string
		for _, m := range append(d.post(), d.Texts.Sent()[texts:]...) {
			to = append(to, m.To.To)
		}
		return strings.Join(to, " ")
	}
	var kept int
	if d.scan(&kept, "SELECT count(*) FROM sensitive_record WHERE member_id = $1", x.members[0]); kept == 0 {
		d.exec(`INSERT INTO sensitive_record (id, application_id, member_id, reasons, housing_mode, needs, free_text, safe_contact)
			VALUES ($1, $2, $3, '[]', '', '[]', '', '')`, domain.NewID(domain.SensitiveRecordPrefix, testapi.Now), x.id, x.members[0])
	}
	for _, c := range []struct {
		sensitive, protected bool
		safe, want           string
	}{
		{false, true, "", ""},
		{true, true, "chez ma sœur", ""},
		{true, false, "", ""},
		{true, false, "ask the neighbour", ""},
		{false, true, "safe@example.org", "safe@example.org"},
		{true, false, "+33612345678", "+33612345678"},
		{false, false, "safe@example.org", "both@example.org"},
	} {
		if got := told(c.sensitive, c.protected, c.safe); got != c.want {
			t.Errorf("%+v: told %q", c, got)
		}
	}
	// A contact that was changed is told at the former one, but for who is protected since.
	d.exec("UPDATE application SET protected = false WHERE id = $1", x.id)
	d.exec(`INSERT INTO message (id, application_id, kind, channel, former_contact, about, due_at, worthless_at, next_try)
		VALUES ($1, $2, 'CONTACT_CHANGED', 'EMAIL', 'former@example.org', $3, $3, $4, $3)`,
		domain.NewID(domain.MessagePrefix, testapi.Now), x.id, testapi.Now, testapi.Now.Add(time.Hour))
	d.exec("UPDATE application SET protected = true WHERE id = $1", x.id)
	if got := d.post(); len(got) != 0 {
		t.Errorf("the former contact of who is protected is told %v", subjects(got))
	}
	var left int
	if d.scan(&left, "SELECT count(*) FROM message WHERE former_contact <> ''"); left != 0 {
		t.Errorf("%d addresses are kept of messages that are settled", left)
	}
}

// leftWaiting is a messenger whose caller goes away once it has asked.
type leftWaiting struct {
	messenger.Messenger
	leave context.CancelFunc
}

func (l leftWaiting) Send(ctx context.Context, m messenger.Message) error {
	l.leave()
	return l.Messenger.Send(ctx, m)
}

// Mail may be down, slow, refuse, or lose its answer: reception goes on, what is not sent
// waits and comes later with the same reference, and readiness says since which hour.
func TestMessagesWaitForMail(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 120), t}
	town, point := d.point("mairie-grenoble"), d.point("mairie-fontaine")
	ids := d.followedBy(town, 4)
	ready := func(want string) {
		t.Helper()
		if a := d.http("", http.MethodGet, "/readyz", nil); a.Status != http.StatusOK || !strings.Contains(a.Body, `"messages":`+want) {
			t.Errorf("%d %s, want %s", a.Status, a.Body, want)
		}
	}
	ready(`{"waiting":0,"oldest":null}`)
	day := domain.NewDate(2026, 11, 27)
	for i, id := range ids {
		d.reachable(id, string(rune('a'+i))+"@example.org")
		d.Mail.Fail(messenger.Down)
		d.booked(id, "RENEWAL", point, day.AddDays([]int{0, 3, 4, 5}[i]))
		if _, err := d.Service.SendMessages(t.Context()); err == nil {
			t.Error("it is down")
		}
	}
	ready(`{"waiting":4,"oldest":"2026-11-23T09:00:00Z"}`)
	d.Ahead.Add(int64(2 * time.Minute))
	d.Mail.Fail(messenger.Slow)
	ctx, cancel := context.WithCancel(t.Context())
	d.Service.ToldBy(leftWaiting{d.Mail, cancel}, domain.MessageByEmail)
	if _, err := d.Service.SendMessages(ctx); err == nil {
		t.Error("it is slow")
	}
	d.Service.ToldBy(d.Mail, domain.MessageByEmail)
	ready(`{"waiting":4,"oldest":"2026-11-23T09:00:00Z"}`)
	d.Ahead.Add(int64(10 * time.Minute))
	d.Mail.Fail(messenger.AnswerLost, messenger.Refuses)
	if sent, err := d.Service.SendMessages(t.Context()); err == nil || sent != 2 {
		t.Errorf("%d sent, %v", sent, err)
	}
	ready(`{"waiting":1,"oldest":"2026-11-23T09:00:00Z"}`)
	d.Ahead.Add(int64(30 * time.Minute))
	if sent, err := d.Service.SendMessages(t.Context()); err != nil || sent != 1 {
		t.Errorf("%d sent, %v", sent, err)
	}
	ready(`{"waiting":0,"oldest":null}`)
	times := map[string]int{}
	for _, m := range d.Mail.Sent() {
		times[m.Reference]++
	}
	if len(times) != 3 || len(d.Mail.Sent()) != 4 {
		t.Errorf("sent %v: one was refused, one came twice under the same reference", times)
	}
	if got := d.listed("SELECT state FROM message WHERE kind = 'APPOINTMENT_BOOKED' ORDER BY state"); !slices.Equal(got, []string{"REFUSED", "SENT", "SENT", "SENT"}) {
		t.Errorf("the messages are %v", got)
	}
	d.Service.ToldBy(nil, domain.MessageByEmail)
	d.reachable(ids[0], "a@example.org")
	d.booked(ids[0], "FIRST_REGISTRATION", point, day.AddDays(10))
	if _, err := d.Service.SendMessages(t.Context()); err != nil {
		t.Error(err)
	}
	ready(`{"waiting":1,"oldest":"2026-11-23T10:00:00Z","unconnected":true}`)
}

// The applicant is told when its file is opened at a desk, when an account is bound and
// unbound, and at the former contact when the contact changes.
func TestApplicantIsToldOfAccess(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	d.reachable(x.id, "ana@example.org")
	if a := d.receive(grenobleAgent, x.number, x.born[0], d.contact(grenobleAgent, point)); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	sent := d.post()
	if got := subjects(sent); !slices.Equal(got, []string{"ana@example.org: Votre dossier a été ouvert à un guichet"}) || !strings.Contains(sent[0].Text.Body, "Grenoble") {
		t.Fatalf("received, told %v", got)
	}
	_, code := d.code(grenobleAgent, x.id, "")
	if a := d.bind("account:a", x.number, code); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	if got := subjects(d.post()); !slices.Equal(got, []string{"ana@example.org: Un compte est lié à votre demande"}) {
		t.Fatalf("bound, told %v", got)
	}
	if a := d.Query(t, "account:a", `mutation($id: ID!) { unbindAccount(input: {applicationId: $id}) { errors { code } } }`, map[string]any{"id": x.id}); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	if got := subjects(d.post()); !slices.Equal(got, []string{"ana@example.org: Un compte n'est plus lié à votre demande"}) {
		t.Fatalf("unbound, told %v", got)
	}
	if a := d.receive(grenobleAgent, x.number, "1901-01-01", d.contact(grenobleAgent, point)); outcome(a) == "OK" || len(d.post()) != 0 {
		t.Errorf("who was not recognised is told of: %s", a.Body)
	}
}
