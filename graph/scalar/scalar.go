package scalar

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/guichet-logement/guichet/domain"
)

// MarshalInt writes an Int.
func MarshalInt(i int) graphql.Marshaler { return integer(i) }

// integer is an Int as it is written.
type integer int

// MarshalGQL writes it in the room that the writer has left, if it tells.
func (i integer) MarshalGQL(w io.Writer) {
	var room []byte
	if w, ok := w.(interface{ AvailableBuffer() []byte }); ok {
		room = w.AvailableBuffer()
	}
	_, _ = w.Write(strconv.AppendInt(room, int64(i), 10))
}

// UnmarshalInt reads an Int. GraphQL's is of 32 bits, Go's is wider: without a
// check of our own 2147483648 would be accepted.
func UnmarshalInt(v any) (int, error) {
	var n int64
	switch v := v.(type) {
	case int:
		n = int64(v)
	case int64:
		n = v
	case json.Number:
		parsed, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return 0, domain.BadValue("must be an integer", "doit être un entier")
		}
		n = parsed
	default:
		return 0, domain.BadValue("must be an integer", "doit être un entier")
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		return 0, domain.BadValue("must be an integer of 32 bits, from -2147483648 to 2147483647", "doit être un entier de 32 bits, de -2147483648 à 2147483647")
	}
	return int(n), nil
}

// MarshalDateTime writes an instant in UTC, to the second or finer.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano)))
	})
}

// UnmarshalDateTime reads an instant. An offset is required: a wall-clock time
// without one names two instants on a night of October.
func UnmarshalDateTime(v any) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		t, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return time.Time{}, domain.BadValue("must be an instant with its offset, RFC 3339: 2026-11-23T09:30:00+01:00", "doit être un instant avec son décalage, RFC 3339 : 2026-11-23T09:30:00+01:00")
		}
		if t.Year() < 1900 || t.Year() > 2200 {
			return time.Time{}, domain.BadValue("must lie between the years 1900 and 2200", "doit se situer entre les années 1900 et 2200")
		}
		return t, nil
	default:
		return time.Time{}, domain.BadValue("must be a string with an instant, RFC 3339", "doit être une chaîne avec un instant, RFC 3339")
	}
}

// MarshalGeoJSON writes a stored geometry as it is: it was checked on the way in.
func MarshalGeoJSON(raw json.RawMessage) graphql.Marshaler {
	if len(raw) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(raw) })
}

// UnmarshalGeoJSON reads a geometry given as a JSON object.
func UnmarshalGeoJSON(v any) (json.RawMessage, error) {
	if _, ok := v.(map[string]any); !ok {
		return nil, domain.BadValue("must be a GeoJSON object", "doit être un objet GeoJSON")
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("must be a GeoJSON object: %w", err)
	}
	return raw, nil
}
