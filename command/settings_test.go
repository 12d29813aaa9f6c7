package command_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/sandbox"
)

// secret is a password that must never be shown.
const secret = "kept-from-all-eyes"

const (
	// goodKey signs cursors, auditKey seals the trail, sandboxKey is the one that everybody can read.
	goodKey    = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
	auditKey   = "YXVkaXRhdWRpdGF1ZGl0YXVkaXRhdWRpdGF1ZGl0YXU="
	sandboxKey = "aTssjwSFu3gN4M+mKAan/1jRh00dkw3J8rD58YgHDPQ="
	// ownKeys is a public key of nobody's (RFC 8037, appendix A).
	ownKeys = `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"own","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
)

// issuers writes a file of identity providers with one issuer.
func issuers(t *testing.T, url, keys string) string {
	t.Helper()
	return write(t, "issuers.json", `[{"url": "`+url+`", "audience": "guichet", "amr": ["mfa"], "algorithms": ["EdDSA"], "keyFile": "`+
		write(t, "keys.json", keys)+`"}]`)
}

// signingKey writes a key that signs tokens.
func signingKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	return write(t, "signing.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

// read returns a file that a test wrote.
func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	return string(content)
}

// production are settings under which the service starts.
func production(t *testing.T, more ...string) []string {
	t.Helper()
	return append([]string{
		"serve", "--listen", "127.0.0.1:0", "--cursor-keys", goodKey, "--audit-key", auditKey,
		"--storage-key", auditKey, "--antivirus", "unix:/run/clamav/clamd.ctl",
		"--issuers", issuers(t, "https://id.metropole.example", ownKeys),
	}, more...)
}

// TestSettingsAreRefused: none of these starts anything; the message names the
// setting.
func TestSettingsAreRefused(t *testing.T) {
	t.Parallel()
	good := issuers(t, "https://id.metropole.example", ownKeys)
	short := base64.StdEncoding.EncodeToString([]byte("thirty-one bytes are not enough"))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	for name, c := range map[string]struct {
		args []string
		// says is in the message.
		says string
	}{
		"no command":                      {nil, "expected one of"},
		"unknown command":                 {[]string{"dance"}, "dance"},
		"unknown flag":                    {[]string{"serve", "--fast"}, "--fast"},
		"issuer without a strong sign-in": {production(t, "--issuers", write(t, "i.json", strings.Replace(read(t, good), `"mfa"`, "", 1))), "issuers: "},
		"portal of no organisation":       {production(t, "--issuers", write(t, "i.json", strings.Replace(read(t, good), `"amr"`, `"yields": "APPLICANTS", "amr"`, 1))), "issuers: "},
		"signing keys without an address": {production(t, "--signing-keys", signingKey(t)), "signing-keys: "},
		"an address without signing keys": {production(t, "--public-url", "https://guichet.example"), "signing-keys: "},
		"an address of plain http":        {production(t, "--public-url", "http://guichet.example", "--signing-keys", signingKey(t)), "signing-keys: "},
		"no file of signing keys":         {production(t, "--public-url", "https://guichet.example", "--signing-keys", "/nowhere/keys.pem"), "signing-keys: "},
		"signing keys in a sandbox":       {[]string{"serve", "--sandbox", "--signing-keys", signingKey(t)}, "signing-keys: "},
		"no cursor keys":                  {[]string{"serve", "--issuers", good}, "cursor-keys: "},
		"no issuers":                      {[]string{"serve", "--cursor-keys", goodKey}, "issuers: "},
		"short key":                       {production(t, "--cursor-keys", short), "cursor-keys: "},
		"second key short":                {production(t, "--cursor-keys", goodKey+","+short), "cursor-keys: "},
		"key that is not base64":          {production(t, "--cursor-keys", "a secret"), "cursor-keys: "},
		"cursor key of the sandbox":       {production(t, "--cursor-keys", sandboxKey), "cursor-keys: "},
		"no audit key":                    {[]string{"serve", "--cursor-keys", goodKey, "--issuers", good}, "audit-key: "},
		"short audit key":                 {production(t, "--audit-key", short), "audit-key: "},
		"audit key that is not base64":    {production(t, "--audit-key", auditKey+",a secret"), "audit-key: "},
		"audit keys twice":                {production(t, "--audit-key-file", write(t, "audit-key", auditKey)), "audit-key-file: "},
		"no file of audit keys":           {[]string{"serve", "--cursor-keys", goodKey, "--issuers", good, "--audit-key-file", "/nowhere/key"}, "audit-key-file: "},
		"empty file of audit keys":        {[]string{"serve", "--cursor-keys", goodKey, "--issuers", good, "--audit-key-file", write(t, "audit-key", "\n")}, "audit-key-file: "},
		"short audit key in a sandbox":    {[]string{"serve", "--sandbox", "--audit-key", short}, "audit-key: "},
		"no time for the audit":           {production(t, "--audit-wait", "9ms"), "audit-wait: "},
		"endless wait for the audit":      {production(t, "--audit-wait", "11s"), "audit-wait: "},
		"audit: what":                     {[]string{"audit"}, "expected one of"},
		"no storage key":                  {[]string{"serve", "--cursor-keys", goodKey, "--issuers", good, "--audit-key", auditKey, "--antivirus", "tcp:scan:3310"}, "storage-key: "},
		"short storage key":               {production(t, "--storage-key", short), "storage-key: "},
		"storage keys twice":              {production(t, "--storage-key-file", write(t, "storage-key", auditKey)), "storage-key-file: "},
		"short storage key in a sandbox":  {[]string{"serve", "--sandbox", "--storage-key", short}, "storage-key: "},
		"an antivirus that is none":       {production(t, "--antivirus", "development"), "antivirus: "},
		"an antivirus that is nowhere":    {[]string{"serve", "--sandbox", "--antivirus", "somewhere"}, "antivirus: "},
		"a registry that is played":       {production(t, "--registry", "development"), "registry: "},
		"a registry that is nowhere":      {[]string{"serve", "--sandbox", "--registry", "https://sne.example"}, "registry: "},
		"a digitiser that is played":      {production(t, "--digitiser", "development"), "digitiser: "},
		"a digitiser that is nowhere":     {[]string{"serve", "--sandbox", "--digitiser", "https://digitiser.example"}, "digitiser: "},
		"a desk that makes no number":     {[]string{"serve", "--sandbox", "--registry-desk", "guichet"}, "registry: "},
		"verify: no key":                  {[]string{"audit", "verify", "--data-dir", t.TempDir()}, "audit-key: "},
		"verify: no connection":           {[]string{"audit", "verify", "--audit-key", auditKey, "--pool-size", "0"}, "pool-size: "},
		"verify: no such head":            {[]string{"audit", "verify", "--audit-key", auditKey, "--head", "/nowhere/head"}, "--head"},
		"verify: no head":                 {[]string{"audit", "verify", "--audit-key", auditKey, "--head", good}, "head: "},
		"verify: in no time":              {[]string{"audit", "verify", "--audit-key", auditKey, "--late", "9s"}, "late: "},
		"verify: never":                   {[]string{"audit", "verify", "--audit-key", auditKey, "--late", "25h"}, "late: "},
		"head: no connection":             {[]string{"audit", "head", "--pool-size", "0"}, "pool-size: "},
		"prune: no key":                   {[]string{"audit", "prune", "--data-dir", t.TempDir()}, "audit-key: "},
		"prune: what is young":            {[]string{"audit", "prune", "--audit-key", auditKey, "--months", "1"}, "months: "},
		"prune: nothing ever":             {[]string{"audit", "prune", "--audit-key", auditKey, "--months", "121"}, "months: "},
		"issuer of the sandbox":           {production(t, "--issuers", issuers(t, sandbox.IssuerURL, ownKeys)), "issuers: "},
		"issuer key of the sandbox":       {production(t, "--issuers", issuers(t, "https://id.example", string(sandbox.Issuer().KeySet))), "issuers: "},
		"issuer of the sandbox's portal":  {production(t, "--issuers", issuers(t, sandbox.PortalURL, ownKeys)), "issuers: "},
		"portal key of the sandbox":       {production(t, "--issuers", issuers(t, "https://id.example", string(sandbox.Portal().KeySet))), "issuers: "},
		"issuer without https":            {production(t, "--issuers", issuers(t, "http://id.example", ownKeys)), "issuers: "},
		"no file of issuers":              {production(t, "--issuers", "/nowhere/issuers.json"), "issuers: "},
		"issuers that are no JSON":        {production(t, "--issuers", write(t, "i.json", "url: x")), "issuers: "},
		"issuers with a wrong name":       {production(t, "--issuers", write(t, "i.json", `[{"uri": "https://id.example"}]`)), "issuers: "},
		"file without issuer":             {production(t, "--issuers", write(t, "i.json", "[]")), "issuers: "},
		"file of issuers too large":       {production(t, "--issuers", write(t, "i.json", strings.Repeat(" ", 1<<20+1))), "issuers: "},
		"issuers in a sandbox":            {[]string{"serve", "--sandbox", "--issuers", good}, "issuers: "},
		"reset outside a sandbox":         {production(t, "--reset"), "reset: "},
		"reset of another database":       {[]string{"serve", "--sandbox", "--reset", "--listen", "127.0.0.1:0", "--database-url", "postgres://h/d"}, "reset: "},
		"fewer applications than none":    {[]string{"serve", "--sandbox", "--sandbox-applications=-1"}, "sandbox-applications: "},
		"too many applications":           {[]string{"serve", "--sandbox", "--sandbox-applications", "200001"}, "sandbox-applications: "},
		"seed: too many applications":     {[]string{"seed", "--sandbox-applications", "200001"}, "sandbox-applications: "},
		"access: no connection":           {[]string{"access", "check", "--pool-size", "0"}, "pool-size: "},
		"no connection":                   {production(t, "--pool-size", "0"), "pool-size: "},
		"too many connections":            {production(t, "--pool-size", "101"), "pool-size: "},
		"pool size in words":              {production(t, "--pool-size", "many"), "--pool-size"},
		"negative statement cache":        {production(t, "--statement-cache", "-1"), "statement-cache"},
		"statement cache too large":       {production(t, "--statement-cache", "1001"), "statement-cache: "},
		"writers neither on nor off":      {production(t, "--writers", "maybe"), "--writers"},
		"negative grace":                  {production(t, "--grace=-1s"), "grace: "},
		"endless grace":                   {production(t, "--grace", "11m"), "grace: "},
		"negative age":                    {production(t, "--public-max-age=-1s"), "public-max-age: "},
		"everlasting age":                 {production(t, "--public-max-age", "25h"), "public-max-age: "},
		"time without unit":               {production(t, "--grace", "20"), "--grace"},
		"origin with a path":              {production(t, "--allowed-origins", "https://app.example/"), "allowed-origins: "},
		"any origin":                      {production(t, "--allowed-origins", "*"), "allowed-origins: "},
		"no address":                      {production(t, "--listen", "nowhere"), "listen: "},
		"port in use":                     {production(t, "--listen", taken.Addr().String()), "listen: "},
		"migrate: no connection":          {[]string{"migrate", "--pool-size", "0"}, "pool-size: "},
		"seed: no connection":             {[]string{"seed", "--pool-size", "0"}, "pool-size: "},
		"import: no connection":           {[]string{"import", "communes", "--pool-size", "0"}, "pool-size: "},
		"import: what":                    {[]string{"import"}, "expected one of"},
		"import: no such file":            {[]string{"import", "organisations", "/nowhere/o.csv"}, "o.csv"},
		"import: guess the charset":       {[]string{"import", "organisations", good, "--charset", "auto"}, "--charset"},
		"import: charset of ours":         {[]string{"import", "communes", "--charset", "utf-8"}, "--charset"},
		"import: boundaries of ours":      {[]string{"import", "communes", "--boundaries", good}, "boundaries: "},
		"token of nobody":                 {[]string{"token", "nobody"}, "persona: "},
		"token without name":              {[]string{"token"}, "persona: "},
		"token for a week":                {[]string{"token", "commune-grenoble-agent", "--lifetime", "168h"}, "lifetime: "},
		"token for no time":               {[]string{"token", "commune-grenoble-agent", "--lifetime", "0s"}, "lifetime: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, c.args...)
			if r.status != 2 || r.stdout != "" || !strings.Contains(r.stderr, "guichet: ") || !strings.Contains(r.stderr, c.says) {
				t.Errorf("status %d, printed %q, said %q", r.status, r.stdout, r.stderr)
			}
			if logged(r.stderr, "ready") != nil {
				t.Error("it started")
			}
		})
	}
}

