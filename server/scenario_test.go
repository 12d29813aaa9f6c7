package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/guichet-logement/guichet/internal/testapi"
)

var update = flag.Bool("update", false, "rewrite what the scenarios want")

// TestScenarios plays the files below testdata, each against a sandbox of its
// own, but for those in which nobody does anything. A file is a story in steps:
//
//	-- given --    stock: the sandbox has dwellings; applications: it has sixty; trail: these, and
//	               nobody else has seen them; left out, none of all
//	-- as --       who asks: a persona, or anonymous
//	-- query --    the operation
//	-- variables --  its variables, as JSON; may be left out
//	-- want --     the answer, as JSON; "*" stands for any value
//	-- keep --     name = path of a value of the answer, used later as ${name}
//	-- file --     who asks sends a file with these words, its ticket is ${ticket}
//	-- meanwhile -- what happens by itself: "antivirus", "messages", "digitiser", or
//	               "digitiser rejects" and the code by which it does the next piece
//
// A step without "as" or "query" takes those of the step before.
func TestScenarios(t *testing.T) {
	t.Parallel()
	played := 0
	err := filepath.WalkDir("testdata", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		played++
		name := strings.TrimSuffix(strings.TrimPrefix(path, "testdata/"), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, path)
		})
		return nil
	})
	if err != nil || played < 5 {
		t.Fatalf("%d scenarios: %v", played, err)
	}
}

func play(t *testing.T, path string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(bytes.TrimSpace(archive.Comment)) == 0 {
		t.Error("the scenario does not say why")
	}
	api := opened(t, archive)
	kept := map[string]string{}
	var as, query, variables string
	var answer testapi.Answer
	for i, f := range archive.Files {
		text := strings.TrimSpace(string(f.Data))
		switch f.Name {
		case "given": // served before the first step
		case "as":
			as = strings.TrimPrefix(text, "anonymous")
		case "query":
			query, variables = text, ""
		case "variables":
			variables = text
		case "want":
			answer = ask(t, api, as, query, expand(t, variables, kept))
			got := canonical(t, answer.Body)
			if *update {
				archive.Files[i].Data = append(shorten(got, kept), '\n')
				continue
			}
			want := canonical(t, expand(t, text, kept))
			if !matches(want, got) {
				t.Errorf("step %d\nquery %s\nwant  %s\ngot   %s", i, query, indent(want), indent(got))
			}
		case "keep":
			keep(t, text, answer, kept)
		case "file":
			kept["ticket"] = desk{api, t}.arrived(as, "PDF", scanned(t, text)).Ticket
		case "meanwhile":
			happen(t, api, text)
		default:
			t.Fatalf("unknown section %q", f.Name)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// happen has what goes on beside requests do its round.
func happen(t *testing.T, api *testapi.API, what string) {
	t.Helper()
	code, rejects := strings.CutPrefix(what, "digitiser rejects ")
	switch {
	case what == "antivirus":
		desk{api, t}.antivirus()
	case rejects:
		api.Digitiser.Reject(code)
	case what == "messages":
		if _, err := api.Service.SendMessages(t.Context()); err != nil {
			t.Fatal(err)
		}
	case what == "digitiser":
		_, _, sent := api.Service.SendPieces(t.Context())
		_, _, heard := api.Service.HearDigitiser(t.Context())
		if err := errors.Join(sent, heard); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("nothing is known to happen as %q", what)
	}
}

// opened is the sandbox that a scenario is given.
func opened(t *testing.T, archive *txtar.Archive) *testapi.API {
	t.Helper()
	given := ""
	if first := archive.Files[0]; first.Name == "given" {
		given = strings.TrimSpace(string(first.Data))
	}
	reads := !slices.ContainsFunc(archive.Files, func(f txtar.File) bool {
		text := strings.TrimSpace(string(f.Data)) // the tokens of apps are counted
		return f.Name == "file" || f.Name == "meanwhile" || f.Name == "query" && strings.HasPrefix(text, "mutation") || f.Name == "as" && strings.HasPrefix(text, "app:")
	})
	switch {
	case given == "stock" && reads:
		return testapi.SharedWithStock(t)
	case given == "stock":
		return testapi.NewWithStock(t)
	case given == "applications" && reads:
		return testapi.SharedWithApplications(t, 60)
	case given == "applications" || given == "trail":
		return testapi.NewWithApplications(t, 60)
	case given == "" && reads:
		return testapi.Shared(t)
	case given == "":
		return testapi.New(t)
	}
	t.Fatalf("nothing is known to be given as %q", given)
	return nil
}

func ask(t *testing.T, api *testapi.API, as, query, variables string) testapi.Answer {
	t.Helper()
	var parsed map[string]any
	if variables != "" {
		if err := json.Unmarshal([]byte(variables), &parsed); err != nil {
			t.Fatalf("variables: %v\n%s", err, variables)
		}
	}
	return api.Query(t, as, query, parsed)
}

var placeholder = regexp.MustCompile(`\$\{(\w+)\}`)

func expand(t *testing.T, text string, kept map[string]string) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		value, ok := kept[p[2:len(p)-1]]
		if !ok {
			t.Fatalf("%s was not kept", p)
		}
		return value
	})
}

// keep remembers values of the answer: name = data.commune.id.
func keep(t *testing.T, text string, answer testapi.Answer, kept map[string]string) {
	t.Helper()
	for line := range strings.Lines(text) {
		name, path, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			t.Fatalf("keep %q", line)
		}
		v := canonical(t, answer.Body)
		for step := range strings.SplitSeq(path, ".") {
			if n, err := strconv.Atoi(step); err == nil {
				v = v.([]any)[n]
			} else {
				v = v.(map[string]any)[step]
			}
		}
		kept[name] = v.(string)
	}
}

// canonical reads an answer; the trace id differs each time and is left out.
func canonical(t *testing.T, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if m, ok := v.(map[string]any); ok {
		errs, _ := m["errors"].([]any)
		for _, e := range errs {
			e := e.(map[string]any)
			delete(e, "locations")
			if ext, ok := e["extensions"].(map[string]any); ok {
				delete(ext, "traceId")
			}
		}
	}
	return v
}

// matches compares answers; a wanted "*" is satisfied by anything.
func matches(want, got any) bool {
	switch want := want.(type) {
	case string:
		return want == "*" || want == got
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for k, v := range want {
			other, ok := g[k]
			if !ok || !matches(v, other) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for i := range want {
			if !matches(want[i], g[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(want, got)
}

func indent(v any) []byte {
	out, _ := json.MarshalIndent(v, "", "  ")
	return out
}

// shorten writes kept values back as their names.
func shorten(v any, kept map[string]string) []byte {
	out := indent(v)
	for name, value := range kept {
		out = bytes.ReplaceAll(out, []byte(value), []byte("${"+name+"}"))
	}
	return out
}
