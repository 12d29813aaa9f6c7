package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/auth"
)

// OAuth is the authorisation server for partner apps.
type OAuth struct {
	// Issuer is our own address, the iss of the tokens.
	Issuer string
	// Issue answers a request for a token that came from that address. A refusal is
	// an [*auth.GrantError].
	Issue func(ctx context.Context, r auth.TokenRequest, from netip.Addr) (*auth.TokenAnswer, error)
	// KeySet is the JWK Set by which others recognise the tokens.
	KeySet func() []byte
}

// The addresses of the authorisation server, below its issuer.
const (
	tokenPath    = "/oauth/token" //nolint:gosec // an address
	keySetPath   = "/oauth/jwks.json"
	metadataPath = "/.well-known/oauth-authorization-server"

	// maxTokenRequest bounds the body, in bytes: a token and a signed authentication,
	// with room.
	maxTokenRequest = 32 << 10
	// keySetAge is how long others may keep our keys. A new key is published that
	// long before it signs.
	keySetAge = "public, max-age=300"
)

// TokenEndpoint is the address at which apps get tokens.
func TokenEndpoint(issuer string) string { return issuer + tokenPath }

func (o *OAuth) route(mux *http.ServeMux, log *slog.Logger, m *metrics) {
	mux.Handle(tokenPath, &tokenEndpoint{oauth: o, log: log, metrics: m})
	mux.HandleFunc("GET "+keySetPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", keySetAge)
		send(w, http.StatusOK, "application/jwk-set+json", o.KeySet())
	})
	mux.HandleFunc("GET "+metadataPath, o.metadata)
}

// metadata describes the authorisation server (RFC 8414 §2).
func (o *OAuth) metadata(w http.ResponseWriter, _ *http.Request) {
	body, err := json.Marshal(map[string]any{
		"issuer":                                o.Issuer,
		"token_endpoint":                        TokenEndpoint(o.Issuer),
		"jwks_uri":                              o.Issuer + keySetPath,
		"grant_types_supported":                 []string{auth.ClientCredentialsGrant, auth.TokenExchangeGrant},
		"response_types_supported":              []string{},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []auth.Algorithm{auth.ES256, auth.EdDSA, auth.RS256},
	})
	if err != nil { // strings always marshal
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", keySetAge)
	send(w, http.StatusOK, mediaJSON, body)
}

// tokenEndpoint reads the form of a request for a token and writes the answer. What
// it means is not its business.
type tokenEndpoint struct {
	oauth   *OAuth
	log     *slog.Logger
	metrics *metrics
}

func (t *tokenEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		t.refuse(w, r, "", http.StatusMethodNotAllowed, badForm("Use POST."))
		return
	}
	request, status, err := readTokenRequest(w, r)
	if err != nil {
		t.refuse(w, r, request.GrantType, status, err)
		return
	}
	answer, err := t.oauth.Issue(r.Context(), request, connectionAddress(r))
	if err != nil {
		t.refuse(w, r, request.GrantType, 0, err)
		return
	}
	body, err := json.Marshal(answer) //nolint:gosec // the token is what was asked for
	if err != nil {
		t.refuse(w, r, request.GrantType, 0, err)
		return
	}
	t.metrics.tokens.WithLabelValues(grantLabel(request.GrantType), "issued").Inc()
	t.log.InfoContext(r.Context(), "token issued", "grant", grantLabel(request.GrantType), "app", answer.ClientID, "trace", TraceID(r.Context()))
	if answer.Notice != nil {
		t.metrics.notices.WithLabelValues(string(*answer.Notice)).Inc()
		t.log.WarnContext(r.Context(), "the end of a partner app is near", "app", answer.ClientID, "notice", string(*answer.Notice))
	}
	send(w, http.StatusOK, mediaJSON, body)
}

