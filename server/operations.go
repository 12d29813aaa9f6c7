package server

import (
	"context"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph"
	"github.com/guichet-logement/guichet/graph/writers"
)

// operations is gqlgen's executor behind our checks. Every transport goes through
// it.
type operations struct {
	inner         *executor.Executor
	documents     *documents
	persisted     *persisted
	arguments     arguments
	limits        Limits
	introspection bool
	checkCursor   func(context.Context, *ast.Field, string, map[string]any) error
	admitCaller   func(context.Context, string, *ast.OperationDefinition, ast.FragmentDefinitionList) error
	record        func(ctx context.Context, operation string, run func(context.Context)) error
}

func newOperations(c Config, m *metrics) (*operations, error) {
	schema := c.Schema.Schema()
	inner := executor.New(c.Schema)
	presenter := graph.Errors{Log: c.Log, Language: Language, TraceID: TraceID}
	inner.SetErrorPresenter(presenter.Present)
	inner.SetRecoverFunc(presenter.Recover)
	inner.SetQueryCache(preparedOnly{})
	inner.AroundRootFields(readInputs)
	inner.AroundRootFields(m.rootField)
	for _, around := range c.AroundOperations {
		inner.AroundOperations(around)
	}
	for _, around := range c.AroundRootFields {
		inner.AroundRootFields(around)
	}
	for _, around := range c.AroundFields {
		inner.AroundFields(around)
	}
	if c.Writers {
		if err := writers.Install(inner, c.Schema, m.handedOver); err != nil {
			return nil, fmt.Errorf("configure server: %w", err)
		}
	}
	record := c.Record
	if record == nil {
		record = func(ctx context.Context, _ string, run func(context.Context)) error {
			run(ctx)
			return nil
		}
	}
	return &operations{
		inner:         inner,
		documents:     newDocuments(schema, c.Limits, c.Introspection),
		persisted:     newPersisted(),
		arguments:     arguments{schema, c.Scalars},
		limits:        c.Limits,
		introspection: c.Introspection,
		checkCursor:   c.CheckCursor,
		admitCaller:   c.Admit,
		record:        record,
	}, nil
}

// prepared is an operation whose document is good. Its variables are still those
// that were sent.
type prepared struct {
	params *graphql.RawParams
	doc    *document
	op     *ast.OperationDefinition
}

// prepare finds the document of a request and its operation.
func (o *operations) prepare(params *graphql.RawParams) (*prepared, gqlerror.List) {
	hash, refused := o.persisted.resolve(params)
	if refused != nil {
		return nil, list(refused)
	}
	doc, errs := o.documents.prepare(params.Query)
	if len(errs) > 0 {
		return nil, errs
	}
	o.persisted.keep(hash, params.Query)
	op := doc.ast.Operations.ForName(params.OperationName)
	if op == nil {
		return nil, list(badRequest("OPERATION_NAME", "operationName",
			"Name one of the document's operations.", "Nommez une des opérations du document."))
	}
	return &prepared{params, doc, op}, nil
}

// operation is what is known of the operation that a context belongs to.
type operation struct {
	sql sqlCount

	inputs []inputObject
	once   sync.Once
	// refused are the errors of inputs; nothing runs when there is one.
	refused gqlerror.List
}

type operationKey struct{}

func operationFrom(ctx context.Context) *operation {
	op, _ := ctx.Value(operationKey{}).(*operation)
	return op
}

// run answers a query or mutation. The answer of a request that was refused
// before anything ran has no data.
func (o *operations) run(ctx context.Context, p *prepared) *graphql.Response {
	op := operationFrom(ctx)
	ctx = context.WithValue(ctx, preparedKey{}, p.doc.ast)
	opCtx, errs := o.admit(ctx, p, op)
	if len(errs) > 0 {
		return o.refuse(ctx, errs)
	}
	var response *graphql.Response
	err := o.record(ctx, p.op.Name, func(ctx context.Context) {
		next, ctx := o.inner.DispatchOperation(ctx, opCtx)
		response = next(ctx)
	})
	switch {
	case err != nil:
		// What was read stays here: nobody would know who saw it.
		return o.refuse(ctx, gqlerror.List{gqlerror.Wrap(err)})
	case len(op.refused) > 0:
		return o.refuse(ctx, op.refused)
	case response == nil:
		// The executor's sign that time was up before it began.
		return o.refuse(ctx, list(&domain.Error{Code: domain.Timeout}))
	}
	if len(response.Errors) > o.limits.Errors {
		response.Errors = response.Errors[:o.limits.Errors]
	}
	return response
}

