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

// operatorsQuestions heads what is asked of applications.
const operatorsQuestions = "## An operator's two questions"

// The requests of the README work when they are pasted.
func TestReadmeRequests(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(readme), operatorsQuestions)
	_, after, _ = strings.Cut(after, "\n## ") // asked by others, in a test of their own
	requests := regexp.MustCompile(`(?s)curl -s (\S+).*?-d '(.*?)'`).FindAllStringSubmatch(before+after, -1)
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

// pasted runs the requests below a heading of the README, in order, in a shell, and
// returns the answers.
func pasted(t *testing.T, api *testapi.API, heading string, requests int) string {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), heading)
	section, _, ok2 := strings.Cut(rest, "\n## ")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if !ok || !ok2 || len(blocks) != requests {
		t.Fatalf("%d requests found", len(blocks))
	}
	var script strings.Builder
	for _, b := range blocks {
		script.WriteString(b[1] + "echo\n")
	}
	commands := strings.ReplaceAll(script.String(), "http://127.0.0.1:8080", api.URL)
	commands = regexp.MustCompile(`\$\(go run \. token ([a-z-]+)\)`).ReplaceAllStringFunc(commands, func(command string) string {
		return testapi.Token(t, strings.TrimSuffix(command[strings.LastIndex(command, " ")+1:], ")"))
	})
	out, err := exec.CommandContext(t.Context(), "sh", "-eu", "-c", commands).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// An operator's questions are answered when they are pasted into a shell: who saw a
// file, and why somebody does not.
func TestReadmeOperatorsQuestions(t *testing.T) {
	t.Parallel()
	out := pasted(t, testapi.NewWithApplications(t, 1), operatorsQuestions, 3)
	for _, answer := range []string{
		`{"data":{"application":{"birthName":"Ferrier","contact":{"phone":"+33`,
		`{"kind":"READ","operation":"ApplicationFile","columnGroups":["IDENTITY","CONTACT"],"grounds":["FOLLOWED"],"personName":"Camille Orsini","organisation":{"name":"Commune de Grenoble"},"reason":null}`,
		`{"data":{"explainAccess":{"personName":"Jérôme Baudry","visible":false,"state":"ACTIVE","grounds":[{"ground":"FOLLOWED","role":"RECEPTION_AGENT","holds":false,`,
	} {
		if !strings.Contains(out, answer) {
			t.Errorf("%s\nis not in\n%s", answer, out)
		}
	}
}

// The requests of a partner app work when they are pasted into a shell, in order.
func TestReadmePartnerApp(t *testing.T) {
	t.Parallel()
	out := pasted(t, testapi.New(t), "## Connect a partner app", 3)
	for _, answer := range []string{
		`{"data":{"viewer":{"app":{"name":"Portail de Grenoble","scopes":["DIRECTORY","STOCK","STATISTICS","ACT_FOR_PERSON"],"actsForPerson":false}}}}`,
		`{"data":{"viewer":{"givenName":"Camille","app":{"name":"Portail de Grenoble","actsForPerson":true},"assignments":[{"role":"RECEPTION_AGENT","organisation":{"name":"Commune de Grenoble"}}]}}}`,
	} {
		if !strings.Contains(out, answer) {
			t.Errorf("%s\nis not in\n%s", answer, out)
		}
	}
}
