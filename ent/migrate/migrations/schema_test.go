package migrations_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/pressly/goose/v3"

	"github.com/guichet-logement/guichet/ent/migrate"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// handWritten are the objects of the migrations that Ent does not know, by kind
// and name as [catalogue] gives them. Whatever else the two disagree about is a
// mistake: write the schema or a migration so that they agree, or list the object
// here with the reason in its migration.
var handWritten = []string{
	// 20261123020000_no_overlap.sql. A constraint and its index share a name.
	"constraint agreement.agreement_no_overlap",
	"constraint opening_hours.opening_hours_exception_no_overlap",
	"constraint opening_hours.opening_hours_weekly_no_overlap",
	"index agreement.agreement_no_overlap",
	"index opening_hours.opening_hours_exception_no_overlap",
	"index opening_hours.opening_hours_weekly_no_overlap",
	"index reception_point_operator.reception_point_operator_organisation_idx",
	// 20261125020000_stock_row.sql.
	"column stock_row.vintage_id",
	"column stock_row.building_id",
	"column stock_row.dwelling_key",
	"column stock_row.floor",
	"column stock_row.rooms",
	"column stock_row.surface",
	"column stock_row.construction_year",
	"column stock_row.letting_year",
	"column stock_row.financing",
	"column stock_row.energy_class",
	"column stock_row.construction",
	"column stock_row.accessibility",
	"column stock_row.priority_district",
	"relation stock_row",
	// 20261125110100_staff_no_overlap.sql.
	"constraint assignment.assignment_no_overlap",
	"constraint pair.pair_no_overlap",
	"constraint staff_authorisation.staff_authorisation_no_overlap",
	"index assignment.assignment_no_overlap",
	"index assignment_reception_point.assignment_reception_point_point_idx",
	"index pair.pair_no_overlap",
	"index pair_member.pair_member_person_idx",
	"index staff_authorisation.staff_authorisation_no_overlap",
	// 20261125230000_record_processor.sql. Ent knows no settings of tables.
	"settings application",
	"settings application_access",
	"settings application_contact",
	"settings application_file",
	"settings application_summary",
	"settings household_member",
	"settings member_particulars",
	"settings sensitive_record",
	"settings wish",
	// 20261126011000_access_statistics.sql.
	"statistics public.application_access_contact_stats",
	"statistics public.application_access_file_stats",
	"statistics public.application_access_identity_stats",
	"statistics public.application_access_summary_stats",
	"settings application_event", // 20261126020005_application_life.sql
	"settings deadline",
	"settings proposed_change",
	// 20261126120000_orientation.sql.
	"function public.orientation_step()",
	"settings orientation",
	"trigger orientation.orientation_step",
	// 20261126140100_permanence_step.sql.
	"function public.permanence_step()",
	"trigger permanence.permanence_step",
	// 20261126020100_application_steps.sql.
	"function public.application_life()",
	"function public.application_first_deposit()",
	"trigger application.application_life",
	"trigger application_summary.application_first_deposit",
	// 20261126130100_appointment_no_overlap.sql.
	"constraint booked_time.booked_time_person_no_overlap",
	"constraint booked_time.booked_time_room_no_overlap",
	"index booked_time.booked_time_person_no_overlap",
	"index booked_time.booked_time_room_no_overlap",
	"index appointment_staff.appointment_staff_person_idx",
	// 20261126160100_vacancy_no_overlap.sql.
	"constraint vacancy.vacancy_no_overlap",
	"index vacancy.vacancy_no_overlap",
	"index reservation_right_dwelling.reservation_right_dwelling_dwelling_idx",
	// 20261126100000_map_facet.sql.
	"function public.map_spread(n bigint)",
	"function public.map_key(latitude double precision, longitude double precision)",
	"function public.map_changed()",
	"function public.map_facets_refresh()",
	"trigger agreement.agreement_changed",
	"trigger commune.commune_changed",
	"trigger map_facet.map_facet_changed",
	"trigger reception_point.reception_point_changed",
	// 20261125200000_audit.sql.
	"column audit_line.id",
	"column audit_line.at",
	"column audit_line.kind",
	"column audit_line.operation",
	"column audit_line.column_groups",
	"column audit_line.grounds",
	"column audit_line.application_ids",
	"column audit_line.person_id",
	"column audit_line.app_id",
	"column audit_line.organisation_id",
	"column audit_line.reception_point_id",
	"column audit_line.roles",
	"column audit_line.purpose",
	"column audit_line.trace_id",
	"column audit_line.reason_id",
	"column audit_line.key_id",
	"column audit_line.mac",
	"constraint audit_line.audit_line_pkey",
	"index audit_line.audit_line_pkey",
	"relation audit_line",
	"column audit_reason.id",
	"column audit_reason.text",
	"constraint audit_reason.audit_reason_pkey",
	"index audit_reason.audit_reason_pkey",
	"relation audit_reason",
	"column audit_seal.position",
	"column audit_seal.line_id",
	"column audit_seal.sealed_at",
	"column audit_seal.foreign_line",
	"column audit_seal.key_id",
	"column audit_seal.hash",
	"constraint audit_seal.audit_seal_pkey",
	"index audit_seal.audit_seal_pkey",
	"constraint audit_seal.audit_seal_line_key",
	"index audit_seal.audit_seal_line_key",
	"relation audit_seal",
	"column audit_segment.number",
	"column audit_segment.first_position",
	"column audit_segment.last_position",
	"column audit_segment.ended_at",
	"column audit_segment.sealed_through",
	"column audit_segment.head",
	"column audit_segment.key_id",
	"column audit_segment.mac",
	"constraint audit_segment.audit_segment_pkey",
	"index audit_segment.audit_segment_pkey",
	"relation audit_segment",
	"column audit_pruning.segment_number",
	"column audit_pruning.pruned_at",
	"column audit_pruning.key_id",
	"column audit_pruning.mac",
	"constraint audit_pruning.audit_pruning_pkey",
	"index audit_pruning.audit_pruning_pkey",
	"relation audit_pruning",
	"index audit_line.audit_line_application_idx",
	"index audit_line.audit_line_person_idx",
	"index audit_line.audit_line_organisation_idx",
	"index audit_line.audit_line_app_idx", // 20261125220100_audit_app.sql
	"trigger audit_line.audit_line_insert_only",
	"trigger audit_seal.audit_seal_insert_only",
	"trigger audit_segment.audit_segment_insert_only",
	"trigger audit_pruning.audit_pruning_insert_only",
	"trigger audit_line.audit_line_number_transaction",
	"function public.audit_refuse_change()",
	"function public.audit_number_transaction()",
	"function public.audit_prune_segment(pruned bigint, at timestamp with time zone, key_id character varying, mac bytea)",
	"relation audit_line_id_seq",
	"index member_particulars.member_particulars_employer_idx", // of an expression
	// The list of migrations that were applied.
	"column goose_db_version.id",
	"column goose_db_version.is_applied",
	"column goose_db_version.tstamp",
	"column goose_db_version.version_id",
	"constraint goose_db_version.goose_db_version_pkey",
	"index goose_db_version.goose_db_version_pkey",
	"relation goose_db_version",
	"relation goose_db_version_id_seq",
}

