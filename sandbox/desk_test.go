package sandbox_test

import (
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// Desks have worked before today and have something to do after it, once; each act is in the
// trail, by who did it.
func TestDesksAreAtWork(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStockAndApplications(t, 400)
	count := func(query string, args ...any) (n int) {
		t.Helper()
		must(t, api.DB.QueryRowContext(t.Context(), query, args...).Scan(&n))
		return n
	}
	for range 2 { // the second finds them at work
		must(t, sandbox.Work(t.Context(), api.Service, testapi.Now))
		for what, want := range map[string]struct {
			query string
			n     int
		}{
			"past and held or not":   {"SELECT count(*) FROM appointment WHERE ends_at < $1 AND state IN ('HELD', 'NOT_HELD')", 20},
			"past and open":          {"SELECT count(*) FROM appointment WHERE ends_at < $1 AND state = 'UPCOMING'", 12},
			"to come":                {"SELECT count(*) FROM appointment WHERE starts_at > $1 AND state = 'UPCOMING'", 36},
			"desks":                  {"SELECT count(DISTINCT reception_point_id) FROM appointment WHERE booked_at <= $1", 3},
			"interviews":             {"SELECT count(*) FROM interview_note WHERE written_at <= $1", 16},
			"contacts":               {"SELECT count(*) FROM reception_contact WHERE recorded_at <= $1", 78},
			"waiting":                {"SELECT count(*) FROM waiting_place WHERE joined_at <= $1 AND state = 'WAITING'", 1},
			"absences with bookings": {"SELECT count(*) FROM absence b WHERE b.ends_at > $1 AND EXISTS (SELECT FROM booked_time t WHERE t.person_id = b.person_id AND t.starts_at >= b.starts_at AND t.ends_at <= b.ends_at)", 1},
			"designated":             {"SELECT count(*) FROM proposal WHERE designated AND put_forward_on <= $1::date", 1},
		} {
			if n := count(want.query, testapi.Now); n != want.n {
				t.Errorf("%s: %d, want %d", what, n, want.n)
			}
		}
	}
	if booked, told := count("SELECT count(*) FROM appointment"), count("SELECT count(*) FROM audit_line WHERE operation = 'bookAppointment' AND person_id IS NOT NULL"); booked != told {
		t.Errorf("%d of %d bookings are in the trail", told, booked)
	}
}

// A sandbox without applications, or of another time, begins all the same.
func TestDesksWithoutWork(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files int
		now   time.Time
	}{
		"no applications":   {0, testapi.Now},
		"few":               {3, testapi.Now},
		"before there were": {20, domain.NewDate(2022, 3, 1).At(0)},
		"years after":       {20, domain.NewDate(2033, 3, 1).At(0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := sandbox.Work(t.Context(), testapi.NewWithApplications(t, c.files).Service, c.now); err != nil {
				t.Error(err)
			}
		})
	}
}
