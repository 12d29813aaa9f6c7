package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/internal/testapi"
)

const (
	landlordKey   = "landlord-balcons-de-belledonne"
	stockApp      = "landlord-balcons-de-belledonne-app"
	anotherHolder = "commune-grenoble-allocation"
)

// ofLandlord are dwellings of the landlord with that key, without a vacancy and not reserved
// by name, in a fixed order.
func (d desk) ofLandlord(key string, n int) (ids []string) {
	d.t.Helper()
	d.scan(pq.Array(&ids), `SELECT array_agg(id) FROM (SELECT d.id FROM dwelling d JOIN organisation o ON o.id = d.landlord_id
		WHERE o.key = $1 AND NOT EXISTS (SELECT FROM vacancy v WHERE v.dwelling_id = d.id)
			AND NOT EXISTS (SELECT FROM reservation_right_dwelling x WHERE x.dwelling_id = d.id) ORDER BY d.id LIMIT $2) t`, key, n)
	return ids
}

func (d desk) organisation(key string) (id string) {
	d.t.Helper()
	d.scan(&id, "SELECT id FROM organisation WHERE key = $1", key)
	return id
}

func (d desk) count(query string, args ...any) (n int) {
	d.t.Helper()
	d.scan(&n, query, args...)
	return n
}