// entSees are those of them that Ent's own diff would drop: it looks at indexes
// of its tables, and at constraints only where they are checks.
var entSees = []string{
	"reception_point_operator.reception_point_operator_organisation_idx",
	"agreement.agreement_no_overlap",
	"opening_hours.opening_hours_exception_no_overlap",
	"opening_hours.opening_hours_weekly_no_overlap",
	"assignment.assignment_no_overlap",
	"assignment_reception_point.assignment_reception_point_point_idx",
	"pair.pair_no_overlap",
	"pair_member.pair_member_person_idx",
	"staff_authorisation.staff_authorisation_no_overlap",
	"booked_time.booked_time_person_no_overlap",
	"booked_time.booked_time_room_no_overlap",
	"appointment_staff.appointment_staff_person_idx",
	"vacancy.vacancy_no_overlap",
	"member_particulars.member_particulars_employer_idx",
	"reservation_right_dwelling.reservation_right_dwelling_dwelling_idx",
}

// TestMigrationsMakeTheSchema compares what the migrations make with what Ent
// makes of ent/schema, object by object and in both directions.
func TestMigrationsMakeTheSchema(t *testing.T) {
	t.Parallel()
	migrated := catalogue(t, open(t, testdb.New(t)))
	reference := catalogue(t, fromSchema(t))
	if len(reference) < 100 {
		t.Fatalf("Ent made %d objects only", len(reference))
	}
	extra, missing, other := compare(migrated, reference)
	if want := slices.Sorted(slices.Values(handWritten)); !slices.Equal(extra, want) {
		t.Errorf("made by migrations alone:\n%s\nlisted:\n%s", strings.Join(extra, "\n"), strings.Join(want, "\n"))
	}
	if len(missing) > 0 {
		t.Errorf("made by no migration: %v", missing)
	}
	for _, name := range other {
		t.Errorf("%s: migrations make\n%s\nEnt\n%s", name, migrated[name], reference[name])
	}
}

