package service_test

import (
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// TestOrientationSteps: the database takes the steps that the domain takes, and no other.
func TestOrientationSteps(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	exec := func(statement string, args ...any) error {
		_, err := api.DB.ExecContext(t.Context(), statement, args...)
		return err
	}
	must(t, exec(`INSERT INTO application (id, state, given_names, birth_name, usual_name, name_key, valid_until, registered_on)
		VALUES ('app_x', 'PENDING_VALIDATION', 'A', 'B', '', 'b', '2027-01-01', '2026-01-01')`))
	must(t, exec(`INSERT INTO orientation (id, application_id, from_point_id, to_point_id, sent_by_id, organisation_id, reason, state, sent_at, due_on)
		SELECT 'ort_x', 'app_x', min(p.id), max(p.id), (SELECT min(id) FROM person), (SELECT min(id) FROM organisation), 'PRIORITY', 'SENT', now(), '2026-12-01' FROM reception_point p`))
	at, d := testapi.Now, domain.OrientationDelays{After: time.Hour}
	for _, word := range domain.OrientationState("").Values() {
		from := domain.Orientation{State: domain.OrientationState(word), SentAt: at}
		open := map[domain.OrientationState]bool{from.State: true, from.Lapse(at).State: true}
		for _, step := range []func() (domain.Orientation, domain.Refusals){
			func() (domain.Orientation, domain.Refusals) { return from.Accept(at, d) },
			func() (domain.Orientation, domain.Refusals) { return from.SetAppointment(at, d) },
			func() (domain.Orientation, domain.Refusals) { return from.Receive(at, d) },
			func() (domain.Orientation, domain.Refusals) { return from.Decline(domain.DeclinedFull, at, d) },
			func() (domain.Orientation, domain.Refusals) { return from.Withdraw(at, d) },
			func() (domain.Orientation, domain.Refusals) { return from.ReportBack(domain.OutcomeAbsent, at, d) },
			func() (domain.Orientation, domain.Refusals) { return from.ReportBack(domain.OutcomeInterview, at, d) },
		} {
			if next, refused := step(); refused == nil {
				open[next.State] = true
			}
		}
		for _, to := range domain.OrientationState("").Values() {
			must(t, exec(`ALTER TABLE orientation DISABLE TRIGGER orientation_step`))
			must(t, exec(store, word, "ort_x"))
			must(t, exec(`ALTER TABLE orientation ENABLE TRIGGER orientation_step`))
			err := exec(store, to, "ort_x")
			if open[domain.OrientationState(to)] != (err == nil) || err != nil && !strings.Contains(err.Error(), "does not go") {
				t.Errorf("%s to %s: %v", word, to, err)
			}
		}
	}
}

// store makes an orientation what its state needs beside it.
const store = `UPDATE orientation SET state = $1::varchar,
	ended_at = CASE WHEN $1::varchar IN ('SENT', 'ACCEPTED', 'APPOINTMENT_SET', 'RECEIVED') THEN NULL ELSE now() END,
	due_on = CASE WHEN $1::varchar IN ('SENT', 'ACCEPTED', 'APPOINTMENT_SET', 'RECEIVED') THEN date '2026-12-01' END,
	declined_for = CASE WHEN $1::varchar = 'DECLINED' THEN 'NO_CAPACITY' END, outcome = CASE WHEN $1::varchar = 'REPORTED_BACK' THEN 'DID_NOT_COME' END
	WHERE id = $2`

// TestOrientationAppointment: an appointment at the point that accepted is a step, and
// one elsewhere, or of what was not accepted, is none.
func TestOrientationAppointment(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	if _, err := api.DB.ExecContext(t.Context(), `INSERT INTO application (id, state, given_names, birth_name, usual_name, name_key, valid_until, registered_on)
		VALUES ('app_x', 'PENDING_VALIDATION', 'A', 'B', '', 'b', '2027-01-01', '2026-01-01')`); err != nil {
		t.Fatal(err)
	}
	if _, err := api.DB.ExecContext(t.Context(), `INSERT INTO orientation (id, application_id, from_point_id, to_point_id, sent_by_id, organisation_id, reason, state, sent_at, due_on)
		SELECT 'ort_x', 'app_x', min(p.id), max(p.id), (SELECT min(id) FROM person), (SELECT min(id) FROM organisation), 'PRIORITY', 'SENT', now(), '2026-12-01' FROM reception_point p`); err != nil {
		t.Fatal(err)
	}
	ctx := auth.NewContext(t.Context(), &auth.Viewer{Now: testapi.Now})
	var from, to domain.ID
	must(t, api.DB.QueryRowContext(ctx, "SELECT from_point_id, to_point_id FROM orientation").Scan(&from, &to))
	booked := func(point domain.ID) (state, due string) {
		t.Helper()
		tx, err := api.Client.Tx(ctx)
		must(t, err)
		must(t, api.Service.OrientationAppointmentSet(ctx, tx, "app_x", point))
		must(t, tx.Commit())
		must(t, api.DB.QueryRowContext(ctx, "SELECT state, due_on::text FROM orientation").Scan(&state, &due))
		return state, due
	}
	if state, _ := booked(to); state != "SENT" {
		t.Errorf("before it is accepted: %s", state)
	}
	_, err := api.DB.ExecContext(ctx, "UPDATE orientation SET state = 'ACCEPTED', accepted_at = now(), accepted_by_id = (SELECT max(id) FROM person)")
	must(t, err)
	if state, _ := booked(from); state != "ACCEPTED" {
		t.Errorf("elsewhere: %s", state)
	}
	if state, due := booked(to); state != "APPOINTMENT_SET" || due != domain.DateOf(testapi.Now).AddDays(60).String() {
		t.Errorf("there: %s, due on %s", state, due)
	}
	if state, _ := booked(to); state != "APPOINTMENT_SET" {
		t.Errorf("a second one: %s", state)
	}
}
