package registryfile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Header is what a file says of itself.
type Header struct {
	// Version is that of the interface, one of [Versions].
	Version string
	Type    FileType
	// Date is when the file was made, to the millisecond.
	Date time.Time
	// Desk is the number of the registering desk (guichet).
	Desk string
	// Root is the outermost element as it came, with the header and without records; nil
	// for a new file.
	Root *Element
}

// declaration is that of XML, as far as it is looked at.
var declaration = regexp.MustCompile(`^<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["']([A-Za-z0-9._-]+)["'])?(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>`)

// prolog reads up to the first record.
func (r *Reader) prolog() error {
	s := r.parts
	if _, err := s.more(); err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(s.window, []byte("\xef\xbb\xbf")):
		s.take(3)
	case bytes.HasPrefix(s.window, []byte("\xff\xfe")), bytes.HasPrefix(s.window, []byte("\xfe\xff")), bytes.IndexByte(s.window[:min(4, len(s.window))], 0) >= 0:
		return otherCharset()
	}
	if bytes.HasPrefix(s.window, []byte("<?xml")) {
		found := declaration.FindSubmatch(s.window)
		if found == nil {
			return refuse(NotXML, 1, "The file does not begin as XML 1.0 does.", "Le fichier ne commence pas comme du XML 1.0.")
		}
		if charset := string(found[1]); charset != "" && !strings.EqualFold(charset, "UTF-8") {
			return otherCharset()
		}
		s.take(len(found[0]))
	}
	root, err := r.root()
	if err != nil {
		return err
	}
	return r.readHeader(root)
}

func otherCharset() error {
	return refuse(BadCharset, 1, "The file is not in UTF-8.", "Le fichier n'est pas en UTF-8.")
}

// root reads the tag of the outermost element.
func (r *Reader) root() (*Element, error) {
	s := r.parts
	for {
		m, err := s.markup(0)
		if err != nil {
			return nil, err
		}
		switch {
		case m.kind == space, m.kind == comment:
			s.take(m.size)
			continue
		case m.kind == other && (bytes.HasPrefix(s.window, []byte("<!D")) || bytes.HasPrefix(s.window, []byte("<?"))):
			return nil, refuse(Forbidden, s.line, "The file has a document type or a processing instruction.",
				"Le fichier a un type de document ou une instruction de traitement.")
		case m.kind != startTag:
			return nil, refuse(NotXML, s.line, "The file is empty, or no XML.", "Le fichier est vide, ou n'est pas du XML.")
		}
		line, tag := s.line, slices.Clone(s.take(m.size))
		if !m.closed {
			tag = append(tag, "</"+m.name+">"...)
		}
		s.root, s.closed = m.name, m.closed
		e, f := parse(tag, outside, line)
		if f != nil {
			return nil, &FileError{*f}
		}
		r.scope, _ = outside.declare(e.Attributes)
		return e, nil
	}
}

func (r *Reader) readHeader(root *Element) error {
	if !root.is("interfaceNuu") {
		return refuse(NotThisFormat, root.line, "The file is no interfaceNuu of the national registry.",
			"Le fichier n'est pas un interfaceNuu du système national d'enregistrement.")
	}
	r.header = Header{Version: root.attribute("versionInterface"), Root: root}
	if !slices.Contains(Versions(), r.header.Version) {
		return refuse(UnknownVersion, root.line, "This version of the interface is not read: 02.00 and 02.01 are.",
			"Cette version de l'interface n'est pas lue : 02.00 et 02.01 le sont.")
	}
	p, err := r.parts.next()
	if err != nil || local(p.name) != "entete" || p.fault != "" {
		return noHeader(err, root.line)
	}
	e, f := parse(p.text, r.scope, p.line)
	if f != nil {
		return &FileError{*f}
	}
	root.Nodes = []Node{{Element: e}}
	root.cutNIR(r.cut)
	c := &checker{}
	c.element(root)
	if len(c.faults) > 0 {
		return &FileError{c.faults[0]}
	}
	read(e, headerSlots, &r.header)
	if r.header.Type == "" || r.header.Desk == "" || r.header.Date.IsZero() {
		return refuse(BadHeader, e.line, "The header needs the type of the file, its date and the number of the desk.",
			"L'en-tête doit avoir le type du fichier, sa date et le numéro du guichet.")
	}
	return nil
}

// noHeader tells a file without one from one that cannot be read.
func noHeader(err error, line int) error {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return refuse(BadHeader, line, "The file does not begin with its header (entete).", "Le fichier ne commence pas par son en-tête (entete).")
}