// TestEntFindsNoDifference asks Ent what it would change, with leave to drop.
func TestEntFindsNoDifference(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.New(t))
	have := entDiff(t, db)
	var want []string
	for _, name := range entSees {
		want = append(want, "drop index "+name)
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("Ent would\n%s\nand not only\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
}

// TestDifferencesAreFound makes in a migrated database what nobody listed.
func TestDifferencesAreFound(t *testing.T) {
	t.Parallel()
	for statement, finding := range map[string]string{
		"CREATE INDEX stray ON agreement (level)":                                      "index agreement.stray",
		"CREATE INDEX stray ON agreement ((level + 1))":                                "index agreement.stray",
		"ALTER TABLE agreement ADD CONSTRAINT stray CHECK (level > 0)":                 "constraint agreement.stray",
		"ALTER TABLE agreement ADD CONSTRAINT stray UNIQUE (id, level)":                "constraint agreement.stray",
		"ALTER TABLE agreement ADD CONSTRAINT stray EXCLUDE USING gist (level WITH =)": "constraint agreement.stray",
		"ALTER TABLE agreement ADD COLUMN stray text":                                  "column agreement.stray",
		"CREATE TABLE stray (id text)":                                                 "relation stray",
		"CREATE VIEW stray AS SELECT 1 AS one":                                         "relation stray",
		"CREATE MATERIALIZED VIEW stray AS SELECT 1 AS one":                            "relation stray",
		"CREATE SEQUENCE stray":                                                        "relation stray",
		"CREATE TYPE stray AS ENUM ('a')":                                              "type public.stray",
		"CREATE DOMAIN stray AS text":                                                  "type public.stray",
		"CREATE FUNCTION stray() RETURNS int LANGUAGE sql AS 'SELECT 1'":               "function public.stray()",
		"CREATE FUNCTION ext.stray() RETURNS int LANGUAGE sql AS 'SELECT 1'":           "function ext.stray()",
		"CREATE TRIGGER stray BEFORE UPDATE ON agreement FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()": "trigger agreement.stray",
		"CREATE RULE stray AS ON DELETE TO agreement DO INSTEAD NOTHING":                                                     "rule agreement.stray",
		"CREATE POLICY stray ON agreement USING (true)":                                                                      "policy agreement.stray",
		"ALTER TABLE agreement ENABLE ROW LEVEL SECURITY":                                                                    "relation agreement",
		"CREATE SCHEMA stray":                                              "schema stray",
		"DROP EXTENSION pg_trgm":                                           "extension pg_trgm",
		"DROP INDEX commune_name_idx":                                      "index commune.commune_name_idx",
		"ALTER TABLE agreement DROP CONSTRAINT agreement_no_overlap":       "constraint agreement.agreement_no_overlap",
		"ALTER TABLE agreement ALTER COLUMN means DROP NOT NULL":           "column agreement.means",
		"ALTER TABLE commune ALTER COLUMN name TYPE varchar COLLATE \"C\"": "column commune.name",
		"ALTER TABLE opening_hours ALTER COLUMN version SET DEFAULT 2":     "column opening_hours.version",
		"ALTER TABLE agreement DROP CONSTRAINT agreement_level_check, ADD CONSTRAINT agreement_level_check CHECK (level > 0)": "constraint agreement.agreement_level_check",
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			db := open(t, testdb.New(t))
			before := catalogue(t, db)
			exec(t, db, statement)
			extra, missing, other := compare(catalogue(t, db), before)
			if !slices.Contains(slices.Concat(extra, missing, other), finding) {
				t.Errorf("found %v, %v, %v", extra, missing, other)
			}
		})
	}
	for statement, finding := range map[string]string{
		"CREATE INDEX stray ON agreement (level)":                      "drop index agreement.stray",
		"ALTER TABLE agreement ADD COLUMN stray text":                  "drop column agreement.stray",
		"ALTER TABLE agreement ADD CONSTRAINT stray CHECK (level > 0)": "drop check agreement.stray",
		"DROP INDEX commune_name_idx":                                  "add index commune.commune_name_idx",
		"ALTER TABLE agreement DROP COLUMN means":                      "add column agreement.means",
		"DROP TABLE assignment_reception_point":                        "add table assignment_reception_point",
		"ALTER TABLE agreement ALTER COLUMN means DROP NOT NULL":       "modify column agreement.means",
		"ALTER TABLE agreement DROP CONSTRAINT agreement_level_check":  "add check agreement.agreement_level_check",
	} {
		t.Run("Ent: "+statement, func(t *testing.T) {
			t.Parallel()
			db := open(t, testdb.New(t))
			exec(t, db, statement)
			if have := entDiff(t, db); !slices.Contains(have, finding) {
				t.Errorf("found %v", have)
			}
		})
	}
}

