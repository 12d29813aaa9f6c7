package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

const who = `{ viewer { app { name } assignments { role } } }`

// settle gives an app of the sandbox other settings, as its administrator would.
func settle(t *testing.T, api *testapi.API, admin string, app sandbox.PartnerApp, version int, change func(*domain.PartnerAppSettings)) {
	t.Helper()
	s := app.Settings
	s.ValidUntil = domain.DateOf(testapi.Now).AddDays(365)
	change(&s)
	a := api.Query(t, admin, `mutation($in: ChangePartnerAppInput!) { changePartnerApp(input: $in) { errors { code field message } } }`,
		map[string]any{"in": map[string]any{"id": app.ClientID, "version": version, "settings": map[string]any{
			"name": s.Name, "scopes": s.Scopes, "readOnly": s.ReadOnly, "receptionPointIds": orEmpty(s.ReceptionPointIDs),
			"territory": orEmpty(s.Territory), "operations": orEmpty(s.Operations), "origins": orEmpty(s.Origins),
			"networks": orEmpty(s.Networks), "audiences": orEmpty(s.Audiences), "publicKeys": orEmpty(s.PublicKeys),
			"validUntil": s.ValidUntil.String(),
		}}})
	if len(a.Errors) > 0 || strings.Contains(a.Body, `"code"`) {
		t.Fatalf("change the app: %s", a.Body)
	}
}