// refuse answers as RFC 6749 §5.2 wants. The log says why; the caller learns what to
// mend and nothing else.
func (t *tokenEndpoint) refuse(w http.ResponseWriter, r *http.Request, grant string, status int, err error) {
	var refused *auth.GrantError
	if !errors.As(err, &refused) {
		t.fail(w, r, grant, err)
		return
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	switch {
	case refused.RetryAfter > 0:
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refused.RetryAfter.Seconds()))))
	case refused.Code == auth.InvalidClient:
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="guichet"`)
	}
	t.metrics.tokens.WithLabelValues(grantLabel(grant), string(refused.Code)).Inc()
	t.log.InfoContext(r.Context(), "token refused", "grant", grantLabel(grant), "error", refused, "trace", TraceID(r.Context()))
	t.sendError(w, status, string(refused.Code), refused.Description)
}

// fail answers when we are at fault, or the person's identity provider is.
func (t *tokenEndpoint) fail(w http.ResponseWriter, r *http.Request, grant string, err error) {
	t.metrics.tokens.WithLabelValues(grantLabel(grant), "failed").Inc()
	if r.Context().Err() == nil { // else the caller is gone
		t.log.ErrorContext(r.Context(), "token not issued", "grant", grantLabel(grant), "error", err, "trace", TraceID(r.Context()))
	}
	w.Header().Set("Retry-After", "5")
	t.sendError(w, http.StatusServiceUnavailable, "temporarily_unavailable", "The service cannot give tokens at the moment.")
}

func (t *tokenEndpoint) sendError(w http.ResponseWriter, status int, code, description string) {
	body, err := json.Marshal(map[string]string{"error": code, "error_description": description})
	if err != nil { // strings always marshal
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	send(w, status, mediaJSON, body)
}

// grantLabel keeps words that a client chose out of metrics.
func grantLabel(grant string) string {
	switch grant {
	case auth.ClientCredentialsGrant:
		return "client_credentials"
	case auth.TokenExchangeGrant:
		return "token_exchange"
	}
	return "other"
}

func badForm(description string) error {
	return &auth.GrantError{Code: auth.InvalidRequest, Description: description}
}

// readTokenRequest reads the form. Each parameter stands once (RFC 6749 §3.2), and in
// the body: addresses are logged.
func readTokenRequest(w http.ResponseWriter, r *http.Request) (auth.TokenRequest, int, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return auth.TokenRequest{}, 0, badForm("Send application/x-www-form-urlencoded.")
	}
	if r.URL.RawQuery != "" {
		return auth.TokenRequest{}, 0, badForm("Send parameters in the body, never in the address: have what was sent there revoked.")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTokenRequest))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return auth.TokenRequest{}, http.StatusRequestEntityTooLarge, badForm("The body may have " + strconv.Itoa(maxTokenRequest) + " bytes at most.")
	}
	if err != nil {
		return auth.TokenRequest{}, 0, badForm("The body could not be read to its end.")
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return auth.TokenRequest{}, 0, badForm("The body is not URL-encoded.")
	}
	for name, values := range form {
		if len(values) > 1 && name != "audience" && name != "resource" { // RFC 8693 §2.1 lets these repeat
			return auth.TokenRequest{}, 0, badForm("A parameter stands twice.")
		}
	}
	request := auth.TokenRequest{
		GrantType: form.Get("grant_type"), Scopes: strings.Fields(form.Get("scope")),
		Targets:      append(form["audience"], form["resource"]...),
		SubjectToken: form.Get("subject_token"), SubjectTokenType: form.Get("subject_token_type"),
		RequestedTokenType: form.Get("requested_token_type"), ActorToken: form.Get("actor_token"),
	}
	if request.GrantType == "" {
		return request, 0, badForm("Send grant_type.")
	}
	return request, 0, readClient(r, form, &request)
}

// readClient reads how the app proves itself: in one way, not in two (RFC 6749 §2.3).
func readClient(r *http.Request, form url.Values, request *auth.TokenRequest) error {
	headers := r.Header.Values("Authorization")
	ways := len(headers)
	for _, name := range []string{"client_secret", "client_assertion"} {
		if form.Has(name) {
			ways++
		}
	}
	if ways != 1 {
		return &auth.GrantError{Code: auth.InvalidClient, Description: "Authenticate in one way: client_secret_basic, client_secret_post or private_key_jwt."}
	}
	request.ClientID = form.Get("client_id")
	switch {
	case form.Has("client_assertion"):
		if form.Get("client_assertion_type") != auth.JWTBearerAssertion {
			return badForm("client_assertion_type is " + auth.JWTBearerAssertion + ".")
		}
		request.Assertion = form.Get("client_assertion")
	case form.Has("client_secret"):
		request.Secret = form.Get("client_secret")
	default:
		id, secret, ok := basic(headers[0])
		if !ok || request.ClientID != "" && request.ClientID != id {
			return &auth.GrantError{Code: auth.InvalidClient, Description: "The Authorization header is not Basic with this client."}
		}
		request.ClientID, request.Secret = id, secret
	}
	if request.Assertion == "" && (request.ClientID == "" || request.Secret == "") {
		return &auth.GrantError{Code: auth.InvalidClient, Description: "The client id or its proof is missing."}
	}
	return nil
}

// basic reads client_secret_basic: both parts are form-encoded first (RFC 6749
// §2.3.1), which net/http does not know.
func basic(header string) (id, secret string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	id, secret, ok = strings.Cut(string(raw), ":")
	if !ok {
		return "", "", false
	}
	id, errID := url.QueryUnescape(id)
	secret, errSecret := url.QueryUnescape(secret)
	return id, secret, errID == nil && errSecret == nil
}