// TestMigrationsGoBack: each migration takes back all that it made, and only that.
func TestMigrationsGoBack(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.Empty(t))
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files(), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil { // Makes the list of migrations.
		t.Fatal(err)
	}
	at := []map[string]string{state(t, db)}
	steps := len(provider.ListSources())
	for range steps {
		if _, err := provider.UpByOne(t.Context()); err != nil {
			t.Fatal(err)
		}
		at = append(at, state(t, db))
	}
	for step := steps - 1; step >= 0; step-- {
		result, err := provider.Down(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if extra, missing, other := compare(state(t, db), at[step]); len(extra)+len(missing)+len(other) > 0 {
			t.Errorf("%s leaves %v, takes %v, changes %v", result.Source.Path, extra, missing, other)
		}
	}
	if err := migrations.Apply(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if extra, missing, other := compare(state(t, db), at[steps]); len(extra)+len(missing)+len(other) > 0 {
		t.Errorf("up again there are %v more, %v fewer, and others: %v", extra, missing, other)
	}
}

// TestSumIsFresh: atlas.sum names every migration as it is.
func TestSumIsFresh(t *testing.T) {
	t.Parallel()
	dir, err := sqltool.NewGooseDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if err := atlas.Validate(dir); err != nil {
		t.Errorf("%v: go run ./ent/migrate/diff", err)
	}
	changed, err := atlas.NewLocalDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files, err := dir.Files()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := dir.Checksum()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := changed.WriteFile(f.Name(), append(f.Bytes(), ' ')); err != nil {
			t.Fatal(err)
		}
	}
	if err := atlas.WriteSumFile(changed, sum); err != nil {
		t.Fatal(err)
	}
	if err := atlas.Validate(changed); err == nil {
		t.Error("a changed migration has the same sum")
	}
}

// fromSchema is a database that Ent made of ent/schema by itself.
func fromSchema(t *testing.T) *sql.DB {
	t.Helper()
	db := open(t, testdb.Empty(t))
	exec(t, db, "CREATE SCHEMA ext; CREATE EXTENSION btree_gist SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext")
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db))
	if err != nil {
		t.Fatal(err)
	}
	create(t, m)
	return db
}

// creating lets one test at a time create by Ent, which completes the tables that all share.
var creating sync.Mutex

// create has Ent bring a database to ent/schema.
func create(t *testing.T, m *schema.Atlas) {
	t.Helper()
	creating.Lock()
	defer creating.Unlock()
	if err := m.Create(t.Context(), migrate.Tables...); err != nil {
		t.Fatal(err)
	}
}

// entDiff lists what Ent would do to bring the database to ent/schema, drops
// included, and does nothing.
func entDiff(t *testing.T, db *sql.DB) []string {
	t.Helper()
	var found []string
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db),
		schema.WithDropColumn(true), schema.WithDropIndex(true),
		schema.WithDiffHook(func(next schema.Differ) schema.Differ {
			return schema.DiffFunc(func(current, desired *atlasschema.Schema) ([]atlasschema.Change, error) {
				changes, err := next.Diff(current, desired)
				for _, c := range changes {
					found = append(found, describe(c)...)
				}
				return nil, err
			})
		}))
	if err != nil {
		t.Fatal(err)
	}
	create(t, m)
	slices.Sort(found)
	return found
}

// describe says what a change does, one line a part of it.
func describe(change atlasschema.Change) []string {
	switch c := change.(type) {
	case *atlasschema.AddTable:
		return []string{"add table " + c.T.Name}
	case *atlasschema.DropTable:
		return []string{"drop table " + c.T.Name}
	case *atlasschema.ModifyTable:
		var parts []string
		for _, part := range c.Changes {
			parts = append(parts, describePart(c.T.Name+".", part))
		}
		return parts
	default:
		return []string{fmt.Sprintf("%T", change)}
	}
}

func describePart(table string, change atlasschema.Change) string {
	switch c := change.(type) {
	case *atlasschema.AddColumn:
		return "add column " + table + c.C.Name
	case *atlasschema.DropColumn:
		return "drop column " + table + c.C.Name
	case *atlasschema.ModifyColumn:
		return "modify column " + table + c.To.Name
	case *atlasschema.AddIndex:
		return "add index " + table + c.I.Name
	case *atlasschema.DropIndex:
		return "drop index " + table + c.I.Name
	case *atlasschema.AddCheck:
		return "add check " + table + c.C.Name
	case *atlasschema.DropCheck:
		return "drop check " + table + c.C.Name
	default:
		return fmt.Sprintf("%T of %s", change, table)
	}
}

