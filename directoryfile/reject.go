package directoryfile

import (
	"fmt"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/domain"
)

// Code says what is wrong with a file or a row; programs branch on it.
type Code string

// What is wrong with the file as a whole. Reading stops there and [Parsed.Complete]
// is false.
const (
	// EmptyFile: there is no header line.
	EmptyFile Code = "EMPTY_FILE"
	// WrongSeparator: the header, or a row, is not separated as it should be. On a
	// row, reading goes on.
	WrongSeparator  Code = "WRONG_SEPARATOR"
	MissingColumn   Code = "MISSING_COLUMN"
	DuplicateColumn Code = "DUPLICATE_COLUMN"
	UnknownColumn   Code = "UNKNOWN_COLUMN"
	// NULByte: the file is no text; often it is a workbook (.xlsx, .ods).
	NULByte Code = "NUL_BYTE"
	// BadCharset: the bytes are not in the charset that was announced.
	BadCharset   Code = "BAD_CHARSET"
	LineTooLong  Code = "LINE_TOO_LONG"
	FileTooLarge Code = "FILE_TOO_LARGE"
	TooManyRows  Code = "TOO_MANY_ROWS"
)

// What is wrong with one row. The row is left out and reading goes on.
const (
	// CutLine: the line has fewer fields than the header, or ends inside quotes.
	CutLine        Code = "CUT_LINE"
	TooManyFields  Code = "TOO_MANY_FIELDS"
	FieldTooLong   Code = "FIELD_TOO_LONG"
	Required       Code = "REQUIRED"
	BadValue       Code = "BAD_VALUE"
	UnknownCode    Code = "UNKNOWN_CODE"
	BadCoordinates Code = "BAD_COORDINATES"
	DuplicateKey   Code = "DUPLICATE_KEY"
	// Contradiction: an earlier line says what cannot be true together with this one.
	Contradiction Code = "CONTRADICTION"
)

// Codes lists the catalogue in the order in which it is documented.
func Codes() []Code {
	return []Code{
		EmptyFile, WrongSeparator, MissingColumn, DuplicateColumn, UnknownColumn,
		NULByte, BadCharset, LineTooLong, FileTooLarge, TooManyRows,
		CutLine, TooManyFields, FieldTooLong, Required, BadValue, UnknownCode,
		BadCoordinates, DuplicateKey, Contradiction,
	}
}

// Reject is one thing to mend in a file.
type Reject struct {
	// Line counts the lines of the file from 1, as a text editor does, comments
	// and empty ones included.
	Line int
	// Column counts the columns from 1, as a spreadsheet does. 0 means the whole
	// line.
	Column int
	// ColumnName is the name in the header; empty when there is none.
	ColumnName string
	Code       Code
	// Value is what was found, cut after [MaxRejectValue] characters.
	Value   string
	Message domain.Text
}

// MaxRejectValue is in characters: enough to recognise a value, too little to
// carry a file.
const MaxRejectValue = 80

// MaxRejects are kept of one file; further ones are only counted.
const MaxRejects = 1000

// String writes the reject for a log or a terminal, in English.
func (r Reject) String() string {
	where := fmt.Sprintf("line %d", r.Line)
	if r.Column > 0 {
		where += fmt.Sprintf(", column %d", r.Column)
	}
	if r.ColumnName != "" {
		where += " (" + r.ColumnName + ")"
	}
	s := where + ": " + string(r.Code) + ": " + r.Message.EN
	if r.Value != "" {
		s += fmt.Sprintf(" Found %q.", r.Value)
	}
	return s
}

// rejects keeps the first of them and counts all.
type rejects struct {
	kept  []Reject
	count int
}

func (rs *rejects) add(r Reject) {
	rs.count++
	if len(rs.kept) == MaxRejects {
		return
	}
	r.Value = truncate(r.Value, MaxRejectValue)
	rs.kept = append(rs.kept, r)
}

// truncate cuts after n characters and shows that it did.
func truncate(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
