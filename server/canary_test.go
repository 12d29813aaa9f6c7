package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// canaries are values that must stay where they are kept, by what they are.
type canaries map[string]string

// sung are the canaries that the text holds, whatever the case.
func (c canaries) sung(text string) []string {
	text = strings.ToLower(text)
	var found []string
	for name, value := range c {
		if strings.Contains(text, strings.ToLower(value)) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// mine is a desk with canaries in all that is kept of somebody.
type mine struct {
	desk
	canaries
	schema *ast.Schema
	// ids are of what there is, by the names of fields.
	ids map[string]string
}

func newMine(t *testing.T) *mine {
	t.Helper()
	d := newDesk(t)
	single := d.edge(sandbox.EdgeSingle)
	m := &mine{d, canaries{
		"number": single.number, "birth date": single.born[0], "birth name": "Zqxferrierzqx", "given name": "Zqxnadegezqx", "usual name": "Zqxusuelzqx",
		"phone": "+33699887766", "e-mail": "zqxmelzqx@example.org", "address": "17 rue du Zqxcanarizqx", "structure": "Zqxaidezqx",
		"free text": "Zqxlibrezqx", "safe contact": "Zqxsurzqx", "text": "Zqxtextezqx, une explication assez longue.",
	}, contract(t), nil}
	d.exec("UPDATE application SET birth_name = $2, given_names = $3, usual_name = $4 WHERE id = $1", single.id, m.canaries["birth name"], m.canaries["given name"], m.canaries["usual name"])
	d.exec("UPDATE application_contact SET phone = $2, email = $3, address = $4, helping_structure = $5 WHERE application_id = $1",
		single.id, m.canaries["phone"], m.canaries["e-mail"], m.canaries["address"], m.canaries["structure"])
	d.exec("UPDATE member_particulars SET birth_name = $2, given_names = $3, usual_name = $4 WHERE application_id = $1", single.id, m.canaries["birth name"], m.canaries["given name"], m.canaries["usual name"])
	d.exec("UPDATE sensitive_record SET free_text = $1, safe_contact = $2", m.canaries["free text"], m.canaries["safe contact"])
	m.ids = map[string]string{
		"applicationId": single.id, "memberId": single.members[0], "personId": d.people("commune-grenoble-agent")[0],
		"personIds": d.people("commune-grenoble-agent")[0], "agentIds": d.people("commune-grenoble-agent")[0],
		"receptionPointId": d.point("mairie-grenoble"), "receptionPointIds": d.point("mairie-grenoble"), "partnerAppId": string(testapi.App(t, portal).ClientID),
		"contactId": d.contact("commune-grenoble-agent", d.point("mairie-grenoble")), "id": single.id, "ids": single.id,
	}
	var own string
	d.scan(&own, "SELECT id FROM organisation WHERE key = 'commune-grenoble'")
	m.ids["organisationId"] = own
	a := d.Query(t, "commune-grenoble-admin", `mutation($id: ID!) { addPartnerAppSecret(input: {partnerAppId: $id}) { secret } }`, map[string]any{"id": m.ids["partnerAppId"]})
	m.canaries["secret"], _ = a.Data["addPartnerAppSecret"].(map[string]any)["secret"].(string)
	_, m.canaries["code"] = d.code("commune-grenoble-agent", single.id, "")
	m.canaries["token"] = signatureOf(testapi.Token(t, "commune-grenoble-agent"))
	for name, value := range m.canaries {
		if len(value) < 8 {
			t.Fatalf("%s: %q", name, value)
		}
	}
	return m
}

// contract is what the API promises.
func contract(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// signatureOf is the part of a token that nobody else can make.
func signatureOf(token string) string { return token[strings.LastIndex(token, ".")+1:] }

// heard fails for each canary in what somebody reads who must not know.
func (m *mine) heard(where, text string) {
	m.t.Helper()
	if found := m.sung(text); len(found) > 0 {
		m.t.Errorf("%s holds %s:\n%s", where, strings.Join(found, ", "), excerpt(text, m.canaries[found[0]]))
	}
}

func excerpt(text, value string) string {
	at := strings.Index(strings.ToLower(text), strings.ToLower(value))
	return text[max(0, at-200):min(len(text), at+len(value)+100)]
}

// answered listens to what an answer says beside its data: headers, errors, and the
// errors of payloads.
func (m *mine) answered(what string, a testapi.Answer) {
	m.t.Helper()
	m.heard("a header of "+what, fmt.Sprint(a.Header))
	m.heard("an error of "+what, spoken(a.Errors))
	for _, payload := range a.Data {
		if p, ok := payload.(map[string]any); ok {
			m.heard("a refusal of "+what, spoken(p["errors"]))
		}
	}
}

func spoken(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// fill is a value of that type, full of canaries. Identifiers are those of what there
// is, or canaries too.
func (m *mine) fill(name string, of *ast.Type, existing bool, depth int) any {
	if of.Elem != nil {
		return []any{m.fill(name, of.Elem, existing, depth)}
	}
	def := m.schema.Types[of.NamedType]
	switch def.Kind { //nolint:exhaustive // an input is one of these or a scalar
	case ast.Enum:
		return def.EnumValues[0].Name
	case ast.InputObject:
		o := map[string]any{}
		for _, f := range def.Fields {
			if f.Type.NonNull || depth < 2 {
				o[f.Name] = m.fill(f.Name, f.Type, existing, depth+1)
			}
		}
		return o
	}
	switch of.NamedType {
	case "ID":
		if id := m.ids[name]; existing && id != "" {
			return id
		}
		return m.canaries["number"]
	case "UniqueNumber":
		return m.canaries["number"]
	case "Date":
		return m.canaries["birth date"]
	case "DateTime":
		return testapi.Now.Format("2006-01-02T15:04:05Z07:00")
	case "Int", "Float", "Latitude", "Longitude":
		return 1
	case "Boolean":
		return false
	case "InseeCode":
		return "38185"
	case "LocalTime":
		return "10:00"
	}
	if name == "code" {
		return m.canaries["code"]
	}
	return m.canaries["text"]
}

// request is an operation that asks for one root field.
type request struct {
	name, document string
	variables      map[string]any
}

// ask asks for the root field with canaries in every argument.
func (m *mine) ask(operation string, f *ast.FieldDefinition, existing bool) request {
	var declared, passed []string
	variables := map[string]any{}
	for _, a := range f.Arguments {
		if a.Name == "after" || a.Name == "before" || a.Name == "last" {
			continue // cursors are signed
		}
		declared, passed = append(declared, "$"+a.Name+": "+a.Type.String()), append(passed, a.Name+": $"+a.Name)
		variables[a.Name] = m.fill(a.Name, a.Type, existing, 0)
	}
	document := f.Name
	if len(declared) > 0 {
		document = fmt.Sprintf("(%s) { %s(%s)", strings.Join(declared, ", "), f.Name, strings.Join(passed, ", "))
	} else {
		document = "{ " + document
	}
	if def := m.schema.Types[f.Type.Name()]; def.IsCompositeType() {
		document += " { __typename"
		if def.Fields.ForName("errors") != nil {
			document += " errors { code field message help }"
		}
		document += " }"
	}
	return request{f.Name, operation + document + " }", variables}
}

// wrong are the same request, spoilt: values where they do not belong, and documents
// that are none.
func (m *mine) wrong(r request) []request {
	spoilt := map[string]any{}
	for name := range r.variables {
		spoilt[name] = map[string]any{"zqx": m.canaries["text"]}
	}
	texts := map[string]any{}
	for name := range r.variables {
		texts[name] = m.canaries["text"]
	}
	inline := r.document
	for name := range r.variables {
		inline = strings.ReplaceAll(inline, ": $"+name, fmt.Sprintf(": %q", m.canaries["phone"]))
	}
	return []request{
		{r.name + " with objects", r.document, spoilt},
		{r.name + " with texts", r.document, texts},
		{r.name + " with literals", inline, nil},
		{r.name + " cut off", r.document + ` "` + m.canaries["text"], r.variables},
		{r.name + " with a text too many", r.document + ` "` + m.canaries["text"] + `"`, r.variables},
	}
}

// documented are the documented operations with their variables and identifiers.
func (m *mine) documented() []request {
	m.t.Helper()
	names, err := operations.Names()
	if err != nil {
		m.t.Fatal(err)
	}
	all := make([]request, len(names))
	for i, name := range names {
		document, err := operations.Files.ReadFile(name + ".graphql")
		if err != nil {
			m.t.Fatal(err)
		}
		text, err := operations.Files.ReadFile(name + ".json")
		if err != nil {
			m.t.Fatal(err)
		}
		all[i] = request{name, string(document), map[string]any{}}
		if err := json.Unmarshal(text, &all[i].variables); err != nil {
			m.t.Fatal(err)
		}
		into := all[i].variables
		if input, ok := into["input"].(map[string]any); ok {
			into = input
		}
		for key, id := range m.ids {
			if strings.Contains(string(document), "$"+key+":") {
				into[key] = id
			}
			for _, field := range m.inputOf(string(document)) {
				if field.Name == key {
					into[key] = m.fill(key, field.Type, true, 0)
				}
			}
		}
	}
	return all
}

// inputOf are the fields of the input that the document declares.
func (m *mine) inputOf(document string) ast.FieldList {
	_, rest, ok := strings.Cut(document, "$input: ")
	name, _, _ := strings.Cut(rest, "!")
	if def := m.schema.Types[name]; ok && def != nil {
		return def.Fields
	}
	return nil
}

// What is kept of somebody stands in the answer to who may see it, and nowhere else:
// not in logs, metrics, errors, headers nor the audit trail, whatever is asked and
// whatever fails.
func TestNothingIsToldElsewhere(t *testing.T) {
	t.Parallel()
	m := newMine(t)
	callers := []string{"commune-grenoble-agent", "metropole-social", "commune-grenoble-admin", "metropole-privacy", sandbox.ApplicantSingle, ""}
	var shown strings.Builder
	send := func(as string, r request) {
		a := m.Query(t, as, r.document, r.variables)
		m.answered(fmt.Sprintf("%s as %q", r.name, as), a)
		shown.WriteString(a.Body)
	}
	for _, r := range m.documented() {
		for _, as := range callers {
			send(as, r)
		}
	}
	for operation, fields := range map[string]ast.FieldList{"query": m.schema.Query.Fields, "mutation": m.schema.Mutation.Fields} {
		for _, f := range fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			send("metropole-social", m.ask(operation, f, false))
			for _, as := range callers {
				send(as, m.ask(operation, f, true))
			}
			for _, r := range m.wrong(m.ask(operation, f, true)) {
				send("commune-grenoble-agent", r)
			}
		}
	}
	for _, name := range []string{"number", "birth name", "phone", "address", "birth date"} {
		if !slices.Contains(m.sung(shown.String()), name) {
			t.Errorf("nobody was shown the %s: the test looks at nothing", name)
		}
	}
	m.addresses()
	m.tokens()
	m.failures()
	m.kept()
	if t.Failed() {
		return
	}
	// The same ears hear a line that leaks.
	leaky := m.Log.String() + fmt.Sprintf(`{"level":"INFO","msg":"received","who":%q}`, strings.ToUpper(m.canaries["birth name"]))
	if found := m.sung(leaky); !slices.Equal(found, []string{"birth name"}) {
		t.Errorf("a line that leaks is not heard: %v", found)
	}
}

// addresses asks by GET, and for what does not exist, with canaries in the address and
// in headers.
func (m *mine) addresses() {
	m.t.Helper()
	number, text := url.QueryEscape(m.canaries["number"]), url.QueryEscape(m.canaries["text"])
	for _, path := range []string{
		"/graphql?query=" + url.QueryEscape(`{ application(uniqueNumber: "`+m.canaries["number"]+`") { id } }`),
		"/graphql?query=" + url.QueryEscape(`query($n: UniqueNumber!) { application(uniqueNumber: $n) { id } }`) + "&variables=" + url.QueryEscape(`{"n":"`+m.canaries["number"]+`"}`),
		"/graphql?query=" + text, "/graphql?variables=" + text, "/graphql?query=%7Bviewer%7Bid%7D%7D&operationName=" + number,
		"/graphql?access_token=" + m.canaries["secret"], "/applications/" + number, "/" + text, "/oauth/token?client_secret=" + m.canaries["secret"],
		"/metrics?x=" + number, "/readyz?x=" + number, "/oauth/" + number,
	} {
		m.send(http.MethodGet, path, "", nil)
		m.send(http.MethodPost, path, text, nil)
	}
	for _, body := range []string{
		text, `{"query":"{ viewer { givenName } }","operationName":` + fmt.Sprintf("%q", m.canaries["birth name"]+" "+m.canaries["number"]) + `}`,
		`{"query":"` + m.canaries["text"] + `"}`, `[{"query":"` + m.canaries["text"] + `"}]`, `{"query":"{ viewer { givenName } }","variables":"` + m.canaries["text"] + `"}`,
		`{"query":"","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + m.canaries["text"] + `"}}}`,
	} {
		m.send(http.MethodPost, "/graphql", body, nil)
	}
	for _, header := range []string{"Authorization", "Origin", "Traceparent", "Accept", "Accept-Language", "X-Forwarded-For", "User-Agent", "If-None-Match"} {
		m.send(http.MethodPost, "/graphql", `{"query":"{ viewer { givenName } }"}`, http.Header{header: {"Bearer " + m.canaries["text"]}})
	}
}

// send sends a request of any form, and listens to the whole answer.
func (m *mine) send(method, path, body string, header http.Header) {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.URL+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	m.heard(method+" "+path, fmt.Sprint(response.Header, string(answer)))
}

// tokens asks for tokens in every way that fails, and once in one that does not.
func (m *mine) tokens() {
	m.t.Helper()
	app := testapi.App(m.t, portal)
	spoil := func(form url.Values, name, value string) url.Values { form.Set(name, value); return form }
	person := testapi.Token(m.t, "commune-grenoble-agent")
	for what, form := range map[string]url.Values{
		"a wrong secret":        spoil(testapi.ByItself(app), "client_secret", m.canaries["code"]),
		"a client of no name":   spoil(testapi.ByItself(app), "client_id", m.canaries["text"]),
		"a wrong grant":         spoil(testapi.ByItself(app), "grant_type", m.canaries["text"]),
		"a wrong scope":         spoil(testapi.ByItself(app), "scope", m.canaries["text"]),
		"a token that is none":  testapi.ForPerson(app, m.canaries["text"]),
		"a token that was cut":  testapi.ForPerson(app, person[:len(person)-9]),
		"a token of nobody":     testapi.ForPerson(app, testapi.Sign(m.t, testapi.WeakURL, m.canaries["birth name"], nil)),
		"a token too old":       testapi.ForPerson(app, testapi.Sign(m.t, testapi.PortalURL, m.canaries["birth name"], map[string]any{"iat": 1, "exp": 2})),
		"an assertion":          {"grant_type": {auth.ClientCredentialsGrant}, "client_assertion": {m.canaries["text"]}, "client_assertion_type": {auth.JWTBearerAssertion}},
		"a type of assertion":   {"grant_type": {auth.ClientCredentialsGrant}, "client_assertion": {"a.b.c"}, "client_assertion_type": {m.canaries["text"]}},
		"what nobody asked for": {"grant_type": {auth.ClientCredentialsGrant}, m.canaries["text"]: {m.canaries["secret"]}},
	} {
		a := m.Grant(m.t, form)
		if a.Error == "" {
			m.t.Errorf("%s is given: %s", what, a.Body)
		}
		m.heard(what, fmt.Sprint(a.Header, a.Body))
	}
	app.Secret = m.canaries["secret"]
	if a := m.Grant(m.t, testapi.ByItself(app)); a.Status != http.StatusOK {
		m.t.Errorf("the secret: %s", a.Body)
	} else {
		m.canaries["token of an app"] = signatureOf(a.AccessToken)
		m.QueryWith(m.t, a.AccessToken, `{ viewer { app { name } } }`)
	}
	m.QueryWith(m.t, testapi.Sign(m.t, testapi.PortalURL, m.canaries["birth name"], map[string]any{"iat": 1, "exp": 2}), `{ viewer { app { name } } }`)
	m.QueryWith(m.t, testapi.Sign(m.t, testapi.WeakURL, m.canaries["birth name"], map[string]any{"acr": m.canaries["text"]}), `{ viewer { app { name } } }`)
}

// failures lets the program and its database fail with canaries in hand.
func (m *mine) failures() {
	m.t.Helper()
	const agent = "commune-grenoble-agent"
	read := request{"a read", `query($n: UniqueNumber!) { application(uniqueNumber: $n) { birthName contact { phone } } }`, map[string]any{"n": m.canaries["number"]}}
	failing := func(what string, as string, r request) {
		m.t.Helper()
		a := m.Query(m.t, as, r.document, r.variables)
		if !slices.Contains(a.Codes(), "INTERNAL") {
			m.t.Errorf("%s does not fail: %s", what, a.Body)
		}
		m.answered(what, a)
	}
	var broken atomic.Bool
	m.Client.ApplicationContact.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier {
		return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
			found, err := next.Query(ctx, q)
			if broken.Load() {
				panic(fmt.Sprintf("cannot read %s, %v", m.canaries["phone"], found))
			}
			return found, err
		})
	}))
	broken.Store(true)
	failing("a panic", agent, read)
	broken.Store(false)
	m.late(read)
	m.down(read)
	m.exec("ALTER TABLE person ADD CONSTRAINT no_canary CHECK (family_name NOT LIKE 'Zqx%')")
	failing("a row that the database refuses", "commune-grenoble-admin", request{
		"registerPerson", `mutation($i: RegisterPersonInput!) { registerPerson(input: $i) { errors { code } } }`,
		map[string]any{"i": map[string]any{
			"organisationId": m.ids["organisationId"], "issuer": "https://id.example", "subject": m.canaries["e-mail"],
			"givenName": m.canaries["given name"], "familyName": m.canaries["birth name"],
		}},
	})
	m.exec("ALTER TABLE application_contact ALTER COLUMN phone TYPE integer USING length(phone)")
	failing("a column of another type", agent, read)
	m.exec("ALTER TABLE application_contact RENAME TO elsewhere")
	failing("a table that is gone", agent, read)
}

