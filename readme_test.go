package main

import (
	"encoding/json"
	"os"
	"regexp"
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
