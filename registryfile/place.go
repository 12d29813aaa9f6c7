package registryfile

import (
	"encoding/xml"
	"slices"
	"strings"
)

// child makes an element that is not in its parent yet, of its namespace and prefix.
func (e *Element) child(name string) *Element {
	return &Element{Prefix: e.Prefix, Name: xml.Name{Space: Namespace, Local: name}}
}

// reach goes down a path of names, and makes what is missing.
func (e *Element) reach(path string) *Element {
	for name := range strings.SplitSeq(path, "/") {
		next := e.find(name)
		if next == nil {
			next = e.child(name)
			e.insert(next)
		}
		e = next
	}
	return e
}

// insert puts a new element to its place in the sequence: after the last one that goes
// before it or is its like, and else first.
func (e *Element) insert(child *Element) {
	known := order[e.Name.Local].at
	place, is := known[child.Name.Local]
	at := 0
	for i, n := range e.Nodes {
		if n.Element == nil || n.Element.Name.Space != Namespace {
			continue
		}
		if before, ok := known[n.Element.Name.Local]; !is || ok && before <= place {
			at = i + 1
		}
	}
	e.Nodes = slices.Insert(e.Nodes, at, Node{Element: child})
}

// put writes the text at the end of a path, or the attribute named after an @; where it is
// empty the element goes.
func (e *Element) put(path, text string) {
	path, attribute, is := strings.Cut(path, "@")
	if text == "" {
		e.remove(path)
		return
	}
	at := e
	if path != "" {
		at = e.reach(path)
	}
	if !is {
		at.Nodes = slices.DeleteFunc(at.Nodes, func(n Node) bool { return n.Element == nil })
		at.Nodes = slices.Insert(at.Nodes, 0, Node{Text: text})
		return
	}
	name := xml.Name{Local: attribute}
	i := slices.IndexFunc(at.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		i = len(at.Attributes)
		at.Attributes = append(at.Attributes, Attribute{Name: name})
	}
	at.Attributes[i].Value = text
}

// remove takes the element at the end of a path out, and those above that are empty then.
func (e *Element) remove(path string) {
	above, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		above, name = path[:i], path[i+1:]
	}
	parent := e.find(above)
	if parent == nil {
		return
	}
	parent.Nodes = slices.DeleteFunc(parent.Nodes, func(n Node) bool { return n.Element != nil && n.Element.is(name) })
	if above != "" && len(parent.Nodes) == 0 && len(parent.Attributes) == 0 {
		e.remove(above)
	}
}

// replace puts these elements where those of that name are in a list, which goes when
// there is nothing in it.
func (e *Element) replace(list, name string, all []*Element) {
	if len(all) == 0 && e.find(list) == nil {
		return
	}
	in := e.reach(list)
	at := slices.IndexFunc(in.Nodes, func(n Node) bool { return n.Element != nil && n.Element.is(name) })
	in.Nodes = slices.DeleteFunc(in.Nodes, func(n Node) bool { return n.Element != nil && n.Element.is(name) })
	if at < 0 {
		at = len(in.Nodes)
	}
	nodes := make([]Node, len(all))
	for i, one := range all {
		nodes[i] = Node{Element: one}
	}
	in.Nodes = slices.Insert(in.Nodes, at, nodes...)
	if len(in.Nodes) == 0 && len(in.Attributes) == 0 {
		e.remove(list)
	}
}