// compare tells which objects only the first has, only the second, and which the
// two define otherwise.
func compare(a, b map[string]string) (extra, missing, other []string) {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		definition, ok := b[name]
		switch {
		case !ok:
			extra = append(extra, name)
		case definition != a[name]:
			other = append(other, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok {
			missing = append(missing, name)
		}
	}
	return extra, missing, other
}

// catalogue is every object of the database that is not PostgreSQL's own or an
// extension's, by kind and name, with its definition.
func catalogue(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), catalogueSQL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	all := map[string]string{}
	for rows.Next() {
		var name string
		var definition sql.NullString
		if err := rows.Scan(&name, &definition); err != nil {
			t.Fatal(err)
		}
		all[name] = definition.String
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// state is the catalogue with the rows that a migration writes.
func state(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	all := catalogue(t, db)
	if _, ok := all["relation catalogue_entry"]; !ok {
		return all
	}
	var content string
	err := db.QueryRowContext(t.Context(),
		"SELECT coalesce(string_agg((to_jsonb(c) - 'created_at')::text, E'\\n' ORDER BY id), '') FROM catalogue_entry c").Scan(&content)
	if err != nil {
		t.Fatal(err)
	}
	all["rows of catalogue_entry"] = content
	return all
}

// catalogueSQL reads PostgreSQL's catalogue.
const catalogueSQL = `
WITH
owned AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
space AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
relation AS (
	SELECT c.*, CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname AS name
	FROM pg_class c JOIN space ON space.oid = relnamespace
	WHERE (1259, c.oid) NOT IN (SELECT classid::int, objid FROM owned))
SELECT 'schema ' || nspname, NULL::text FROM space
UNION ALL
SELECT 'extension ' || extname, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
UNION ALL
SELECT 'relation ' || name, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, relreplident,
	CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
FROM relation WHERE relkind NOT IN ('i', 'I', 't')
UNION ALL
SELECT 'settings ' || name, reloptions::text FROM relation WHERE relkind NOT IN ('i', 'I', 't') AND reloptions IS NOT NULL
UNION ALL
SELECT 'column ' || name || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
	(SELECT collname FROM pg_collation WHERE oid = attcollation), pg_get_expr(adbin, adrelid))
FROM relation JOIN pg_attribute ON attrelid = relation.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint ' || name || '.' || conname, concat_ws(' ', pg_get_constraintdef(con.oid), condeferrable, condeferred, convalidated)
FROM relation JOIN pg_constraint con ON conrelid = relation.oid WHERE contype <> 't'
UNION ALL
SELECT 'index ' || name || '.' || i.relname, pg_get_indexdef(indexrelid) || ' ' || indisvalid
FROM relation JOIN pg_index ON indrelid = relation.oid JOIN pg_class i ON i.oid = indexrelid WHERE relation.relkind <> 't'
UNION ALL
SELECT 'trigger ' || name || '.' || tgname, pg_get_triggerdef(tg.oid) || ' ' || tgenabled::text
FROM relation JOIN pg_trigger tg ON tgrelid = relation.oid WHERE NOT tgisinternal
UNION ALL
SELECT 'rule ' || name || '.' || rulename, pg_get_ruledef(r.oid)
FROM relation JOIN pg_rewrite r ON ev_class = relation.oid WHERE rulename <> '_RETURN'
UNION ALL
SELECT 'policy ' || name || '.' || polname, concat_ws(' ', polcmd, polpermissive, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
FROM relation JOIN pg_policy ON polrelid = relation.oid
UNION ALL
SELECT 'statistics ' || nspname || '.' || stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN space ON space.oid = stxnamespace
UNION ALL
SELECT 'function ' || nspname || '.' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
	CASE WHEN prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE prosrc END
FROM pg_proc p JOIN space ON space.oid = pronamespace WHERE (1255, p.oid) NOT IN (SELECT classid::int, objid FROM owned)
UNION ALL
SELECT 'type ' || nspname || '.' || typname, concat_ws(' ', typtype, format_type(typbasetype, typtypmod), typnotnull,
	(SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = ty.oid))
FROM pg_type ty JOIN space ON space.oid = typnamespace
WHERE typtype IN ('d', 'e', 'r') AND (1247, ty.oid) NOT IN (SELECT classid::int, objid FROM owned)
UNION ALL
SELECT 'event trigger ' || evtname, evtevent FROM pg_event_trigger`
