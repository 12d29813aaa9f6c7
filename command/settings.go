package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/auth"
)

// settingError is a setting under which the program does not start.
type settingError struct{ setting, message string }

// Error names the setting and how to mend it.
func (e *settingError) Error() string { return e.setting + ": " + e.message }

// databaseSettings say where the data is.
type databaseSettings struct {
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL 14 or newer, as a URL. Without it a private server is started in the data directory."`
	DataDir     string `name:"data-dir" env:"GUICHET_DATA_DIR" type:"path" help:"Where the private PostgreSQL keeps its data. Default: the system's state directory for root, the user's otherwise."`
	PoolSize    int    `name:"pool-size" env:"GUICHET_POOL_SIZE" default:"16" help:"Connections to PostgreSQL, 1 to 100."`
	// Behind a pooler that shares connections between transactions a kept
	// statement would be looked for on the wrong connection.
	StatementCache int `name:"statement-cache" env:"GUICHET_STATEMENT_CACHE" default:"256" help:"Prepared statements kept for each connection, 0 to 1000. 0 behind a transaction pooler."`
}

func (s databaseSettings) validate() error {
	switch {
	case s.PoolSize < 1 || s.PoolSize > 100:
		return &settingError{"pool-size", "must lie between 1 and 100"}
	case s.StatementCache < 0 || s.StatementCache > 1000:
		return &settingError{"statement-cache", "must lie between 0 and 1000"}
	}
	if s.DatabaseURL == "" {
		return nil
	}
	u, err := url.Parse(s.DatabaseURL)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") ||
		u.Opaque != "" || u.Fragment != "" || strings.ContainsAny(strings.TrimPrefix(u.Path, "/"), "/:@") {
		// The parser's own message would repeat the password, and so would a log of
		// a URL in which the password is not where it belongs.
		return &settingError{"database-url", "must be a URL: postgres://user:password@host:5432/database"}
	}
	return nil
}

// describe lists the settings for the log, with secrets masked.
func (s databaseSettings) describe() []any {
	if s.DatabaseURL == "" {
		return []any{"database", "private", "data_dir", s.DataDir, "pool_size", s.PoolSize, "statement_cache", s.StatementCache}
	}
	u, err := url.Parse(s.DatabaseURL)
	shown := "unreadable"
	if err == nil {
		u.RawQuery = ""
		shown = u.Redacted()
	}
	return []any{"database", shown, "pool_size", s.PoolSize, "statement_cache", s.StatementCache}
}

// serveSettings say how the API is reached.
type serveSettings struct {
	Listen         string         `env:"GUICHET_LISTEN" default:"127.0.0.1:8080" help:"Address and port to listen on."`
	Sandbox        bool           `env:"GUICHET_SANDBOX" help:"Serve fictional data to fictional people, with a clock that can be moved."`
	SandboxDesks   string         `name:"sandbox-desks" env:"GUICHET_SANDBOX_DESKS" enum:"on,off" default:"on" help:"on, or off for a sandbox whose desks have received nobody yet: its calendars are empty."`
	IssuersFile    string         `name:"issuers" env:"GUICHET_ISSUERS" type:"path" help:"JSON file of the identity providers whose tokens are accepted: [{\"url\", \"audience\", \"algorithms\": [\"ES256\"], \"acr\" and \"amr\": values of a strong sign-in, \"yields\": \"STAFF\" or \"APPLICANTS\" of an \"organisation\", \"keysUrl\" or \"keyFile\"; without these, by discovery}]."`
	PublicURL      string         `name:"public-url" env:"GUICHET_PUBLIC_URL" help:"Address under which callers reach the service, without a slash at its end: the issuer of the tokens of partner apps."`
	SigningKeys    string         `name:"signing-keys" env:"GUICHET_SIGNING_KEYS" type:"path" help:"PEM file of the keys of these tokens, Ed25519 or P-256: the first signs, all are published. Without it partner apps get no tokens."`
	CursorKeys     []string       `name:"cursor-keys" env:"GUICHET_CURSOR_KEYS" help:"Secrets that sign cursors, 32 bytes or more each in base64: the first signs, all are accepted."`
	AllowedOrigins []string       `name:"allowed-origins" env:"GUICHET_ALLOWED_ORIGINS" help:"Origins of browser apps, exact: https://app.example."`
	TrustedProxies []netip.Prefix `name:"trusted-proxies" env:"GUICHET_TRUSTED_PROXIES" help:"Networks of the proxies before the service, as 10.0.0.0/8: the address of a caller is the one that they put into X-Forwarded-For. Partner apps may be held to their networks."`
	Introspection  bool           `env:"GUICHET_INTROSPECTION" help:"Let callers read the contract. Always on in a sandbox."`
	BehindTLS      bool           `name:"behind-tls" env:"GUICHET_BEHIND_TLS" help:"Callers reach the service by https alone."`
	PublicMaxAge   time.Duration  `name:"public-max-age" env:"GUICHET_PUBLIC_MAX_AGE" default:"1m" help:"How long caches may keep answers of the public directory."`
	AuditWait      time.Duration  `env:"GUICHET_AUDIT_WAIT" default:"500ms" help:"How long a read may wait to be put on record; then it is refused."`
	Writers        string         `env:"GUICHET_WRITERS" enum:"on,off" default:"on" help:"on, or off to have every answer written by gqlgen alone: the same bytes, several times slower."`
	Grace          time.Duration  `env:"GUICHET_GRACE" default:"20s" help:"How long requests under way may finish when the service stops."`
}

