package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/sandbox"
)

var selfOpeningSeed = flag.Uint64("self-opening-seed", 0, "the seed of random acts; 0 for that of the moment")

// acting is a random sequence of acts.
type acting struct {
	desk
	r            *rand.Rand
	schema       *ast.Schema
	now          time.Time
	tokens       map[string]string
	people       []string
	issuers      map[string]string
	applications []named
	pools        map[string][]string
	contacts     map[string]string
	codes        map[string]string
	// handedOver is the application whose code was handed over by the last act.
	handedOver string
	// opened are the accesses after the last act, nil before the first.
	opened map[string]domain.Ground
	// sent are the tickets of files that have arrived, by who sent them.
	sent map[string]string
	// accepted counts the acts that were done, by their names.
	accepted map[string]int

	// The act that is being drawn: its name, who does it, to which application and thing.
	name, actor, thing string
	to                 named
}

func newActing(t *testing.T, seed uint64) *acting {
	t.Helper()
	d := desk{testapi.NewWithStockAndApplications(t, sandbox.EdgeTenWishes+1), t}
	// The landlord has dwellings where applicants wish for: it may propose them.
	d.exec("INSERT INTO landlord_territory (organisation_id, commune_id) SELECT o.id, c.id FROM organisation o, commune c WHERE o.key = $1 AND c.insee_code = '38185'", landlordKey)
	p := &acting{
		desk: d, r: rand.New(rand.NewPCG(seed, 0)), schema: contract(t), now: testapi.Now,
		tokens: map[string]string{}, issuers: map[string]string{}, contacts: map[string]string{}, codes: map[string]string{}, sent: map[string]string{}, accepted: map[string]int{},
	}
	for _, as := range players {
		switch {
		case strings.HasPrefix(as, "app:"):
			key, persona, _ := strings.Cut(strings.TrimPrefix(as, "app:"), " for ")
			p.tokens[as] = d.AppToken(t, key, persona)
		case strings.HasPrefix(as, "account:"):
			p.tokens[as] = testapi.Sign(t, testapi.PortalURL, strings.TrimPrefix(as, "account:"), nil)
		case as != "":
			p.tokens[as] = testapi.Token(t, as)
			p.people = append(p.people, d.people(as)[0])
		}
	}
	for _, edge := range []int{sandbox.EdgeSingle, sandbox.EdgeCouple, sandbox.EdgeHomonymFirst, sandbox.EdgeTwins, sandbox.EdgeProtectedDesk} {
		p.applications = append(p.applications, d.edge(edge))
	}
	p.pools = map[string][]string{
		"receptionPointId": {d.point("mairie-grenoble"), d.point("mairie-echirolles"), d.point("mairie-bresson"), d.point("pole-habitat-social")},
		"organisationId":   p.column("SELECT id FROM organisation WHERE key IN ('commune-grenoble', 'metropole', 'pole-habitat-social', 'landlord-balcons-de-belledonne') ORDER BY key"),
		"partnerAppId":     p.column("SELECT id FROM partner_app ORDER BY id"),
		"agent":            d.people("shared-desk-manager", "shared-desk-social", "commune-grenoble-agent"),
		"text":             {"Une explication assez longue.", "Une autre, qui ne nomme personne."},
	}
	return p
}

// column reads one column of identifiers.
func (p *acting) column(query string, args ...any) []string {
	p.t.Helper()
	var all []string
	p.scan(pq.Array(&all), "SELECT COALESCE(array_agg(x), '{}') FROM ("+query+") AS t(x)", args...)
	return all
}

func (p *acting) one(of []string) string {
	if len(of) == 0 {
		return "per_01AQ3WVJ000000000000000000"
	}
	return of[p.r.IntN(len(of))]
}

// slot is the morning of a day within three weeks, when agents receive most often.
func (p *acting) slot() time.Time {
	day := domain.DateOf(p.now).AddDays(2 + p.r.IntN(20))
	return day.At(domain.NewLocalTime(9+p.r.IntN(2), 15*p.r.IntN(4)))
}

