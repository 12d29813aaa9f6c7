package service

import (
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"
	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/internal/pqcache"
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

// elements keeps the rows whose list of that column holds so many values or more.
func elements[P ~func(*sql.Selector)](column string, least int) P {
	return func(s *sql.Selector) { s.Where(sqljson.LenGTE(column, least)) }
}

// PlannedForCaller has the database plan the statement for this caller each time: the
// plan by which somebody finds a page among all files goes through all of them for
// somebody who sees twenty.
func PlannedForCaller(q *ent.ApplicationQuery) {
	q.Modify(func(s *sql.Selector) { s.Prefix(sql.Raw(pqcache.Unprepared)) })
}

// countedForCaller does so for the count of a list, and leaves its page alone.
func countedForCaller(q *ent.ApplicationQuery) {
	q.Modify(func(s *sql.Selector) {
		if len(s.SelectedColumns()) == 0 {
			s.Prefix(sql.Raw(pqcache.Unprepared))
		}
	})
}
