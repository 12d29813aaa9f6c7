package graph_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// figuresDocument asks for all there is to a table, and which there are.
const figuresDocument = `query ($crossing: PublishedCrossing!, $month: Date) {
	publishedFigures(crossing: $crossing, month: $month) {
		month crossing publishedAt threshold base totalCount
		axes { axis categories { keys count } } cells { keys count }
	}
	publishedMonths { month crossings }
}`

// TestFiguresAreTheSameForAll: nobody, an agent, an applicant and an app get the same
// bytes, and so does a cache, which may keep them.
func TestFiguresAreTheSameForAll(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 500)
	for _, crossing := range domain.Crossing("").Values() {
		variables := map[string]any{"crossing": crossing}
		nobody := api.Query(t, "", figuresDocument, variables)
		if dig(t, nobody.Data, "publishedFigures", "totalCount") == nil || len(dig(t, nobody.Data, "publishedFigures", "cells").([]any)) < 30 {
			t.Fatalf("nothing is published: %s", nobody.Body)
		}
		for _, persona := range []string{"commune-echirolles-agent", "metropole-social", "applicant-single", "app:commune-grenoble-portal"} {
			if a := api.Query(t, persona, figuresDocument, variables); a.Body != nobody.Body {
				t.Errorf("%s gets of %s:\n%s\nand nobody\n%s", persona, crossing, a.Body, nobody.Body)
			}
		}
	}
	get := func(header ...string) testapi.Answer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/graphql?"+url.Values{
			"query": {figuresDocument}, "variables": {`{"crossing":"HOUSEHOLD_SIZE_BY_HOUSING"}`},
		}.Encode(), nil)
		must(t, err)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return api.Send(t, r)
	}
	first := get("Authorization", "Bearer "+testapi.Token(t, "metropole-social"))
	if first.Status != http.StatusOK || !strings.HasPrefix(first.Header.Get("Cache-Control"), "public") || first.Header.Get("ETag") == "" {
		t.Errorf("no cache may keep %d %v", first.Status, first.Header)
	}
	if again := get("If-None-Match", first.Header.Get("ETag")); again.Status != http.StatusNotModified {
		t.Errorf("asked again with its tag: %d", again.Status)
	}
}

// TestFiguresOfAMonth: a month is found by any of its days, the last one by itself, and
// what is not there is nothing. However many there are, each field is one statement.
func TestFiguresOfAMonth(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, 100)
	ask := func(month any) testapi.Answer {
		return api.Query(t, "", figuresDocument, map[string]any{"crossing": "FOLLOWING_COMMUNE_BY_YEAR", "month": month})
	}
	for _, none := range []string{"2026-09-30", "2026-11-01", "1999-01-01"} {
		if a := ask(none); len(a.Errors) > 0 || dig(t, a.Data, "publishedFigures") != nil {
			t.Errorf("%s: %s", none, a.Body)
		}
	}
	if a := api.Query(t, "", `{ publishedFigures(crossing: INCOME) { month } }`, nil); len(a.Errors) != 1 {
		t.Errorf("a crossing that there is not: %s", a.Body)
	}
	october := ask("2026-10-01")
	for _, day := range []any{"2026-10-31", nil} {
		if a := ask(day); a.Body != october.Body {
			t.Errorf("%v: %s", day, a.Body)
		}
	}
	for n := range 5 {
		must(t, api.Service.PublishFigures(t.Context(), domain.NewDate(2026, 11, 1).AddDays(31*n)))
	}
	var a testapi.Answer
	if sent := api.Statements(func() { a = ask(nil) }); len(sent) != 2 {
		t.Errorf("%d statements: %v", len(sent), sent)
	}
	months := dig(t, a.Data, "publishedMonths").([]any)
	if len(months) != 7 || text(t, months[0], "month") != text(t, a.Data, "publishedFigures", "month") || text(t, months[5], "month") != "2026-10-01" || text(t, months[6], "month") != "2025-12-01" {
		t.Errorf("published: %v", months)
	}
	for _, m := range months {
		var words []string
		for _, c := range dig(t, m, "crossings").([]any) {
			words = append(words, c.(string))
		}
		slices.Sort(words)
		if want := slices.Sorted(slices.Values(domain.Crossing("").Values())); !slices.Equal(words, want) {
			t.Errorf("%v has %v", m, words)
		}
	}
	if again := ask("2026-10-01"); text(t, again.Data, "publishedFigures", "publishedAt") != text(t, october.Data, "publishedFigures", "publishedAt") {
		t.Error("October was published again")
	}
	years := dig(t, october.Data, "publishedFigures", "axes", 1, "categories").([]any)
	if last := dig(t, years[len(years)-1], "keys", 0); last != "EARLIER" {
		t.Errorf("the last year is %v", last)
	}
	communes := dig(t, october.Data, "publishedFigures", "axes", 0, "categories").([]any)
	if nobody := dig(t, communes[len(communes)-1], "keys", 0); nobody != nil {
		t.Errorf("those that nobody follows are under %v", nobody)
	}
}
