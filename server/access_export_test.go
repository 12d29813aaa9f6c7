package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

const exportMutation = `mutation($n: UniqueNumber!) { prepareAccessExport(input: {uniqueNumber: $n}) { ticket { path expiresAt } errors { code } } }`

func (d desk) prepareExport(as, number string) (path string, a testapi.Answer) {
	d.t.Helper()
	a = d.Query(d.t, as, exportMutation, map[string]any{"n": number})
	var told struct {
		Data struct {
			PrepareAccessExport struct{ Ticket *struct{ Path string } }
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &told); err != nil {
		d.t.Fatal(err)
	}
	if t := told.Data.PrepareAccessExport.Ticket; t != nil {
		path = t.Path
	}
	return path, a
}

// export fetches an archive, file by file.
func (d desk) export(as, number string) (record map[string]any, files map[string]string, raw string) {
	d.t.Helper()
	path, a := d.prepareExport(as, number)
	if path == "" {
		d.t.Fatalf("%s prepares: %s", as, a.Body)
	}
	answer := d.http(as, http.MethodGet, path, nil)
	if answer.Status != http.StatusOK || answer.Header.Get("Content-Type") != "application/zip" || answer.Header.Get("Cache-Control") != "no-store" {
		d.t.Fatalf("%s fetches: %d %v", as, answer.Status, answer.Header)
	}
	archive, err := zip.NewReader(strings.NewReader(answer.Body), int64(len(answer.Body)))
	if err != nil {
		d.t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			d.t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			d.t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	text := files["application.json"]
	delete(files, "application.json")
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		d.t.Fatal(err)
	}
	return record, files, text
}

// Who may answer for an application, and who may not: what is hidden is answered as what
// does not exist, by the same statements.
func TestWhoExports(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	single, couple, protected := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeCouple), d.edge(sandbox.EdgeProtectedDesk)
	erased := d.edge(sandbox.EdgeTwins)
	d.exec("UPDATE application SET state = 'REMOVED', removed_on = '2025-11-01' WHERE id = $1", erased.id)
	if _, a := d.prepareExport("metropole-privacy", erased.number); outcome(a) != "OK" {
		t.Errorf("removed, and not erased yet: %s", a.Body)
	}
	d.exec("UPDATE application SET state = 'ERASED', erased_on = '2026-11-01', name_key = '', birth_name = '' WHERE id = $1", erased.id)
	const unknown = "0380621016983G3811"
	for _, c := range []struct{ as, number, want string }{
		{"", single.number, "UNAUTHENTICATED"},
		{"former-agent", single.number, "FORBIDDEN"},
		{sandbox.ApplicantSingle, single.number, "FORBIDDEN"},
		{sandbox.ApplicantCoupleSecond, couple.number, "FORBIDDEN"},
		{"app:" + portal, single.number, "FORBIDDEN"},
		{"app:" + portal + " for commune-grenoble-privacy", single.number, "FORBIDDEN"},
		{grenobleAgent, single.number, "FORBIDDEN"},
		{"metropole-social", single.number, "FORBIDDEN"},
		{"metropole-admin", single.number, "FORBIDDEN"},
		{"commune-grenoble-admin", single.number, "FORBIDDEN"},
		{"metropole-steering", single.number, "FORBIDDEN"},
		{"state-privacy", single.number, "NOT_FOUND"},
		{"department-privacy", single.number, "NOT_FOUND"},
		{"landlord-balcons-de-belledonne-privacy", single.number, "NOT_FOUND"},
		{"shared-desk-privacy", single.number, "NOT_FOUND"},
		{"commune-grenoble-privacy", couple.number, "NOT_FOUND"},
		{"shared-desk-privacy", protected.number, "NOT_FOUND"},
		{"metropole-privacy", protected.number, "NOT_FOUND"},
		{"metropole-privacy", erased.number, "NOT_FOUND"},
		{"shared-desk-privacy", unknown, "NOT_FOUND"},
		{"metropole-privacy", unknown, "NOT_FOUND"},
		{"commune-grenoble-privacy", unknown, "NOT_FOUND"},
		{"commune-grenoble-privacy", single.number, "OK"},
		{"shared-desk-privacy", couple.number, "OK"},
		{"metropole-privacy", single.number, "OK"},
		{"metropole-privacy", couple.number, "OK"},
	} {
		path, a := d.prepareExport(c.as, c.number)
		if outcome(a) != c.want || (path != "") != (c.want == "OK") {
			t.Errorf("%q of %s: %s, want %s", c.as, c.number, a.Body, c.want)
		}
	}
	said := map[string]string{}
	for name, number := range map[string]string{"unknown": unknown, "foreign": couple.number, "protected": protected.number, "erased": erased.number} {
		var a testapi.Answer
		statements := d.Statements(func() { _, a = d.prepareExport("commune-grenoble-privacy", number) })
		said[name] = outcome(a) + fmt.Sprint(len(a.Body), a.Status) + strings.Join(statements, "\n")
	}
	if said["unknown"] != said["foreign"] || said["unknown"] != said["protected"] || said["unknown"] != said["erased"] {
		t.Errorf("what is hidden is told apart: %v", said)
	}
}

