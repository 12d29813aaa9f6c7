package service_test

import (
	"database/sql"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// TestAccessIsCheckedAndRepaired: each way in which the stored rows can be other than
// what the facts give is found, counted once and mended.
func TestAccessIsCheckedAndRepaired(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 500)
	check := func(name string, want int) {
		t.Helper()
		if n, err := api.Service.CheckAccess(t.Context()); n != want || err != nil {
			t.Errorf("%s: %d differences, want %d (%v)", name, n, want, err)
		}
	}
	check("as seeded", 0)
	seeded := accesses(t, api.DB)
	const (
		plain    = "SELECT id FROM application WHERE state = 'ACTIVE' AND NOT protected AND erased_on IS NULL"
		active   = "(" + plain + " AND (SELECT count(*) FROM wish WHERE application_id = application.id) > 1 ORDER BY id LIMIT 1)"
		removed  = "(SELECT application.id FROM application JOIN application_access ON application_id = application.id WHERE state = 'REMOVED' ORDER BY 1 LIMIT 1)"
		followed = "(SELECT application_id FROM application_summary WHERE following_point_id IS NOT NULL AND application_id IN (" + plain + ") ORDER BY 1 LIMIT 1)"
	)
	// Number is that of the rows that differ.
	for name, c := range map[string]struct {
		damage, number string
	}{
		"a row too few":         {"DELETE FROM application_access WHERE id = (SELECT min(id) FROM application_access)", "1"},
		"other groups":          {"UPDATE application_access SET groups = groups + 256 WHERE ground = 'TERRITORY' AND application_id = " + active, "3"},
		"another beginning":     {"UPDATE application_access SET valid_from = now() WHERE ground = 'FOLLOWED' AND application_id = " + followed, "2"},
		"an end":                {"UPDATE application_access SET valid_until = '2030-01-01' WHERE ground = 'FOLLOWED' AND application_id = " + followed, "2"},
		"a row too many":        {"INSERT INTO application_access (application_id, audience_id, ground, groups) VALUES (" + active + ", 1, 'FOLLOWED', 1)", "1"},
		"a wish taken away":     {"DELETE FROM wish WHERE rank = 1 AND application_id = " + active, "2"},
		"a point that left":     {"UPDATE application_summary SET following_point_id = NULL, followed_since = NULL WHERE application_id = " + followed, "2"},
		"an account unbound":    {"UPDATE applicant_account SET unbound_at = now() WHERE subject = 'applicant-single'", "1"},
		"a naming not seconded": {"UPDATE named_agent SET confirmed_by_id = NULL", "12"},
		"a file erased": {
			"UPDATE application SET state = 'ERASED', erased_on = '2026-11-01', name_key = '', birth_name = '' WHERE id = " + removed,
			"(SELECT count(*) FROM application_access WHERE application_id = " + removed + ")",
		},
	} {
		var want int
		must(t, api.DB.QueryRowContext(t.Context(), "SELECT "+c.number).Scan(&want))
		_, err := api.DB.ExecContext(t.Context(), c.damage)
		must(t, err)
		check(name, want)
		if n, err := api.Service.RepairAccess(t.Context()); n != want || err != nil {
			t.Errorf("%s: %d repaired, want %d (%v)", name, n, want, err)
		}
		check(name+", repaired", 0)
	}
	if accesses(t, api.DB) == seeded {
		t.Error("facts changed, and access did not")
	}
}

func accesses(t *testing.T, db *sql.DB) (all string) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(), `SELECT string_agg((to_jsonb(x) - 'id')::text, '' ORDER BY application_id, audience_id)
		FROM application_access x`).Scan(&all))
	return all
}