// own is one of those of the caller, most often: much else is refused for a dull reason.
func (p *acting) own(query, field string) string {
	p.t.Helper()
	if own := p.column(query, p.actor); len(own) > 0 && p.r.IntN(4) > 0 {
		return p.one(own)
	}
	return p.one(p.pools[field])
}

func (p *acting) oneOf(of ...string) string { return p.one(of) }

// version is the one that the thing or the application has.
func (p *acting) version() (v int) {
	p.t.Helper()
	table, id := things[p.name], p.thing
	if table == "" {
		table, id = "application", p.to.id
	}
	table, _, _ = strings.Cut(table, " ")
	p.scan(&v, "SELECT COALESCE(max(version), 1) FROM "+table+" WHERE id = $1", id)
	return v
}

// versionOf is the version of a column group of the application.
func (p *acting) versionOf(table, id string) (v int) {
	p.t.Helper()
	p.scan(&v, "SELECT COALESCE(max(version), 0) FROM "+table+" WHERE "+id+" = $1", p.to.id)
	return v
}

// ask sends an operation with the token that the caller has had from the beginning.
func (p *acting) ask(query string, variables map[string]any) testapi.Answer {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	if token := p.tokens[p.actor]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return p.Send(p.t, r)
}

// draw draws who does the act, and to what.
func (p *acting) draw(f *ast.FieldDefinition) {
	p.t.Helper()
	p.name, p.to, p.actor = f.Name, p.applications[p.r.IntN(len(p.applications))], players[p.r.IntN(len(players))]
	if likely := acts[f.Name].likely; p.r.IntN(4) > 0 {
		p.actor = p.one(likely)
	}
	if f.Name == "confirmProtection" { // there is seldom one to confirm
		for _, id := range p.column("SELECT application_id FROM named_agent WHERE confirmed_by_id IS NULL ORDER BY 1") {
			if i := slices.IndexFunc(p.applications, func(x named) bool { return x.id == id }); i >= 0 {
				p.to = p.applications[i]
			}
		}
	}
	if f.Name == "registerOnline" && p.actor == "account:b" { // who is bound already binds nothing
		p.actor = "account:a"
	}
	if f.Name == "bindAccount" && p.handedOver != "" { // a code is good for minutes
		p.actor, p.to, p.handedOver = "account:b", p.known(p.handedOver), ""
	}
	if senders := slices.Sorted(maps.Keys(p.sent)); strings.HasPrefix(f.Name, "deposit") && len(senders) > 0 {
		p.actor = p.one(senders)
	}
	if table := things[f.Name]; table != "" {
		p.thing = p.one(p.column("SELECT id FROM " + table + fmt.Sprintf(" ORDER BY created_at DESC, id LIMIT %d", 1+p.r.IntN(20))))
		if about := ofApplication.FindString(table); about != "" {
			for _, id := range p.column("SELECT application_id FROM "+about+" WHERE id = $1", p.thing) {
				p.to = p.known(id)
			}
		}
	}
}

// known is what is known of an application by now.
func (p *acting) known(id string) named {
	p.t.Helper()
	x := named{id: id, born: []string{"1990-04-12"}, members: p.column("SELECT id FROM household_member WHERE application_id = $1 ORDER BY rank", id)}
	x.number = p.one(append(p.column("SELECT unique_number FROM application WHERE id = $1 AND unique_number IS NOT NULL", id), "038112699999999999")[:1])
	return x
}