// Who may not is refused, and so is what cannot be.
func TestWhoActsOnTheStock(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithStock(t), t}
	mine, other := d.ofLandlord(landlordKey, 3), d.ofLandlord("landlord-toits-de-chartreuse", 1)[0]
	var nobodys string
	d.scan(&nobodys, "SELECT id FROM dwelling WHERE landlord_id IS NULL ORDER BY id LIMIT 1")
	var version int
	d.scan(&version, "SELECT version FROM managed_dwelling WHERE dwelling_id = $1", mine[0])
	say := func(id string, more ...any) map[string]any {
		input := map[string]any{"dwellingId": id, "version": version}
		for i := 0; i < len(more); i += 2 {
			input[more[i].(string)] = more[i+1]
		}
		return input
	}
	empty := func(id string, more ...any) map[string]any {
		input := say(id, append([]any{"kind", "RELETTING", "vacantFrom", "2026-12-01"}, more...)...)
		delete(input, "version")
		return input
	}
	right := func(more ...any) map[string]any {
		input := map[string]any{
			"landlordId": d.organisation(landlordKey), "reservataireId": d.organisation("commune-grenoble"),
			"mode": "STOCK", "dwellingIds": mine[:1], "agreement": "C 7", "validFrom": "2026-11-23",
		}
		for i := 0; i < len(more); i += 2 {
			input[more[i].(string)] = more[i+1]
		}
		return input
	}
	type step struct {
		as, act string
		input   map[string]any
		want    string
	}
	run := func(steps []step) {
		t.Helper()
		for _, c := range steps {
			if a := d.done(c.as, c.act, c.input); outcome(a) != c.want {
				t.Errorf("%s by %q: %s, want %s", c.act, c.as, a.Body, c.want)
			}
		}
	}
	const unknown = "dwl_01AQ3WVJ000000000000000000"
	run([]step{
		{"", "updateManagedDwelling", say(mine[0]), "UNAUTHENTICATED"},
		{"account:x", "updateManagedDwelling", say(mine[0]), "FORBIDDEN"},
		{"app:" + stockApp, "updateManagedDwelling", say(mine[0]), "FORBIDDEN"},
		{"landlord-balcons-de-belledonne-allocation", "updateManagedDwelling", say(mine[0]), "FORBIDDEN"},
		{"metropole-steering", "updateManagedDwelling", say(mine[0]), "FORBIDDEN"},
		{landlordStock, "updateManagedDwelling", say(other), "FORBIDDEN"},
		{landlordStock, "updateManagedDwelling", say(nobodys), "FORBIDDEN"},
		{landlordStock, "updateManagedDwelling", say(unknown), "NOT_FOUND"},
		{landlordStock, "updateManagedDwelling", say(mine[0], "version", version+1), "STALE_VERSION"},
		{landlordStock, "updateManagedDwelling", say(mine[0], "rent", 1_000_001), "INVALID"},
		{landlordStock, "recordVacancy", empty(other), "FORBIDDEN"},
		{landlordStock, "recordVacancy", empty(mine[0], "availableOn", "2026-11-30"), "INVALID"},
		{landlordStock, "recordVacancy", empty(mine[0]), "OK"},
		{landlordStock, "recordVacancy", empty(mine[0], "vacantFrom", "2026-12-15"), "OVERLAP"},
		{landlordStock, "proposeReservationRight", right("dwellingIds", []string{other}), "UNKNOWN_REFERENCE"},
		{landlordStock, "proposeReservationRight", right("reservataireId", d.organisation("pole-habitat-social")), "INVALID"},
		{landlordStock, "proposeReservationRight", right("reservataireId", d.organisation(landlordKey)), "INVALID"},
		{landlordStock, "proposeReservationRight", right("landlordId", d.organisation("landlord-toits-de-chartreuse")), "FORBIDDEN"},
		{"commune-fontaine-agent", "proposeReservationRight", right(), "FORBIDDEN"},
		{landlordStock, "proposeReservationRight", right(), "OK"},
	})
	var vacancy, proposed string
	d.scan(&vacancy, "SELECT id FROM vacancy WHERE dwelling_id = $1", mine[0])
	d.scan(&proposed, "SELECT max(id) FROM reservation_right WHERE agreement = 'C 7'")
	of := func(id string, version int, more ...any) map[string]any {
		input := map[string]any{"id": id, "version": version}
		for i := 0; i < len(more); i += 2 {
			input[more[i].(string)] = more[i+1]
		}
		return input
	}
	const flowOfAnother = "rsv_01AQ3WVJ000000000000000000"
	run([]step{
		{"metropole-steering", "closeVacancy", of(vacancy, 1, "on", "2026-11-23", "outcome", "CANCELLED"), "FORBIDDEN"},
		{"state-allocation", "closeVacancy", of(vacancy, 1, "on", "2026-11-23", "outcome", "CANCELLED"), "NOT_FOUND"},
		{landlordStock, "updateVacancy", of(vacancy, 2, "vacantFrom", "2026-12-02"), "STALE_VERSION"},
		{landlordStock, "updateVacancy", of(vacancy, 1, "vacantFrom", "2029-12-02"), "INVALID"},
		{landlordStock, "closeVacancy", of(vacancy, 1, "on", "2026-11-23", "outcome", "LET"), "INVALID"},
		{landlordStock, "designateVacancy", of(vacancy, 1, "rightId", flowOfAnother), "INVALID"},
		{landlordStock, "designateVacancy", of(vacancy, 1, "rightId", proposed), "INVALID"},

		{"state-allocation", "confirmReservationRight", of(proposed, 1), "NOT_FOUND"},
		{landlordStock, "confirmReservationRight", of(proposed, 1), "FORBIDDEN"},
		{"metropole-steering", "confirmReservationRight", of(proposed, 1), "FORBIDDEN"},
		{"commune-grenoble-agent", "confirmReservationRight", of(proposed, 1), "FORBIDDEN"},
		{"app:" + portal + " for " + anotherHolder, "confirmReservationRight", of(proposed, 1), "FORBIDDEN"},
		{anotherHolder, "confirmReservationRight", of(proposed, 2), "STALE_VERSION"},
		{anotherHolder, "confirmReservationRight", of(proposed, 1), "OK"},
		{anotherHolder, "confirmReservationRight", of(proposed, 2), "FORBIDDEN"},
		{landlordStock, "designateVacancy", of(vacancy, 1, "rightId", proposed), "OK"},
		{landlordStock, "endReservationRight", of(proposed, 2, "on", "2026-11-22"), "INVALID"},
		{landlordStock, "endReservationRight", of(proposed, 2), "OK"},
		{anotherHolder, "endReservationRight", of(proposed, 3), "ILLEGAL_TRANSITION"},
	})
	// Of the State's flow the landlord has given all that the law lets it.
	share := right("mode", "FLOW", "share", 300, "subContingent", "PRIORITY", "reservataireId", d.organisation("state"), "agreement", "C 8")
	delete(share, "dwellingIds")
	d.does(landlordStock, "proposeReservationRight", share)
	d.scan(&proposed, "SELECT max(id) FROM reservation_right WHERE agreement = 'C 8'")
	run([]step{{"state-allocation", "confirmReservationRight", of(proposed, 1), "INVALID"}})
	if n := d.count("SELECT count(*) FROM reservation_right WHERE agreement = 'C 8' AND state = 'PROPOSED'"); n != 1 {
		t.Errorf("%d wait", n)
	}
}

