package stockfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/directoryfile"
)

const byteOrderMark = "\ufeff"

// lineReader reads one line at a time in constant memory: it never asks for more
// than [directoryfile.MaxLine] bytes past what it has delivered.
type lineReader struct {
	in      *bufio.Reader
	charset directoryfile.Charset
	line    int
	// decoded is where lines of ISO-8859-1 are turned into UTF-8.
	decoded []byte
}

func newLineReader(r io.Reader, c directoryfile.Charset) (*lineReader, error) {
	switch c {
	case "":
		c = directoryfile.UTF8
	case directoryfile.UTF8, directoryfile.Latin1:
	default:
		return nil, fmt.Errorf("read stock file: charset %q is not read; it is utf-8 or iso-8859-1", c)
	}
	return &lineReader{in: bufio.NewReaderSize(r, directoryfile.MaxLine), charset: c}, nil
}

// next returns the next line in UTF-8, without its end; it is good until the next
// call, and the caller may write into it. At the end of the file the error is
// io.EOF; a [FileError] is a reason to give the file up.
func (l *lineReader) next() ([]byte, error) {
	raw, err := l.in.ReadSlice('\n')
	if len(raw) == 0 && errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	l.line++
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, l.failure(err)
	}
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return nil, l.refuse(directoryfile.NULByte, raw, at,
			"The file contains a NUL byte: it is no text, or it was damaged on its way.",
			"Le fichier contient un octet nul : ce n'est pas du texte, ou il a été abîmé en route.")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, l.refuse(directoryfile.LineTooLong, raw, 0,
			"The line is longer than 64 KiB. Is this the stock file?",
			"La ligne dépasse 64 Kio. Est-ce bien le fichier du parc ?")
	}
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	if l.line == 1 {
		if after, marked := bytes.CutPrefix(raw, []byte(byteOrderMark)); marked {
			if l.charset != directoryfile.UTF8 {
				return nil, l.refuse(directoryfile.BadCharset, raw, 0,
					"The file starts with the mark of UTF-8, but another charset was announced.",
					"Le fichier porte la marque d'UTF-8, mais un autre encodage est annoncé.")
			}
			raw = after
		}
	}
	return l.decode(raw)
}

// failure tells where in the text reading failed.
func (l *lineReader) failure(err error) error {
	var refused *FileError
	if errors.As(err, &refused) {
		refused.Reject.Line = l.line
		return refused
	}
	return fmt.Errorf("line %d: %w", l.line, err)
}

func (l *lineReader) decode(raw []byte) ([]byte, error) {
	valid := utf8.Valid(raw)
	if l.charset == directoryfile.UTF8 {
		if !valid {
			return nil, l.refuse(directoryfile.BadCharset, raw, invalidUTF8(raw),
				"The text is not UTF-8: files of 2016 to 2018 are in ISO-8859-1, which must be announced.",
				"Le texte n'est pas en UTF-8 : les fichiers de 2016 à 2018 sont en ISO-8859-1, à annoncer.")
		}
		return raw, nil
	}
	l.decoded = l.decoded[:0]
	ascii := true
	for i, b := range raw {
		if b >= 0x80 && b < 0xa0 {
			return nil, l.refuse(directoryfile.BadCharset, raw, i,
				"The text has bytes that ISO-8859-1 does not have: it is in another charset, such as UTF-8.",
				"Le texte a des octets qui n'existent pas en ISO-8859-1 : il est dans un autre encodage, comme UTF-8.")
		}
		ascii = ascii && b < utf8.RuneSelf
		l.decoded = utf8.AppendRune(l.decoded, rune(b))
	}
	// Text of ISO-8859-1 is, but for oddities no name contains, never valid UTF-8.
	if valid && !ascii {
		return nil, l.refuse(directoryfile.BadCharset, raw, 0,
			"The text is UTF-8, but ISO-8859-1 was announced.",
			"Le texte est en UTF-8, mais ISO-8859-1 est annoncé.")
	}
	return l.decoded, nil
}

// refuse reports a byte of a line that cannot be read; the column is counted as
// far as quotes and separators tell.
func (l *lineReader) refuse(code Code, raw []byte, at int, en, fr string) *FileError {
	refused := refuse(code, en, fr)
	refused.Reject.Line, refused.Reject.Column = l.line, 1
	quoted := false
	for _, b := range raw[:at] {
		switch {
		case b == '"':
			quoted = !quoted
		case b == separator && !quoted:
			refused.Reject.Column++
		}
	}
	refused.Reject.Value = excerpt(raw[max(0, at-20):min(len(raw), at+20)])
	return refused
}

// invalidUTF8 returns the index of the first byte that is not UTF-8; there must
// be one.
func invalidUTF8(raw []byte) int {
	at := 0
	for {
		r, size := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}