// do has the act done and returns the answer.
func (p *acting) do(f *ast.FieldDefinition) testapi.Answer {
	p.t.Helper()
	selection := ""
	for _, field := range p.schema.Types[f.Type.Name()].Fields {
		switch def := p.schema.Types[field.Type.Name()]; {
		case field.Name == "errors":
			selection += " errors { code }"
		case !def.IsCompositeType():
			selection += " " + field.Name
		default:
			selection += " " + field.Name + " { " + def.Fields[0].Name + " }"
		}
	}
	arg := f.Arguments[0]
	before := p.now
	a := p.ask(fmt.Sprintf("mutation($input: %s) { %s(input: $input) {%s } }", arg.Type, f.Name, selection), map[string]any{"input": p.input(arg.Name, arg.Type)})
	if outcome(a) != "OK" {
		p.now = before
		if slices.Contains([]string{"INTERNAL", "BAD_REQUEST"}, outcome(a)) {
			p.t.Fatalf("%s: %s", f.Name, a.Body)
		}
		return a
	}
	p.accepted[f.Name]++
	payload, _ := a.Data[f.Name].(map[string]any)
	switch f.Name {
	case "recordContact":
		p.contacts[p.actor] = regexp.MustCompile(`rct_\w+`).FindString(a.Body)
	case "issueBindingCode":
		p.codes[p.to.id], _ = payload["code"].(string)
		p.handedOver = p.to.id
	case "registerApplication", "registerOnline", "splitApplication":
		if made, _ := payload["application"].(map[string]any); made != nil {
			id, _ := made["id"].(string)
			p.to = p.known(id)
			p.applications = append(p.applications, p.to)
		}
	case "prepareUpload":
		upload, _ := payload["upload"].(map[string]any)
		p.send(fmt.Sprint(upload["ticket"]))
	}
	return a
}

// smallPDF is what is given in as a piece.
const smallPDF = "%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n%%EOF\n"

// send sends the file that was prepared, and has the antivirus look at those before.
func (p *acting) send(ticket string) {
	p.t.Helper()
	p.antivirus()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPatch, p.URL+"/uploads/"+ticket, strings.NewReader(smallPDF))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.tokens[p.actor])
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Upload-Offset", "0")
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	if a := p.Send(p.t, r); a.Status != http.StatusNoContent {
		p.t.Fatalf("%s sends: %d %s", p.actor, a.Status, a.Body)
	}
	p.sent[p.actor] = ticket
}

