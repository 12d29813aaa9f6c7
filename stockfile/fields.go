package stockfile

import "bytes"

const (
	// MaxColumns of a header. The widest layout has 73.
	MaxColumns = 200
	// MaxField is in bytes of UTF-8.
	MaxField = 1 << 10
)

// separator is that of the official file; nothing else is read.
const separator = ';'

// otherSeparators are those of other files.
var otherSeparators = []byte(",\t|")

// fault says how the splitting of a line ended.
type fault int

const (
	wellFormed fault = iota
	openQuote
	brokenQuote
	// otherSeparator follows the quote that closes the first field.
	otherSeparator
	tooManyFields
	fieldTooLong
)

// splitter cuts lines into fields. encoding/csv is not used: a quote left open
// makes it take the lines that follow for part of the value, so that one cut line
// would cost its neighbours, and memory without a limit. In the official file a
// row is a line.
type splitter struct {
	// fields are parts of the last line, good until the next one.
	fields [][]byte
}

// split cuts a line at the separators outside quotes, and unquotes in place. It
// goes no further than the first field that is wrong, which is the last of
// fields.
func (s *splitter) split(line []byte) fault {
	s.fields = s.fields[:0]
	for {
		if len(s.fields) == MaxColumns {
			return tooManyFields
		}
		var field []byte
		more := false
		if len(line) > 0 && line[0] == '"' {
			end, doubled := closingQuote(line)
			field = line[1:end]
			if doubled {
				field = unquote(field)
			}
			switch {
			case end == len(line):
				s.fields = append(s.fields, field)
				return openQuote
			case end+1 == len(line):
				line = nil
			case line[end+1] == separator:
				line, more = line[end+2:], true
			default:
				s.fields = append(s.fields, field)
				if len(s.fields) == 1 && bytes.IndexByte(otherSeparators, line[end+1]) >= 0 {
					return otherSeparator
				}
				return brokenQuote
			}
		} else if at := bytes.IndexByte(line, separator); at >= 0 {
			field, line, more = line[:at], line[at+1:], true
		} else {
			field = line
		}
		s.fields = append(s.fields, field)
		if len(field) > MaxField {
			return fieldTooLong
		}
		if !more {
			return wellFormed
		}
	}
}

// closingQuote returns the index of the quote that ends a quoted field, or the
// length of the line when there is none.
func closingQuote(line []byte) (end int, doubled bool) {
	for from := 1; ; {
		at := bytes.IndexByte(line[from:], '"')
		if at < 0 {
			return len(line), doubled
		}
		end = from + at
		if end+1 == len(line) || line[end+1] != '"' {
			return end, doubled
		}
		doubled = true
		from = end + 2
	}
}

// unquote writes doubled quotes once, in the memory of the field.
func unquote(field []byte) []byte {
	out := field[:0]
	for i := 0; i < len(field); i++ {
		out = append(out, field[i])
		if field[i] == '"' {
			i++
		}
	}
	return out
}
