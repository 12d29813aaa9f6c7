package registryfile_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/registryfile"
	"github.com/guichet-logement/guichet/registryfile/registrytest"
)

func sample(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/demande_isere.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Files and records are written elsewhere, for the tests of who imports them as well.
var (
	file, whole, numbered = registrytest.File, registrytest.Whole, registrytest.Numbered
	newGenerator          = registrytest.New
)

type result struct {
	header  registryfile.Header
	records []*registryfile.Record
	rejects []registryfile.Reject
	cut     map[string]int
	whole   bool
}

func readAll(text string) (result, error) {
	r, err := registryfile.NewReader(strings.NewReader(text), registryfile.Options{})
	if err != nil {
		return result{}, err
	}
	all := result{header: r.Header()}
	for {
		record, reject, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			all.cut, all.whole = r.Cut(), r.Complete()
			return all, nil
		case err != nil:
			return all, err
		case reject != nil:
			all.rejects = append(all.rejects, *reject)
		default:
			all.records = append(all.records, record)
		}
	}
}

// again writes what was read.
func again(t testing.TB, all result) string {
	t.Helper()
	var out bytes.Buffer
	w, err := registryfile.NewWriter(&out, all.header)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all.records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// canonical writes a document so that two that say the same are the same: namespaces by
// their URI, attributes in order, without comments, declarations and layout. It reads by
// itself what the package reads in its own way.
func canonical(t testing.TB, text string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	type open struct {
		out   *strings.Builder
		texts []string
		group bool
	}
	stack := []*open{{out: &strings.Builder{}}}
	last := func() *open { return stack[len(stack)-1] }
	flush := func(group bool) {
		o := last()
		joined := strings.Join(o.texts, "")
		o.texts, o.group = nil, o.group || group
		if !o.group || strings.Trim(joined, " \t\r\n") != "" {
			fmt.Fprintf(o.out, "%q", joined)
		}
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.ReplaceAll(stack[0].out.String(), ">", ">\n")
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			flush(true)
			var attributes []string
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					attributes = append(attributes, fmt.Sprintf(" {%s}%s=%q", a.Name.Space, a.Name.Local, a.Value))
				}
			}
			slices.Sort(attributes)
			fmt.Fprintf(last().out, "<{%s}%s%s>", token.Name.Space, token.Name.Local, strings.Join(attributes, ""))
			stack = append(stack, &open{out: last().out})
		case xml.EndElement:
			flush(false)
			stack = stack[:len(stack)-1]
			fmt.Fprintf(last().out, "</%s>", token.Name.Local)
		case xml.CharData:
			last().texts = append(last().texts, string(token))
		}
	}
}

// same tells where two documents begin to differ.
func same(t testing.TB, got, want string) bool {
	t.Helper()
	g, w := strings.Split(canonical(t, got), "\n"), strings.Split(canonical(t, want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Errorf("line %d differs: got %q, want %q", i, at(g, i), at(w, i))
			return false
		}
	}
	return true
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "the end"
}