// viewer is the caller as a request at that time would find it, nil for nobody.
func (p *acting) viewer(as string, at time.Time) *auth.Viewer {
	p.t.Helper()
	if as == "" {
		return nil
	}
	id := auth.Identity{Issuer: sandbox.IssuerURL, Subject: as, Issued: time.Now()}
	if app, ok := strings.CutPrefix(as, "app:"); ok {
		key, persona, _ := strings.Cut(app, " for ")
		id.ClientID, id.Subject = string(testapi.App(p.t, key).ClientID), persona
		if persona == "" {
			id.Issuer = ""
		}
	}
	if subject, ok := strings.CutPrefix(as, "account:"); ok {
		id.Issuer, id.Subject, id.Applicant, id.Organisation = testapi.PortalURL, subject, true, "commune-grenoble"
	}
	v, err := p.Service.Recognise(p.t.Context(), id, at)
	if errors.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// sight is what a caller sees at some time: column groups by application.
func (p *acting) sight(as string, at time.Time) map[string]domain.GroupSet {
	p.t.Helper()
	seen := map[string]domain.GroupSet{}
	v := p.viewer(as, at)
	if v == nil {
		return seen
	}
	rows, err := p.DB.QueryContext(p.t.Context(), `SELECT application_id, bit_or(groups) FROM application_access WHERE audience_id = ANY($1)
		AND COALESCE(valid_from <= $2, true) AND COALESCE($2 < valid_until, true) GROUP BY 1`, pq.Array(v.Audiences), at)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var groups domain.GroupSet
		if err := rows.Scan(&id, &groups); err != nil {
			p.t.Fatal(err)
		}
		seen[id] = groups
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return seen
}

// afterwards are the times at which it is looked whether an act opened something, then
// or later.
var afterwards = []time.Duration{0, 2 * time.Hour, 30 * time.Hour, 60 * 24 * time.Hour}

func (p *acting) sights(as string, from time.Time) []map[string]domain.GroupSet {
	p.t.Helper()
	all := make([]map[string]domain.GroupSet, len(afterwards))
	for i, later := range afterwards {
		all[i] = p.sight(as, from.Add(later))
	}
	return all
}

// gained says what the caller sees that it did not, but for what the act opens by
// design: the application that it was about, those groups, for that long.
func gained(before, after []map[string]domain.GroupSet, opens []domain.Ground, to string) string {
	for i, later := range afterwards {
		for id, groups := range after[i] {
			more := groups &^ before[i][id]
			for _, r := range policy.GroundRules() {
				lasts, hours := map[domain.Ground]time.Duration{domain.GroundReceived: 24 * time.Hour, domain.GroundBreakGlass: time.Hour}[r.Ground]
				if !hours {
					lasts = 1 << 62
				}
				if id == to && slices.Contains(opens, r.Ground) && later < lasts {
					more &^= r.Groups
				}
			}
			if more != 0 {
				return fmt.Sprintf("%v of %s in %s", more.Groups(), id, later)
			}
		}
	}
	return ""
}

// accesses are the rows by which applications are seen.
func (p *acting) accesses() map[string]domain.Ground {
	p.t.Helper()
	all := map[string]domain.Ground{}
	for _, row := range p.column("SELECT ground || ' ' || application_id || ' ' || audience_id || ' ' || groups || ' ' || COALESCE(valid_from::text, '') || ' ' || COALESCE(valid_until::text, '') FROM application_access") {
		ground, _, _ := strings.Cut(row, " ")
		all[row] = domain.Ground(ground)
	}
	return all
}

// bounded tells a row that was there without an end, and has one now.
func bounded(rows map[string]domain.Ground, row string) bool {
	for was := range rows {
		if strings.HasSuffix(was, " ") && strings.HasPrefix(row, was) {
			return true
		}
	}
	return false
}

// step has one act done, and says what is wrong with what came of it.
func (p *acting) step(f *ast.FieldDefinition) string {
	p.t.Helper()
	p.draw(f)
	from, rows := p.now, p.opened
	if rows == nil { // nothing is done between two acts
		rows = p.accesses()
	}
	before := p.sights(p.actor, from)
	a := p.do(f)
	opens := acts[f.Name].opens
	if outcome(a) != "OK" {
		opens = nil
	}
	if more := gained(before, p.sights(p.actor, from), opens, p.to.id); more != "" {
		return fmt.Sprintf("%q gained %s by %s: %s", p.actor, more, f.Name, a.Body)
	}
	p.opened = p.accesses()
	for row, ground := range p.opened {
		if _, was := rows[row]; !was && !bounded(rows, row) && (!slices.Contains(opens, ground) && !slices.Contains(lends[f.Name], ground) || f.Name != employersConfirmed && !strings.Contains(row, p.to.id)) {
			return fmt.Sprintf("%q opened %s by %s: %s", p.actor, row, f.Name, a.Body)
		}
	}
	var counts []string
	for what, count := range never {
		counts = append(counts, fmt.Sprintf("SELECT '%s' WHERE (%s) > 0", what, count))
	}
	if happened := p.column(strings.Join(counts, " UNION ALL ")); len(happened) > 0 {
		return fmt.Sprintf("%s, after %q did %s", strings.Join(happened, ", "), p.actor, f.Name)
	}
	return ""
}

// shown compares what a caller is shown with what the rows say that it sees. An app may
// be shown less than its rows say: it has scopes besides.
func (p *acting) shown(as string) string {
	p.t.Helper()
	p.actor = as
	a := p.ask(`{ applications(first: 100) { edges { node { id masked } } } }`, nil)
	seen := p.sight(as, p.now)
	connection, _ := a.Data["applications"].(map[string]any)
	edges, _ := connection["edges"].([]any)
	if len(edges) != len(seen) && !strings.HasPrefix(as, "app:") {
		return fmt.Sprintf("%q is shown %d applications of %d: %s", as, len(edges), len(seen), a.Body)
	}
	for _, e := range edges {
		node, _ := e.(map[string]any)["node"].(map[string]any)
		id, _ := node["id"].(string)
		masked, _ := node["masked"].([]any)
		opened := len(seen[id].Groups())
		if strings.HasPrefix(as, "account:") {
			opened++ // an applicant's own sensitive record
		}
		if open := len(domain.ColumnGroup("").Values()) - len(masked); open > opened {
			return fmt.Sprintf("%q is shown %d groups of %s, not %v", as, open, id, seen[id].Groups())
		}
	}
	return ""
}

// Nobody opens an application to itself, whatever is done in whatever order, but by
// receiving the applicant, in an emergency, or with a code that a desk handed over.
func TestNobodyOpensToItself(t *testing.T) {
	t.Parallel()
	ofTheMoment := *selfOpeningSeed
	if ofTheMoment == 0 {
		ofTheMoment = uint64(time.Now().UnixNano())
	}
	for name, seed := range map[string]uint64{"fixed": fixedSeed, "of the moment": ofTheMoment} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("go test ./server -run TestNobodyOpensToItself -self-opening-seed %d", seed)
			p := newActing(t, seed)
			for _, f := range p.schema.Mutation.Fields {
				if _, known := acts[f.Name]; !known {
					t.Fatalf("nobody said what %s may open", f.Name)
				}
			}
			// What opens something, and what leads to it, comes more often.
			often := slices.DeleteFunc(slices.Clone(p.schema.Mutation.Fields), func(f *ast.FieldDefinition) bool {
				return len(acts[f.Name].opens) == 0 && len(lends[f.Name]) == 0 && f.Name != "recordContact" && f.Name != "issueBindingCode" && f.Name != "unbindAccount" && f.Name != "protectApplication" && f.Name != "assignRole" && f.Name != "handOverApplication"
			})
			start := time.Now()
			for i := 0; i < selfOpeningSteps || seed == fixedSeed && i < maxSteps && p.lacks() != ""; i++ {
				fields := p.schema.Mutation.Fields
				if p.r.IntN(2) == 0 {
					fields = often
				}
				f := fields[p.r.IntN(len(fields))]
				if needed := p.lacks(); i >= selfOpeningSteps && needed != "" && p.r.IntN(3) == 0 {
					f = p.schema.Mutation.Fields.ForName(needed)
				}
				if p.handedOver != "" {
					f = p.schema.Mutation.Fields.ForName("bindAccount")
				}
				if wrong := p.step(f); wrong != "" {
					t.Fatalf("act %d: %s", i, wrong)
				}
			}
			for _, as := range players {
				if wrong := p.shown(as); wrong != "" {
					t.Error(wrong)
				}
			}
			t.Logf("in %s: %v", time.Since(start).Round(time.Millisecond), p.accepted)
			if needed := p.lacks(); seed == fixedSeed && needed != "" {
				t.Errorf("%s was never done: the acts prove nothing", needed)
			}
		})
	}
}

