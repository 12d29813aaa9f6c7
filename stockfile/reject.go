package stockfile

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// Reject is one thing to mend, with its line and its column. It is that of
// directoryfile, so that a clerk meets one kind of report.
type Reject = directoryfile.Reject

// Code says what is wrong; programs branch on it. The codes of directoryfile mean
// here what they mean there; those below are added.
type Code = directoryfile.Code

// What is wrong with the file as a whole, besides the codes of directoryfile.
const (
	// BadArchive: the archive is damaged, encrypted, of a kind that is not read, or
	// holds no table.
	BadArchive Code = "BAD_ARCHIVE"
	// SeveralTables: a zip archive must hold one CSV file.
	SeveralTables Code = "SEVERAL_TABLES"
	// NestedArchive: there is an archive inside the archive.
	NestedArchive Code = "NESTED_ARCHIVE"
	// DecompressionBomb: the text is more than [MaxRatio] times its archive.
	DecompressionBomb Code = "DECOMPRESSION_BOMB"
	TooManyColumns    Code = "TOO_MANY_COLUMNS"
)

// Codes lists what [Open] and [Reader.Next] report, first of the file, then of a
// line.
func Codes() []Code {
	return []Code{
		BadArchive, SeveralTables, NestedArchive, DecompressionBomb,
		directoryfile.FileTooLarge, directoryfile.EmptyFile, directoryfile.WrongSeparator,
		TooManyColumns, directoryfile.MissingColumn, directoryfile.DuplicateColumn,
		directoryfile.NULByte, directoryfile.BadCharset, directoryfile.LineTooLong,
		directoryfile.CutLine, directoryfile.TooManyFields, directoryfile.FieldTooLong,
		directoryfile.Required, directoryfile.BadValue, directoryfile.UnknownCode,
		directoryfile.BadCoordinates,
	}
}

// FileError is a file that is refused as a whole. Dwellings read before it came
// up should not be used.
type FileError struct {
	// Name is that of the file, as the caller gave it.
	Name string
	// Reject says why. Its line is 0 when the fault lies before the first one.
	Reject Reject
}

// Error tells the reason in English, for the log.
func (e *FileError) Error() string {
	return "stock file " + e.Name + ": " + e.Reject.String()
}

func refuse(code Code, en, fr string) *FileError {
	return &FileError{Reject: Reject{Code: code, Message: domain.Text{EN: en, FR: fr}}}
}

// excerpt makes a value fit to be shown: valid text of bounded length.
func excerpt(value []byte) string {
	if len(value) > utf8.UTFMax*directoryfile.MaxRejectValue {
		value = value[:utf8.UTFMax*directoryfile.MaxRejectValue]
	}
	text := []rune(strings.ToValidUTF8(string(bytes.TrimSpace(value)), "�"))
	if len(text) > directoryfile.MaxRejectValue {
		text = append(text[:directoryfile.MaxRejectValue-1], '…')
	}
	return string(text)
}
