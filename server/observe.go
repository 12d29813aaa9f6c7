package server

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// sqlCount is what an operation cost the database.
type sqlCount struct {
	statements  atomic.Int64
	nanoseconds atomic.Int64
}

// CountSQL adds one statement and its duration to the operation of the context.
// The layer that sends SQL calls it through a function value; outside an
// operation it does nothing.
func CountSQL(ctx context.Context, took time.Duration) {
	if op := operationFrom(ctx); op != nil {
		op.sql.statements.Add(1)
		op.sql.nanoseconds.Add(int64(took))
	}
}

// outcome is one operation as operators see it: never its document or variables.
type outcome struct {
	name, kind, code string
	status           int
	took             time.Duration
	op               *operation
}

// codeOK stands for an answer without errors.
const codeOK = "OK"

// codeOf returns the code of the first error of an answer.
func codeOf(response *graphql.Response) string {
	if len(response.Errors) == 0 {
		return codeOK
	}
	code, _ := response.Errors[0].Extensions["code"].(string)
	return code
}

// reasonOf returns the reason of the first error of an answer, empty for none.
func reasonOf(response *graphql.Response) string {
	if len(response.Errors) == 0 {
		return ""
	}
	reason, _ := response.Errors[0].Extensions["reason"].(string)
	return reason
}

// logOperation writes the one line of an operation.
func logOperation(log *slog.Logger, r *http.Request, o outcome) {
	log.LogAttrs(r.Context(), slog.LevelInfo, "operation",
		slog.String("name", bounded(o.name)),
		slog.String("kind", o.kind),
		slog.String("client", bounded(r.Header.Get("Apollographql-Client-Name"))),
		slog.String("client_version", bounded(r.Header.Get("Apollographql-Client-Version"))),
		slog.String("code", o.code),
		slog.Int("status", o.status),
		slog.Duration("took", o.took),
		slog.Int64("sql", o.op.sql.statements.Load()),
		slog.Duration("sql_took", time.Duration(o.op.sql.nanoseconds.Load())),
		slog.String("trace", TraceID(r.Context())),
	)
}

// bounded keeps a word that a client chose fit for a log: short and printable.
func bounded(s string) string {
	const most = 64
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s[:min(len(s), most)])
	return s
}