// A ticket is one caller's, for some minutes, for one thing, and while the right lasts.
func TestExportTicketsThatOpenNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeSingle)
	const officer = "commune-grenoble-privacy"
	path, _ := d.prepareExport(officer, x.number)
	refused := func(name, as, path string) {
		t.Helper()
		if a := d.http(as, http.MethodGet, path, nil); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "TICKET") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	refused("nobody's", "", path)
	for _, as := range []string{"metropole-privacy", grenobleAgent, sandbox.ApplicantSingle, "app:" + portal + " for commune-grenoble-privacy"} {
		refused("another's, "+as, as, path)
	}
	refused("altered", officer, path[:len(path)-1]+string(path[len(path)-1]^1))
	refused("of a piece", officer, strings.Replace(path, "/access-exports/", "/pieces/", 1))
	piece := d.given(grenobleAgent, x.id, "AVIS_N2", d.point("mairie-grenoble"))
	ofPiece, _ := d.fetch(grenobleAgent, grenobleAgent, piece)
	refused("of a piece, here", grenobleAgent, strings.Replace(ofPiece, "/pieces/", "/access-exports/", 1))

	d.exec("UPDATE application SET protected = true WHERE id = $1", x.id)
	refused("protected meanwhile", officer, path)
	d.exec("UPDATE application SET protected = false WHERE id = $1", x.id)
	d.exec("UPDATE application_summary SET following_point_id = $2 WHERE application_id = $1", x.id, d.point("pole-habitat-social"))
	refused("followed elsewhere by now", officer, path)
	d.exec("UPDATE application_summary SET following_point_id = $2 WHERE application_id = $1", x.id, d.point("mairie-grenoble"))
	const end = "UPDATE assignment SET valid_until = $1 WHERE role = 'PRIVACY_OFFICER' AND person_id = $2"
	d.exec(end, "2026-11-23", d.people(officer)[0])
	refused("of who is no officer by now", officer, path)
	d.exec(end, nil, d.people(officer)[0])
	if a := d.http(officer, http.MethodGet, path, nil); a.Status != http.StatusOK {
		t.Errorf("good again: %d %s", a.Status, a.Body)
	}
	d.Ahead.Add(int64(5 * time.Minute))
	refused("late", officer, path)
	if log := d.Log.String(); strings.Contains(log, strings.TrimPrefix(path, "/access-exports/")) {
		t.Error("the log has a ticket")
	}
	var prepared, fetched int
	d.scan(&prepared, "SELECT count(*) FROM audit_line WHERE operation = 'prepareAccessExport' AND kind = 'WRITE' AND purpose = 'ACCESS_REQUEST' AND application_ids = ARRAY[$1] AND roles = '{PRIVACY_OFFICER}'", x.id)
	d.scan(&fetched, "SELECT count(*) FROM audit_line WHERE operation = 'downloadAccessExport' AND kind = 'READ' AND 'SENSITIVE' = ANY(column_groups) AND application_ids = ARRAY[$1]", x.id)
	if prepared != 1 || fetched != 1 {
		t.Errorf("%d prepared and %d fetched on record", prepared, fetched)
	}
	a := d.Query(t, sandbox.ApplicantSingle, `query($n: UniqueNumber!) { accessLog(uniqueNumber: $n, first: 10) { operation personName purpose } }`, map[string]any{"n": x.number})
	for _, operation := range []string{"prepareAccessExport", "downloadAccessExport"} {
		if !strings.Contains(a.Body, `"operation":"`+operation+`","personName":null,"purpose":"ACCESS_REQUEST"`) {
			t.Errorf("the applicant does not read of %s: %s", operation, a.Body)
		}
	}
}