// lacks names an act that opens something, or leads to it, and was not done yet.
func (p *acting) lacks() string {
	for _, needed := range []string{
		"recordContact", "receiveApplicant", "openApplicationInEmergency", "issueBindingCode", "bindAccount",
		"protectApplication", "confirmProtection", "assignRole", "registerApplication", "registerOnline",
		"takeOnlineRegistration", "handOverApplication", "orientApplicant", "acceptOrientation", "putForward", "designateCandidate",
		"proposeContributingEmployers", employersConfirmed,
	} {
		if p.accepted[needed] == 0 {
			return needed
		}
	}
	return ""
}

const (
	// selfOpeningSteps is how many acts a sequence has. The fixed one goes on until all that
	// opens something was done, up to maxSteps, and tries more often what was not.
	selfOpeningSteps, maxSteps = 300, 2400
	fixedSeed                  = 19
)

// What opens something to somebody is noticed.
func TestSelfOpeningIsNoticed(t *testing.T) {
	t.Parallel()
	p := newActing(t, fixedSeed)
	const as = "commune-bresson-agent"
	to := p.applications[0].id
	before := p.sights(as, p.now)
	p.exec(`INSERT INTO application_access (application_id, audience_id, ground, groups, valid_until)
		VALUES ($1, $2, 'RECEIVED', $3, $4)`, to, p.viewer(as, p.now).Audiences[0], domain.GroupIdentity.Bit()|domain.GroupContact.Bit(), p.now.Add(36*time.Hour))
	after := p.sights(as, p.now)
	for opens, noticed := range map[domain.Ground]string{
		"": "[IDENTITY CONTACT] of " + to + " in 0s", domain.GroundReceived: "[CONTACT] of " + to + " in 0s", domain.GroundBreakGlass: "[IDENTITY CONTACT] of " + to + " in 2h0m0s",
	} {
		if got := gained(before, after, []domain.Ground{opens}, to); got != noticed {
			t.Errorf("by %q: %q, want %q", opens, got, noticed)
		}
	}
}