// TestPasswordIsNeverShown: whatever is wrong with the URL, and whatever is not.
func TestPasswordIsNeverShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url    string
		status int
	}{
		"another database":          {"mysql://guichet:" + secret + "@127.0.0.1/guichet", 2},
		"no URL":                    {"host=127.0.0.1 password=" + secret, 2},
		"wrong escape":              {"postgres://guichet:" + secret + "%zz@127.0.0.1/guichet", 2},
		"port in letters":           {"postgres://guichet:" + secret + "@127.0.0.1:port/guichet", 2},
		"slash in the password":     {"postgres://guichet:a/" + secret + "@127.0.0.1/guichet", 2},
		"number sign in it":         {"postgres://guichet:12#" + secret + "@127.0.0.1/guichet", 2},
		"question mark in it":       {"postgres://127.0.0.1:1?" + secret + "@127.0.0.1/guichet", 1},
		"slashes forgotten":         {"postgres:guichet:" + secret + "@127.0.0.1/guichet", 2},
		"one slash forgotten":       {"postgres:/guichet:" + secret + "@127.0.0.1/guichet", 2},
		"nobody listens":            {"postgres://guichet:" + secret + "@127.0.0.1:1/guichet", 1},
		"nobody listens, parameter": {"postgres://127.0.0.1:1/guichet?user=guichet&password=" + secret, 1},
		"wrong parameter":           {"postgres://guichet:" + secret + "@127.0.0.1:1/guichet?sslmode=" + "perhaps", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, args := range [][]string{
				production(t, "--database-url", c.url),
				{"serve", "--sandbox", "--listen", "127.0.0.1:0", "--database-url", c.url},
				{"migrate", "--database-url", c.url},
				{"seed", "--database-url", c.url},
				{"import", "communes", "--database-url", c.url},
				{"audit", "verify", "--audit-key", auditKey, "--database-url", c.url},
				{"audit", "head", "--database-url", c.url},
				{"audit", "prune", "--audit-key", auditKey, "--database-url", c.url},
			} {
				r := run(t, args...)
				if r.status != c.status || r.stdout != "" || !strings.Contains(r.stderr, "guichet: ") {
					t.Errorf("%s: status %d, printed %q, said %q", args[0], r.status, r.stdout, r.stderr)
				}
				if strings.Contains(r.stderr, secret) {
					t.Errorf("%s shows the password: %s", args[0], r.stderr)
				}
			}
		})
	}
}

