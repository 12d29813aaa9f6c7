package service

import (
	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
)

// anyElement keeps the rows whose list of that column holds one of the values.
func anyElement[P ~func(*sql.Selector), T ~string](column string, values []T) P {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(column)).WriteString(" ?| ").Arg(pq.StringArray(words))
		}))
	}
}
