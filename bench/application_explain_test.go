package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/internal/pqcache"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// listsOfApplications are the orders and the filters, as arguments of a list.
var listsOfApplications = map[string]string{
	"by id": ``, "by name": `orderBy: {field: NAME}`, "by name from the end": `orderBy: {field: NAME, direction: DESC}`,
	"by date": `orderBy: {field: REGISTERED_ON}`, "by date from the end": `orderBy: {field: REGISTERED_ON, direction: DESC}`,
	"states": `where: {states: [PENDING_VALIDATION]}`, "search": `where: {search: "mar"}`,
	"rare search by name": `orderBy: {field: NAME}, where: {search: "nadege ferr"}`, "number": `where: {search: "0380621016982G3811"}`,
	"phone": `where: {phone: "+33639980072"}`, "wished": `where: {wishedCommunes: ["38151"]}`, "followed": `where: {followed: false}`,
	"typologies": `where: {typologies: [T5]}`, "size": `where: {householdSize: {min: 6}}`, "housing": `where: {housing: [HOSTED]}`,
	"since": `where: {registeredFrom: "2026-09-01"}`, "until": `where: {registeredBefore: "2021-06-01"}`, "reasons": `where: {reasons: ["09"]}`,
	"transfers": `where: {pieceTransfers: [LATE, REJECTED]}`, "deadlines": `where: {deadline: {kinds: [SINGLE_FILE, RENEWAL_NOTICE], states: [AT_RISK, OVERDUE]}}`,
}

// nestedFrom is from how many files on what hangs on a page is looked up: where there is
// little it is less work to go through all of it.
const nestedFrom = 20_000

// deadlineKinds is how many kinds of deadlines the filter asks for.
const deadlineKinds = 2

// withPieces is a page with all that is told of its pieces.
const withPieces = "by id, with pieces"

const piecesOfApplications = `{ applications(first: 50) { edges { node {
	id pieces { kind state members { id } file { size } transfer { state dueOn } } completeness { percent missing { kinds } }
} } } }`

// farReaders turn many pages: one who sees nearly everything, and a commune's.
var farReaders = []string{"metropole-social", "commune-echirolles-agent"}

// entriesTable is the one that says who sees which file.
const entriesTable = "application_access"

// narrowScope is the share of the files below which a read keeps to the caller's scope:
// nothing else is read, and the files of others cost nothing. Above, an order or a
// filter may go once through all files: that is less work than one look for each.
const narrowScope = 1.0 / 20

// uneven is how many more entries the files that are looked at may have than files have
// on average: one that is wished in ten communes has more of them.
const uneven = 2

// looksForPiece are the ways in which a piece may be open, each looked for among the entries of
// its file: as an ordinary one, as a sensitive one, and to who received the applicant.
const looksForPiece = 3

// world is how much there is, and how much of it a caller sees.
type world struct {
	files, entries float64
	// pieces are those of each file, unfiled counts those that the digitiser has not filed.
	pieces, unfiled float64
	// scope counts the entries of the caller's audiences.
	scope float64
}

// limitOf is how many rows of a table a statement may read, where it looks at so many
// files: as many as it takes to meet enough of the caller's along an order or a filter.
func (w world) limitOf(table, statement string, returned, lookedAt float64, everything bool) float64 {
	page := perRow*returned + perStatement
	whole, tightly := w.files, w.scope
	if table == entriesTable {
		// Those of a file lie side by side and are read together.
		each := math.Ceil(w.entries / w.files)
		page *= each
		// Once for the rows, once for each group that a filter looks at.
		tightly = w.scope * float64(1+strings.Count(statement, "bit_or"))
		whole = max(tightly, lookedAt*each*uneven)
		if strings.Contains(statement, `"piece_transfer"`) {
			whole += w.unfiled * each * looksForPiece
		}
	}
	if table == "application" && strings.Contains(statement, "name_key LIKE") { // once to compare, once those that are found
		whole *= 2
	}
	switch {
	case everything:
		return page
	case table == "piece", table == "piece_transfer": // those that are not filed have an index
		return page + max(w.unfiled, w.pieces*w.scope)
	case table == "deadline": // one of each kind that is asked for
		return page + deadlineKinds*w.files
	case w.scope <= narrowScope*w.files:
		return page + tightly
	case table == "wish", table == "commune": // ten wishes at most for a file, each of a commune
		return page + whole*10
	}
	return page + whole
}

// readBy counts the rows that were taken from each table and its indexes.
func (p plan) readBy(tables map[string]float64) {
	own := p
	own.Parts = nil
	tables[p.Relation] += own.read()
	for _, part := range p.Parts {
		part.readBy(tables)
	}
}

// A page in the default order reads a few rows for each of its own, whatever there is
// and whoever asks. What is ordered or filtered reads the caller's scope once for the
// rows and once for the group of a filter; where that is much of everything, each file
// once at most. A count is one pass.
func TestReadsOfApplicationsStayWithinTheirBudget(t *testing.T) {
	t.Parallel()
	keepWithinBudgets(t, 300, 3)
	if *wholeStock {
		keepWithinBudgets(t, 20_000, 3)
		keepWithinBudgets(t, 3_000, 15) // 450 000 pieces of 30 000 files, at last
	}
}

