package service_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/migrate"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/service"
)

// personal are columns by which a row speaks of a person, besides what it refers to.
var personal = []string{"application_id", "caller", "counted", "issuer", "unique_number", "birth_name", "key"}

// notPersonal are tables that have such a column and speak of nobody.
var notPersonal = []string{"organisation", "reception_point", "catalogue_entry"}

// Whatever speaks of a person or an application has a line in the table of retention, and
// what goes by it is what the job takes away.
func TestEveryRecordHasItsRetention(t *testing.T) {
	t.Parallel()
	var wanted []string
	for _, table := range migrate.Tables {
		if len(table.PrimaryKey) != 1 { // a join goes with what it joins
			continue
		}
		speaks := slices.ContainsFunc(personal, table.HasColumn)
		for _, key := range table.ForeignKeys {
			speaks = speaks || slices.Contains([]string{"application", "household_member", "person", "applicant_account"}, key.RefTable.Name)
		}
		if speaks && !slices.Contains(notPersonal, table.Name) {
			wanted = append(wanted, table.Name)
		}
	}
	if len(wanted) < 30 {
		t.Errorf("only %v", wanted)
	}
	var listed []string
	for _, r := range domain.RetentionsOn(domain.DateOf(testapi.Now)) {
		listed = append(listed, r.Record)
	}
	for _, table := range wanted {
		if !slices.Contains(listed, table) {
			t.Errorf("%s speaks of a person or an application, and nothing says for how long", table)
		}
	}
	for _, line := range listed {
		// The first ones are of nobody any more, or of nobody by name; the trail is no entity.
		if !slices.Contains(append(wanted, "used_assertion", "upload", "satisfaction_answer", "message_count", "audit_line"), line) {
			t.Errorf("%s has a line and speaks of nobody", line)
		}
	}
}

