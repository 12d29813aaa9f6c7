package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// same tells where two answers differ, nil when they do not. Cursors are signed
// by one side alone: it is compared whether there is one. The instant at which a
// request was answered is left out.
func same(got, want []byte) error {
	g, err := parsed(got)
	if err != nil {
		return err
	}
	w, err := parsed(want)
	if err != nil {
		return err
	}
	return differ("data", g, w)
}

// parsed reads an answer, which must have data and no errors.
func parsed(body []byte) (any, error) {
	var answer struct {
		Data   any
		Errors json.RawMessage
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		return nil, fmt.Errorf("answer: %w: %s", err, clip(body))
	}
	if answer.Errors != nil || answer.Data == nil {
		return nil, fmt.Errorf("answer without data: %s", clip(body))
	}
	return answer.Data, nil
}

func differ(path string, got, want any) error {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return fmt.Errorf("%s: %v, want %v", path, got, want)
		}
		for name, value := range w {
			if name == "now" {
				continue
			}
			have, ok := g[name]
			if !ok {
				return fmt.Errorf("%s.%s: absent", path, name)
			}
			if name == "cursor" || name == "endCursor" {
				have, value = have != nil, value != nil
			}
			if err := differ(path+"."+name, have, value); err != nil {
				return err
			}
		}
		return nil
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Errorf("%s: %v, want %v", path, got, want)
		}
		for i := range w {
			if err := differ(fmt.Sprintf("%s[%d]", path, i), g[i], w[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: %v, want %v", path, got, want)
	}
	return nil
}

// endCursor finds the first endCursor of an answer whose page has a next one:
// empty when there is none.
func endCursor(answer any) string {
	a, _ := answer.(map[string]any)
	if more, _ := a["hasNextPage"].(bool); more {
		end, _ := a["endCursor"].(string)
		return end
	}
	if info, ok := a["pageInfo"]; ok { // that of the list, before those below it
		return endCursor(info)
	}
	for _, value := range a {
		if end := endCursor(value); end != "" {
			return end
		}
	}
	return ""
}

func clip(body []byte) []byte { return body[:min(len(body), 500)] }