// keepWithinBudgets looks at so many files, with so many pieces each, and at ten times as
// many.
func keepWithinBudgets(t *testing.T, files, pieces int) {
	t.Helper()
	small := applicationBudgets(t, withApplications(t, files, withTwenty(pieces)...), pieces)
	for name, grown := range applicationBudgets(t, withApplications(t, files, tenfold(files, pieces)...), pieces) {
		// The others may grow with the files, as their budget does, and fill it sooner or later.
		if before := small[name]; inDefaultOrder(name) && grown > 2*before+0.5 {
			t.Errorf("%s: %.1f times its budget of rows at ten times the files, %.1f before", name, grown, before)
		}
	}
}

// inDefaultOrder tells the lists whose page costs the same whatever there is.
func inDefaultOrder(list string) bool { return strings.HasPrefix(list, "by id") }

// withTwenty are the steps to files of that many pieces, of which an applicant sees twenty more.
func withTwenty(pieces int) []testapi.Step {
	return []testapi.Step{testapi.SQL(openTwenty), testapi.SQL(givePieces(pieces)), testapi.Analysed()}
}

// tenfold are the steps from there to ten times as many files.
func tenfold(files, pieces int) []testapi.Step {
	return append(withTwenty(pieces), testapi.Step{Name: fmt.Sprint(10*files, " applications"), Do: func(ctx context.Context, s *service.Service, db *sql.DB) error {
		_, err := sandbox.SeedApplications(ctx, s, db, 10*files)
		return err
	}}, testapi.SQL(givePieces(pieces)), testapi.Analysed())
}

// openTwenty lets the account of an applicant see twenty files more.
const openTwenty = `INSERT INTO application_access (application_id, audience_id, ground, groups)
	SELECT a.id, own.audience_id, own.ground, own.groups
	FROM (SELECT x.audience_id, x.ground, x.groups FROM application_access x JOIN audience u ON u.id = x.audience_id
		WHERE u.key LIKE 'SELF/applicant/%` + sandbox.ApplicantSingle + `') own,
		(SELECT id FROM application WHERE NOT protected ORDER BY md5(id) LIMIT 20) a
	ON CONFLICT DO NOTHING`

// givePieces gives each file without pieces its own, most of them filed by the
// national digitiser: of one file in fifty one was rejected, of another one is late.
func givePieces(each int) string {
	return fmt.Sprintf(`WITH given AS (
			INSERT INTO piece (id, application_id, kind, sensitive, scan, deposited_at)
			SELECT 'pie_' || upper(substr(md5(a.id || n), 1, 26)), a.id, 'AVIS_N2', false, 'CLEAN', timestamptz '2026-10-01'
			FROM application a, generate_series(1, %d) n WHERE a.id NOT IN (SELECT application_id FROM piece)
			RETURNING id, application_id, abs(hashtext(id)) %% 150 AS lot
		)
		INSERT INTO piece_transfer (id, application_id, piece_id, due_on, reference, next_try, state, rejected_for, sent_at, settled_at)
		SELECT 'ptr' || substr(id, 4), application_id, id, date '2026-10-16', substr(id, 5), timestamptz '2026-10-01',
			CASE lot WHEN 0 THEN 'REJECTED' WHEN 1 THEN 'SENT' ELSE 'ACKNOWLEDGED' END, CASE lot WHEN 0 THEN 'OTHER' END,
			timestamptz '2026-10-02', CASE WHEN lot <> 1 THEN timestamptz '2026-10-03' END
		FROM given`, each)
}

// applicationBudgets asks as everybody for every list and count, and returns how much of
// its budget each used at most.
func applicationBudgets(t *testing.T, api *testapi.API, pieces int) map[string]float64 {
	t.Helper()
	w := world{pieces: float64(pieces)}
	must(t, api.DB.QueryRowContext(t.Context(),
		`SELECT (SELECT count(*) FROM application), (SELECT count(*) FROM application_access),
			(SELECT count(*) FROM piece_transfer WHERE state <> 'ACKNOWLEDGED')`).Scan(&w.files, &w.entries, &w.unfiled))
	used := map[string]float64{}
	for _, persona := range append(grounds, sandbox.ApplicantSingle, "commune-bresson-agent") {
		if w.files > nestedFrom {
			w.within(t, api, used, persona, withPieces, piecesOfApplications)
		}
		for name, arguments := range listsOfApplications {
			list := fmt.Sprintf(`{ applications(first: 50 %s) { edges { node { id } } pageInfo { endCursor } } }`, arguments)
			w.within(t, api, used, persona, name, list)
			w.within(t, api, used, persona, "count of "+name, fmt.Sprintf(`{ applications(first: 1 %s) { totalCount } }`, arguments))
			if !slices.Contains(farReaders, persona) || strings.Contains(arguments, "where") {
				continue
			}
			if cursor := farInto(t, api, persona, arguments); cursor != "" {
				w.within(t, api, used, persona, name+", far", strings.Replace(list, "first: 50", fmt.Sprintf("first: 50, after: %q", cursor), 1))
			}
		}
	}
	t.Logf("%.0f files, %d pieces each: at most %.0f %% of a budget", w.files, pieces, 100*most(used))
	return used
}

