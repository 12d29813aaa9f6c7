package graph_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

const tensionDocument = `query ($year: Int) {
	tension(year: $year) {
		year wishingOn wishingPublishedAt housedPublishedAt threshold base formula whole { wishing housed ratio gap }
		communes { commune typology wishing housed ratio gap } typologies { typology ratio gap } cells { commune typology wishing housed ratio gap }
		waiting { typology housed median p80 classes { class count } }
	}
	tensionYears
}`

// TestTensionIsTheSameForAll: nobody, an agent, an applicant and an app get the same bytes,
// as does a cache; a year that was not published is nothing; each field is as many
// statements whatever is published.
func TestTensionIsTheSameForAll(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 500)
	for _, year := range []any{2024, 2026, -1} {
		if a := api.Query(t, "", tensionDocument, map[string]any{"year": year}); len(a.Errors) > 0 || dig(t, a.Data, "tension") != nil {
			t.Errorf("%v: %s", year, a.Body)
		}
	}
	var nobody testapi.Answer
	if sent := api.Statements(func() { nobody = api.Query(t, "", tensionDocument, nil) }); len(sent) != 3 {
		t.Errorf("%d statements: %v", len(sent), sent)
	}
	if dig(t, nobody.Data, "tension", "whole", "ratio") == nil || len(dig(t, nobody.Data, "tension", "cells").([]any)) != 49*6 ||
		len(dig(t, nobody.Data, "tension", "communes").([]any)) != 49 || dig(t, nobody.Data, "tension", "waiting", 0, "median") == nil {
		t.Fatal(nobody.Body)
	}
	for _, persona := range []string{"commune-echirolles-agent", "metropole-social", "applicant-single", "app:commune-grenoble-portal"} {
		if a := api.Query(t, persona, tensionDocument, map[string]any{"year": 2025}); a.Body != nobody.Body {
			t.Errorf("%s gets\n%s\nand nobody\n%s", persona, a.Body, nobody.Body)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/graphql?"+url.Values{"query": {tensionDocument}}.Encode(), nil)
	must(t, err)
	if a := api.Send(t, r); a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Cache-Control"), "public") {
		t.Errorf("no cache may keep %d %v", a.Status, a.Header)
	}
}

// TestTensionTellsNothingElse: each figure is one that was published, a multiple of the base
// and of the threshold at least, and a ratio has both of its figures.
func TestTensionTellsNothingElse(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithApplications(t, 500)
	a := api.Query(t, "", tensionDocument, nil)
	shown, hidden := 0, 0
	for _, list := range []string{"communes", "cells"} {
		for _, c := range dig(t, a.Data, "tension", list).([]any) {
			wishing, housed := dig(t, c, "wishing"), dig(t, c, "housed")
			for _, figure := range []any{wishing, housed} {
				if n, ok := figure.(float64); ok && (n < 10 || int(n)%5 != 0) {
					t.Errorf("%s: %v", list, c)
				}
			}
			has := dig(t, c, "ratio") != nil
			if has != (wishing != nil && housed != nil) || has != (dig(t, c, "gap") == nil) {
				t.Errorf("%s: %v", list, c)
			}
			if has {
				shown++
			} else {
				hidden++
			}
		}
	}
	if shown < 5 || hidden < 50 {
		t.Errorf("%d shown, %d hidden: too few to tell", shown, hidden)
	}
}
