package graph_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/privacy"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph"
)

// sqlError is what drivers give: a state and a text that must stay inside.
type sqlError string

func (e sqlError) Error() string    { return "pq: secret (" + string(e) + ")" }
func (e sqlError) SQLState() string { return string(e) }

type waiting time.Duration

func (w waiting) Error() string             { return "secret bucket" }
func (w waiting) RetryAfter() time.Duration { return time.Duration(w) }

func testErrors(log *bytes.Buffer) graph.Errors {
	return graph.Errors{
		Log:      slog.New(slog.NewJSONHandler(log, nil)),
		Language: func(context.Context) domain.Language { return domain.English },
		TraceID:  func(context.Context) string { return "trace-1" },
	}
}

func TestPresent(t *testing.T) {
	t.Parallel()
	validation := &gqlerror.Error{Message: "Cannot query field", Rule: "FieldsOnCorrectType"}
	parse := &gqlerror.Error{Message: "Expected Name", Extensions: map[string]any{"code": "GRAPHQL_PARSE_FAILED"}}
	for name, test := range map[string]struct {
		err    error
		code   domain.Code
		reason string
		logged bool
	}{
		"anything":                   {errors.New("secret"), domain.Internal, "", true},
		"a refusal that escaped":     {&domain.Refusal{Message: domain.Text{EN: "secret"}}, domain.Internal, "", true},
		"a library's text":           {gqlerror.Errorf("secret"), domain.Internal, "", true},
		"a broken promise":           {gqlerror.WrapPath(ast.Path{ast.PathName("a")}, errors.New("secret: must not be null")), domain.Internal, "", true},
		"the guard":                  {fmt.Errorf("read secret: %w", privacy.Deny), domain.Internal, "", true},
		"a state of SQL":             {sqlError("42P01"), domain.Internal, "", true},
		"a connection that broke":    {fmt.Errorf("load: %w", driver.ErrBadConn), domain.Internal, domain.ReasonUnavailable, true},
		"one that ended":             {fmt.Errorf("load: %w", io.ErrUnexpectedEOF), domain.Internal, domain.ReasonUnavailable, true},
		"nobody answers":             {&net.OpError{Op: "dial", Err: errors.New("secret")}, domain.Internal, domain.ReasonUnavailable, true},
		"a database that starts":     {sqlError("57P03"), domain.Internal, domain.ReasonUnavailable, true},
		"no connection is left":      {sqlError("53300"), domain.Internal, domain.ReasonUnavailable, true},
		"a failed connection of SQL": {sqlError("08006"), domain.Internal, domain.ReasonUnavailable, true},
		"an internal error":          {&domain.Error{Code: domain.Internal, Cause: errors.New("secret")}, domain.Internal, "", true},
		"a value SQL refused":        {fmt.Errorf("page: %w", sqlError("22007")), domain.BadRequest, graph.ReasonInvalidValue, false},
		"a cancelled statement":      {sqlError("57014"), domain.Timeout, "", false},
		"a deadline":                 {fmt.Errorf("secret: %w", context.DeadlineExceeded), domain.Timeout, "", false},
		"no such row":                {fmt.Errorf("load: %w", &ent.NotFoundError{}), domain.NotFound, "", false},
		"validation":                 {validation, domain.BadRequest, graph.ReasonValidation, false},
		"syntax":                     {parse, domain.BadRequest, graph.ReasonSyntax, false},
		"an error of ours":           {fmt.Errorf("x: %w", &domain.Error{Code: domain.Forbidden, Reason: "ROLE", Cause: errors.New("secret")}), domain.Forbidden, "ROLE", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			got := testErrors(&log).Present(t.Context(), test.err)
			reason, _ := got.Extensions["reason"].(string)
			if got.Extensions["code"] != string(test.code) || reason != test.reason {
				t.Errorf("got %v", got.Extensions)
			}
			if strings.Contains(got.Message, "secret") || got.Message == "" || got.Err != nil {
				t.Errorf("message %q", got.Message)
			}
			if (log.Len() > 0) != test.logged || test.logged && !strings.Contains(log.String(), `"trace":"trace-1"`) {
				t.Errorf("log %s", &log)
			}
			if alarm := strings.Contains(log.String(), `"alarm":true`); alarm != errors.Is(test.err, privacy.Deny) {
				t.Errorf("alarm %t", alarm)
			}
			assertCatalogue(t, got)
		})
	}
}