// TestSettingsAreLogged: every setting, and no secret.
func TestSettingsAreLogged(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	p := start(t, production(t, "--database-url", dsn, "--pool-size", "3", "--statement-cache", "7", "--introspection", "--behind-tls",
		"--allowed-origins", "https://a.example,https://b.example", "--trusted-proxies", "10.0.0.0/8", "--public-max-age", "2m", "--grace", "3s", "--audit-wait", "700ms")...)
	log := p.stop(t)
	have := logged(log, "settings")
	for name, want := range map[string]any{
		"pool_size": 3.0, "statement_cache": 7.0, "listen": "127.0.0.1:0", "sandbox": false,
		"cursor_keys": "1 (hidden)", "audit_key": "1 (hidden)", "audit_key_file": "", "audit_wait": 700e6, "allowed_origins": "https://a.example https://b.example", "trusted_proxies": "[10.0.0.0/8]", "introspection": true,
		"sandbox_stock": "on", "sandbox_applications": 20000.0, "behind_tls": true, "public_max_age": 120e9, "grace": 3e9,
	} {
		if have[name] != want {
			t.Errorf("%s is %v, want %v", name, have[name], want)
		}
	}
	u, err := url.Parse(dsn)
	must(t, err)
	password, _ := u.User.Password()
	u.RawQuery = ""
	if have["database"] != u.Redacted() {
		t.Errorf("database is %v", have["database"])
	}
	path, _ := have["issuers"].(string)
	if !strings.HasSuffix(path, "issuers.json") {
		t.Errorf("issuers is %q", path)
	}
	for _, hidden := range []string{goodKey, auditKey, password} {
		if hidden != "" && strings.Contains(log, hidden) {
			t.Errorf("the log shows %q", hidden)
		}
	}
}