// late has a read wait for the database until its caller is gone.
func (m *mine) late(r request) {
	m.t.Helper()
	blocker, err := m.DB.BeginTx(m.t.Context(), nil)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = blocker.Rollback() }()
	if _, err := blocker.ExecContext(m.t.Context(), "LOCK TABLE application_contact IN ACCESS EXCLUSIVE MODE"); err != nil {
		m.t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"query": r.document, "variables": r.variables})
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(m.t.Context())
	gone, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	gone.Header.Set("Content-Type", "application/json")
	gone.Header.Set("Authorization", "Bearer "+testapi.Token(m.t, "commune-grenoble-agent"))
	go func() {
		defer cancel()
		for waiting := 0; waiting == 0 && ctx.Err() == nil; {
			const query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
			if m.DB.QueryRowContext(ctx, query).Scan(&waiting) != nil {
				return
			}
		}
	}()
	if response, err := http.DefaultClient.Do(gone); err == nil {
		_ = response.Body.Close()
		m.t.Errorf("a read of what is locked is answered: %s", response.Status)
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(m.Log.String(), `"code":"TIMEOUT"`); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatal("the read that nobody waits for does not end")
		}
	}
}

// down asks a process that has lost its database.
func (m *mine) down(r request) {
	m.t.Helper()
	other := m.Another(m.t)
	app := testapi.App(m.t, portal)
	app.Secret = m.canaries["secret"]
	if err := other.DB.Close(); err != nil {
		m.t.Fatal(err)
	}
	if a := other.Query(m.t, "commune-grenoble-agent", r.document, r.variables); a.Status != http.StatusServiceUnavailable {
		m.t.Errorf("without a database: %d %s", a.Status, a.Body)
	} else {
		m.answered("a process without a database", a)
	}
	if a := other.Grant(m.t, testapi.ByItself(app)); a.Status != http.StatusServiceUnavailable {
		m.t.Errorf("without a database: %d %s", a.Status, a.Body)
	}
	m.heard("the log of a process without a database", other.Log.String())
}

// kept listens to what is kept of all that was asked: the log, metrics, the trail, and
// what the database is told to log.
func (m *mine) kept() {
	m.t.Helper()
	m.heard("the log", m.Log.String())
	m.send(http.MethodGet, "/metrics", "", nil)
	var trail string
	m.scan(&trail, "SELECT string_agg(l::text, E'\\n') FROM audit_line l")
	m.heard("the audit trail", trail)
	for setting, want := range map[string]string{
		"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_statement": "none", "log_min_duration_statement": "-1",
		"log_parameter_max_length_on_error": "0", "log_duration": "off",
	} {
		var is string
		m.scan(&is, "SELECT current_setting($1)", setting)
		if is != want {
			m.t.Errorf("PostgreSQL's %s is %s, want %s", setting, is, want)
		}
	}
	for _, line := range bytes.Split([]byte(m.Log.String()), []byte("\n")) {
		if len(line) > 0 && !json.Valid(line) {
			m.t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}