// within asks, and looks at the plans of what was read: those for the caller, and where they are
// kept those for everybody.
func (w world) within(t *testing.T, api *testapi.API, used map[string]float64, persona, name, document string) {
	t.Helper()
	for _, s := range readsOf(t, api, persona, document) {
		if !strings.Contains(s.Text, entriesTable) {
			continue
		}
		w.scope = scopeOf(t, api.DB, s)
		p, err := explain(t.Context(), api.DB, s)
		must(t, err)
		w.keeps(t, used, persona, name, s, p)
		if !strings.HasPrefix(s.Text, pqcache.Unprepared) {
			w.keeps(t, used, persona, name+", planned for all", s, planForAll(t, api.DB, s))
		}
	}
}

// keeps compares what a plan read with its budget.
func (w world) keeps(t *testing.T, used map[string]float64, persona, name string, s testapi.Read, p plan) {
	t.Helper()
	tables := map[string]float64{}
	p.readBy(tables)
	lookedAt := 0.0
	for table, read := range tables {
		if table != entriesTable {
			lookedAt = max(lookedAt, min(read, w.files))
		}
	}
	for table, read := range tables {
		returned := p.Rows
		if strings.HasPrefix(name, withPieces) { // those that are hidden are met as well
			returned = max(returned, uneven*50*w.pieces)
		}
		limit := w.limitOf(table, s.Text, returned, lookedAt, inDefaultOrder(name))
		used[name] = max(used[name], read/limit)
		if read > limit {
			t.Errorf("%s as %s, who sees %.0f of %.0f: %.0f rows of %s read for %.0f, budget %.0f:\n%s",
				name, persona, w.scope, w.files, read, table, p.Rows, limit, s.Text)
		}
	}
}

// planForAll is how one is run whose plan is kept for whatever arguments come.
func planForAll(t *testing.T, db *sql.DB, s testapi.Read) plan {
	t.Helper()
	c, err := db.Conn(t.Context())
	must(t, err)
	defer func() { _ = c.Close() }()
	var arguments []string
	for _, arg := range s.Args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		must(t, err)
		if at, ok := v.(time.Time); ok {
			v = at.Format(time.RFC3339Nano)
		}
		arguments = append(arguments, pq.QuoteLiteral(fmt.Sprint(v)))
	}
	for _, statement := range []string{"SET plan_cache_mode = force_generic_plan", "PREPARE asked AS " + s.Text} {
		_, err := c.ExecContext(t.Context(), statement)
		must(t, err)
	}
	p, err := planOf(c.QueryRowContext(t.Context(), pqcache.Unprepared+explaining+"EXECUTE asked ("+strings.Join(arguments, ", ")+")"))
	must(t, err)
	_, err = c.ExecContext(t.Context(), "DEALLOCATE asked; RESET plan_cache_mode")
	must(t, err)
	return p
}

func readsOf(t *testing.T, api *testapi.API, persona, document string) []testapi.Read {
	t.Helper()
	e := &engine{name: "api", url: api.URL}
	var failed error
	reads := api.Reads(func() { _, failed = e.ask(t.Context(), operation{document: document}, variables{persona: persona}) })
	if failed != nil {
		t.Fatalf("%s: %v: %s", document, failed, api.Log)
	}
	return reads
}

// audiencesOf are what the caller is, as the scope of its statement says.
func audiencesOf(s testapi.Read) pq.Int64Array {
	for _, arg := range s.Args {
		if audiences, ok := arg.(pq.Int64Array); ok {
			return audiences
		}
	}
	return nil
}

func scopeOf(t *testing.T, db *sql.DB, s testapi.Read) (entries float64) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM application_access WHERE audience_id = ANY($1)", audiencesOf(s)).Scan(&entries))
	return entries
}

// farInto is the cursor at the end of the thousandth page of fifty of such a list, or of
// the last but one; empty for a list of one page.
func farInto(t *testing.T, api *testapi.API, persona, arguments string) string {
	t.Helper()
	e := &engine{name: "api", url: api.URL}
	list := operation{document: fmt.Sprintf(`query ($after: Cursor) { applications(first: 100, after: $after %s) { pageInfo { hasNextPage endCursor } } }`, arguments)}
	far := ""
	for range 500 {
		var after any
		if far != "" {
			after = far
		}
		body, err := e.ask(t.Context(), list, variables{persona: persona, values: map[string]any{"after": after}})
		must(t, err)
		data, err := parsed(body)
		must(t, err)
		end := endCursor(data)
		if end == "" {
			break
		}
		far = end
	}
	return far
}

func most(used map[string]float64) (m float64) {
	for _, share := range used {
		m = max(m, share)
	}
	return m
}
