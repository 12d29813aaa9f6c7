package registryfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/domain"
)

// The bounds of a record.
const (
	MaxRecord     = 1 << 20 // bytes
	MaxDepth      = 32
	MaxElements   = 5000
	MaxAttributes = 32    // of one element
	MaxText       = 20000 // bytes, of one text or attribute
)

// Element is an element of the file and all that is in it, in its order.
type Element struct {
	// Prefix is what stood for the namespace, and is kept where it can be.
	Prefix string
	// Name is in its namespace, which Name.Space tells.
	Name xml.Name
	// Attributes are those of the element, declarations of namespaces among them.
	Attributes []Attribute
	Nodes      []Node
	line       int
}

// Attribute is one of an element.
type Attribute struct {
	Prefix string
	Name   xml.Name
	Value  string
}

// Node is an element or a text.
type Node struct {
	Element *Element // nil for a text
	Text    string
}

const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

// whiteSpace is that of XML.
const whiteSpace = " \t\r\n"

// scope says what the prefixes stand for.
type scope map[string]string

var outside = scope{"": "", "xml": xmlSpace}

// declare returns the scope inside an element with these attributes, and whether they
// declare what may be declared.
func (s scope) declare(attributes []Attribute) (scope, bool) {
	inside, copied := s, false
	for _, a := range attributes {
		prefix, is := a.declares()
		if !is {
			continue
		}
		if a.Value == xmlnsSpace || prefix == "xmlns" || (prefix == "xml") != (a.Value == xmlSpace) || prefix != "" && a.Value == "" {
			return nil, false
		}
		if !copied {
			inside, copied = maps.Clone(s), true
		}
		inside[prefix] = a.Value
	}
	return inside, true
}

// declares tells for which prefix an attribute declares a namespace.
func (a Attribute) declares() (prefix string, is bool) {
	switch {
	case a.Prefix == "xmlns":
		return a.Name.Local, true
	case a.Prefix == "" && a.Name.Local == "xmlns":
		return "", true
	}
	return "", false
}

// tree builds elements out of the bytes of one.
type tree struct {
	decoder *xml.Decoder
	// line is that of the first byte, less one.
	line     int
	scopes   []scope
	open     []*Element
	text     []byte
	elements int
	root     *Element
}

// parse reads one element out of all of the text, which begins on that line. It stops at
// the first fault.
func parse(text []byte, s scope, line int) (*Element, *Fault) {
	if !utf8.Valid(text) {
		f := fault(BadCharset, line, "It holds bytes that are no UTF-8.", "Elle contient des octets qui ne sont pas de l'UTF-8.",
			"Write the file in UTF-8.", "Écrire le fichier en UTF-8.")
		return nil, &f
	}
	t := &tree{decoder: xml.NewDecoder(bytes.NewReader(text)), line: line - 1, scopes: []scope{s}}
	for {
		token, err := t.decoder.RawToken()
		if errors.Is(err, io.EOF) && t.root != nil && len(t.open) == 0 {
			return t.root, nil
		}
		if err != nil {
			return nil, t.illFormed()
		}
		if f := t.take(token); f != nil {
			return nil, f
		}
	}
}

func (t *tree) take(token xml.Token) *Fault {
	switch token := token.(type) {
	case xml.StartElement:
		return t.start(token)
	case xml.EndElement:
		return t.end(token)
	case xml.CharData:
		if len(t.open) == 0 {
			if len(bytes.Trim(token, whiteSpace)) > 0 {
				return t.illFormed()
			}
			return nil
		}
		// Across a comment or a CDATA section a text is one.
		if t.text = append(t.text, token...); len(t.text) > MaxText {
			return t.tooLarge("a text of more than "+strconv.Itoa(MaxText)+" bytes", "un texte de plus de "+strconv.Itoa(MaxText)+" octets")
		}
	case xml.ProcInst, xml.Directive:
		f := sendAgain(Forbidden, t.at(), "It holds a document type or a processing instruction.",
			"Elle contient un type de document ou une instruction de traitement.", t.path()...)
		return &f
	}
	return nil
}

func (t *tree) start(token xml.StartElement) *Fault {
	t.flush()
	t.elements++
	switch {
	case len(t.open) == 0 && t.root != nil:
		return t.illFormed()
	case len(t.open) == MaxDepth:
		return t.tooLarge("elements within elements, more than "+strconv.Itoa(MaxDepth)+" deep", "des éléments imbriqués sur plus de "+strconv.Itoa(MaxDepth)+" niveaux")
	case t.elements > MaxElements:
		return t.tooLarge("more than "+strconv.Itoa(MaxElements)+" elements", "plus de "+strconv.Itoa(MaxElements)+" éléments")
	case len(token.Attr) > MaxAttributes:
		return t.tooLarge("an element of more than "+strconv.Itoa(MaxAttributes)+" attributes", "un élément de plus de "+strconv.Itoa(MaxAttributes)+" attributs") //nolint:misspell // French
	}
	e := &Element{Prefix: token.Name.Space, Name: xml.Name{Local: token.Name.Local}, line: t.at()}
	for _, a := range token.Attr {
		if len(a.Value) > MaxText {
			return t.tooLarge("an attribute of more than "+strconv.Itoa(MaxText)+" bytes", "un attribut de plus de "+strconv.Itoa(MaxText)+" octets")
		}
		e.Attributes = append(e.Attributes, Attribute{Prefix: a.Name.Space, Name: xml.Name{Local: a.Name.Local}, Value: a.Value})
	}
	inside, ok := t.scopes[len(t.scopes)-1].declare(e.Attributes)
	if !ok || !e.resolve(inside) {
		return t.illFormed()
	}
	if len(t.open) == 0 {
		t.root = e
	} else {
		parent := t.open[len(t.open)-1]
		parent.Nodes = append(parent.Nodes, Node{Element: e})
	}
	t.open, t.scopes = append(t.open, e), append(t.scopes, inside)
	return nil
}