// What was put in comes out, field by field, and of the other adult nothing does.
func TestAccessExport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeCouple)
	const agent, officer = "shared-desk-agent", "shared-desk-privacy"
	point := d.point("pole-habitat-social")
	given := map[string]string{
		"hers": d.given(agent, x.id, "SANTE", point, x.members[0]), "ordinary": d.given(agent, x.id, "PATRIMOINE", point),
	}
	theirs := map[string]string{
		"both":     d.given(agent, x.id, "AVIS_N2", point, x.members[0], x.members[1]),
		"his":      d.given(agent, x.id, "SANTE", point, x.members[1]),
		"nobody's": d.given(agent, x.id, "VIOLENCES", point),
	}
	if a := d.deposit(agent, d.arrived(agent, "PDF", scanned(t, "waits")), x.id, "ID_FR", point, x.members[0]); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	own := map[string]string{
		"birthName": "Zqxmarrezqx", "givenNames": "Zqxanazqx", "usualName": "Zqxusuelzqx", "freeText": "Zqxlibrezqx", "safeContact": "Zqxsurzqx",
		"address": "17 rue Zqxcanarizqx", "email": "zqxmelzqx@example.org", "phone": "+33699887766", "helpingStructure": "Zqxaidezqx",
	}
	d.exec(`UPDATE application_contact SET dwelling = '{"people": 3, "rent": 52000, "housingBenefit": null, "category": "A", "typology": "T2", "surface": 41, "landlord": "Zqxbailleurzqx", "ownsAnother": false}',
		mailing = '{"address": "BP 1", "postalCode": "38000", "town": "Grenoble"}', care_of = 'Zqxchezzqx', second_phone = '+33699887767',
		provenance = '[{"field": "contact.town", "source": "DOCUMENT", "on": "2026-11-20"}]' WHERE application_id = $1`, x.id)
	d.exec("UPDATE application_file SET earlier_tax_income = 3700000 WHERE application_id = $1", x.id)
	others := map[string]string{"birthName": "Yqxautreyqx", "givenNames": "Yqxpaulyqx", "usualName": "Yqxnomyqx", "freeText": "Yqxlibreyqx", "safeContact": "Yqxsuryqx"}
	for i, words := range []map[string]string{own, others} {
		d.exec("UPDATE member_particulars SET birth_name = $2, given_names = $3, usual_name = $4 WHERE member_id = $1", x.members[i], words["birthName"], words["givenNames"], words["usualName"])
		d.exec(`UPDATE member_particulars SET civil_status = '{"title": "2", "nationality": "1", "familyStatus": "M"}',
			work = jsonb_build_object('contract', 'CDI', 'profession', 'métier ' || $2, 'employer', '', 'employerSiret', '', 'employerTown', '') WHERE member_id = $1`,
			x.members[i], words["birthName"])
		d.exec(`UPDATE household_member SET resources = '[{"kind": "AUT", "amount": 90000}]' WHERE id = $1`, x.members[i])
		d.exec(`INSERT INTO sensitive_record (id, application_id, member_id, reasons, housing_mode, needs, free_text, safe_contact)
			VALUES ('sen_' || lpad($2::text, 26, '0'), $5, $1, '["07"]', '', '["STEP_FREE"]', $3, $4) ON CONFLICT (member_id) DO UPDATE SET free_text = $3, safe_contact = $4`,
			x.members[i], i, words["freeText"], words["safeContact"], x.id)
	}
	d.exec("UPDATE member_particulars SET born_on = '1961-02-03' WHERE member_id = $1", x.members[1])
	d.exec("UPDATE application SET birth_name = $2, given_names = $3, usual_name = $4 WHERE id = $1", x.id, own["birthName"], own["givenNames"], own["usualName"])
	d.exec("UPDATE application_contact SET address = $2, email = $3, phone = $4, helping_structure = $5 WHERE application_id = $1", x.id, own["address"], own["email"], own["phone"], own["helpingStructure"])
	d.exec("INSERT INTO application_event (id, application_id, position, happened_on, kind, state, reason) VALUES ('aev_01AQ3WVJ000000000000000000', $1, 1, '2026-08-30', 'RENEWAL_NOTICE', 'ACTIVE', '')", x.id)
	if a := d.receive(echirolles, x.number, x.born[0], d.contact(echirolles, d.point("mairie-echirolles"))); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	d.Query(t, "metropole-social", `query($n: UniqueNumber!) { application(uniqueNumber: $n) { contact { town } household { sensitive { freeText } } } }`, map[string]any{"n": x.number})

	record, files, text := d.export(officer, x.number)
	for name, word := range others {
		if strings.Contains(text, word) || strings.Contains(fmt.Sprint(files), word) {
			t.Errorf("the %s of another adult is in the answer", name)
		}
	}
	agents := d.listed("SELECT family_name FROM person WHERE subject IN ('metropole-social', $1, $2)", agent, echirolles)
	for _, hidden := range append(slices.Concat(slices.Collect(maps.Values(theirs)), agents), "1961-02-03") {
		if strings.Contains(text, hidden) {
			t.Errorf("%s is in the answer", hidden)
		}
	}
	part := func(name string) map[string]any { m, _ := record[name].(map[string]any); return m }
	list := func(name string) []any { l, _ := record[name].([]any); return l }
	for _, c := range []struct{ name, query string }{
		{"application", "SELECT jsonb_build_object('id', id, 'uniqueNumber', unique_number, 'state', state, 'givenNames', given_names, 'birthName', birth_name, 'usualName', usual_name, 'validUntil', valid_until, 'registeredOn', registered_on) FROM application WHERE id = $1"},
		{"file", "SELECT jsonb_build_object('taxYear', tax_year, 'taxIncome', tax_income, 'monthlyResources', monthly_resources, 'housing', housing, 'reasons', reasons, 'earlierTaxIncome', earlier_tax_income, 'provenance', provenance) FROM application_file WHERE application_id = $1"},
		{"contact", "SELECT jsonb_build_object('address', address, 'postalCode', postal_code, 'town', town, 'phone', phone, 'email', email, 'helpingStructure', helping_structure, 'careOf', care_of, 'mailing', mailing, 'secondPhone', second_phone, 'emailAllowed', email_allowed, 'textAllowed', text_allowed, 'helpingPhone', helping_phone, 'helpingEmail', helping_email, 'dwelling', dwelling, 'provenance', provenance) FROM application_contact WHERE application_id = $1"},
		{"wishes", "SELECT jsonb_agg(jsonb_build_object('rank', rank, 'inseeCode', insee_code, 'commune', name) ORDER BY rank) FROM wish JOIN commune c ON c.id = commune_id WHERE application_id = $1"},
		{"deadlines", "SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', kind, 'reason', reason, 'dueOn', due_on, 'announcedFrom', announced_from, 'article', article)) ORDER BY due_on, kind) FROM deadline WHERE application_id = $1"},
		{"receptions", "SELECT jsonb_agg(jsonb_build_object('from', to_char(valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), 'until', to_char(valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), 'receptionPoint', p.name)) FROM reception_grant JOIN reception_point p ON p.id = reception_point_id WHERE application_id = $1"},
	} {
		var want string
		d.scan(&want, c.query, x.id)
		if got := spoken(record[c.name]); canonicalJSON(t, got) != canonicalJSON(t, want) {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, want)
		}
	}
	var events int
	d.scan(&events, "SELECT count(*) FROM application_event WHERE application_id = $1", x.id)
	if len(list("history")) != events || events == 0 || part("summary")["followingPoint"] == "" || part("summary")["householdSize"] == nil {
		t.Errorf("%d of %d events; %v", len(list("history")), events, record["summary"])
	}
	me, _ := list("household")[0].(map[string]any)
	sensitive, _ := me["sensitive"].(map[string]any)
	if me["birthName"] != own["birthName"] || me["bornOn"] != x.born[0] || sensitive["freeText"] != own["freeText"] || sensitive["safeContact"] != own["safeContact"] {
		t.Errorf("the applicant: %v", me)
	}
	work, _ := me["work"].(map[string]any)
	if lines := fmt.Sprint(me["resources"]); work["profession"] != "métier "+own["birthName"] || lines != "[map[amount:90000 kind:AUT]]" {
		t.Errorf("what the applicant does and gets: %v, %s", work, lines)
	}
	if got := spoken(list("household")[1]); got != `{"link":"SPOUSE","rank":2,"withheld":true}` {
		t.Errorf("the other adult: %s", got)
	}
	if got := spoken(record["withheld"]); strings.Count(got, "FOR_REVIEW") != 2 || !strings.Contains(got, `{"count":1,"reason":"FOR_REVIEW: rights of another adult of the household (RGPD, art. 15(4))","what":"PIECE_OF_ANOTHER_ADULT"}`) {
		t.Errorf("withheld: %s", got)
	}
	if len(files) != len(given) || len(list("pieces")) != 3 || !strings.Contains(spoken(record["pieces"]), `"leftOut":"NOT_SCANNED"`) {
		t.Errorf("%d files, pieces %s", len(files), spoken(record["pieces"]))
	}
	for _, id := range given {
		_, a := d.fetch("shared-desk-social", "shared-desk-social", id)
		if content := files["pieces/"+id+".pdf"]; content != a.Body || content == "" {
			t.Errorf("the file of %s is another", id)
		}
	}
	reads := spoken(record["accessLog"])
	if !strings.Contains(reads, `"prepareAccessExport"`) || !strings.Contains(reads, `"CONTACT"`) || strings.Contains(reads, `"SENSITIVE"`) || record["accessLogWhole"] != true {
		t.Errorf("the log: %s", reads)
	}
	if !strings.Contains(spoken(record["grounds"]), `"FOLLOWED"`) || len(list("accounts")) != 1 {
		t.Errorf("grounds %s, accounts %s", spoken(record["grounds"]), spoken(record["accounts"]))
	}
	for log, word := range own {
		if strings.Contains(d.Log.String(), word) {
			t.Errorf("the log of the service holds the %s", log)
		}
	}

	// More pieces cost no statement more; an infected one is listed without a file.
	path, _ := d.prepareExport(officer, x.number)
	few := d.Statements(func() { d.http(officer, http.MethodGet, path, nil) })
	for range 5 {
		d.given(agent, x.id, "PATRIMOINE", point)
	}
	d.exec("UPDATE piece SET scan = 'INFECTED', state = 'REFUSED', refused_for = 'INFECTED' WHERE id = $1", given["ordinary"])
	d.exec("DELETE FROM piece_file WHERE piece_id = $1", given["ordinary"])
	many := d.Statements(func() { d.http(officer, http.MethodGet, path, nil) })
	if len(few) != len(many) || len(few) > 40 {
		t.Errorf("%d statements for few pieces, %d for many", len(few), len(many))
	}
	if _, files, text = d.export(officer, x.number); len(files) != 7 || !strings.Contains(text, `"leftOut": "QUARANTINED"`) || files["pieces/"+given["ordinary"]+".pdf"] != "" {
		t.Errorf("%d files", len(files))
	}
}

