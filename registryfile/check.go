package registryfile

import (
	"encoding/xml"
	"slices"
	"strings"
)

// checker finds all that is wrong with the values of an element and those in it.
type checker struct {
	path   []string
	faults []Fault
}

// check says what is wrong with a record of that type.
func check(record *Element, t FileType) []Fault {
	c := &checker{}
	c.element(record)
	for _, path := range t.required() {
		if record.value(path) == "" {
			c.add(fault(Required, record.line, "It is missing.", "Il manque.",
				"Fill it in.", "Le remplir.", strings.Split(strings.ReplaceAll(path, "@", "/@"), "/")...))
		}
	}
	return c.faults
}

func (c *checker) add(f Fault) {
	if len(c.faults) < MaxFaults {
		c.faults = append(c.faults, f)
	}
}

func (c *checker) element(e *Element) {
	if e.Name.Space != Namespace {
		return // of somebody else: kept as it is
	}
	known := order[e.Name.Local]
	seen := map[xml.Name]bool{}
	e.each(func(child *Element) {
		c.path = append(c.path, child.Name.Local)
		if _, is := known.at[child.Name.Local]; is && !known.many[child.Name.Local] && seen[child.Name] && child.Name.Space == Namespace {
			c.add(fault(Repeated, child.line, "It is there twice.", "Il y est deux fois.",
				"Leave one.", "N'en laisser qu'un.", slices.Clone(c.path)...))
		}
		seen[child.Name] = true
		c.element(child)
		c.path = c.path[:len(c.path)-1]
	})
	if f, is := forms[e.Name.Local]; is {
		c.value(f, e.content(), e.line, c.path)
	}
	if f, is := codeForm(e.Name.Local); is {
		c.value(f, e.attribute("code"), e.line, append(slices.Clone(c.path), "@code"))
	}
}

// value looks at one that is there.
func (c *checker) value(f form, value string, line int, path []string) {
	if value == "" || f.fits(value) {
		return
	}
	c.add(fault(f.code, line, "It is not "+f.en+".", "Ce n'est pas "+f.fr+".",
		"Write "+f.en+".", "Écrire "+f.fr+".", slices.Clone(path)...))
}