// auditSettings are the secrets of the audit trail.
type auditSettings struct {
	AuditKey     []string `env:"GUICHET_AUDIT_KEY" help:"Secrets that seal the audit trail, 32 bytes or more each in base64: the first seals, all are accepted. Who has the database must not have them. A sandbox makes one of its own in the data directory."`
	AuditKeyFile string   `type:"path" env:"GUICHET_AUDIT_KEY_FILE" help:"File of these secrets, one a line, in place of the variable."`
}

// sandboxSettings say what a sandbox holds.
type sandboxSettings struct {
	SandboxStock        string `name:"sandbox-stock" env:"GUICHET_SANDBOX_STOCK" enum:"on,off" default:"on" help:"on, or off for a sandbox without its 52 000 dwellings, which is there sooner."`
	SandboxApplications int    `name:"sandbox-applications" env:"GUICHET_SANDBOX_APPLICATIONS" default:"20000" help:"How many fictional applications a sandbox has, 0 to 200000."`
}

// maxSandboxApplications is how many the service is measured with.
const maxSandboxApplications = 200_000

func (s sandboxSettings) validate() error {
	if s.SandboxApplications < 0 || s.SandboxApplications > maxSandboxApplications {
		return &settingError{"sandbox-applications", fmt.Sprintf("must lie between 0 and %d", maxSandboxApplications)}
	}
	return nil
}

// describe lists the settings for the log.
func (s sandboxSettings) describe() []any {
	return []any{"sandbox_stock", s.SandboxStock, "sandbox_applications", s.SandboxApplications}
}

// minCursorKey is in bytes.
const minCursorKey = 32

// validate refuses what production must not run with.
func (s serveSettings) validate() error {
	if s.Grace < 0 || s.Grace > 10*time.Minute {
		return &settingError{"grace", "must lie between 0 and 10m"}
	}
	if s.AuditWait < 10*time.Millisecond || s.AuditWait > 10*time.Second {
		return &settingError{"audit-wait", "must lie between 10ms and 10s"}
	}
	if s.PublicMaxAge < 0 || s.PublicMaxAge > 24*time.Hour {
		return &settingError{"public-max-age", "must lie between 0 and 24h"}
	}
	for _, origin := range s.AllowedOrigins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || origin != u.Scheme+"://"+u.Host || strings.Contains(u.Host, "*") {
			return &settingError{"allowed-origins", "each must be exact, scheme://host[:port]: https://app.example"}
		}
	}
	if s.Sandbox {
		switch {
		case s.IssuersFile != "":
			return &settingError{"issuers", "a sandbox has its own issuer; leave this out"}
		case s.SigningKeys != "":
			return &settingError{"signing-keys", "a sandbox has its own key; leave this out"}
		}
		return nil
	}
	if len(s.CursorKeys) == 0 {
		return &settingError{"cursor-keys", "production needs a secret: openssl rand -base64 32"}
	}
	if s.IssuersFile == "" {
		return &settingError{"issuers", "production needs the identity providers of its callers (or start with --sandbox)"}
	}
	if (s.PublicURL == "") != (s.SigningKeys == "") {
		return &settingError{"signing-keys", "goes with public-url: tokens name their issuer, and its keys"}
	}
	return nil
}

