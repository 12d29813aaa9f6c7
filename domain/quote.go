package domain

import (
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"
)

// quote writes a text of our own as a string of JSON, as strconv.Quote has it, in the room
// that the writer has left if it tells.
func quote(w io.Writer, text string) {
	room := roomOf(w)
	if unescaped(text) {
		room = append(append(append(room, '"'), text...), '"')
	} else {
		room = strconv.AppendQuote(room, text)
	}
	_, _ = w.Write(room)
}

// quoteAny is quote for the text of a file or a person, which may hold characters that Go
// and JSON do not escape alike.
func quoteAny(w io.Writer, text string) {
	if standsInJSON(text) {
		_, _ = w.Write(append(append(append(roomOf(w), '"'), text...), '"'))
		return
	}
	quoted, _ := json.Marshal(text) // a text always has a form in JSON
	_, _ = w.Write(quoted)
}

func roomOf(w io.Writer) []byte {
	if w, ok := w.(interface{ AvailableBuffer() []byte }); ok {
		return w.AvailableBuffer()
	}
	return nil
}

// standsInJSON tells whether the text is itself in JSON.
func standsInJSON(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(text)
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