// resolve finds what the prefixes stand for. Each attribute may be there once, and a name
// is no place to hide a social security number in.
func (e *Element) resolve(inside scope) (ok bool) {
	if e.Name.Space, ok = inside[e.Prefix]; !ok || !plain(e.Name, e.Prefix) {
		return false
	}
	seen := map[xml.Name]bool{}
	for i := range e.Attributes {
		a := &e.Attributes[i]
		switch _, declares := a.declares(); {
		case declares:
			a.Name.Space = xmlnsSpace
			if domain.ContainsNIR(a.Value) {
				return false
			}
		case a.Prefix != "":
			if a.Name.Space, ok = inside[a.Prefix]; !ok {
				return false
			}
		}
		if seen[a.Name] || !plain(a.Name, a.Prefix) {
			return false
		}
		seen[a.Name] = true
	}
	return true
}

func plain(name xml.Name, prefix string) bool {
	return name.Local != "" && len(name.Local)+len(prefix) <= maxName &&
		!strings.Contains(name.Local, ":") && !strings.Contains(prefix, ":") &&
		!domain.ContainsNIR(prefix+" "+name.Local)
}

const maxName = 200 // bytes

func (t *tree) end(token xml.EndElement) *Fault {
	t.flush()
	if len(t.open) == 0 {
		return t.illFormed()
	}
	last := t.open[len(t.open)-1]
	if token.Name.Local != last.Name.Local || token.Name.Space != last.Prefix {
		return t.illFormed()
	}
	last.dropLayout()
	t.open, t.scopes = t.open[:len(t.open)-1], t.scopes[:len(t.scopes)-1]
	return nil
}

// flush makes a node of the text so far.
func (t *tree) flush() {
	if len(t.text) == 0 {
		return
	}
	parent := t.open[len(t.open)-1]
	parent.Nodes = append(parent.Nodes, Node{Text: string(t.text)})
	t.text = t.text[:0]
}

// dropLayout drops the white space between elements: it is there for the eye.
func (e *Element) dropLayout() {
	group := false
	for _, n := range e.Nodes {
		group = group || n.Element != nil
	}
	if !group {
		return
	}
	kept := e.Nodes[:0]
	for _, n := range e.Nodes {
		if n.Element != nil || strings.Trim(n.Text, whiteSpace) != "" {
			kept = append(kept, n)
		}
	}
	e.Nodes = kept
}

// at is the line that was reached.
func (t *tree) at() int {
	line, _ := t.decoder.InputPos()
	return t.line + line
}

// path is where that is.
func (t *tree) path() []string {
	var path []string
	for _, e := range t.open {
		path = append(path, e.Name.Local)
	}
	return path
}

func (t *tree) illFormed() *Fault {
	f := sendAgain(IllFormed, t.at(), "From here on it is no well-formed XML.", "À partir d'ici, ce n'est pas du XML bien formé.", t.path()...)
	return &f
}

func (t *tree) tooLarge(en, fr string) *Fault {
	f := sendAgain(TooLarge, t.at(), "It holds "+en+".", "Elle contient "+fr+".", t.path()...)
	return &f
}

// is tells an element of the interface by its name.
func (e *Element) is(name string) bool { return e.Name.Space == Namespace && e.Name.Local == name }

// each calls f with the elements right below.
func (e *Element) each(f func(child *Element)) {
	for _, n := range e.Nodes {
		if n.Element != nil {
			f(n.Element)
		}
	}
}

// all are the elements of that name right below.
func (e *Element) all(name string) []*Element {
	var found []*Element
	e.each(func(child *Element) {
		if child.is(name) {
			found = append(found, child)
		}
	})
	return found
}

// items are the elements of a list, where there is one.
func (e *Element) items(list, name string) []*Element {
	if found := e.find(list); found != nil {
		return found.all(name)
	}
	return nil
}

// find goes down a path of names; nil where there is nothing.
func (e *Element) find(path string) *Element {
	if path == "" {
		return e
	}
	for name := range strings.SplitSeq(path, "/") {
		found := e.all(name)
		if len(found) == 0 {
			return nil
		}
		e = found[0]
	}
	return e
}

// value is the text at the end of a path, or the attribute named after an @.
func (e *Element) value(path string) string {
	path, attribute, is := strings.Cut(path, "@")
	found := e.find(path)
	switch {
	case found == nil:
		return ""
	case is:
		return found.attribute(attribute)
	}
	return found.content()
}

// attribute is the value of one that has no namespace, without spaces around.
func (e *Element) attribute(name string) string {
	for _, a := range e.Attributes {
		if a.Name == (xml.Name{Local: name}) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// content is the text right in it, without spaces around.
func (e *Element) content() string {
	var text strings.Builder
	for _, n := range e.Nodes {
		text.WriteString(n.Text)
	}
	return strings.TrimSpace(text.String())
}
