package registryfile

import (
	"bytes"
	"errors"
	"io"
)

// splitter finds where the parts of a file begin and end, on its bytes: a part that is
// no XML does not take the next one with it.
//
// Comments and CDATA sections are gone over as long as they are closed. Where a part is
// damaged its end is the first thing that looks like one, so that text within a damaged
// record may be taken for a record of its own.
type splitter struct {
	in io.Reader
	// window holds what was read and not handed out yet; line is that of its first byte.
	window []byte
	line   int
	// memory is what the window lies in.
	memory []byte
	// read is how much was read, most how much may be, in bytes.
	read, most int64
	// ended tells that all was read, closed that the end of the root came.
	ended, closed bool
	root          string
}

// part is an element below the root, as it lies.
type part struct {
	name string
	text []byte
	line int
	// fault is what is wrong with it already; empty where it must be looked into.
	fault Code
}

const chunk = 64 << 10

// more reads on; false at the end of the file.
func (s *splitter) more() (bool, error) {
	if s.ended {
		return false, nil
	}
	n := len(s.window)
	if cap(s.window)-n < chunk {
		if cap(s.memory) < n+chunk {
			s.memory = make([]byte, 2*(n+chunk))
		}
		s.window = s.memory[:copy(s.memory, s.window)]
	}
	s.window = s.window[:n+chunk]
	got, err := io.ReadFull(s.in, s.window[n:])
	s.window = s.window[:n+got]
	s.read += int64(got)
	switch {
	case s.read > s.most:
		return false, refuse(FileTooLarge, s.line, "The file is too large.", "Le fichier est trop gros.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.ended = true
		return got > 0, nil
	}
	return true, err
}

// take hands out the first bytes. They are good until the next call.
func (s *splitter) take(n int) []byte {
	taken := s.window[:n]
	s.line += bytes.Count(taken, []byte{'\n'})
	s.window = s.window[n:]
	return taken
}

// next is the next part; io.EOF comes after the last, and [io.ErrUnexpectedEOF] where the
// file ends before its root does.
func (s *splitter) next() (part, error) {
	for {
		m, err := s.markup(0)
		if err != nil {
			return part{}, err
		}
		switch {
		case m.kind == nothing && len(s.window) == 0 && s.closed:
			return part{}, io.EOF
		case m.kind == nothing && len(s.window) == 0:
			return part{}, io.ErrUnexpectedEOF
		case m.kind == space, m.kind == comment:
			s.take(m.size)
		case s.closed:
			return s.trailer()
		case m.kind == endTag && m.name == s.root:
			s.take(m.size)
			s.closed = true
		case m.kind == startTag:
			return s.element(m)
		default:
			return s.stray()
		}
	}
}

// trailer is all that comes after the end of the root, where nothing may.
func (s *splitter) trailer() (part, error) {
	p := part{line: s.line, fault: Stray}
	for {
		s.take(len(s.window))
		if grown, err := s.more(); err != nil || !grown {
			return p, err
		}
	}
}

// element is the part that begins with that tag.
func (s *splitter) element(tag markup) (part, error) {
	p := part{name: tag.name, line: s.line}
	if tag.closed {
		p.text = s.take(tag.size)
		return p, nil
	}
	for at := tag.size; ; {
		m, err := s.markup(at)
		if err != nil {
			return part{}, err
		}
		switch {
		case m.kind == nothing, at+m.size > MaxRecord:
			return s.damaged(p)
		case m.kind == endTag && m.name == tag.name:
			p.text = s.take(at + m.size)
			return p, nil
		case m.kind == startTag && (m.name == tag.name || begins(m.name)), m.kind == endTag && m.name == s.root:
			p.text, p.fault = s.take(at), CutRecord
			return p, nil
		}
		at += m.size
	}
}

// damaged ends a part that has no end by the rules, where something looks like one.
func (s *splitter) damaged(p part) (part, error) {
	p.fault = IllFormed
	for at := 1; ; {
		size, over := s.looksLikeEnd(at, p.name)
		if size >= 0 {
			if size > MaxRecord {
				p.fault = TooLarge
			}
			if text := s.take(size); p.text == nil {
				p.text = text
			}
			return p, nil
		}
		if len(s.window) > MaxRecord {
			// It need not be kept: only its end is looked for.
			p.fault = TooLarge
			if p.text == nil {
				p.text = bytes.Clone(s.window[:chunk])
			}
			s.take(over)
			at = 0
		} else {
			at = over
		}
		grown, err := s.more()
		if err != nil {
			return part{}, err
		}
		if !grown {
			rest := s.take(len(s.window))
			if p.text == nil {
				p.text = rest
			}
			if p.fault == IllFormed {
				p.fault = CutRecord
			}
			return p, nil
		}
	}
}

// looksLikeEnd looks for the end of a part and the beginning of a record. Where there is
// none over tells up to where there is none for sure.
func (s *splitter) looksLikeEnd(at int, name string) (size, over int) {
	for {
		i := bytes.IndexByte(s.window[at:], '<')
		if i < 0 {
			return -1, len(s.window)
		}
		at += i
		m := scan(s.window[at:])
		switch {
		case m.kind == nothing && len(s.window)-at < 2*maxName && !s.ended:
			return -1, at
		case m.kind == endTag && m.name == name:
			return at + m.size, 0
		case m.kind == startTag && begins(m.name), m.kind == endTag && m.name == s.root:
			return at, 0
		}
		at++
	}
}

// stray is what stands between parts and is none: up to the next tag.
func (s *splitter) stray() (part, error) {
	p := part{line: s.line, fault: Stray}
	for at := 1; ; {
		size, over := s.looksLikeEnd(at, "")
		if size < 0 && !s.ended && len(s.window) <= MaxRecord {
			at = over
			if _, err := s.more(); err != nil {
				return part{}, err
			}
			continue
		}
		if size < 0 {
			size = max(over, 1)
		}
		p.text = s.take(size)
		return p, nil
	}
}

// markup is what stands at a place of the window; its kind is nothing where the file ends
// before it does, or it does not end within the bounds.
func (s *splitter) markup(at int) (markup, error) {
	for {
		if at < len(s.window) {
			if m := scan(s.window[at:]); m.kind != nothing {
				return m, nil
			}
		}
		if len(s.window)-at > MaxRecord {
			return markup{}, nil
		}
		grown, err := s.more()
		if err != nil || !grown {
			return markup{}, err
		}
	}
}

// markup is a tag, a text or what else there is between two tags.
type markup struct {
	kind   kind
	size   int
	name   string
	closed bool // <tag/>
}

type kind int

const (
	nothing kind = iota
	space
	text
	startTag
	endTag
	comment
	section // <![CDATA[ … ]]>
	other   // an instruction, a document type, or what is none of all
)

// scan tells what a text begins with. A tag that is broken off by another ends there.
func scan(b []byte) markup {
	if b[0] != '<' {
		n := bytes.IndexByte(b, '<')
		if n < 0 {
			n = len(b)
		}
		if blank := n - len(bytes.TrimLeft(b[:n], whiteSpace)); blank > 0 {
			return markup{kind: space, size: blank}
		}
		return markup{kind: text, size: n}
	}
	for _, c := range [...]struct {
		begin, end string
		kind       kind
	}{{"<!--", "-->", comment}, {"<![CDATA[", "]]>", section}} {
		if len(b) < len(c.begin) && bytes.HasPrefix([]byte(c.begin), b) {
			return markup{}
		}
		if bytes.HasPrefix(b, []byte(c.begin)) {
			return c.kind.until(b, c.begin, c.end)
		}
	}
	return scanTag(b)
}

// until is a comment or a section up to its end. Another that begins inside tells that
// its own end is missing: in a comment it may not, in a section no writer has reason to.
func (k kind) until(b []byte, begin, end string) markup {
	n := bytes.Index(b[len(begin):], []byte(end))
	if n < 0 {
		return markup{}
	}
	if inside := b[len(begin) : len(begin)+n]; bytes.Contains(inside, []byte(begin)) {
		return markup{kind: other, size: len(begin)}
	}
	return markup{kind: k, size: len(begin) + n + len(end)}
}

func scanTag(b []byte) markup {
	m, from := markup{kind: startTag}, 1
	if len(b) > 1 && b[1] == '/' {
		m.kind, from = endTag, 2
	}
	n := bytes.IndexAny(b[from:], whiteSpace+"/><\"'")
	switch {
	case n < 0 && len(b) < 2*maxName:
		return markup{}
	case n <= 0 || n > 2*maxName || b[from] == '?' || b[from] == '!':
		return markup{kind: other, size: 1}
	}
	m.name = string(b[from : from+n])
	quote := byte(0)
	for i := from + n; i < len(b); i++ {
		switch c := b[i]; {
		case c == '<':
			m.size = i
			return m
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			m.size, m.closed = i+1, b[i-1] == '/'
			return m
		}
	}
	return markup{}
}

// begins tells a name that stands nowhere within a record: there another part begins, or
// another file.
func begins(name string) bool {
	switch local(name) {
	case "demande", "entete", "interfaceNuu":
		return true
	}
	return false
}

// local is a name without its prefix.
func local(name string) string {
	for i := range name {
		if name[i] == ':' {
			return name[i+1:]
		}
	}
	return name
}
