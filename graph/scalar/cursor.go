package scalar

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// A cursor on the wire is entgql's own bytes (identifier and order value)
// followed by a signature of [macLength] bytes, in base64. Entgql reads one value
// and ignores what follows, so that its nested pagination keeps working.
const macLength = 16

// maxCursorLength bounds what is decoded, in characters.
const maxCursorLength = 1024

var errBadCursor = errors.New("the cursor does not belong to this list, order, filter and organisation")

// CursorSigner signs cursors and recognises its own. A cursor is bound to the
// list, its order, its filter and the viewer's organisation, so that it can
// neither be forged to look between rows nor carried to another list.
type CursorSigner struct{ keys [][]byte }

// NewCursorSigner signs with the first key and accepts all: keys rotate without
// breaking a page that somebody is turning. Keys are of 32 bytes or more.
func NewCursorSigner(keys ...[]byte) (*CursorSigner, error) {
	if len(keys) == 0 {
		return nil, errors.New("cursor signer: no key")
	}
	for _, k := range keys {
		if len(k) < 32 {
			return nil, errors.New("cursor signer: a key is shorter than 32 bytes")
		}
	}
	return &CursorSigner{keys: keys}, nil
}

type signerKey struct{}

// operationSigner remembers the binding of each connection of one operation: a
// page of 100 edges computes it once.
type operationSigner struct {
	signer *CursorSigner
	mu     sync.Mutex
	bound  map[*ast.Field]string
}

// Interceptor hands the signer to the marshaler of cursors, which has no
// receiver: the context of the operation is its only way in.
func (s *CursorSigner) Interceptor(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(context.WithValue(ctx, signerKey{}, &operationSigner{signer: s, bound: map[*ast.Field]string{}}))
}

// Check refuses a cursor that was not given for this field, these arguments and
// this viewer.
func (s *CursorSigner) Check(ctx context.Context, field *ast.Field, cursor string, vars map[string]any) error {
	if len(cursor) > maxCursorLength {
		return errBadCursor
	}
	raw, err := base64.RawStdEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) <= macLength {
		return errBadCursor
	}
	value, mac := raw[:len(raw)-macLength], raw[len(raw)-macLength:]
	bound := binding(ctx, field, vars)
	for _, key := range s.keys {
		if hmac.Equal(mac, sign(key, value, bound)) {
			return nil
		}
	}
	return errBadCursor
}

func sign(key, value []byte, bound string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(value)
	h.Write([]byte{0})
	h.Write([]byte(bound))
	return h.Sum(nil)[:macLength]
}

// binding names the list a cursor belongs to. The four arguments that only move
// the page are left out.
func binding(ctx context.Context, field *ast.Field, vars map[string]any) string {
	args := maps.Clone(field.ArgumentMap(vars))
	for _, moving := range []string{"first", "last", "after", "before"} {
		delete(args, moving)
	}
	maps.DeleteFunc(args, func(_ string, v any) bool { return v == nil })
	// The values come from JSON or from a parsed document: they always encode.
	canonical, _ := json.Marshal(args)
	var organisations []string
	if v := auth.FromContext(ctx); v != nil {
		for _, a := range v.Assignments {
			organisations = append(organisations, string(a.OrganisationID))
		}
		if v.App != nil {
			organisations = append(organisations, string(v.App.OrganisationID))
		}
	}
	slices.Sort(organisations)
	parent := ""
	if field.ObjectDefinition != nil {
		parent = field.ObjectDefinition.Name
	}
	return strings.Join([]string{
		parent + "." + field.Name, string(canonical), strings.Join(slices.Compact(organisations), ","),
	}, "\x00")
}

// cursorValue is entgql's cursor as it reads it. It writes one without its order
// value when that is zero or empty, and would then forget the order.
type cursorValue struct {
	ID    domain.ID `msgpack:"i"`
	Value ent.Value `msgpack:"v"`
}

// MarshalCursor writes a signed cursor. Without a signer in the context it writes
// null, which the contract refuses where a cursor is due: forgetting fails.
func MarshalCursor(c ent.Cursor) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		op, _ := ctx.Value(signerKey{}).(*operationSigner)
		if op == nil {
			return errors.New("write a cursor without a signer")
		}
		if stored, ok := c.Value.(driver.Valuer); ok { // a day has no field that msgpack could see
			v, err := stored.Value()
			if err != nil {
				return err
			}
			c.Value = v
		}
		value, err := msgpack.Marshal(cursorValue{c.ID, c.Value})
		if err != nil {
			return err
		}
		bound, err := op.binding(ctx)
		if err != nil {
			return err
		}
		mac := sign(op.signer.keys[0], value, bound)
		_, err = io.WriteString(w, `"`+base64.RawStdEncoding.EncodeToString(append(value, mac...))+`"`)
		return err
	})
}

// UnmarshalCursor reads a cursor whose signature the operation check has already
// verified.
func UnmarshalCursor(_ context.Context, v any) (ent.Cursor, error) {
	var c ent.Cursor
	if own, ok := v.(ent.Cursor); ok {
		return own, nil
	}
	if err := c.UnmarshalGQL(v); err != nil {
		return c, errBadCursor
	}
	return c, nil
}

// ReadCursor reads what may be a cursor, without judging it: one that is none of
// ours has a code of its own, which [CursorSigner.Check] gives.
func ReadCursor(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", domain.BadValue("must be a cursor as this list gave it, a string", "doit être un curseur tel que la liste l'a donné, une chaîne")
	}
	return s, nil
}

// binding finds the connection above the field being written.
func (op *operationSigner) binding(ctx context.Context) (string, error) {
	for fc := graphql.GetFieldContext(ctx); fc != nil; fc = fc.Parent {
		f := fc.Field.Field
		if f == nil || f.Definition == nil || f.Definition.Arguments.ForName("after") == nil {
			continue
		}
		op.mu.Lock()
		defer op.mu.Unlock()
		bound, ok := op.bound[f]
		if !ok {
			bound = binding(ctx, f, graphql.GetOperationContext(ctx).Variables)
			op.bound[f] = bound
		}
		return bound, nil
	}
	return "", errors.New("write a cursor outside a connection")
}
