package domain

import (
	"io"
	"strconv"
)

// quote writes a text as a string of JSON, as strconv.Quote has it, in the room that the
// writer has left if it tells.
func quote(w io.Writer, text string) {
	var room []byte
	if w, ok := w.(interface{ AvailableBuffer() []byte }); ok {
		room = w.AvailableBuffer()
	}
	if unescaped(text) {
		room = append(append(append(room, '"'), text...), '"')
	} else {
		room = strconv.AppendQuote(room, text)
	}
	_, _ = w.Write(room)
}

// unescaped tells whether nothing in the text is escaped.
func unescaped(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