// sendStock sends a file of managed dwellings.
func (d desk) sendStock(as, media, file string) (int, managedReport) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.URL+"/stock/managed", strings.NewReader(file))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("Accept-Language", "en")
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+d.Bearer(d.t, as))
	}
	a := d.Send(d.t, r)
	var report managedReport
	if err := json.Unmarshal([]byte(a.Body), &report); err != nil {
		d.t.Fatal(err)
	}
	report.codes = a.Codes()
	return a.Status, report
}

type managedReport struct {
	Read, Changed, Rejected int
	Rejects                 []struct {
		Line                      int
		ColumnName, Code, Message string
	}
	codes []string
}

// lines names the rejects by line, column and code.
func (r managedReport) lines() (all []string) {
	for _, reject := range r.Rejects {
		all = append(all, fmt.Sprintf("%d %s %s", reject.Line, reject.ColumnName, reject.Code))
	}
	return all
}

// managedState is all that is managed, but for when it was said.
const managedState = `SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
	SELECT to_jsonb(m) FROM managed_dwelling m UNION ALL SELECT to_jsonb(v) FROM vacancy v UNION ALL SELECT to_jsonb(c) FROM managed_change c) t(row)`

// A file is taken whole or not at all, and what is to be mended is told line by line.
func TestFileOfManagedStock(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithStock(t), t}
	mine, other := d.ofLandlord(landlordKey, 6), d.ofLandlord("landlord-toits-de-chartreuse", 1)[0]
	const head = "dwelling;rent;lift;vacant_from;let_on\n"
	var state, now string
	d.scan(&state, managedState)
	unchanged := func(what string) {
		t.Helper()
		if d.scan(&now, managedState); now != state {
			t.Errorf("%s changed something", what)
		}
	}
	good := head + mine[0] + ";1;;;\n"
	for _, c := range []struct {
		as, media string
		status    int
		code      string
	}{
		{"", "text/csv", 401, "UNAUTHENTICATED"},
		{"account:x", "text/csv", 403, "FORBIDDEN"},
		{"app:" + stockApp, "text/csv", 403, "FORBIDDEN"},
		{"landlord-balcons-de-belledonne-allocation", "text/csv", 403, "FORBIDDEN"},
		{"metropole-steering", "text/csv", 403, "FORBIDDEN"},
		{landlordStock, "application/json", 415, "BAD_REQUEST"},
		{landlordStock, "text/csv; charset=utf-16", 415, "BAD_REQUEST"},
	} {
		if status, r := d.sendStock(c.as, c.media, good); status != c.status || !slices.Equal(r.codes, []string{c.code}) {
			t.Errorf("%s, %s: %d %v", c.as, c.media, status, r.codes)
		}
	}
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"a workbook":   {"PK\x00\x01", []string{"1  NUL_BYTE"}},
		"no file":      {"", []string{"1  EMPTY_FILE"}},
		"no dwelling":  {"rent;charges\n1;1\n", []string{"1 dwelling MISSING_COLUMN"}},
		"not its line": {good + other + ";1;;;\n" + "dwl_01AQ3WVJ000000000000000000;1;;;\n", []string{"3 dwelling UNKNOWN_CODE", "4 dwelling UNKNOWN_CODE"}},
		"twice":        {good + mine[0] + ";2;;;\n", []string{"3 dwelling DUPLICATE_KEY"}},
		"bad values": {
			head + mine[0] + ";12,345;maybe;2026-13-01;\n" + mine[1] + ";99999;;;2026-11-30\nbld_1;;;;\n",
			[]string{"2 rent BAD_VALUE", "2 lift BAD_VALUE", "2 vacant_from BAD_VALUE", "3 rent BAD_VALUE", "3 let_on BAD_VALUE", "4 dwelling BAD_VALUE"},
		},
		"let what is not vacant": {head + mine[0] + ";;;;2026-11-01\n", []string{"2 let_on CONTRADICTION"}},
		"cut":                    {good + mine[1] + ";2;", []string{"3  CUT_LINE"}},
	} {
		status, r := d.sendStock(landlordStock, "text/csv", c.file)
		got := r.lines()
		slices.Sort(got)
		slices.Sort(c.want)
		if status != 422 || r.Changed != 0 || r.Rejected != len(c.want) || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d %+v, want %v", name, status, r, c.want)
		}
	}
	unchanged("what was refused")

	file := head + mine[0] + ";451,20;oui;2026-10-01;2026-11-02\n" + mine[1] + ";300;inconnu;2026-12-01;\n" + mine[2] + ";;;;\n"
	status, r := d.sendStock(landlordStock, "text/csv; charset=utf-8", file)
	if status != 200 || r.Read != 3 || r.Rejected != 0 || r.Changed < 2 {
		t.Fatalf("%d %+v", status, r)
	}
	if n := d.count("SELECT count(*) FROM managed_dwelling WHERE dwelling_id = $1 AND rent = 45120 AND criteria @> '[{\"criterion\": \"LIFT\", \"answer\": \"YES\"}]' AND source = 'FILE'", mine[0]); n != 1 {
		t.Error("the first line was not written")
	}
	if n := d.count("SELECT count(*) FROM vacancy WHERE dwelling_id = ANY($1)", pq.Array(mine)); n != 2 {
		t.Errorf("%d vacancies", n)
	}
	answer := d.Query(t, landlordStock, fmt.Sprintf(`{ managedChanges(dwellingId: %q, first: 10) { source line differences { field after } } }`, mine[0]), nil)
	for _, want := range []string{`"line":2`, `{"field":"rent","after":"45120"}`, `{"field":"vacancy.outcome","after":"LET"}`} {
		if !strings.Contains(answer.Body, want) {
			t.Errorf("%s is not in %s", want, answer.Body)
		}
	}
	d.scan(&state, managedState)
	if status, r := d.sendStock(landlordStock, "text/csv", file); status != 200 || r.Changed != 0 {
		t.Errorf("again: %d %+v", status, r)
	}
	unchanged("the same file again")

	// Dates of a vacancy that lasts are moved, and a right's column that is left out stays.
	if status, r := d.sendStock(landlordStock, "text/csv", "dwelling,vacant_from,available_on\n"+mine[1]+",2026-12-15,2027-01-05\n"); status != 200 || r.Changed != 1 {
		t.Errorf("moved: %d %+v", status, r)
	}
	if n := d.count("SELECT count(*) FROM vacancy v JOIN managed_dwelling m USING (dwelling_id) WHERE dwelling_id = $1 AND vacant_from = '2026-12-15' AND available_on = '2027-01-05' AND v.version = 2 AND rent = 30000", mine[1]); n != 1 {
		t.Error("the vacancy was not moved, or the rent went")
	}
	if status, r := d.sendStock(landlordStock, "text/csv", "dwelling;vacant_from\n"+mine[0]+";2026-10-15\n"); status != 422 || !slices.Equal(r.lines(), []string{"2 vacant_from CONTRADICTION"}) {
		t.Errorf("over another one: %d %+v", status, r)
	}
}

