package stockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// Options say how to read a file. The zero value reads UTF-8, the whole country.
type Options struct {
	// Charset is announced by the sender, never guessed: UTF8, the default, with or
	// without a byte order mark, or Latin1.
	Charset directoryfile.Charset
	Filter  Filter
	// MaxArchive bounds the file as it lies, in bytes; 0 means [DefaultMaxArchive].
	// It counts for archives only.
	MaxArchive int64
	// MaxText bounds the text, decompressed, in bytes; 0 means [DefaultMaxText].
	MaxText int64
}

// Reader reads dwellings one by one. It is not safe for concurrent use.
type Reader struct {
	name   string
	lines  *lineReader
	filter Filter
	header *header
	splitter
	values  values
	skipped int
	cut     bool
	err     error
	// closer and consumed belong to the archive.
	closer   io.Closer
	consumed func() int64
}

// NewReader reads text that is not compressed, or no longer, and that is bounded
// by the caller. The name is for messages.
func NewReader(r io.Reader, name string, o Options) (*Reader, error) {
	read, err := newReader(r, name, o)
	if err != nil {
		return nil, named(err, name)
	}
	return read, nil
}

func newReader(r io.Reader, name string, o Options) (*Reader, error) {
	if err := o.Filter.validate(); err != nil {
		return nil, err
	}
	lines, err := newLineReader(r, o.Charset)
	if err != nil {
		return nil, err
	}
	if err := refuseArchive(lines.in); err != nil {
		return nil, err
	}
	values, err := newValues()
	if err != nil {
		return nil, err
	}
	read := &Reader{name: name, lines: lines, filter: o.Filter, values: values}
	line, err := lines.next()
	if errors.Is(err, io.EOF) || err == nil && len(bytes.TrimSpace(line)) == 0 {
		empty := refuse(directoryfile.EmptyFile,
			"The file is empty: there is no header line.", "Le fichier est vide : la ligne d'en-tête manque.")
		empty.Reject.Line = 1
		return nil, empty
	}
	if err != nil {
		return nil, err
	}
	state := read.split(line)
	h, refused := readHeader(read.fields, state)
	if refused == nil && o.Filter.EPCI != "" && h.at[epci] < 0 {
		refused = h.missing([]string{columnNames(Layout2026)[epci]})
	}
	if refused != nil {
		refused.Reject.Line = 1
		return nil, refused
	}
	read.header = h
	return read, nil
}

// named puts the name of the file into a refusal.
func named(err error, name string) error {
	var refused *FileError
	if errors.As(err, &refused) {
		refused.Name = name
		return refused
	}
	return fmt.Errorf("stock file %s: %w", name, err)
}

// Layout is what the header was recognised as.
func (r *Reader) Layout() Layout { return r.header.layout }

// Line is the last line that was read, counted from 1, the header included.
func (r *Reader) Line() int { return r.lines.line }

// Skipped counts the lines outside the [Filter].
func (r *Reader) Skipped() int { return r.skipped }

// Cut tells that the last line that was read, of whatever territory, has too few
// fields: at the end of the file it means that the rest of it is missing.
func (r *Reader) Cut() bool { return r.cut }

// Consumed is how much of the file, as it lies, has been read, in bytes: with its
// size it tells the progress. It is 0 for a reader made by [NewReader].
func (r *Reader) Consumed() int64 {
	if r.consumed == nil {
		return 0
	}
	return r.consumed()
}

// Close lets go of the archive; the file itself belongs to the caller.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	// After a failed read, closing tells the same once more.
	if err := r.closer.Close(); err != nil && r.err == nil {
		return fmt.Errorf("close stock file %s: %w", r.name, err)
	}
	return nil
}