// refuse presents errors as those of a request.
func (o *operations) refuse(ctx context.Context, errs gqlerror.List) *graphql.Response {
	if len(errs) > o.limits.Errors {
		errs = errs[:o.limits.Errors]
	}
	return o.inner.DispatchError(ctx, errs)
}

// admit checks an operation with its variables.
func (o *operations) admit(ctx context.Context, p *prepared, state *operation) (*graphql.OperationContext, gqlerror.List) {
	if p.op.Operation == ast.Subscription {
		return nil, list(badRequest("SUBSCRIPTION", "query",
			"A subscription needs a transport that streams.", "Un abonnement demande un transport de flux."))
	}
	if o.admitCaller != nil {
		if err := o.admitCaller(ctx, p.params.Query, p.op, p.doc.ast.Fragments); err != nil {
			return nil, gqlerror.List{gqlerror.Wrap(err)}
		}
	}
	sent := bounds{limits: o.limits}
	for name, value := range p.params.Variables {
		sent.variable("$"+name, value, 1)
	}
	if sent.err != nil {
		return nil, list(sent.err)
	}
	if err := o.arguments.checkVariables(p.op, p.params.Variables); err != nil {
		return nil, list(err)
	}
	opCtx, errs := o.inner.CreateOperationContext(ctx, p.params)
	if len(errs) > 0 {
		return nil, errs
	}
	opCtx.DisableIntrospection = !o.introspection
	i := &inspection{
		ctx: ctx, vars: opCtx.Variables,
		arguments: o.arguments, page: o.limits.Page, checkCursor: o.checkCursor,
	}
	roots := p.doc.groupsOf(p.op, opCtx.Variables)
	if !o.introspection {
		for _, g := range roots {
			if introspects(g.fields[0]) {
				return nil, list(introspectionOff())
			}
		}
	}
	nodes := i.nodes(roots)
	if i.err != nil {
		return nil, gqlerror.List{i.err}
	}
	if nodes > o.limits.Nodes {
		return nil, list(tooComplex("NODES", "nodes asked for (product of page sizes)",
			"nœuds demandés (produit des tailles de page)", nodes, o.limits.Nodes))
	}
	state.inputs = i.inputs
	return opCtx, nil
}

func introspectionOff() *domain.Error {
	return &domain.Error{
		Code: domain.Forbidden, Reason: "INTROSPECTION",
		Message: domain.Text{
			EN: "Introspection is closed here; the contract is published as schema.graphql.",
			FR: "L'introspection est fermée ici ; le contrat est publié sous schema.graphql.",
		},
	}
}

// readInputs lets gqlgen's own code read the input objects of all arguments once
// before the first root field runs, with the rules between their fields. For
// nested arguments nothing else would tell: later readers drop what they cannot
// read, and answer as if it had not been asked for.
func readInputs(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	op := operationFrom(ctx)
	if op == nil {
		return next(ctx)
	}
	op.once.Do(func() {
		for _, input := range op.inputs {
			var value any
			if err := graphql.UnmarshalNamedInputFromContext(ctx, input.typ, input.value, &value); err != nil {
				refused := gqlerror.Wrap(badValue(input.path, err))
				if input.at != nil {
					refused.Locations = []gqlerror.Location{{Line: input.at.Line, Column: input.at.Column}}
				}
				op.refused = append(op.refused, refused)
			}
		}
	})
	if len(op.refused) > 0 {
		return graphql.Null
	}
	return next(ctx)
}

func list(err *domain.Error) gqlerror.List { return gqlerror.List{gqlerror.Wrap(err)} }
