package service_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

// reasonOf is that of a refusal, or the code of what is wrong with the file.
func reasonOf(err error) string {
	var refused *domain.Error
	var unreadable *stockfile.FileError
	switch {
	case errors.As(err, &refused):
		return refused.Reason
	case errors.As(err, &unreadable):
		return string(unreadable.Reject.Code)
	case err != nil:
		return err.Error()
	}
	return ""
}

// TestStockRefused: each refusal leaves every table as it was, to the transaction
// that wrote each row.
func TestStockRefused(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	block := []stockfile.Dwelling{flat("1", 0, 2), flat("1", 1, 3), flat("2", 0, 4), flat("2", 1, 5)}
	load(t, db, 2024, block...)
	load(t, db, 2025, append(block, flat("3", 0, 1))...)
	before := everything(t, db)
	whole := string(stockText(t, block...))
	header, _, _ := strings.Cut(whole, "\n")
	broken := strings.Replace(whole, `"52"`, `"15"`, 1)
	elsewhere := string(stockText(t, with(block[0], func(d *stockfile.Dwelling) { d.Commune = "75101" })))
	loss := func(share float64) func(*stockSettings) { return func(s *stockSettings) { s.MaxLoss = share } }
	rejects := func(share float64) func(*stockSettings) { return func(s *stockSettings) { s.MaxRejected = share } }
	isere := func(s *stockSettings) { s.Filter.Department = "38" }
	failing := errors.New("disk full")
	ctx, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		year    int
		file    string
		reason  string
		setting func(*stockSettings)
	}{
		"older vintage":                  {2024, whole, "OLDER_VINTAGE", nil},
		"cut file":                       {2026, whole[:len(whole)-100], "CUT_FILE", nil},
		"cut file of the same vintage":   {2025, whole[:len(whole)-100], "CUT_FILE", nil},
		"cut in another territory":       {2026, whole + strings.SplitAfter(elsewhere, "\n")[1][:200], "CUT_FILE", isere},
		"too many rejects":               {2026, broken, "TOO_MANY_REJECTS", rejects(0.24)},
		"one reject where none may be":   {2026, broken, "TOO_MANY_REJECTS", rejects(0)},
		"rejects only":                   {2026, strings.ReplaceAll(whole, `"52"`, `"15"`), "NO_DWELLING", rejects(1)},
		"no line":                        {2026, header, "NO_DWELLING", nil},
		"another territory":              {2026, elsewhere, "NO_DWELLING", isere},
		"too many absent":                {2026, whole, "TOO_MANY_ABSENT", loss(0.19)},
		"one absent where none may be":   {2026, whole, "TOO_MANY_ABSENT", loss(0)},
		"as many, and others":            {2026, strings.ReplaceAll(whole, `"38185"`, `"38186"`), "TOO_MANY_ABSENT", loss(0.99)},
		"too many absent from a new try": {2025, whole, "TOO_MANY_ABSENT", loss(0.19)},
		"NUL byte":                       {2026, whole + "\x00", "NUL_BYTE", nil},
		"another charset":                {2026, strings.Replace(whole, "É", "\xc9", 4), "BAD_CHARSET", nil},
		"rejects that cannot be written": {2026, broken, "import stock: report line 2: disk full", func(s *stockSettings) {
			s.Reject = func(stockfile.Reject) error { return failing }
		}},
		"told to stop": {2026, broken, "import stock: copy: context canceled", func(s *stockSettings) {
			s.Reject = func(stockfile.Reject) error { cancel(); return nil }
		}},
	} {
		var changes []func(*stockSettings)
		if c.setting != nil {
			changes = append(changes, c.setting)
		}
		_, err := importStock(ctx, t, db, c.year, []byte(c.file), changes...)
		if name == "told to stop" {
			ctx = t.Context()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		} else if reasonOf(err) != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
		if everything(t, db) != before {
			t.Fatalf("%s: something was written", name)
		}
	}
	// What was refused at a bound is taken below it.
	for _, setting := range []func(*stockSettings){loss(0.2), rejects(0.25)} {
		if _, err := importStock(t.Context(), t, db, 2026, []byte(whole), setting); err != nil {
			t.Error(err)
		}
	}
}

// TestSecondImportIsRefused: of the stock or of landlords, while one is under way.
// The first one ends as if nobody had asked.
func TestSecondImportIsRefused(t *testing.T) {
	t.Parallel()
	db := emptyStock(t)
	load(t, db, 2024, flat("1", 0, 2))
	file := strings.Replace(string(stockText(t, flat("1", 0, 2), flat("1", 1, 2))), `"52"`, `"15"`, 1)
	tried := false
	_, err := importStock(t.Context(), t, db, 2025, []byte(file), func(s *stockSettings) {
		s.Reject = func(stockfile.Reject) error {
			tried = true
			before := everything(t, db)
			_, err := importStock(t.Context(), t, db, 2025, []byte(file))
			if reasonOf(err) != "IMPORT_UNDER_WAY" {
				t.Errorf("stock: %v", err)
			}
			_, err = service.ImportOwnerships(t.Context(), db, nil)
			if reasonOf(err) != "IMPORT_UNDER_WAY" {
				t.Errorf("landlords: %v", err)
			}
			if everything(t, db) != before {
				t.Error("something was written")
			}
			return nil
		}
	})
	if err != nil || !tried {
		t.Errorf("the first import: %v", err)
	}
	if have := list(t, db, "SELECT stated_on || ' ' || current FROM stock_vintage"); have != "2024-01-01 false\n2025-01-01 true" {
		t.Error(have)
	}
}
