package graph_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// TestPublishedRents: a month of which there are none is nothing; those that there are are the
// same for everybody, and are all that advice tells of rents.
func TestPublishedRents(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t)
	document, err := operations.Files.ReadFile("PublishedRents.graphql")
	must(t, err)
	for _, none := range []any{nil, "2026-10-01"} {
		if a := api.Query(t, "", string(document), map[string]any{"month": none}); len(a.Errors) > 0 || dig(t, a.Data, "publishedRents") != nil {
			t.Errorf("of %v: %s", none, a.Body)
		}
	}
	must(t, api.Service.PublishFigures(t.Context(), sandbox.FiguresMonth()))
	nobody := api.Query(t, "", string(document), nil)
	for _, as := range []string{"landlord-balcons-de-belledonne-stock", "metropole-steering", "app:metropole-map"} {
		if a := api.Query(t, as, string(document), map[string]any{"month": sandbox.FiguresMonth().AddDays(20).String()}); a.Body != nobody.Body {
			t.Errorf("%s reads %s", as, a.Body)
		}
	}

	advice := api.Query(t, "", adviceDocument(t), need(map[string]any{"adults": 1, "dependants": 2}, "communes", []string{"38562", "38179"}, "typologies", []string{"T3"}))
	told := map[string]any{}
	for _, c := range dig(t, advice.Data, "housingAdvice", "communes").([]any) {
		for _, rent := range dig(t, c, "rents").([]any) {
			told[text(t, c, "commune")] = dig(t, rent, "median")
		}
	}
	published := map[string]any{}
	for _, cell := range dig(t, nobody.Data, "publishedRents", "cells").([]any) {
		if commune := text(t, cell, "commune"); text(t, cell, "typology") == "T3" && slices.Contains([]string{"38562", "38179"}, commune) {
			published[commune] = dig(t, cell, "median")
		}
	}
	if len(told) == 0 || !reflect.DeepEqual(told, published) {
		t.Errorf("advised %v, published %v", told, published)
	}
	for _, u := range dig(t, advice.Data, "housingAdvice", "unknowns").([]any) {
		if text(t, u, "code") == "RENT" {
			t.Errorf("%v is not known: %s", u, advice.Body)
		}
	}
	if text(t, advice.Data, "housingAdvice", "rentsMonth") != text(t, nobody.Data, "publishedRents", "month") {
		t.Error(advice.Body)
	}
}
