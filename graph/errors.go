package graph

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"runtime"
	"runtime/debug"
	"unicode/utf8"

	"entgo.io/ent/privacy"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// Reasons that this file gives to errors which arrive without one.
const (
	ReasonSyntax       = "SYNTAX"
	ReasonValidation   = "VALIDATION"
	ReasonInvalidValue = "INVALID_VALUE"
)

// maxMessage bounds what a library's message may repeat of the client's document,
// in runes.
const maxMessage = 300

// Errors turns whatever goes wrong into errors of the catalogue: it is the only
// place that knows both GraphQL and codes. Nothing leaves the server but what it
// makes: a code, a reason, the field to mend, a sentence and the trace id.
type Errors struct {
	// Log gets what is hidden from the caller.
	Log *slog.Logger
	// Language is that of the caller; TraceID finds the request in the log.
	Language func(context.Context) domain.Language
	TraceID  func(context.Context) string
}

// Present is gqlgen's error presenter. Each error passes here once.
func (e Errors) Present(ctx context.Context, err error) *gqlerror.Error {
	if err == nil {
		return nil
	}
	coded, known := e.classify(ctx, err)
	out := Coded(coded, e.Language(ctx), e.TraceID(ctx))
	var located *gqlerror.Error
	if errors.As(err, &located) {
		out.Path, out.Locations = located.Path, located.Locations
	}
	if coded.Code == domain.Timeout && coded.Field == "" && len(out.Path) > 0 {
		out.Extensions["field"] = out.Path.String()
	}
	if !known {
		e.Log.ErrorContext(ctx, "unexpected error", "path", out.Path.String(), "error", err,
			"trace", e.TraceID(ctx), "alarm", errors.Is(err, privacy.Deny))
	}
	return out
}

// Recover is gqlgen's recover function: a panic becomes INTERNAL, and its stack
// goes to the log.
func (e Errors) Recover(ctx context.Context, p any) error {
	e.Log.ErrorContext(ctx, "panic", "panic", PanicKind(p), "trace", e.TraceID(ctx), "stack", string(debug.Stack()))
	return internal(nil)
}

// PanicKind says for the log what panicked: the words of Go's own errors, and the type
// alone of anything else, which may hold what somebody must not read there.
func PanicKind(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", p)
}

// Coded writes an error of the catalogue as GraphQL wants it. Its cause stays
// behind.
func Coded(err *domain.Error, language domain.Language, traceID string) *gqlerror.Error {
	message := err.Message
	if message == (domain.Text{}) {
		message = defaultMessage(err.Code)
	}
	extensions := map[string]any{"code": string(err.Code)}
	if err.Reason != "" {
		extensions["reason"] = err.Reason
	}
	if err.Field != "" {
		extensions["field"] = err.Field
	}
	if traceID != "" {
		extensions["traceId"] = traceID
	}
	if wait, ok := domain.RetryAfter(err); ok {
		extensions["retryAfter"] = wait
	}
	return &gqlerror.Error{Message: message.In(language), Extensions: extensions}
}

// classify finds the place of an error in the catalogue. Known is false for what
// nobody foresaw: that is masked and logged.
func (e Errors) classify(ctx context.Context, err error) (coded *domain.Error, known bool) {
	var ours *domain.Error
	var library *gqlerror.Error
	switch {
	case errors.As(err, &ours):
		return ours, ours.Code != domain.Internal || ours.Cause == nil
	case errors.Is(err, privacy.Deny):
		return internal(err), false
	case isTimeout(ctx, err):
		return &domain.Error{Code: domain.Timeout, Cause: err}, true
	case ent.IsNotFound(err):
		return &domain.Error{Code: domain.NotFound, Cause: err}, true
	case isUnavailable(err):
		return domain.Unavailable(err), false
	case sqlClass(err) == classDataException:
		return &domain.Error{Code: domain.BadRequest, Reason: ReasonInvalidValue, Cause: err}, true
	case errors.As(err, &library):
		if reason, ok := requestReason(library); ok {
			text := clip(withoutValues(library.Message))
			return &domain.Error{Code: domain.BadRequest, Reason: reason, Message: domain.Text{EN: text, FR: text}}, true
		}
	}
	return internal(err), false
}

