package registryfile

import (
	"fmt"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// Code says what is wrong with a file or a record; programs branch on it.
type Code string

// What is wrong with the file as a whole. Reading ends there.
const (
	// NotXML: the file is of another kind, or empty.
	NotXML Code = "NOT_XML"
	// BadCharset: it is not in UTF-8; of a record: it is not in it throughout.
	BadCharset Code = "BAD_CHARSET"
	// NotThisFormat: its root is no interfaceNuu of its namespace.
	NotThisFormat  Code = "NOT_THIS_FORMAT"
	UnknownVersion Code = "UNKNOWN_VERSION"
	// BadHeader: the header is missing, or wrong in what the [FileError] goes on to name.
	BadHeader      Code = "BAD_HEADER"
	FileTooLarge   Code = "FILE_TOO_LARGE"
	TooManyRecords Code = "TOO_MANY_RECORDS"
)

// What is wrong with a record. It is left out and reading goes on.
const (
	// CutRecord: its end is missing: another begins, or the file ends.
	CutRecord Code = "CUT_RECORD"
	// IllFormed: it is no well-formed XML with namespaces.
	IllFormed Code = "ILL_FORMED"
	// Forbidden: it holds a document type, or an instruction to who processes it; of a file,
	// too.
	Forbidden Code = "FORBIDDEN"
	// TooLarge: it is beyond one of the bounds of this package.
	TooLarge Code = "TOO_LARGE"
	// Stray: it is no record, and stands where records do.
	Stray    Code = "STRAY"
	Required Code = "REQUIRED"
	// Repeated: what there is once is there again.
	Repeated    Code = "REPEATED"
	UnknownCode Code = "UNKNOWN_CODE"
	BadNumber   Code = "BAD_NUMBER"
	BadDate     Code = "BAD_DATE"
	BadValue    Code = "BAD_VALUE"
)

// Codes lists the catalogue in the order in which it is documented.
func Codes() []Code {
	return []Code{
		NotXML, BadCharset, NotThisFormat, UnknownVersion, BadHeader, FileTooLarge, TooManyRecords,
		CutRecord, IllFormed, Forbidden, TooLarge, Stray, Required, Repeated,
		UnknownCode, BadNumber, BadDate, BadValue,
	}
}

// Fault is one thing to mend. It does not repeat what it is about, which may be anything.
type Fault struct {
	Code Code
	// Field is where it is: the elements from the record down, and "@code" for an attribute.
	Field []string
	// Line counts the lines of the file from 1.
	Line int
	// Message tells a person what is wrong, Help how to mend it.
	Message, Help domain.Text
}

// Reject is a record that was left out.
type Reject struct {
	// Line is where it begins, Ordinal counts the records of the file from 1.
	Line, Ordinal int
	// Number is that of the application, where it could be read.
	Number domain.UniqueNumber
	// Faults are all that could be found, [MaxFaults] at most.
	Faults []Fault
}

// MaxFaults are kept of one record.
const MaxFaults = 50

// String writes the reject for a log or a terminal, in English.
func (r Reject) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "line %d, record %d", r.Line, r.Ordinal)
	if r.Number != "" {
		fmt.Fprintf(&out, ", number %s", r.Number)
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&out, "; line %d: %s", f.Line, f)
	}
	return out.String()
}

// String writes the fault in English.
func (f Fault) String() string {
	s := string(f.Code)
	if len(f.Field) > 0 {
		s += " " + strings.Join(f.Field, "/")
	}
	return s + ": " + f.Message.EN + " " + f.Help.EN
}

// FileError is a file that is refused as a whole, or from one point on. Records that were
// read before it came up stand for themselves.
type FileError struct{ Fault Fault }

// Error tells the reason in English, for the log.
func (e *FileError) Error() string {
	return fmt.Sprintf("registry file, line %d: %s", e.Fault.Line, e.Fault)
}

// fault says what is wrong, in both languages, and how to mend it.
func fault(code Code, line int, en, fr, helpEN, helpFR string, field ...string) Fault {
	return Fault{code, field, line, domain.Text{EN: en, FR: fr}, domain.Text{EN: helpEN, FR: helpFR}}
}

func sendAgain(code Code, line int, en, fr string, field ...string) Fault {
	return fault(code, line, en, fr, "Have the record sent again.", "Faire renvoyer la demande.", field...)
}

func refuse(code Code, line int, en, fr string) *FileError {
	return &FileError{fault(code, line, en, fr, "Have the file sent again.", "Faire renvoyer le fichier.")}
}