// TestHelp: each setting has a flag, a variable and a sentence.
func TestHelp(t *testing.T) {
	t.Parallel()
	help := mustRun(t, "serve", "--help")
	for _, variable := range []string{
		"DATABASE_URL", "GUICHET_DATA_DIR", "GUICHET_POOL_SIZE", "GUICHET_STATEMENT_CACHE", "GUICHET_LISTEN", "GUICHET_SANDBOX",
		"GUICHET_ISSUERS", "GUICHET_CURSOR_KEYS", "GUICHET_ALLOWED_ORIGINS", "GUICHET_TRUSTED_PROXIES", "GUICHET_INTROSPECTION", "GUICHET_BEHIND_TLS",
		"GUICHET_PUBLIC_MAX_AGE", "GUICHET_GRACE", "GUICHET_AUDIT_KEY", "GUICHET_AUDIT_KEY_FILE", "GUICHET_AUDIT_WAIT",
		"GUICHET_STORAGE", "GUICHET_STORAGE_KEY", "GUICHET_STORAGE_KEY_FILE", "GUICHET_ANTIVIRUS", "GUICHET_DIGITISER",
		"GUICHET_SANDBOX_STOCK", "GUICHET_SANDBOX_APPLICATIONS", "GUICHET_SANDBOX_DESKS",
	} {
		if !strings.Contains(help, "$"+variable) {
			t.Errorf("%s is not in the help", variable)
		}
	}
	for _, args := range [][]string{{"--help"}, {"migrate", "--help"}, {"import", "--help"}, {"import", "communes", "--help"}, {"seed", "--help"}, {"access", "--help"}, {"appoint", "--help"}, {"audit", "--help"}, {"audit", "verify", "--help"}, {"audit", "head", "--help"}, {"audit", "prune", "--help"}, {"token", "--help"}, {"schema", "--help"}, {"version", "--help"}} {
		if out := mustRun(t, args...); !strings.HasPrefix(out, "Usage: guichet") {
			t.Errorf("%v printed %q", args, out)
		}
	}
}