// Next returns the next dwelling of the territory, or the reject of its line: the
// first thing that is wrong there. After the last line the error is io.EOF. A
// [FileError] means that the file must be given up, any other error that reading
// itself failed; both come up again at each further call.
func (r *Reader) Next() (Dwelling, *Reject, error) {
	for r.err == nil {
		line, err := r.lines.next()
		if err != nil {
			r.err = err
			if !errors.Is(err, io.EOF) {
				r.err = named(err, r.name)
			}
			break
		}
		if len(line) == 0 {
			continue
		}
		state := r.split(line)
		r.cut = state == openQuote || state == wellFormed && len(r.fields) < len(r.header.names)
		if r.outside() {
			r.skipped++
			continue
		}
		if reject := r.checkShape(state); reject != nil {
			return Dwelling{}, reject, nil
		}
		d, reject := r.decode()
		return d, reject, nil
	}
	return Dwelling{}, nil, r.err
}

// outside tells a line of another territory, as far as it can be told.
func (r *Reader) outside() bool {
	if n := len(r.fields); r.header.at[commune] >= n || r.header.at[epci] >= n {
		return false
	}
	return !r.filter.keeps(r.raw(commune), r.raw(epci))
}

// raw returns the value of a column, without spaces around; nil when the file or
// the line does not have it.
func (r *Reader) raw(c column) []byte {
	at := r.header.at[c]
	if at < 0 || at >= len(r.fields) {
		return nil
	}
	return bytes.TrimSpace(r.fields[at])
}

// checkShape refuses a line that does not have the fields of the header.
func (r *Reader) checkShape(state fault) *Reject {
	n, width := len(r.fields), len(r.header.names)
	last := r.fields[n-1]
	switch {
	case state == otherSeparator, state == wellFormed && n == 1 && width > 1 && bytes.ContainsAny(last, string(otherSeparators)):
		return r.rejectAt(1, directoryfile.WrongSeparator, last,
			"The line is not separated by ; as the header is.",
			"La ligne n'est pas séparée par ; comme l'en-tête.")
	case state == openQuote:
		return r.rejectAt(n, directoryfile.CutLine, last,
			"The line ends inside quotes: it is cut, or a value contains a line break.",
			"La ligne finit à l'intérieur de guillemets : elle est coupée, ou une valeur contient un saut de ligne.")
	case state == brokenQuote:
		return r.rejectAt(n, directoryfile.BadValue, last,
			"Text follows a closing quote: quotes inside a quoted value are written twice.",
			"Du texte suit un guillemet fermant : les guillemets se doublent dans une valeur entre guillemets.")
	case state == fieldTooLong:
		return r.rejectAt(n, directoryfile.FieldTooLong, last,
			"The value is longer than 1 KiB.", "La valeur dépasse 1 Kio.")
	case n > width || state == tooManyFields:
		return r.rejectAt(min(n, width+1), directoryfile.TooManyFields, r.fields[min(n, width+1)-1],
			fmt.Sprintf("The line has more fields than the header, which has %d: a value that contains ; must be quoted.", width),
			fmt.Sprintf("La ligne a plus de champs que l'en-tête, qui en a %d : une valeur qui contient ; se met entre guillemets.", width))
	case n < width:
		return r.rejectAt(n, directoryfile.CutLine, last,
			fmt.Sprintf("The line is cut: %d fields, the header has %d.", n, width),
			fmt.Sprintf("La ligne est coupée : %d champs, l'en-tête en a %d.", n, width))
	}
	return nil
}

// rejectAt counts the columns from 1.
func (r *Reader) rejectAt(at int, code Code, value []byte, en, fr string) *Reject {
	reject := &Reject{
		Line: r.lines.line, Column: at, Code: code, Value: excerpt(value),
		Message: domain.Text{EN: en, FR: fr},
	}
	if at >= 1 && at <= len(r.header.names) {
		reject.ColumnName = r.header.names[at-1]
	}
	return reject
}

func (r *Reader) reject(c column, code Code, en, fr string) *Reject {
	return r.rejectAt(r.header.at[c]+1, code, r.raw(c), en, fr)
}