// A child of the household is in the answer; one who is of age is another adult.
func TestAccessExportOfChildren(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.listed("SELECT DISTINCT application_id FROM household_member JOIN application a ON a.id = application_id WHERE link = 'CHILD' AND born_in > '2012-01-01' AND NOT protected AND unique_number IS NOT NULL ORDER BY 1")[0]
	var number, child string
	d.scan(&number, "SELECT unique_number FROM application WHERE id = $1", id)
	d.scan(&child, "SELECT id FROM household_member WHERE application_id = $1 AND link = 'CHILD' AND born_in > '2012-01-01' ORDER BY rank LIMIT 1", id)
	d.exec("UPDATE member_particulars SET given_names = 'Zqxenfantzqx' WHERE member_id = $1", child)
	if _, _, text := d.export("metropole-privacy", number); !strings.Contains(text, "Zqxenfantzqx") {
		t.Error("a child is not in the answer")
	}
	d.exec("UPDATE household_member SET born_in = '2008-11-01' WHERE id = $1", child)
	d.exec("UPDATE member_particulars SET born_on = '2008-11-20' WHERE member_id = $1", child)
	if _, _, text := d.export("metropole-privacy", number); strings.Contains(text, "Zqxenfantzqx") {
		t.Error("who is of age is in the answer")
	}
}

// A storage that fails on the way breaks the answer: what came is no archive.
func TestBrokenExport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeSingle)
	for range 2 {
		d.given(grenobleAgent, x.id, "PATRIMOINE", d.point("mairie-grenoble"))
	}
	var last string
	d.scan(&last, "SELECT name FROM piece_file ORDER BY piece_id DESC LIMIT 1")
	path, _ := d.prepareExport("metropole-privacy", x.number)
	names := d.files()
	at := slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, last[strings.LastIndex(last, "/")+1:]) })
	if at < 0 {
		t.Fatalf("%s is not among %v", last, names)
	}
	if err := os.Truncate(names[at], 60); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.Bearer(t, "metropole-privacy"))
	var content []byte
	response, err := http.DefaultClient.Do(r)
	if err == nil {
		defer func() { _ = response.Body.Close() }()
		content, err = io.ReadAll(response.Body)
	}
	if err == nil {
		t.Error("the answer looks whole")
	}
	if _, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err == nil {
		t.Error("what came is an archive")
	}
	if !strings.Contains(d.Log.String(), "an archive was given out in part") {
		t.Error("nobody is told")
	}
}

func canonicalJSON(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return spoken(v)
}
