package directoryfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/guichet-logement/guichet/domain"
)

// Charset is the encoding of a file, as its sender announces it. It is never
// guessed.
type Charset string

// The charsets that are read. Files are always written in UTF-8.
const (
	UTF8        Charset = "utf-8"
	Latin1      Charset = "iso-8859-1"
	Windows1252 Charset = "windows-1252"
)

// The bounds of a file.
const (
	// MaxLine is in bytes, end of line included.
	MaxLine = 64 << 10
	// MaxFile is in bytes.
	MaxFile = 32 << 20
	// MaxRows counts the rows after the header, rejected ones included.
	MaxRows = 100_000
)

// byteOrderMark is what some spreadsheets write in front of UTF-8.
const byteOrderMark = "\ufeff"

// lineReader reads one line at a time in constant memory, and never more than
// [MaxLine] bytes past what it has delivered.
type lineReader struct {
	in      *bufio.Reader
	charset Charset
	// separator is 0 until the header has told it.
	separator byte
	line      int
	size      int64
}

func newLineReader(r io.Reader, c Charset) (*lineReader, error) {
	switch c {
	case "":
		c = UTF8
	case UTF8, Latin1, Windows1252:
	default:
		return nil, fmt.Errorf("read directory file: unknown charset %q", c)
	}
	return &lineReader{in: bufio.NewReaderSize(r, MaxLine), charset: c}, nil
}

// next returns the next line in UTF-8, without its end. At the end of the file
// the error is io.EOF. A fault is a reason to give the file up.
func (l *lineReader) next() (text string, fault *Reject, err error) {
	raw, err := l.in.ReadSlice('\n')
	if len(raw) == 0 && err != nil {
		if !errors.Is(err, io.EOF) {
			err = fmt.Errorf("read directory file, line %d: %w", l.line+1, err)
		}
		return "", nil, err
	}
	l.line++
	l.size += int64(len(raw))
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		fault := l.fault(NULByte, nil,
			"The file contains a NUL byte: save it from the spreadsheet as CSV (UTF-8), not as a workbook.",
			"Le fichier contient un octet nul : l'enregistrer depuis le tableur au format CSV (UTF-8), et non en classeur.")
		fault.Column = l.columnAt(raw, i)
		return "", fault, nil
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", l.fault(LineTooLong, raw[:MaxRejectValue],
			"The line is longer than 64 KiB. Is this a CSV file?",
			"La ligne dépasse 64 Kio. Est-ce bien un fichier CSV ?"), nil
	case err != nil && !errors.Is(err, io.EOF):
		return "", nil, fmt.Errorf("read directory file, line %d: %w", l.line, err)
	case l.size > MaxFile:
		return "", l.fault(FileTooLarge, nil,
			"The file is larger than 32 MiB.", "Le fichier dépasse 32 Mio."), nil
	}
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	return l.decode(raw)
}

func (l *lineReader) decode(raw []byte) (string, *Reject, error) {
	if l.line == 1 {
		if after, found := bytes.CutPrefix(raw, []byte(byteOrderMark)); found {
			if l.charset != UTF8 {
				return "", l.fault(BadCharset, nil,
					"The file starts with the mark of UTF-8, but another charset was announced.",
					"Le fichier porte la marque d'UTF-8, mais un autre encodage est annoncé."), nil
			}
			raw = after
		}
	}
	if isASCII(raw) {
		return string(raw), nil, nil
	}
	if l.charset == UTF8 {
		if i := invalidUTF8(raw); i >= 0 {
			fault := l.fault(BadCharset, raw[max(0, i-20):min(len(raw), i+20)],
				"The text is not UTF-8: save the file as CSV UTF-8, or announce its charset.",
				"Le texte n'est pas en UTF-8 : enregistrer le fichier en CSV UTF-8, ou annoncer son encodage.")
			fault.Column = l.columnAt(raw, i)
			return "", fault, nil
		}
		return string(raw), nil, nil
	}
	// Text of these charsets is, but for oddities no name contains, never valid
	// UTF-8 as well.
	if utf8.Valid(raw) {
		return "", l.fault(BadCharset, raw,
			"The text is UTF-8, but another charset was announced.",
			"Le texte est en UTF-8, mais un autre encodage est annoncé."), nil
	}
	table := charmap.ISO8859_1
	if l.charset == Windows1252 {
		table = charmap.Windows1252
	}
	text := make([]rune, len(raw))
	for i, b := range raw {
		text[i] = table.DecodeByte(b)
		if c := text[i]; c == utf8.RuneError || (c >= 0x80 && c < 0xa0) {
			fault := l.fault(BadCharset, nil,
				fmt.Sprintf("Byte %#x is not a character of %s; is the file in windows-1252 or utf-8?", b, l.charset),
				fmt.Sprintf("L'octet %#x n'est pas un caractère de %s ; le fichier est-il en windows-1252 ou en utf-8 ?", b, l.charset))
			fault.Column = l.columnAt(raw, i)
			return "", fault, nil
		}
	}
	return string(text), nil, nil
}

func (l *lineReader) fault(c Code, value []byte, en, fr string) *Reject {
	return &Reject{
		Line: l.line, Column: 1, Code: c, Value: string(bytes.ToValidUTF8(value, []byte("�"))),
		Message: domain.Text{EN: en, FR: fr},
	}
}

// columnAt counts the column of a byte in a line that cannot be split yet. Before
// the header has told the separator, either counts.
func (l *lineReader) columnAt(raw []byte, at int) int {
	column, quoted := 1, false
	for _, b := range raw[:at] {
		switch {
		case b == '"':
			quoted = !quoted
		case !quoted && (b == l.separator || (l.separator == 0 && (b == ';' || b == ','))):
			column++
		}
	}
	return column
}

func isASCII(raw []byte) bool {
	for _, b := range raw {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(raw []byte) int {
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
