package registryfile

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Writer writes a file. It is not safe for concurrent use.
type Writer struct {
	out   *bufio.Writer
	root  *Element
	scope scope
	typ   FileType
}

// NewWriter writes the header: that which came, but for what was changed in it, or a new
// one.
func NewWriter(out io.Writer, h Header) (*Writer, error) {
	root := h.Root.copy()
	if root == nil {
		root = &Element{
			Prefix: "ns1", Name: xml.Name{Space: Namespace, Local: "interfaceNuu"},
			Attributes: []Attribute{{Name: xml.Name{Local: "versionInterface"}}},
		}
	}
	root.put("@versionInterface", h.Version)
	var was Header
	entete := root.reach("entete")
	read(entete, headerSlots, &was)
	write(entete, headerSlots, &was, &h)
	c := &checker{}
	c.element(root)
	if len(c.faults) > 0 || h.Type == "" || h.Desk == "" || h.Date.IsZero() || !slices.Contains(Versions(), h.Version) {
		return nil, errors.New("write registry file: the header is not complete")
	}
	w := &Writer{out: bufio.NewWriter(out), root: root, typ: h.Type}
	w.text(xml.Header)
	w.scope = w.tag(root, outside, false)
	w.text("\n")
	w.element(entete, w.scope)
	w.text("\n")
	return w, w.flushed("header")
}

// Write writes a record. One that this package would not read is refused.
func (w *Writer) Write(r *Record) error {
	if !r.Tree.is("demande") {
		return errors.New("write registry file: no record")
	}
	if faults := check(r.Tree, w.typ); len(faults) > 0 {
		return fmt.Errorf("write registry file: %s", faults[0])
	}
	w.element(r.Tree, w.scope)
	if err := w.out.WriteByte('\n'); err != nil { // of whatever came before, too
		return fmt.Errorf("write registry file: record: %w", err)
	}
	return nil
}

// Close writes the end of the file; what it is written to stays the caller's.
func (w *Writer) Close() error {
	w.endTag(w.root)
	w.text("\n")
	return w.flushed("end")
}

func (w *Writer) flushed(what string) error {
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write registry file: %s: %w", what, err)
	}
	return nil
}

// text writes what needs no escape; an error of the buffer comes up when it is flushed.
func (w *Writer) text(s string) { _, _ = w.out.WriteString(s) }

func (w *Writer) element(e *Element, s scope) {
	inside := w.tag(e, s, len(e.Nodes) == 0)
	if len(e.Nodes) == 0 {
		return
	}
	for _, n := range e.Nodes {
		if n.Element != nil {
			w.element(n.Element, inside)
			continue
		}
		w.escaped(n.Text)
	}
	w.endTag(e)
}

// tag writes the tag of an element, and declares what its prefixes stand for where that
// is not declared.
func (w *Writer) tag(e *Element, s scope, closed bool) scope {
	inside, ok := s.declare(e.Attributes)
	if !ok {
		inside = s
	}
	w.text("<" + qualified(e.Prefix, e.Name.Local))
	for _, a := range e.Attributes {
		w.attribute(qualified(a.Prefix, a.Name.Local), a.Value)
	}
	inside = w.declared(e.Prefix, e.Name.Space, inside)
	for _, a := range e.Attributes {
		if _, declares := a.declares(); !declares && a.Prefix != "" {
			inside = w.declared(a.Prefix, a.Name.Space, inside)
		}
	}
	if closed {
		w.text("/")
	}
	w.text(">")
	return inside
}

// declared makes a prefix stand for a namespace.
func (w *Writer) declared(prefix, space string, s scope) scope {
	if s[prefix] == space {
		return s
	}
	if prefix == "" {
		w.attribute("xmlns", space)
	} else {
		w.attribute("xmlns:"+prefix, space)
	}
	inside := maps.Clone(s)
	inside[prefix] = space
	return inside
}

func (w *Writer) endTag(e *Element) { w.text("</" + qualified(e.Prefix, e.Name.Local) + ">") }

func qualified(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}

func (w *Writer) attribute(name, value string) {
	w.text(" " + name + `="`)
	w.escaped(value)
	w.text(`"`)
}

// escaped writes a text so that it is read as it is, line ends included.
func (w *Writer) escaped(s string) { _ = xml.EscapeText(w.out, []byte(s)) }

// copy is one of the element and all that is in it.
func (e *Element) copy() *Element {
	if e == nil {
		return nil
	}
	made := *e
	made.Attributes = append([]Attribute(nil), e.Attributes...)
	made.Nodes = append([]Node(nil), e.Nodes...)
	for i, n := range made.Nodes {
		made.Nodes[i].Element = n.Element.copy()
	}
	return &made
}

// NewRecord is a record of what the service knows alone.
func NewRecord(v View) *Record {
	r := &Record{Tree: &Element{Prefix: "ns1", Name: xml.Name{Space: Namespace, Local: "demande"}}}
	r.Set(v)
	return r
}
