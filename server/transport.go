package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/domain"
)

// transport is GraphQL over HTTP: one request, one answer.
type transport struct {
	operations  *operations
	metrics     *metrics
	limits      Limits
	maxAge      time.Duration
	contract    string
	dataVersion func(context.Context) string
	clock       func() time.Time
	log         *slog.Logger
}

func newTransport(c Config, o *operations, m *metrics) *transport {
	t := &transport{
		operations: o, metrics: m, limits: c.Limits, maxAge: c.PublicMaxAge,
		contract: c.Version.Contract, dataVersion: c.DataVersion, clock: c.Clock, log: c.Log,
	}
	if t.dataVersion == nil {
		t.dataVersion = func(context.Context) string { return "" }
	}
	return t
}

const allowedMethods = "GET, POST, OPTIONS"

func (t *transport) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	media, acceptable := negotiateMedia(r.Header.Values("Accept"))
	var params *graphql.RawParams
	var refused *refusal
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", allowedMethods)
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		w.Header().Set("Allow", allowedMethods)
		refused = refuse(http.StatusMethodNotAllowed, "METHOD", "",
			"Use POST.", "Utilisez POST.")
	case !acceptable:
		refused = refuse(http.StatusNotAcceptable, "ACCEPT", "",
			"Answers are application/graphql-response+json or application/json, in UTF-8.",
			"Les réponses sont en application/graphql-response+json ou application/json, en UTF-8.")
	case r.Method == http.MethodPost:
		params, refused = readPOST(w, r, t.limits.BodyBytes)
	default:
		params, refused = readGET(r, t.limits.QueryBytes)
	}
	if refused != nil {
		Refuse(w, r, refused.status, refused.err)
		return
	}
	t.answer(w, r, params, media)
}

// answer runs the operation within its time and writes what comes of it.
func (t *transport) answer(w http.ResponseWriter, r *http.Request, params *graphql.RawParams, media string) {
	start := t.clock()
	state := &operation{}
	ctx := graphql.StartOperationTrace(context.WithValue(r.Context(), operationKey{}, state))
	ctx, cancel := context.WithTimeout(ctx, t.limits.Time)
	defer cancel()

	// What stands here is what a panic leaves behind. The name is that of a document: as
	// a parameter it may be anything.
	o := outcome{
		kind: "unknown", op: state,
		code: string(domain.Internal), status: http.StatusInternalServerError,
	}
	defer func() {
		o.took = since(t.clock, start)
		t.metrics.operation(o)
		logOperation(t.log, r, o)
	}()

	var response *graphql.Response
	p, errs := t.operations.prepare(params)
	if len(errs) > 0 {
		response = t.operations.refuse(ctx, errs)
	} else {
		o.name, o.kind = p.op.Name, string(p.op.Operation)
		if refused := t.checkGET(w, r, p); refused != nil {
			o.code, o.status = string(refused.err.Code), refused.status
			Refuse(w, r, refused.status, refused.err)
			return
		}
		response = t.operations.run(ctx, p)
	}
	body, err := encode(response)
	if err != nil {
		t.log.ErrorContext(ctx, "encode answer", "error", err, "trace", TraceID(ctx))
		Refuse(w, r, o.status, &domain.Error{Code: domain.Internal})
		return
	}
	o.code, o.status = codeOf(response), statusOf(response, media)
	if r.Method == http.MethodGet && o.code == codeOK {
		if cachePublic(w, r, t.maxAge, t.contract, t.dataVersion(ctx), string(Language(ctx)), media, string(body)) {
			o.status = http.StatusNotModified
			w.WriteHeader(o.status)
			return
		}
	}
	send(w, o.status, media, body)
}

// checkGET lets by GET only what a cache may keep and a log may show.
func (t *transport) checkGET(w http.ResponseWriter, r *http.Request, p *prepared) *refusal {
	switch {
	case r.Method != http.MethodGet:
		return nil
	case p.op.Operation != ast.Query:
		w.Header().Set("Allow", http.MethodPost)
		return refuse(http.StatusMethodNotAllowed, "METHOD", "",
			"Use POST: by GET there are queries alone.",
			"Utilisez POST : par GET il n'y a que des lectures.")
	case !p.doc.public:
		return refuse(http.StatusBadRequest, "USE_POST", "",
			"Use POST: by GET only public fields can be read.",
			"Utilisez POST : par GET seuls les champs publics se lisent.")
	}
	return nil
}
