package directoryfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/domain"
)

// Parsed is what a file was found to hold.
type Parsed[T any] struct {
	// Separator is ';' or ',', as the header has it; 0 when there is no header.
	Separator rune
	// Rows are the rows without any reject, in the order of the file.
	Rows []T
	// Rejects are the first [MaxRejects], in the order of the file.
	Rejects []Reject
	// RejectCount counts all of them.
	RejectCount int
	// Complete tells that the file was read to its end. When it was not, no row of
	// it should be used: the last reject says why.
	Complete bool
}

// column describes one column of a layout. The first of a layout is the key of its
// rows when it is required; a layout without a key begins with an optional one.
type column struct {
	name string
	// max is in characters.
	max int
	// required columns stand in the header and have a value on each line.
	required bool
}

// ignoredPrefix starts the names of columns that a clerk keeps for themselves.
const ignoredPrefix = "x_"

// table reads the rows of one file.
type table struct {
	lines   *lineReader
	columns []column
	// position is where each column present stands, from 0.
	position map[string]int
	// width is the number of columns of the header, ignored ones included.
	width   int
	seen    map[string]int
	rejects rejects
}

// parseTable reads a file of that layout. Decode makes a row of the fields and
// reports what is wrong with them to the record.
func parseTable[T any](r io.Reader, c Charset, columns []column, decode func(*record) T) (Parsed[T], error) {
	lines, err := newLineReader(r, c)
	if err != nil {
		return Parsed[T]{}, err
	}
	t := &table{lines: lines, columns: columns, seen: map[string]int{}}
	rows, complete, err := readRows(t, decode)
	return Parsed[T]{
		Separator: rune(lines.separator), Rows: rows,
		Rejects: t.rejects.kept, RejectCount: t.rejects.count, Complete: complete,
	}, err
}

func readRows[T any](t *table, decode func(*record) T) (rows []T, complete bool, err error) {
	complete, err = eachRow(t, decode, func(row T) error {
		rows = append(rows, row)
		return nil
	})
	return rows, complete, err
}

// eachRow hands over each row without a reject; it keeps none.
func eachRow[T any](t *table, decode func(*record) T, keep func(T) error) (complete bool, err error) {
	read := 0
	for {
		text, fault, err := t.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false, err
		}
		if fault != nil {
			t.giveUp(*fault)
			return false, nil
		}
		if isComment(text) {
			continue
		}
		if t.lines.separator == 0 {
			if !t.readHeader(text) {
				return false, nil
			}
			continue
		}
		if read++; read > MaxRows {
			t.giveUp(Reject{Line: t.lines.line, Column: 1, Code: TooManyRows, Message: domain.Text{
				EN: "The file has more than 100 000 rows.", FR: "Le fichier a plus de 100 000 lignes.",
			}})
			return false, nil
		}
		if rec := t.split(text); rec != nil {
			if row := decode(rec); !rec.bad {
				if err := keep(row); err != nil {
					return false, err
				}
			}
		}
	}
	if t.lines.separator == 0 {
		t.giveUp(Reject{Line: max(1, t.lines.line), Column: 1, Code: EmptyFile, Message: domain.Text{
			EN: "The file is empty: there is no header line.", FR: "Le fichier est vide : la ligne d'en-tête manque.",
		}})
		return false, nil
	}
	return true, nil
}

// giveUp makes sure that the reason for stopping is kept, as the last reject.
func (t *table) giveUp(r Reject) {
	if len(t.rejects.kept) == MaxRejects {
		t.rejects.kept = t.rejects.kept[:MaxRejects-1]
	}
	t.rejects.add(r)
}

// isComment tells a line that holds nothing for us. Spreadsheets export empty
// lines as separators alone.
func isComment(line string) bool {
	return strings.HasPrefix(line, "#") || strings.Trim(line, " \t;,\"") == ""
}

// split cuts a line into the fields of a record; nil when that is impossible.
func (t *table) split(line string) *record {
	fields, state := splitFields(line, t.lines.separator)
	rec := &record{table: t, line: t.lines.line, fields: fields}
	switch {
	case state == openQuote:
		rec.rejectAt(len(fields), CutLine, fields[len(fields)-1],
			"A quote is opened and not closed on this line: a cell must not contain a line break.",
			"Un guillemet ouvert n'est pas fermé sur cette ligne : une cellule ne doit pas contenir de saut de ligne.")
	case state == brokenQuote:
		rec.rejectAt(len(fields), BadValue, fields[len(fields)-1],
			"Text follows a closing quote: write quotes inside a quoted cell twice.",
			"Du texte suit un guillemet fermant : doubler les guillemets dans une cellule entre guillemets.")
	case len(fields) < t.width:
		other := ',' + ';' - t.lines.separator
		if again, _ := splitFields(line, other); len(fields) == 1 && len(again) == t.width {
			rec.rejectAt(1, WrongSeparator, line,
				fmt.Sprintf("This line is separated by %q, but the header by %q.", other, t.lines.separator),
				fmt.Sprintf("Cette ligne est séparée par %q, mais l'en-tête par %q.", other, t.lines.separator))
			return nil
		}
		rec.rejectAt(len(fields), CutLine, line,
			fmt.Sprintf("The line is cut: %d fields, the header has %d.", len(fields), t.width),
			fmt.Sprintf("La ligne est coupée : %d champs, l'en-tête en a %d.", len(fields), t.width))
	case len(fields) > t.width:
		rec.rejectAt(t.width+1, TooManyFields, fields[t.width],
			fmt.Sprintf("The line has %d fields, the header has %d: put a value that contains the separator in quotes.", len(fields), t.width),
			fmt.Sprintf("La ligne a %d champs, l'en-tête en a %d : mettre entre guillemets une valeur qui contient le séparateur.", len(fields), t.width))
	default:
		rec.check()
		return rec
	}
	return nil
}