// aged is how a record of each kind is written whose clock started then, and others of
// the kind that are never over, however old.
var aged = map[string]struct {
	days   bool
	record string
	others []string
}{
	"reception_grant": {record: `INSERT INTO reception_grant (id, application_id, member_id, person_id, reception_point_id, contact_id, valid_from, valid_until)
		VALUES ('{id}', {app}, {member}, {person}, {point}, {contact}, timestamptz '{at}' - interval '1 day', '{at}')`},
	"emergency_opening": {record: `INSERT INTO emergency_opening (id, application_id, person_id, organisation_id, motive, valid_from, valid_until)
		VALUES ('{id}', {app}, {person}, {org}, 'DANGER', timestamptz '{at}' - interval '1 hour', '{at}')`},
	"hand_over": {
		record: `INSERT INTO hand_over (id, application_id, from_point_id, to_point_id, offered_by_id, organisation_id, offered_on, accepted_by_id, accepted_at, seen_until)
			VALUES ('{id}', {app}, {point}, {elsewhere}, {person}, {org}, '2020-01-01', {other}, '2020-02-01', '{at}')`,
		others: []string{`INSERT INTO hand_over (id, application_id, from_point_id, to_point_id, offered_by_id, organisation_id, offered_on)
			VALUES ('{id}', {app}, {point}, {elsewhere}, {person}, {org}, '2020-01-01')`},
	},
	"orientation": {
		record: `INSERT INTO orientation (id, application_id, from_point_id, to_point_id, sent_by_id, organisation_id, reason, state, sent_at, accepted_by_id, accepted_at, ended_at, outcome, seen_until)
			VALUES ('{id}', {app}, {point}, {elsewhere}, {person}, {org}, 'PRIORITY', 'REPORTED_BACK', '2020-01-01', {other}, '2020-01-02', '{at}', 'DID_NOT_COME', timestamptz '{at}' + interval '15 days')`,
		others: []string{`INSERT INTO orientation (id, application_id, from_point_id, to_point_id, sent_by_id, organisation_id, reason, state, sent_at, due_on)
			VALUES ('{id}', {app}, {point}, {elsewhere}, {person}, {org}, 'PRIORITY', 'SENT', '2020-01-01', '2020-01-09')`},
	},
	"named_agent": {
		days: true,
		record: `INSERT INTO named_agent (id, application_id, person_id, organisation_id, valid_from, valid_until, proposed_by_id, confirmed_by_id)
			VALUES ('{id}', {protected}, (SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM named_agent WHERE application_id = {protected}) ORDER BY id LIMIT 1 OFFSET 2), {org}, '2020-01-01', '{at}', {other}, {third})`,
		others: []string{`INSERT INTO named_agent (id, application_id, person_id, organisation_id, valid_from, proposed_by_id, confirmed_by_id)
			VALUES ('{id}', {protected}, (SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM named_agent WHERE application_id = {protected}) ORDER BY id LIMIT 1 OFFSET 2), {org}, '2020-01-01', {other}, {third})`},
	},
	"applicant_account": {
		record: `INSERT INTO applicant_account (id, application_id, member_id, issuer, subject, bound_at, unbound_at)
			VALUES ('{id}', {app}, {member}, 'portal', '{id}', '2020-01-01', '{at}')`,
		others: []string{`INSERT INTO applicant_account (id, application_id, member_id, issuer, subject, bound_at)
			VALUES ('{id}', {app}, {member}, 'portal', '{id}', '2020-01-01')`},
	},
	"binding_code": {record: `INSERT INTO binding_code (id, application_id, member_id, hash, issued_by_id, expires_at)
		VALUES ('{id}', {app}, {member}, 'x', {person}, '{at}')`},
	"online_registration": {
		days:   true,
		record: `INSERT INTO online_registration (id, application_id, deposited_on, handled) VALUES ('{id}', {app}, '{at}', true)`,
		others: []string{`INSERT INTO online_registration (id, application_id, deposited_on, handled) VALUES ('{id}', {app}, '{at}', false)`},
	},
	"registry_event": {
		record: `INSERT INTO registry_event (id, application_id, kind, happened_at, state, next_try) VALUES ('{id}', {app}, 'MOD', '{at}', 'ACKNOWLEDGED', '{at}')`,
		others: []string{
			`INSERT INTO registry_event (id, application_id, kind, happened_at, state, next_try) VALUES ('{id}', {app}, 'MOD', '{at}', 'TO_SEND', '{at}')`,
			`INSERT INTO registry_event (id, application_id, kind, happened_at, state, next_try) VALUES ('{id}', {app}, 'MOD', '{at}', 'SENT', '{at}')`,
			`INSERT INTO registry_event (id, application_id, kind, happened_at, state, rejected_for, next_try) VALUES ('{id}', {app}, 'MOD', '{at}', 'REJECTED', 'E1', '{at}')`,
		},
	},
	"message": {
		record: `INSERT INTO message (id, application_id, kind, state, about, due_at, worthless_at, settled_at, next_try) VALUES ('{id}', {app}, 'RENEWAL_DUE', 'OUTDATED', '{at}', '{at}', '{at}', '{at}', '{at}')`,
		others: []string{
			`INSERT INTO message (id, application_id, kind, state, about, due_at, worthless_at, next_try) VALUES ('{id}', {app}, 'RENEWAL_DUE', 'TO_SEND', '{at}', '{at}', '{at}', '{at}')`,
		},
	},
	"calendar_feed":       {record: `INSERT INTO calendar_feed (id, person_id, label, hash, opened_at, expires_at) VALUES ('{id}', {person}, 'x', '{id}', '{at}', '{at}')`},
	"satisfaction_answer": {days: true, record: `INSERT INTO satisfaction_answer (id, reception_point_id, month, hash) VALUES ('{id}', {point}, '{at}', '{id}')`},
	"draft":               {record: `INSERT INTO draft (id, application_id, issuer, subject, form, changed_at) VALUES ('{id}', '{id}', 'portal', '{id}', '{}', '{at}')`},
	"deposit": {
		record: `INSERT INTO deposit (id, caller, kind, sha256, pages, deposited_at) VALUES ('{id}', 'x', 'IDENTITY', 'x', 1, '{at}')`,
		others: []string{`INSERT INTO deposit (id, caller, kind, sha256, pages, deposited_at, unique_number, waiting)
			VALUES ('{id}', 'x', 'IDENTITY', 'x', 1, '{at}', '0381234567890', '{}')`},
	},
	"reception_contact": {record: `INSERT INTO reception_contact (id, reception_point_id, recorded_by_id, organisation_id, channel, recorded_at, occurred_at)
		VALUES ('{id}', {point}, {person}, {org}, 'COUNTER', '{at}', '{at}')`},
	"availability": {
		days: true,
		record: `INSERT INTO availability (id, person_id, reception_point_id, first_day, valid_until, opens, closes, motives, modes, changes)
			VALUES ('{id}', {person}, {point}, '2020-01-01', '{at}', 540, 600, '[]', '[]', '[]')`,
		others: []string{`INSERT INTO availability (id, person_id, reception_point_id, first_day, opens, closes, motives, modes, changes)
			VALUES ('{id}', {person}, {point}, '2020-01-01', 540, 600, '[]', '[]', '[]')`},
	},
	"absence": {record: `INSERT INTO absence (id, person_id, starts_at, ends_at, reason, declared_by_id)
		VALUES ('{id}', {person}, '2020-01-01', '{at}', 'LEAVE', {person})`},
	"attempt_count":  {record: `INSERT INTO attempt_count (id, counted, failures, touched_at) VALUES ('{id}', '{id}', '[]', '{at}')`},
	"used_assertion": {record: `INSERT INTO used_assertion (id, hash, expires_at) VALUES ('{id}', '{id}', '{at}')`},
	"staff_authorisation": {
		days: true,
		record: `INSERT INTO staff_authorisation (id, person_id, organisation_id, role, granted_by_id, granted_on, valid_from, valid_until)
			VALUES ('{id}', {person}, {org}, 'SOCIAL_OFFICER', {other}, '2020-01-01', date '{at}' - 5, '{at}')`,
		others: []string{`INSERT INTO staff_authorisation (id, person_id, organisation_id, role, granted_by_id, granted_on, valid_from, valid_until)
			VALUES ('{id}', {person}, {org}, 'POINT_MANAGER', {other}, '2020-01-01', '2026-11-01', '2026-12-01')`},
	},
	"assignment": {
		days: true,
		record: `WITH a AS (INSERT INTO assignment (id, person_id, organisation_id, role, valid_from, valid_until)
			VALUES ('{id}', {person}, {org}, 'ALLOCATION_OFFICER', date '{at}' - 5, '{at}') RETURNING id)
			INSERT INTO assignment_reception_point SELECT id, {point} FROM a`,
		others: []string{`INSERT INTO assignment (id, person_id, organisation_id, role, valid_from) VALUES ('{id}', {person}, {org}, 'STEERING', '2020-01-01')`},
	},
	"pair": {
		days: true,
		record: `WITH p AS (INSERT INTO pair (id, reception_point_id, member_ids, formed_by_id, valid_from, valid_until)
			VALUES ('{id}', {point}, '{id}', {person}, date '{at}' - 5, '{at}') RETURNING id)
			INSERT INTO pair_member SELECT id, {person} FROM p`,
		others: []string{`INSERT INTO pair (id, reception_point_id, member_ids, formed_by_id, valid_from) VALUES ('{id}', {point}, '{id}', {person}, '2020-01-01')`},
	},
}