// assertCatalogue proves that an error has nothing but what the contract promises.
func assertCatalogue(t *testing.T, e *gqlerror.Error) {
	t.Helper()
	code, _ := e.Extensions["code"].(string)
	if !slices.Contains(domain.Codes(), domain.Code(code)) {
		t.Errorf("code %q is not in the catalogue", code)
	}
	for key := range e.Extensions {
		if !slices.Contains([]string{"code", "reason", "field", "traceId", "retryAfter"}, key) {
			t.Errorf("extension %q leaves the server", key)
		}
	}
}

func TestPresentAfterTheDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := gqlerror.WrapPath(ast.Path{ast.PathName("points"), ast.PathIndex(2), ast.PathName("hours")}, errors.New("driver: bad connection"))
	got := testErrors(&bytes.Buffer{}).Present(ctx, err)
	if got.Extensions["code"] != string(domain.Timeout) || got.Extensions["field"] != "points[2].hours" {
		t.Errorf("got %v", got.Extensions)
	}
}

func TestRecover(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := testErrors(&log)
	got := e.Present(t.Context(), e.Recover(t.Context(), "a secret"))
	if got.Extensions["code"] != string(domain.Internal) || strings.Contains(got.Message, "secret") {
		t.Errorf("got %v", got)
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || strings.Contains(log.String(), "a secret") || !strings.Contains(log.String(), `"panic":"string"`) {
		t.Errorf("%d lines: %s", n, &log)
	}
}

// The words of Go's own errors name no value of ours.
func TestPanicKind(t *testing.T) {
	t.Parallel()
	ours := func() (p any) {
		defer func() { p = recover() }()
		var none *graph.Errors
		return none.Log
	}()
	for want, p := range map[string]any{
		"*errors.errorString": errors.New("a secret"), "int": 1, "runtime error: invalid memory address or nil pointer dereference": ours,
	} {
		if got := graph.PanicKind(p); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Messages of the library say what is wrong and not what was sent.
func TestMessagesRepeatNoValue(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		`Int cannot represent non-integer value: "a value: b"`:                  `Int cannot represent non-integer value.`,
		`Enum "[A!]!" cannot represent non-enum value: "a\nb". Did you mean c?`: `Enum "[A!]!" cannot represent non-enum value.`,
		`Expected value of type "A!", found "b, found c".`:                      `Expected value of type "A!".`,
		`Expected Name, found String "a"`:                                       `Expected Name, found String.`,
		`Unexpected Int "06"`:                                                   `Unexpected Int.`,
		`a is not a valid B`:                                                    `The value is not a valid B`,
		`Cannot query field "a" on type "B".`:                                   `Cannot query field "a" on type "B".`,
		`Expected Name, found {`:                                                `Expected Name, found {`,
	} {
		presented := testErrors(&bytes.Buffer{}).Present(t.Context(), &gqlerror.Error{Message: message, Rule: "KnownTypeNames"})
		if got := presented.Message; got != want {
			t.Errorf("%s: %s", message, got)
		}
	}
}

func TestEveryCodeHasItsSentences(t *testing.T) {
	t.Parallel()
	seen := map[domain.Text]domain.Code{}
	for _, code := range domain.Codes() {
		text := domain.Text{}
		for language, said := range map[domain.Language]*string{domain.French: &text.FR, domain.English: &text.EN} {
			*said = graph.Coded(&domain.Error{Code: code}, language, "").Message
		}
		if text.EN == "" || text.FR == "" || text.EN == text.FR {
			t.Errorf("%s says %+v", code, text)
		}
		if other, twice := seen[text]; twice {
			t.Errorf("%s and %s say the same", code, other)
		}
		seen[text] = code
		for _, language := range []domain.Language{domain.French, domain.English} {
			coded := graph.Coded(&domain.Error{Code: code, Field: "f", Cause: waiting(1500 * time.Millisecond)}, language, "t")
			assertCatalogue(t, coded)
			if coded.Message != text.In(language) || coded.Extensions["retryAfter"] != 2 || coded.Extensions["traceId"] != "t" {
				t.Errorf("%s in %s: %v", code, language, coded)
			}
		}
	}
}

func TestLongMessagesAreClipped(t *testing.T) {
	t.Parallel()
	err := &gqlerror.Error{Message: strings.Repeat("é", 10_000), Rule: "KnownTypeNames"}
	if got := testErrors(&bytes.Buffer{}).Present(t.Context(), err); len([]rune(got.Message)) != 300+len([]rune("…")) {
		t.Errorf("%d runes", len([]rune(got.Message)))
	}
}
