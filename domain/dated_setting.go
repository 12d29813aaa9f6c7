package domain

import (
	"bytes"
	"encoding/csv"
	"fmt"
)

// datedSetting is a line of a table of settings: a value, from when until when it
// holds, and the article it rests on.
type datedSetting struct {
	name, value, article string
	from, until          Date
}

// parseDatedSettings reads a table with the columns name, valid_from, valid_until,
// value and article.
func parseDatedSettings(table []byte) ([]datedSetting, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var settings []datedSetting
	for n, line := range lines[1:] {
		s := datedSetting{name: line[0], value: line[3], article: line[4]}
		if s.from, err = ParseDate(line[1]); err == nil && line[2] != "" {
			s.until, err = ParseDate(line[2])
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		settings = append(settings, s)
	}
	return settings, nil
}

// on tells whether the setting holds on that day.
func (s datedSetting) on(day Date) bool {
	return !day.Before(s.from) && (s.until.IsZero() || day.Before(s.until))
}