// retained is a sandbox in which records grow old.
type retained struct {
	*testapi.API
	n int
}

// write writes a record and returns its identifier.
func (r *retained) write(t *testing.T, statement, at string) string {
	t.Helper()
	r.n++
	id := fmt.Sprintf("old_%026d", r.n)
	nth := func(query string) string { return fmt.Sprintf("(%s ORDER BY id LIMIT 1 OFFSET %d)", query, r.n) }
	app := nth("SELECT id FROM application WHERE state = 'ACTIVE' AND NOT protected AND id NOT IN (SELECT application_id FROM applicant_account WHERE issuer <> 'portal')")
	text := strings.NewReplacer(
		"{id}", id, "{at}", at, "{app}", app, "{member}", "(SELECT min(id) FROM household_member WHERE application_id = "+app+")",
		"{protected}", "(SELECT min(id) FROM application WHERE protected)",
		"{person}", fmt.Sprintf("(SELECT id FROM person ORDER BY id LIMIT 1 OFFSET %d)", 2+r.n%25), "{other}", "(SELECT min(id) FROM person)", "{third}", "(SELECT id FROM person ORDER BY id LIMIT 1 OFFSET 1)",
		"{point}", "(SELECT min(id) FROM reception_point)", "{elsewhere}", "(SELECT max(id) FROM reception_point)",
		"{org}", "(SELECT min(id) FROM organisation)", "{contact}", "(SELECT min(id) FROM reception_contact)",
	).Replace(statement)
	if _, err := r.DB.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return id
}