// A list of what is managed takes as many statements for fifty as for one, of dwellings too,
// whoever asks.
func TestManagedStockTakesConstantStatements(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t)
	for name, document := range map[string]string{
		"managed":   `{ managedDwellings(first: %d) { id rent criteria { criterion answer } dwelling { typology building { address } landlord { name } vacancies { vacantFrom right { agreement reservataire { name } } } } } }`,
		"dwellings": `{ dwellings(first: %d) { edges { node { typology managed { rent works { kind } } vacancies { kind vacantFrom right { mode } } } } } }`,
		"rights":    `{ reservationRights(first: %d) { mode share landlord { name } reservataire { name } dwellings { typology managed { flatNumber } } } }`,
	} {
		for _, as := range []string{"", landlordStock, "state-allocation", "metropole-steering", "commune-fontaine-agent"} {
			counted := map[int]int{}
			for _, first := range []int{1, 50} {
				query := fmt.Sprintf(document, first)
				var a testapi.Answer
				counted[first] = len(api.Statements(func() { a = api.Query(t, as, query, nil) }))
				if len(a.Errors) > 0 {
					t.Fatalf("%s, %s: %s", name, as, a.Body)
				}
			}
			if counted[50] > counted[1]+3 || counted[50] > 12 {
				t.Errorf("%s for %q: %v", name, as, counted)
			}
			t.Logf("%s for %q: %v", name, as, counted)
		}
	}
	landlord := desk{api, t}.organisation(landlordKey)
	balance := fmt.Sprintf(`{ reservationBalance(landlordId: %q, year: 2026) { mode share offered let flowShare reservataire { name } cells { axis key offered let } } }`, landlord)
	for _, as := range []string{landlordStock, "state-allocation"} {
		if n := len(api.Statements(func() { api.Query(t, as, balance, nil) })); n > 6 {
			t.Errorf("the balance for %s takes %d", as, n)
		}
	}
}

