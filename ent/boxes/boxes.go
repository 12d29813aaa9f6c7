package boxes

import (
	"database/sql"
	"reflect"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
)

// OfQuery returns what gives the boxes of each row of one query, made by fresh for the first
// row. A box comes again for the next one if reading overwrites all of it and the row keeps
// no pointer to it; any other is made anew, as are those of columns that the schema does not
// know, which a row keeps.
func OfQuery(fresh func(columns []string) ([]any, error)) func(columns []string) ([]any, error) {
	var values []any
	var kept []int
	return func(columns []string) ([]any, error) {
		if values == nil {
			made, err := fresh(columns)
			if err != nil {
				return nil, err
			}
			for i, box := range made {
				if !overwritten(box) {
					kept = append(kept, i)
				}
			}
			values = made
			return values, nil
		}
		for _, i := range kept {
			values[i] = another(values[i])
		}
		return values, nil
	}
}

// overwritten tells whether reading a value leaves nothing of the one before. What fails on
// NULL does too: the query fails then.
func overwritten(box any) bool {
	switch box := box.(type) {
	case *sql.NullBool, *sql.NullFloat64, *sql.NullInt64, *sql.NullString, *sql.NullTime:
		return true
	case *domain.ID, *domain.Date, *domain.InseeCode, *domain.PhoneNumber, *domain.UniqueNumber:
		return true
	case *entsql.NullScanner:
		return overwritten(box.S)
	}
	return false
}

// another is an empty box of the same kind.
func another(box any) any {
	if box, ok := box.(*entsql.NullScanner); ok {
		if inner, ok := another(box.S).(sql.Scanner); ok {
			return &entsql.NullScanner{S: inner}
		}
	}
	return reflect.New(reflect.TypeOf(box).Elem()).Interface()
}