// keep runs the job and returns the records by their tables.
func (r *retained) keep(t *testing.T, dryRun bool) map[string]int {
	t.Helper()
	records := map[string]int{}
	must(t, r.Service.KeepRetention(t.Context(), domain.DateOf(testapi.Now), dryRun, func(gone service.Retired) error {
		if gone.Records > 0 {
			records[gone.Record] += gone.Records
		}
		return nil
	}))
	return records
}

// ids are all rows of all tables but those of the trail, by table and identifier.
func ids(t *testing.T, db *sql.DB) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, table := range migrate.Tables {
		var rows []string
		must(t, db.QueryRowContext(t.Context(), "SELECT COALESCE(array_agg(to_jsonb(x)::text), '{}') FROM "+table.Name+" x").Scan(pq.Array(&rows)))
		for _, row := range rows {
			all[table.Name+" "+row] = true
		}
	}
	return all
}

// TestRetention: of each kind the record goes whose clock started the last instant before
// the cut-off, the one of the next instant stays, and what is not over stays for ever. A
// dry run tells of the same and changes nothing, a second run finds nothing, and who sees
// an application is what the facts that are left give.
func TestRetention(t *testing.T) {
	t.Parallel()
	r := &retained{API: testapi.NewWithApplications(t, 500)}
	r.keep(t, false)
	r.write(t, aged["reception_contact"].record, "2026-11-20T10:00:00Z")
	today := domain.DateOf(testapi.Now)
	over, wanted := map[string]string{}, map[string]int{}
	for _, line := range domain.RetentionsOn(today) {
		if line.Action != domain.RetentionDelete {
			continue
		}
		kind, known := aged[line.Record]
		if !known {
			t.Errorf("no record of %s is tried", line.Record)
			continue
		}
		last, first := line.CutOff(today).AddDays(-1).String(), line.CutOff(today).String()
		if !kind.days {
			midnight := line.CutOff(today).At(domain.LocalTime(0))
			last, first = midnight.Add(-time.Microsecond).Format(time.RFC3339Nano), midnight.Format(time.RFC3339Nano)
		}
		over[r.write(t, kind.record, last)] = line.Record
		wanted[line.Record] = 1
		r.write(t, kind.record, first)
		for _, other := range kind.others {
			r.write(t, other, "2019-01-01")
		}
	}
	for _, two := range []struct{ record, statement string }{
		{"staff_authorisation", `INSERT INTO staff_authorisation (id, person_id, organisation_id, role, granted_by_id, granted_on, valid_from, valid_until, revoked_on, revocation_reason)
			VALUES ('{id}', {person}, {org}, 'RECEPTION_AGENT', {other}, '2020-01-01', '2023-11-01', '2024-01-01', '2023-11-22', 'left')`},
		{"assignment", `INSERT INTO assignment (id, person_id, organisation_id, role, valid_from, state) VALUES ('{id}', {person}, {org}, 'POINT_MANAGER', '2023-11-22', 'REJECTED')`},
	} {
		over[r.write(t, two.statement, "")] = two.record
		wanted[two.record]++
	}
	_, err := r.Service.RepairAccess(t.Context())
	must(t, err)
	// The audience of an account outlives its access, until the account goes.
	_, err = r.DB.ExecContext(t.Context(), "INSERT INTO audience (id, key) SELECT $1, 'the account '||subject FROM applicant_account WHERE id = $2",
		audienceOf(t, r, over), keyOf(over, "applicant_account"))
	must(t, err)

	before := ids(t, r.DB)
	if dry := r.keep(t, true); fmt.Sprint(dry) != fmt.Sprint(wanted) {
		t.Errorf("a dry run tells of %v, want %v", dry, wanted)
	}
	if after := ids(t, r.DB); len(missing(before, after)) > 0 || len(missing(after, before)) > 0 {
		t.Error("a dry run changed something")
	}
	if gone := r.keep(t, false); fmt.Sprint(gone) != fmt.Sprint(wanted) {
		t.Errorf("%v went, want %v", gone, wanted)
	}
	after := ids(t, r.DB)
	settled := 0
	for _, row := range missing(before, after) {
		table, rest, _ := strings.Cut(row, " ")
		switch {
		case slices.Contains([]string{"application_access", "audience", "assignment_reception_point", "pair_member"}, table):
			settled++
		case !slices.ContainsFunc(keysOf(over, table), func(id string) bool { return strings.Contains(rest, `"id": "`+id+`"`) }):
			t.Errorf("%s went", row)
		}
	}
	for _, row := range missing(after, before) {
		t.Errorf("%s came", row)
	}
	if gone := len(missing(before, after)) - settled; gone != len(over) {
		t.Errorf("%d records went, want %d", gone, len(over))
	}
	// A grant, an opening, a hand-over, a naming, its account's audience and two joins.
	if settled < 7 {
		t.Errorf("%d rows went with the records", settled)
	}
	if n, err := r.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accesses are not what the facts give (%v)", n, err)
	}
	if again := r.keep(t, false); len(again) != 0 {
		t.Errorf("a second run takes away %v", again)
	}
	var lines, telling int
	must(t, r.DB.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE x.text ~ '^[0-9]+ of [a-z_]+ before [0-9-]+$' AND application_ids = '{}' AND person_id IS NULL)
		FROM audit_line l JOIN audit_reason x ON x.id = l.reason_id WHERE operation = 'keepRetention' AND kind = 'NOTICE' AND purpose <> ''`).Scan(&lines, &telling))
	if lines < len(wanted) || telling != lines {
		t.Errorf("%d lines on record, %d of them with counts and purpose alone; want %d", lines, telling, len(wanted))
	}
}

// TestRetentionGoesOnInBatches: more records than one transaction takes go in several.
func TestRetentionGoesOnInBatches(t *testing.T) {
	t.Parallel()
	r := &retained{API: testapi.New(t)}
	_, err := r.DB.ExecContext(t.Context(), `INSERT INTO used_assertion (id, hash, expires_at)
		SELECT 'old_' || lpad(n::text, 26, '0'), n::text::bytea, '2026-01-01' FROM generate_series(1, 1201) n`)
	must(t, err)
	if gone := r.keep(t, false); gone["used_assertion"] != 1201 {
		t.Errorf("%v went", gone)
	}
	var lines int
	must(t, r.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM audit_line WHERE operation = 'keepRetention' AND purpose = 'REPLAY'").Scan(&lines))
	if lines != 3 {
		t.Errorf("%d transactions on record, want 3", lines)
	}
}

// missing are what a has and b has not.
func missing(a, b map[string]bool) (only []string) {
	for row := range a {
		if !b[row] {
			only = append(only, row)
		}
	}
	return only
}

func keysOf(over map[string]string, table string) (all []string) {
	for id, record := range over {
		if record == table {
			all = append(all, id)
		}
	}
	return all
}

func keyOf(over map[string]string, table string) string { return keysOf(over, table)[0] }

func audienceOf(t *testing.T, r *retained, over map[string]string) domain.AudienceID {
	t.Helper()
	id := domain.ID(keyOf(over, "applicant_account"))
	account, err := r.Client.ApplicantAccount.Get(policy.CheckAccess(t.Context()), id)
	must(t, err)
	return policy.AccountAudiences([]*ent.ApplicantAccount{account})[0]
}