// quoteState says how the splitting of a line ended.
type quoteState int

const (
	wellFormed quoteState = iota
	openQuote
	brokenQuote
)

// splitFields cuts a line at the separators outside quotes. It goes no further
// than the first field whose quotes are wrong.
func splitFields(line string, separator byte) ([]string, quoteState) {
	var fields []string
	for {
		if !strings.HasPrefix(line, `"`) {
			field, rest, more := strings.Cut(line, string(separator))
			fields = append(fields, field)
			if !more {
				return fields, wellFormed
			}
			line = rest
			continue
		}
		var field strings.Builder
		line = line[1:]
		for {
			part, rest, closed := strings.Cut(line, `"`)
			field.WriteString(part)
			if !closed {
				return append(fields, field.String()), openQuote
			}
			line = rest
			if !strings.HasPrefix(line, `"`) {
				break
			}
			field.WriteByte('"')
			line = line[1:]
		}
		fields = append(fields, field.String())
		switch {
		case line == "":
			return fields, wellFormed
		case line[0] != separator:
			return fields, brokenQuote
		}
		line = line[1:]
	}
}

// record is one line, cut into fields.
type record struct {
	table  *table
	line   int
	fields []string
	// bad is set by the first reject of the line.
	bad bool
	// faulty are the columns rejected: one reason a field is enough.
	faulty []string
}

// check applies what holds for every field, and finds keys used twice.
func (r *record) check() {
	for _, c := range r.table.columns {
		value := r.text(c.name)
		switch {
		case value == "" && c.required:
			r.reject(c.name, Required, "A value is required.", "Une valeur est obligatoire.")
		case utf8.RuneCountInString(value) > c.max:
			r.reject(c.name, FieldTooLong,
				fmt.Sprintf("At most %d characters.", c.max), fmt.Sprintf("%d caractères au plus.", c.max))
		case strings.ContainsFunc(value, func(c rune) bool { return !unicode.IsGraphic(c) }):
			r.reject(c.name, BadValue,
				"The value contains invisible characters: type it again.",
				"La valeur contient des caractères invisibles : la ressaisir.")
		}
	}
	first := r.table.columns[0]
	key := first.name
	switch value := r.text(key); {
	case value == "", !first.required:
	case r.table.seen[value] != 0:
		first := r.table.seen[value]
		r.reject(key, DuplicateKey,
			fmt.Sprintf("Line %d has it already.", first), fmt.Sprintf("La ligne %d l'a déjà.", first))
	default:
		r.table.seen[value] = r.line
	}
}

// text returns the field of that column without surrounding spaces; empty when
// the file does not have the column.
func (r *record) text(name string) string {
	at, ok := r.table.position[name]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.fields[at])
}

// reject reports what is wrong with the field of that column.
func (r *record) reject(name string, code Code, en, fr string) {
	if slices.Contains(r.faulty, name) {
		return
	}
	r.faulty = append(r.faulty, name)
	at, ok := r.table.position[name]
	if !ok {
		at = -1
	}
	r.bad = true
	r.table.rejects.add(Reject{
		Line: r.line, Column: at + 1, ColumnName: name, Code: code, Value: r.text(name),
		Message: domain.Text{EN: en, FR: fr},
	})
}

// rejectAt reports what is wrong with a line that has no fields yet.
func (r *record) rejectAt(column int, code Code, value, en, fr string) {
	r.bad = true
	r.table.rejects.add(Reject{
		Line: r.line, Column: column, Code: code, Value: value, Message: domain.Text{EN: en, FR: fr},
	})
}

// field reads a value with a parser. An empty field is the zero value: whether it
// may be empty was judged before.
func field[T any](r *record, name string, parse func(string) (T, error), en, fr string) T {
	var zero T
	s := r.text(name)
	if s == "" {
		return zero
	}
	v, err := parse(s)
	if err != nil {
		r.reject(name, BadValue, en, fr)
		return zero
	}
	return v
}
