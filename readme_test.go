package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// The requests of the README work when they are pasted.
func TestReadmeRequests(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	requests := regexp.MustCompile(`(?s)curl -s (\S+).*?-d '(.*?)'`).FindAllStringSubmatch(string(readme), -1)
	requests = slices.DeleteFunc(requests, func(r []string) bool { return r[1] == "http://127.0.0.1:8080/oauth/token" })
	if len(requests) < 3 {
		t.Fatalf("only %d requests found", len(requests))
	}
	api := testapi.NewWithStock(t)
	for _, r := range requests {
		if r[1] != "http://127.0.0.1:8080/graphql" {
			t.Errorf("sent to %s", r[1])
		}
		var body struct {
			Query     string
			Variables map[string]any
		}
		if err := json.Unmarshal([]byte(r[2]), &body); err != nil {
			t.Errorf("%v in %s", err, r[2])
			continue
		}
		a := api.Query(t, "commune-grenoble-agent", body.Query, body.Variables)
		if a.Status != 200 || len(a.Errors) > 0 {
			t.Errorf("%s\n%d %s", body.Query, a.Status, a.Body)
		}
		for field, v := range a.Data {
			if list, ok := v.([]any); v == nil || ok && len(list) == 0 {
				t.Errorf("%s answers nothing: %s", field, a.Body)
			}
		}
	}
}

// The requests of a partner app work when they are pasted into a shell, in order.
func TestReadmePartnerApp(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "## Connect a partner app")
	section, _, ok2 := strings.Cut(rest, "\n## ")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if !ok || !ok2 || len(blocks) != 3 {
		t.Fatalf("%d requests found", len(blocks))
	}
	api := testapi.New(t)
	var script strings.Builder
	for _, b := range blocks {
		script.WriteString(b[1] + "echo\n")
	}
	pasted := strings.NewReplacer(
		"http://127.0.0.1:8080", api.URL,
		"$(go run . token commune-grenoble-agent)", testapi.Token(t, "commune-grenoble-agent"),
	).Replace(script.String())
	out, err := exec.CommandContext(t.Context(), "sh", "-eu", "-c", pasted).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, answer := range []string{
		`{"data":{"viewer":{"app":{"name":"Portail de Grenoble","scopes":["DIRECTORY","STOCK","STATISTICS","ACT_FOR_PERSON"],"actsForPerson":false}}}}`,
		`{"data":{"viewer":{"givenName":"Camille","app":{"name":"Portail de Grenoble","actsForPerson":true},"assignments":[{"role":"RECEPTION_AGENT","organisation":{"name":"Commune de Grenoble"}}]}}}`,
	} {
		if !strings.Contains(string(out), answer) {
			t.Errorf("%s\nis not in\n%s", answer, out)
		}
	}
}