func orEmpty[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

func refusedAs(a testapi.Answer, status int, code, reason string) bool {
	return a.Status == status && slices.Equal(a.Codes(), []string{code}) && (reason == "" || a.Errors[0].Extensions["reason"] == reason)
}

// What is changed or withdrawn holds for tokens in use, at the next request, on every
// process.
func TestWithdrawalsHoldAtOnce(t *testing.T) {
	t.Parallel()
	const admin = "commune-grenoble-admin"
	for name, withdraw := range map[string]func(*testing.T, *testapi.API, sandbox.PartnerApp){
		"the app is ended": func(t *testing.T, api *testapi.API, app sandbox.PartnerApp) {
			api.Query(t, admin, `mutation($id: ID!) { revokePartnerApp(input: {id: $id, version: 1}) { errors { code } } }`, map[string]any{"id": app.ClientID})
		},
		"its secret is withdrawn": func(t *testing.T, api *testapi.API, _ sandbox.PartnerApp) {
			list := api.Query(t, admin, `{ partnerApps(first: 1) { edges { node { secrets { id } } } } }`, nil)
			id := list.Body[strings.Index(list.Body, "pas_") : strings.Index(list.Body, "pas_")+30]
			api.Query(t, admin, `mutation($id: ID!) { revokePartnerAppSecret(input: {id: $id}) { errors { code } } }`, map[string]any{"id": id})
		},
		"it expires": func(t *testing.T, api *testapi.API, app sandbox.PartnerApp) {
			settle(t, api, admin, app, 1, func(*domain.PartnerAppSettings) {})
			api.Query(t, admin, `mutation { setSandboxClock(input: {to: "2027-11-23T09:30:00Z"}) { now } }`, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := testapi.New(t)
			app := testapi.App(t, portal)
			tokens := map[string]string{"alone": api.AppToken(t, portal, ""), "for a person": api.AppToken(t, portal, "commune-grenoble-agent")}
			for as, token := range tokens {
				if a := api.QueryWith(t, token, who); a.Status != 200 || len(a.Errors) > 0 {
					t.Fatalf("%s, before: %d %s", as, a.Status, a.Body)
				}
			}
			withdraw(t, api, app)
			for as, token := range tokens {
				if a := api.QueryWith(t, token, who); !refusedAs(a, 401, "UNAUTHENTICATED", "") {
					t.Errorf("%s, after: %d %s", as, a.Status, a.Body)
				}
			}
			processes := []*testapi.API{api}
			if name != "it expires" { // the clock of a sandbox is that of one process
				processes = append(processes, api.Another(t))
			}
			for _, process := range processes {
				if a := process.Grant(t, testapi.ByItself(app)); a.Error != string(auth.InvalidClient) {
					t.Errorf("a new token: %d %s", a.Status, a.Body)
				}
			}
		})
	}
	// A person's own token goes on: the app was withdrawn, not the person.
	t.Run("the assignment ends", func(t *testing.T) {
		t.Parallel()
		api := testapi.New(t)
		token := api.AppToken(t, portal, "commune-grenoble-agent")
		if _, err := api.DB.ExecContext(t.Context(), `UPDATE assignment SET valid_until = '2026-11-23' WHERE valid_from < '2026-11-23'`); err != nil {
			t.Fatal(err)
		}
		if a := api.QueryWith(t, token, who); a.Body != `{"data":{"viewer":{"app":{"name":"Portail de Grenoble"},"assignments":[]}}}` {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
	// A secret that is replaced leaves no gap: the second one works at once.
	t.Run("rotation", func(t *testing.T) {
		t.Parallel()
		api := testapi.New(t)
		app := testapi.App(t, portal)
		list := api.Query(t, admin, `{ partnerApps(first: 1) { edges { node { secrets { id } } } } }`, nil)
		old := list.Body[strings.Index(list.Body, "pas_") : strings.Index(list.Body, "pas_")+30]
		a := api.Query(t, admin, `mutation($id: ID!) { addPartnerAppSecret(input: {partnerAppId: $id}) { secret } }`, map[string]any{"id": app.ClientID})
		fresh := app
		fresh.Secret, _ = a.Data["addPartnerAppSecret"].(map[string]any)["secret"].(string)
		for name, with := range map[string]sandbox.PartnerApp{"old": app, "new": fresh} {
			if a := api.Grant(t, testapi.ByItself(with)); a.Status != 200 {
				t.Errorf("%s secret, both live: %s", name, a.Body)
			}
		}
		api.Query(t, admin, `mutation($id: ID!) { revokePartnerAppSecret(input: {id: $id}) { errors { code } } }`, map[string]any{"id": old})
		if a := api.Grant(t, testapi.ByItself(app)); a.Error != string(auth.InvalidClient) {
			t.Errorf("the old secret: %d %s", a.Status, a.Body)
		}
		a2 := api.Grant(t, testapi.ByItself(fresh))
		if answer := api.QueryWith(t, a2.AccessToken, who); answer.Status != 200 {
			t.Errorf("a token of the same second: %d %s", answer.Status, answer.Body)
		}
	})
}

// Secrets are tried in vain, up to the limit, whichever process is asked and whether
// the client exists or not. Then the right one is refused too, until time has passed.
func TestSecretsAreNotFoundByTrying(t *testing.T) {
	t.Parallel()
	one := testapi.New(t)
	two := one.Another(t)
	app := testapi.App(t, landlord)
	nobody := app
	nobody.ClientID = "pap_01AQ3WVJ000000000000000000"
	for name, client := range map[string]sandbox.PartnerApp{"known": app, "unknown": nobody} {
		wrong := client
		wrong.Secret = "guichet_secret_wrong"
		// In parallel over both processes: the count is the database's.
		var wg sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		for i := range 30 {
			api := []*testapi.API{one, two}[i%2]
			wg.Go(func() {
				a := api.Grant(t, testapi.ByItself(wrong), "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i))
				mu.Lock()
				defer mu.Unlock()
				statuses[a.Status]++
			})
		}
		wg.Wait()
		if statuses[401] != domain.MaxFailures || statuses[429] != 30-domain.MaxFailures {
			t.Errorf("%s: %v", name, statuses)
		}
		for _, api := range []*testapi.API{one, two} {
			a := api.Grant(t, testapi.ByItself(client))
			if a.Status != 429 || a.Error != string(auth.InvalidClient) || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s: the right secret while locked out: %d %s", name, a.Status, a.Body)
			}
		}
	}
	locked := one.Query(t, "landlord-balcons-de-belledonne-admin", `{ partnerApps(first: 1) { edges { node { lockedUntil } } } }`, nil)
	if strings.Contains(locked.Body, `"lockedUntil":null`) {
		t.Errorf("the administrator does not see it: %s", locked.Body)
	}
	// Another app of another organisation is not concerned, and time heals.
	if a := two.Grant(t, testapi.ByItself(testapi.App(t, portal))); a.Status != 200 {
		t.Errorf("another app: %d %s", a.Status, a.Body)
	}
	one.Tokens.Advance(domain.FailureWindow + time.Second)
	if a := two.Grant(t, testapi.ByItself(app)); a.Status != 200 {
		t.Errorf("after the time: %d %s", a.Status, a.Body)
	}
}

// An app that signs needs no secret. What it signed is taken once, by whichever
// process, and a stranger cannot lock it out.
func TestPrivateKeyJWT(t *testing.T) {
	t.Parallel()
	one := testapi.New(t)
	two := one.Another(t)
	app := testapi.App(t, landlord)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","kid":"a","x":%q}`, base64.RawURLEncoding.EncodeToString(public))
	settle(t, one, "landlord-balcons-de-belledonne-admin", app, 1, func(s *domain.PartnerAppSettings) { s.PublicKeys = []string{key} })
	form := func(jti, audience string) url.Values {
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
			"iss": app.ClientID, "sub": app.ClientID, "aud": audience, "jti": jti, "exp": time.Now().Add(time.Minute).Unix(),
		})
		token.Header["kid"] = "a"
		signed, err := token.SignedString(private)
		if err != nil {
			t.Fatal(err)
		}
		return url.Values{"grant_type": {auth.ClientCredentialsGrant}, "client_assertion": {signed}, "client_assertion_type": {auth.JWTBearerAssertion}}
	}
	first := form("1", one.URL+"/oauth/token")
	wrongType, unsigned, otherClient := form("2", one.URL), form("2", one.URL), form("2", one.URL)
	wrongType.Set("client_assertion_type", "x")
	unsigned.Set("client_assertion", unsigned.Get("client_assertion")+"A")
	otherClient.Set("client_id", string(testapi.App(t, portal).ClientID))
	for _, c := range []struct {
		name   string
		api    *testapi.API
		form   url.Values
		status int
	}{
		{"for another service", one, form("2", "https://elsewhere.example"), 401},
		{"type missing", one, wrongType, 400},
		{"tampered", one, unsigned, 401},
		{"client of another", one, otherClient, 401},
		{"first time", one, first, 200},
		{"again", one, first, 401},
		{"again elsewhere, by the name of the issuer", two, form("1", two.URL), 401},
		{"another one", two, form("3", two.URL), 200},
	} {
		if a := c.api.Grant(t, c.form); a.Status != c.status {
			t.Errorf("%s: %d %s", c.name, a.Status, a.Body)
		}
	}
	for range domain.MaxFailures + 1 {
		wrong := testapi.ByItself(app)
		wrong.Set("client_secret", "x")
		one.Grant(t, wrong)
	}
	token := one.Grant(t, form("4", one.URL))
	if token.Status != 200 {
		t.Errorf("a stranger locked the app out: %d %s", token.Status, token.Body)
	}
	// The key goes, and what was had by it.
	settle(t, one, "landlord-balcons-de-belledonne-admin", app, 2, func(*domain.PartnerAppSettings) {})
	if a := one.QueryWith(t, token.AccessToken, who); a.Status != 401 {
		t.Errorf("a token of the withdrawn key: %d %s", a.Status, a.Body)
	}
	if a := one.Grant(t, form("5", one.URL)); a.Status != 401 {
		t.Errorf("the withdrawn key: %d %s", a.Status, a.Body)
	}
}

// An app is used from where it was said to be: its networks, by the address of the
// connection and no header, and its own origins.
func TestWhereAppsCallFrom(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	app := testapi.App(t, landlord)
	const admin = "landlord-balcons-de-belledonne-admin"
	token, browser := api.AppToken(t, landlord, ""), api.AppToken(t, mapApp, "")
	for name, c := range map[string]struct {
		token, origin string
		reason        string
	}{
		"an origin of nobody's":              {browser, "https://evil.example", "ORIGIN"},
		"the configured origin, by an app":   {browser, "https://app.example", "ORIGIN"},
		"another app's origin":               {token, "http://localhost:5173", "ORIGIN"},
		"an app's origin, by a person":       {testapi.Token(t, "metropole-agent"), "http://localhost:5173", "ORIGIN"},
		"its origin with a slash":            {browser, "http://localhost:5173/", "ORIGIN"},
		"its own origin":                     {browser, "http://localhost:5173", ""},
		"no browser":                         {token, "", ""},
		"the configured origin, by a person": {testapi.Token(t, "metropole-agent"), "https://app.example", ""},
		"an app's origin, by nobody":         {"", "http://localhost:5173", ""},
	} {
		var header []string
		if c.origin != "" {
			header = []string{"Origin", c.origin}
		}
		a := api.QueryWith(t, c.token, `{ communes(first: 1) { totalCount } }`, header...)
		if c.reason == "" && (a.Status != 200 || a.Header.Get("Access-Control-Allow-Origin") != c.origin) || c.reason != "" && !refusedAs(a, 403, "FORBIDDEN", c.reason) {
			t.Errorf("%s: %d %s %s", name, a.Status, a.Header.Get("Access-Control-Allow-Origin"), a.Body)
		}
	}
	for origin, allowed := range map[string]bool{"https://evil.example": false, "http://localhost:5173": true, "https://app.example": true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, api.URL+"/graphql", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization")
		if a := api.Send(t, r); (a.Header.Get("Access-Control-Allow-Origin") == origin) != allowed || a.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("preflight of %s: %v", origin, a.Header)
		}
	}

	settle(t, api, admin, app, 1, func(s *domain.PartnerAppSettings) { s.Networks = []string{"192.0.2.0/24", "2001:db8::/32"} })
	if a := api.QueryWith(t, token, who, "X-Forwarded-For", "192.0.2.1", "Forwarded", "for=192.0.2.1"); !refusedAs(a, 403, "FORBIDDEN", "NETWORK") {
		t.Errorf("from another network: %d %s", a.Status, a.Body)
	}
	if a := api.Grant(t, testapi.ByItself(app), "X-Forwarded-For", "192.0.2.1"); a.Status != 401 {
		t.Errorf("a token from another network: %d %s", a.Status, a.Body)
	}
	settle(t, api, admin, app, 2, func(s *domain.PartnerAppSettings) { s.Networks = []string{"192.0.2.0/24", "127.0.0.0/8"} })
	if a := api.QueryWith(t, token, who); a.Status != 200 {
		t.Errorf("from its network: %d %s", a.Status, a.Body)
	}
}

// An app may send what it was given: its documents, its scopes, to its points.
func TestWhatAppsMaySend(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	app := testapi.App(t, portal)
	const admin = "commune-grenoble-admin"
	const registered = `query Communes { communes(first: 1) { totalCount } }`
	sum := sha256.Sum256([]byte(registered))
	token := api.AppToken(t, portal, "")
	settle(t, api, admin, app, 1, func(s *domain.PartnerAppSettings) { s.Operations = []string{hex.EncodeToString(sum[:])} })
	for document, allowed := range map[string]bool{
		registered:       true,
		registered + " ": false,
		`query Communes { communes(first: 2) { totalCount } }`: false,
		who: false,
	} {
		a := api.QueryWith(t, token, document)
		if allowed != (a.Status == 200) || !allowed && !refusedAs(a, 403, "FORBIDDEN", "OPERATION") {
			t.Errorf("%q: %d %s", document, a.Status, a.Body)
		}
	}
	settle(t, api, admin, app, 2, func(s *domain.PartnerAppSettings) { s.Scopes = []domain.AppScope{domain.StockScope} })
	for document, allowed := range map[string]bool{
		`{ communes(first: 1) { totalCount } }`:                                             false,
		`{ ...F } fragment F on Query { organisations(first: 1) { totalCount } }`:           false,
		`{ node(id: "rpt_01AQ3WVJ000000000000000000") { ... on ReceptionPoint { name } } }`: false,
		`{ stockStatistics(by: [TYPOLOGY]) { __typename } }`:                                true,
		`{ stockStatistics(by: [TYPOLOGY]) { cells { count } } }`:                           false,
		`{ buildings(first: 1) { totalCount } }`:                                            true,
		`{ viewer { today } }`:                                                              true,
	} {
		a := api.QueryWith(t, token, document)
		if allowed == slices.Contains(a.Codes(), "FORBIDDEN") {
			t.Errorf("%q: %d %s", document, a.Status, a.Body)
		}
	}
	// Without the scope to act for a person, tokens that did are over.
	settle(t, api, admin, app, 3, func(*domain.PartnerAppSettings) {})
	forPerson := api.AppToken(t, portal, "commune-grenoble-manager")
	declare := func(days int) testapi.Answer {
		return api.QueryWith(t, forPerson, fmt.Sprintf(`mutation { declareOpeningException(input: {receptionPointId: %q, from: "2026-12-%02d", until: "2026-12-%02d", intervals: [], reason: "Travaux"}) { errors { code } } }`,
			pointOf(t, api, "mairie-grenoble"), days, days+1))
	}
	if a := declare(1); a.Body != `{"data":{"declareOpeningException":{"errors":[]}}}` {
		t.Errorf("what both may: %d %s", a.Status, a.Body)
	}
	for i, limit := range []func(*domain.PartnerAppSettings){
		func(s *domain.PartnerAppSettings) {
			s.ReceptionPointIDs = []domain.ID{domain.ID(pointOf(t, api, "mairie-bresson"))}
		},
		func(s *domain.PartnerAppSettings) { s.Territory = []domain.InseeCode{"38151"} },
	} {
		settle(t, api, admin, app, 4+i, limit)
		if a := declare(3); !slices.Equal(a.Codes(), []string{"FORBIDDEN"}) {
			t.Errorf("limit %d: %d %s", i, a.Status, a.Body)
		}
	}
	settle(t, api, admin, app, 6, func(s *domain.PartnerAppSettings) {
		s.Scopes = []domain.AppScope{domain.DirectoryScope}
	})
	if a := api.QueryWith(t, forPerson, who); a.Status != 401 {
		t.Errorf("without the scope: %d %s", a.Status, a.Body)
	}
}

func pointOf(t *testing.T, api *testapi.API, key string) string {
	t.Helper()
	var id string
	if err := api.DB.QueryRowContext(t.Context(), `SELECT id FROM reception_point WHERE key = $1`, key).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// The row of an app is read at each request and written once a minute.
func TestUseIsNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	token := api.AppToken(t, portal, "")
	writes := func() int {
		n := 0
		for _, s := range api.Statements(func() { api.QueryWith(t, token, `{ viewer { now } }`) }) {
			if strings.HasPrefix(s, "UPDATE") {
				n++
			}
		}
		return n
	}
	if n := writes() + writes(); n != 0 {
		t.Errorf("%d writes right after the token was given", n)
	}
	api.Tokens.Advance(61 * time.Second)
	if first, second := writes(), writes(); first != 1 || second != 0 {
		t.Errorf("a minute on: %d writes, then %d", first, second)
	}
}

// No secret, token or assertion stands anywhere but in the answer that shows it.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	app := testapi.App(t, portal)
	person := testapi.Token(t, "commune-grenoble-agent")
	made := api.Query(t, "commune-grenoble-admin", `mutation($id: ID!) { addPartnerAppSecret(input: {partnerAppId: $id}) { secret } }`, map[string]any{"id": app.ClientID})
	fresh, _ := made.Data["addPartnerAppSecret"].(map[string]any)["secret"].(string)
	planted := []string{app.Secret, fresh, person, "guichet_secret_planted"}
	answers := []string{}
	for _, secret := range planted {
		wrong := testapi.ForPerson(app, person)
		wrong.Set("client_secret", secret)
		wrong.Set("subject_token", secret)
		answers = append(answers, api.Grant(t, wrong).Body)
		basicForm := url.Values{"grant_type": {secret}, "scope": {secret}}
		answers = append(answers, api.Grant(t, basicForm, "Authorization", "Basic "+basic(string(app.ClientID), secret)).Body)
		assertion := url.Values{"grant_type": {auth.ClientCredentialsGrant}, "client_assertion": {secret}, "client_assertion_type": {auth.JWTBearerAssertion}}
		answers = append(answers, api.Grant(t, assertion).Body)
		answers = append(answers, api.QueryWith(t, secret, who).Body)
	}
	given := api.Grant(t, testapi.ForPerson(app, person))
	api.QueryWith(t, given.AccessToken, who)
	planted = append(planted, given.AccessToken)
	list := api.Query(t, "commune-grenoble-admin", `{ partnerApps(first: 5) { edges { node { name secrets { id madeAt } } } } }`, nil)
	answers = append(answers, list.Body, api.Log.String(), body(t, api.URL+"/metrics"), dump(t, api))
	for i, text := range answers {
		for _, secret := range planted {
			if secret == "" || strings.Contains(text, secret) {
				t.Errorf("place %d holds a secret", i)
			}
		}
	}
	if !strings.Contains(api.Log.String(), "token issued") || !strings.Contains(body(t, api.URL+"/metrics"), "guichet_oauth_tokens_total") {
		t.Error("nothing is noted at all")
	}
	// Not even in the address, where it is refused.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api.URL+"/oauth/token?client_secret="+url.QueryEscape(app.Secret), bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a := api.Send(t, r); a.Status != 400 || strings.Contains(api.Log.String(), app.Secret) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func body(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// dump is all that the database keeps about apps.
func dump(t *testing.T, api *testapi.API) string {
	t.Helper()
	var all string
	err := api.DB.QueryRowContext(t.Context(), `SELECT concat(
		(SELECT json_agg(a) FROM partner_app a), (SELECT json_agg(s) FROM partner_app_secret s),
		(SELECT json_agg(l) FROM lock_out l), (SELECT json_agg(u) FROM used_assertion u))`).Scan(&all)
	if err != nil || len(all) < 500 {
		t.Fatal(err, all)
	}
	return all
}

// An app near its end is told, in the API and in the log, and counted.
func TestNoticesOfTheEnd(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	app := testapi.App(t, portal)
	settle(t, api, "commune-grenoble-admin", app, 1, func(s *domain.PartnerAppSettings) { s.ValidUntil = domain.DateOf(testapi.Now).AddDays(20) })
	token := api.AppToken(t, portal, "")
	if a := api.QueryWith(t, token, `{ viewer { app { notice } } }`); !strings.Contains(a.Body, `"EXPIRES_WITHIN_30_DAYS"`) {
		t.Errorf("the app is not told: %s", a.Body)
	}
	if !strings.Contains(api.Log.String(), "the end of a partner app is near") ||
		!strings.Contains(body(t, api.URL+"/metrics"), `guichet_partner_app_notices_total{notice="EXPIRES_WITHIN_30_DAYS"} 1`) {
		t.Error("the operator is not told")
	}
}

// A list of apps costs the same number of statements whatever its length, and a
// request of an app one more than that of nobody, or two for a person.
func TestStatementsOfPartnerApps(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	const list = `query($n: Int) { partnerApps(first: $n) { totalCount edges { node { name organisation { name } receptionPoints { name } territory { name } secrets { madeAt } notice } } } }`
	const admin = "metropole-admin"
	register := func(i int) {
		a := api.Query(t, admin, `mutation($in: RegisterPartnerAppInput!) { registerPartnerApp(input: $in) { partnerApp { id } errors { message } } }`,
			map[string]any{"in": map[string]any{"organisationId": organisationOf(t, api, "metropole"), "settings": map[string]any{
				"name": fmt.Sprint("App ", i), "scopes": []string{"STOCK"}, "validUntil": "2027-01-01", "territory": []string{"38185", "38151"},
				"receptionPointIds": []string{pointOf(t, api, "mairie-grenoble")},
			}}})
		if len(a.Errors) > 0 || !strings.Contains(a.Body, "pap_") {
			t.Fatal(a.Body)
		}
	}
	count := func(n int) int {
		var a testapi.Answer
		sent := len(api.Statements(func() { a = api.Query(t, admin, list, map[string]any{"n": n}) }))
		if len(a.Errors) > 0 || strings.Count(a.Body, `"name":"App`) < n-1 {
			t.Fatal(a.Body)
		}
		return sent
	}
	for i := range 12 {
		register(i)
	}
	if one, many := count(1), count(12); one != many || many > 7 {
		t.Errorf("%d statements for 1 app, %d for 12", one, many)
	}
	const public = `{ communes(first: 1) { edges { node { name } } } }`
	alone, person := api.AppToken(t, portal, ""), api.AppToken(t, portal, "commune-grenoble-agent")
	for name, c := range map[string]struct {
		token string
		most  int
	}{"nobody": {"", 1}, "an app alone": {alone, 2}, "an app for a person": {person, 3}} {
		if n := len(api.Statements(func() { api.QueryWith(t, c.token, public) })); n != c.most {
			t.Errorf("%s: %d statements", name, n)
		}
	}
}

func organisationOf(t *testing.T, api *testapi.API, key string) string {
	t.Helper()
	var id string
	if err := api.DB.QueryRowContext(t.Context(), `SELECT id FROM organisation WHERE key = $1`, key).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// An applicant comes from a portal, and is no member of staff whatever its token says.
func TestApplicants(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	token := testapi.Sign(t, testapi.PortalURL, "commune-grenoble-admin", map[string]any{"roles": []string{"ORG_ADMIN"}, "amr": []string{"mfa"}})
	a := api.QueryWith(t, token, `{ viewer { anonymous applicant givenName app { name } assignments { role } } partnerApps(first: 1) { totalCount } }`)
	if a.Body != `{"data":{"viewer":{"anonymous":false,"applicant":true,"givenName":null,"app":null,"assignments":[]},"partnerApps":{"totalCount":0}}}` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	a = api.QueryWith(t, token, `mutation { setSandboxClock(input: {to: null}) { now } }`)
	if !slices.Equal(a.Codes(), []string{"FORBIDDEN"}) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if _, err := api.DB.ExecContext(t.Context(), `UPDATE organisation SET key = 'moved' WHERE key = 'commune-grenoble'`); err != nil {
		t.Fatal(err)
	}
	if a := api.QueryWith(t, token, who); a.Status != 401 {
		t.Errorf("of a portal of nobody's: %d %s", a.Status, a.Body)
	}
}