// sandboxCursorKey signs the sandbox's cursors: published, and refused elsewhere.
func sandboxCursorKey() []byte {
	sum := sha256.Sum256([]byte("guichet-sandbox-cursors-not-a-secret"))
	return sum[:]
}

// cursorKeys decodes the secrets.
func (s serveSettings) cursorKeys() ([][]byte, error) {
	if s.Sandbox {
		return [][]byte{sandboxCursorKey()}, nil
	}
	keys := make([][]byte, 0, len(s.CursorKeys))
	for _, encoded := range s.CursorKeys {
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) < minCursorKey {
			return nil, &settingError{"cursor-keys", "each must be 32 bytes or more in base64: openssl rand -base64 32"}
		}
		if string(key) == string(sandboxCursorKey()) {
			return nil, &settingError{"cursor-keys", "this is the sandbox's, which everybody knows"}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// describe lists the settings for the log, with secrets masked.
func (s serveSettings) describe() []any {
	return []any{
		"listen", s.Listen, "sandbox", s.Sandbox, "sandbox_desks", s.SandboxDesks, "issuers", s.IssuersFile,
		"public_url", s.PublicURL, "signing_keys", s.SigningKeys,
		"cursor_keys", fmt.Sprintf("%d (hidden)", len(s.CursorKeys)),
		"allowed_origins", strings.Join(s.AllowedOrigins, " "),
		"trusted_proxies", fmt.Sprint(s.TrustedProxies),
		"introspection", s.Introspection || s.Sandbox, "behind_tls", s.BehindTLS,
		"writers", s.Writers, "audit_wait", s.AuditWait, "public_max_age", s.PublicMaxAge, "grace", s.Grace,
	}
}

// maxIssuersFile is in bytes.
const maxIssuersFile = 1 << 20

// issuers reads the file of identity providers.
func (s serveSettings) issuers() ([]auth.Issuer, error) {
	info, err := os.Stat(s.IssuersFile)
	if err != nil {
		return nil, &settingError{"issuers", err.Error()}
	}
	if info.Size() > maxIssuersFile {
		return nil, &settingError{"issuers", "the file is larger than 1 MiB"}
	}
	raw, err := os.ReadFile(s.IssuersFile)
	if err != nil {
		return nil, &settingError{"issuers", err.Error()}
	}
	var file []struct {
		URL          string           `json:"url"`
		Yields       auth.Yields      `json:"yields"`
		Organisation string           `json:"organisation"`
		Audience     string           `json:"audience"`
		ACR          []string         `json:"acr"`
		AMR          []string         `json:"amr"`
		Algorithms   []auth.Algorithm `json:"algorithms"`
		KeyFile      string           `json:"keyFile"`
		KeysURL      string           `json:"keysUrl"`
	}
	// A name that is not ours is a typing error, and the setting it meant is unset.
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, &settingError{"issuers", "not the JSON that --help describes: " + err.Error()}
	}
	if len(file) == 0 {
		return nil, &settingError{"issuers", "the file names no identity provider: nobody could sign in"}
	}
	issuers := make([]auth.Issuer, len(file))
	for i, f := range file {
		issuers[i] = auth.Issuer{
			URL: f.URL, Yields: f.Yields, Organisation: f.Organisation, Audience: f.Audience, ACR: f.ACR, AMR: f.AMR,
			Algorithms: f.Algorithms, KeyFile: f.KeyFile, KeysURL: f.KeysURL,
		}
	}
	return issuers, nil
}

// newLog writes lines for a person on a terminal and JSON otherwise.
func newLog(env Environment) *slog.Logger {
	if isTerminal(env.Stderr) {
		return slog.New(slog.NewTextHandler(env.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(env.Stderr, nil))
}
