package sandbox_test

import (
	"context"
	"database/sql"
	"iter"
	"testing"

	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// TestSeededApplications: what is stored is what was made, whoever was interrupted
// gets the rest, and who seeds again writes nothing.
func TestSeededApplications(t *testing.T) {
	t.Parallel()
	const many = 2100 // more than one transaction
	s, db := empty(t, &counter{})
	must(t, sandbox.Seed(t.Context(), s))
	seed := func(n, want int) {
		t.Helper()
		if written, err := sandbox.SeedApplications(t.Context(), s, db, n); written != want || err != nil {
			t.Fatalf("%d applications written, want %d: %v", written, want, err)
		}
	}
	applied := func(n int, want bool) {
		t.Helper()
		if done, err := sandbox.Applied(t.Context(), s, n); done != want || err != nil {
			t.Errorf("%d are there: %v, %v", n, done, err)
		}
	}
	settled := func() {
		t.Helper()
		if n, err := s.CheckAccess(t.Context()); n != 0 || err != nil {
			t.Errorf("%d accesses are not what the facts give: %v", n, err)
		}
	}
	applied(0, true)
	applied(1, false)
	seed(many, many)
	checkStored(t, db, sandbox.Applications(many), many)
	settled()
	want, written := dump(t, db), number(t, db, writtenBy)
	seed(many, 0)
	seed(300, 0)
	if number(t, db, writtenBy) != written {
		t.Error("something was written by the second run")
	}

	s, db = empty(t, &counter{})
	must(t, sandbox.Seed(t.Context(), s))
	ctx, cancel := context.WithCancel(t.Context())
	issuers := service.SandboxIssuers{Staff: sandbox.IssuerURL, Portal: sandbox.PortalURL}
	n, err := service.SeedApplications(ctx, db, issuers, func(yield func(service.SandboxApplication) bool) {
		for a := range sandbox.Applications(many) {
			if !yield(a) {
				return
			}
		}
		cancel() // before the last transaction
	})
	if n != 2000 || err == nil {
		t.Errorf("cut short, %d applications were written: %v", n, err)
	}
	applied(many, false)
	applied(2000, true)
	seed(many, 100)
	applied(many, true)
	if dump(t, db) != want {
		t.Error("continued, there are other rows")
	}
}

// writtenBy changes when a row is written, even the same again.
const writtenBy = `SELECT hashtextextended(string_agg(line, '' ORDER BY line), 0) FROM (
	SELECT id || xmin FROM application UNION ALL SELECT id || xmin FROM household_member UNION ALL SELECT id || xmin FROM wish UNION ALL
	SELECT id::text || xmin FROM application_access UNION ALL SELECT id::text || xmin FROM audience) rows (line)`

// checkStored compares the rows with what they were made of.
func checkStored(t *testing.T, db *sql.DB, applications iter.Seq[service.SandboxApplication], many int) {
	t.Helper()
	var wishes, members, named, sensitive, accounts, agents int
	for a := range applications {
		wishes += len(a.Wishes)
		members += len(a.Members)
		agents += len(a.NamedAgents)
		for _, m := range a.Members {
			if m.BirthName != "" {
				named++
			}
			if m.Sensitive != nil {
				sensitive++
			}
			if m.Account != "" {
				accounts++
			}
		}
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM application":                                                  many,
		"SELECT count(*) FROM application_summary":                                          many,
		"SELECT count(*) FROM application_file":                                             many,
		"SELECT count(*) FROM application_contact":                                          many,
		"SELECT count(*) FROM wish":                                                         wishes,
		"SELECT count(*) FROM household_member":                                             members,
		"SELECT count(*) FROM member_particulars":                                           named,
		"SELECT count(*) FROM sensitive_record":                                             sensitive,
		"SELECT count(*) FROM applicant_account WHERE issuer = '" + sandbox.PortalURL + "'": accounts,
		"SELECT count(*) FROM named_agent WHERE confirmed_by_id IS NOT NULL":                agents,
	} {
		if have := number(t, db, query); have != want {
			t.Errorf("%s: %d, want %d", query, have, want)
		}
	}
	// What is unlike in the rows of one thing.
	for _, unlike := range []string{
		"SELECT count(*) FROM application a JOIN application_summary s ON s.application_id = a.id WHERE a.registered_on <> s.registered_on",
		"SELECT count(*) FROM application_summary s WHERE household_size <> (SELECT count(*) FROM household_member m WHERE m.application_id = s.application_id)",
		"SELECT count(*) FROM household_member m JOIN member_particulars p ON p.member_id = m.id WHERE born_in <> date_trunc('month', born_on)",
		"SELECT count(*) FROM household_member m LEFT JOIN member_particulars p ON p.member_id = m.id WHERE (p.id IS NULL) <> (link = 'TO_BE_BORN')",
		"SELECT count(*) FROM household_member m JOIN member_particulars p ON p.member_id = m.id JOIN application a ON a.id = m.application_id WHERE rank = 1 AND (a.given_names, a.birth_name, a.usual_name) <> (p.given_names, p.birth_name, p.usual_name)",
		"SELECT count(*) FROM application WHERE name_key NOT LIKE ' %'",
		"SELECT count(*) FROM application_file WHERE jsonb_array_length(reasons) = 0",
		"SELECT count(*) FROM sensitive_record WHERE jsonb_array_length(reasons) + jsonb_array_length(needs) + length(housing_mode) = 0",
		"SELECT count(*) FROM named_agent n JOIN assignment a USING (person_id) WHERE a.organisation_id <> n.organisation_id",
		"SELECT count(*) FROM applicant_account c JOIN application a ON a.id = c.application_id WHERE bound_at < a.registered_on",
		"SELECT count(*) FROM application a WHERE protected <> EXISTS (SELECT FROM named_agent n WHERE n.application_id = a.id)",
		"SELECT count(*) FROM application_access x LEFT JOIN audience a ON a.id = x.audience_id WHERE a.key IS NULL OR a.key NOT LIKE x.ground || '/%'",
		"SELECT count(*) FROM application_access x JOIN application a ON a.id = x.application_id WHERE a.protected AND ground NOT IN ('NAMED_AGENT', 'TERRITORY')",
	} {
		if n := number(t, db, unlike); n > 0 {
			t.Errorf("%s: %d", unlike, n)
		}
	}
}