// BenchmarkFileOfManagedStock sends a file of all 52 000 dwellings, of which each line changes
// something, and tells how far the heap grew above what it was before.
func BenchmarkFileOfManagedStock(b *testing.B) {
	api := testapi.NewWithWholeStock(b)
	exec := func(query string) {
		if _, err := api.DB.ExecContext(b.Context(), query); err != nil {
			b.Fatal(err)
		}
	}
	exec("UPDATE dwelling SET landlord_id = (SELECT id FROM organisation WHERE key = '" + landlordKey + "') WHERE last_vintage_id IS NULL")
	exec("DELETE FROM vacancy")
	var ids []string
	if err := api.DB.QueryRowContext(b.Context(), "SELECT array_agg(id ORDER BY id) FROM dwelling WHERE last_vintage_id IS NULL").Scan(pq.Array(&ids)); err != nil {
		b.Fatal(err)
	}
	token := api.Bearer(b, landlordStock)
	var grew uint64
	for n := 0; b.Loop(); n++ {
		file, lines := io.Pipe()
		go func() {
			_, _ = io.WriteString(lines, "dwelling;flat_number;rent;charges;lift;balcony;step_free_entrance;vacant_from\n")
			for i, id := range ids {
				from := ""
				if i%30 == 0 {
					from = fmt.Sprintf("2026-12-%02d", 1+n%28)
				}
				_, _ = fmt.Fprintf(lines, "%s;B %d;%d.50;80;yes;no;unknown;%s\n", id, i, 300+(i+n)%300, from)
			}
			_ = lines.Close()
		}()
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, api.URL+"/stock/managed", file)
		r.Header.Set("Content-Type", "text/csv")
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		stop, before := make(chan struct{}), heap()
		go watchHeap(stop, before, &grew)
		api.Handler.ServeHTTP(w, r)
		close(stop)
		if w.Code != http.StatusOK {
			b.Fatalf("%d %.500s", w.Code, w.Body)
		}
	}
	b.ReportMetric(float64(len(ids))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(atomic.LoadUint64(&grew)>>20), "MB-grown")
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// watchHeap notes how far what is in use, garbage left out, goes above what it was.
func watchHeap(stop <-chan struct{}, before uint64, grew *uint64) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(200 * time.Millisecond):
			if now := heap(); now > before+atomic.LoadUint64(grew) {
				atomic.StoreUint64(grew, now-before)
			}
		}
	}
}
