package pqcache

import (
	"database/sql/driver"
	"strconv"
	"strings"

	"github.com/lib/pq"
)

// listStart is how Ent begins a list of values.
const listStart = "IN ($"

// gather turns each list of values into one array: x IN ($2, $3) into x = ANY($2), and
// NOT IN into <> ALL. A text is then the same however many values there are: it is kept
// once, and planned as seldom as any other. A text that it does not understand, and a
// list of one value, or of anything but texts or whole numbers, stay as they are.
func gather(text string, args []driver.NamedValue) (string, []driver.NamedValue) {
	if !strings.Contains(text, listStart) || strings.Contains(text, "--") || strings.ContainsAny(text, `\`) || strings.Contains(text, "$$") {
		return text, args
	}
	g := gatherer{rest: text, args: args, numbers: make([]int, len(args)+1)}
	for g.rest != "" {
		if !g.step() {
			return text, args
		}
	}
	return g.text.String(), g.gathered
}

// gatherer writes a text anew, with other numbers for its arguments.
type gatherer struct {
	rest string
	args []driver.NamedValue

	text     strings.Builder
	gathered []driver.NamedValue
	// numbers are the new ones of the old arguments, 0 for one not met yet.
	numbers []int
}

// step copies what comes next, and tells whether it could.
func (g *gatherer) step() bool {
	next := strings.IndexAny(g.rest, `'"$I`)
	if next < 0 {
		g.copy(len(g.rest))
		return true
	}
	g.copy(next)
	switch c := g.rest[0]; c {
	case '\'', '"':
		end := strings.IndexByte(g.rest[1:], c) // a doubled quote is two of them
		if end < 0 {
			return false
		}
		g.copy(end + 2)
		return true
	case '$':
		n, length := placeholder(g.rest)
		if n < 1 || n > len(g.args) {
			return false
		}
		if g.numbers[n] == 0 {
			g.numbers[n] = g.add(g.args[n-1].Value)
		}
		g.number(g.numbers[n])
		g.rest = g.rest[length:]
		return true
	}
	if !strings.HasPrefix(g.rest, listStart) || !g.list() {
		g.copy(1)
	}
	return true
}

func (g *gatherer) copy(n int) {
	g.text.WriteString(g.rest[:n])
	g.rest = g.rest[n:]
}

func (g *gatherer) add(value driver.Value) int {
	g.gathered = append(g.gathered, driver.NamedValue{Ordinal: len(g.gathered) + 1, Value: value})
	return len(g.gathered)
}

func (g *gatherer) number(n int) { g.text.WriteString("$" + strconv.Itoa(n)) }

// list writes the list that comes next as an array, or tells that it cannot.
func (g *gatherer) list() bool {
	before, negated := strings.CutSuffix(g.text.String(), "NOT ")
	if !strings.HasSuffix(before, " ") {
		return false // the end of another word
	}
	rest, values := g.rest[len(listStart)-1:], []driver.Value(nil)
	for {
		n, length := placeholder(rest)
		if n < 1 || n > len(g.args) || g.numbers[n] != 0 {
			return false
		}
		values, rest = append(values, g.args[n-1].Value), rest[length:]
		if after, ends := strings.CutPrefix(rest, ")"); ends {
			rest = after
			break
		}
		var more bool
		if rest, more = strings.CutPrefix(rest, ", "); !more {
			return false
		}
	}
	if len(values) < 2 {
		return false // is one value to the server, of which an index knows the order
	}
	array, ok := arrayOf(values)
	if !ok {
		return false
	}
	comparison := "= ANY("
	if negated {
		comparison = "<> ALL("
	}
	g.text.Reset()
	g.text.WriteString(before + comparison)
	g.number(g.add(array))
	g.text.WriteByte(')')
	g.rest = rest
	return true
}

// placeholder reads $n, and tells how long it is; 0 when it is none.
func placeholder(text string) (n, length int) {
	if !strings.HasPrefix(text, "$") {
		return 0, 0
	}
	length = 1
	for length < len(text) && '0' <= text[length] && text[length] <= '9' && length < 7 {
		n = n*10 + int(text[length]-'0')
		length++
	}
	return n, length
}

// arrayOf writes values of one kind as an array of the server.
func arrayOf(values []driver.Value) (driver.Value, bool) {
	switch values[0].(type) {
	case string:
		return array[string](values, func(s []string) driver.Valuer { return pq.StringArray(s) })
	case int64:
		return array[int64](values, func(s []int64) driver.Valuer { return pq.Int64Array(s) })
	}
	return nil, false
}

func array[T any](values []driver.Value, of func([]T) driver.Valuer) (driver.Value, bool) {
	all := make([]T, len(values))
	for i, v := range values {
		var ok bool
		if all[i], ok = v.(T); !ok {
			return nil, false
		}
	}
	value, err := of(all).Value()
	return value, err == nil
}