// requestReason recognises what gqlparser says of a document or its variables. It
// speaks English alone, so that the reason carries the meaning. An error that a
// resolver made with the same library is not of that kind: it has no rule or code.
func requestReason(err *gqlerror.Error) (string, bool) {
	code, _ := err.Extensions["code"].(string)
	switch {
	case err.Err != nil:
		return "", false
	case code == errcode.ParseFailed:
		return ReasonSyntax, true
	case code == errcode.ValidationFailed || err.Rule != "":
		return ReasonValidation, true
	}
	return "", false
}

// Classes and codes of SQLSTATE (PostgreSQL manual, appendix A).
const (
	classConnection    = "08"
	classDataException = "22"
	classResources     = "53"
	classIntervention  = "57"
	stateQueryCanceled = "57014"
)

// sqlState is read through the method that drivers share, so that the contract
// does not depend on one of them.
func sqlState(err error) string {
	var driver interface{ SQLState() string }
	if errors.As(err, &driver) {
		return driver.SQLState()
	}
	return ""
}

func sqlClass(err error) string {
	if state := sqlState(err); len(state) == 5 {
		return state[:2]
	}
	return ""
}

// isTimeout also holds for a statement that failed because its caller's time was
// up: the driver then reports the broken connection rather than the deadline.
func isTimeout(ctx context.Context, err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		sqlState(err) == stateQueryCanceled || ctx.Err() != nil
}

// isUnavailable also holds for what drivers say of a connection that ended under a statement.
func isUnavailable(err error) bool {
	switch sqlClass(err) {
	case classConnection, classResources, classIntervention:
		return true
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func internal(cause error) *domain.Error {
	return &domain.Error{Code: domain.Internal, Cause: cause}
}

// repeated are the ways in which the library's messages repeat a value of the request,
// and what is said instead.
var repeated = []struct {
	values  *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?s) value: .*`), " value."},
	{regexp.MustCompile(`(?s)(Expected value of type "[^"]+"), found .*`), "$1."},
	{regexp.MustCompile(`(?s)((?:found|Unexpected) (?:BlockString|String|Int|Float)) .*`), "$1."},
	{regexp.MustCompile(`(?s)^.* is not a valid `), "The value is not a valid "},
}

// withoutValues leaves the values of a request out of a message: who reads the errors
// of a client may be nobody who may read what it sent.
func withoutValues(message string) string {
	for _, r := range repeated {
		message = r.values.ReplaceAllString(message, r.instead)
	}
	return message
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxMessage {
		return s
	}
	return string([]rune(s)[:maxMessage]) + "…"
}

// defaultMessage is what is said when nobody had anything better to say.
func defaultMessage(code domain.Code) domain.Text {
	switch code {
	case domain.BadRequest:
		return domain.Text{
			EN: "A value of the request cannot be used.",
			FR: "Une valeur de la requête est inutilisable.",
		}
	case domain.Unauthenticated:
		return domain.Text{
			EN: "A valid bearer token is required.",
			FR: "Un jeton d'accès valide est nécessaire.",
		}
	case domain.Forbidden:
		return domain.Text{
			EN: "You are not allowed to do this.",
			FR: "Vous n'y êtes pas autorisé.",
		}
	case domain.NotFound:
		return domain.Text{
			EN: "Nothing is known under this identifier.",
			FR: "Rien n'est connu sous cet identifiant.",
		}
	case domain.PageSize:
		return domain.Text{
			EN: "Ask for a page with first or last.",
			FR: "Demandez une page avec first ou last.",
		}
	case domain.InvalidCursor:
		return domain.Text{
			EN: "This cursor does not belong to this list; start again without it.",
			FR: "Ce curseur n'appartient pas à cette liste ; recommencez sans lui.",
		}
	case domain.TooComplex:
		return domain.Text{
			EN: "The request asks for too much at once; split it.",
			FR: "La requête demande trop à la fois ; divisez-la.",
		}
	case domain.RateLimited:
		return domain.Text{
			EN: "Too many requests; wait before the next one.",
			FR: "Trop de requêtes ; attendez avant la suivante.",
		}
	case domain.Timeout:
		return domain.Text{
			EN: "The time allowed for this request is up; ask for less.",
			FR: "Le temps accordé à cette requête est écoulé ; demandez moins.",
		}
	case domain.Internal:
	}
	return domain.Text{
		EN: "Something went wrong on our side. Quote the trace id if you report it.",
		FR: "Une erreur est survenue de notre côté. Citez l'identifiant de trace si vous la signalez.",
	}
}
