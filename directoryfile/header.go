package directoryfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// readHeader finds the separator and where each column stands. False means that
// the file cannot be read; why has been reported, for all columns at once.
func (t *table) readHeader(line string) bool {
	separator, names, ok := t.detectSeparator(line)
	if !ok {
		return false
	}
	t.lines.separator = separator
	t.width = len(names)
	t.position = make(map[string]int, len(names))
	bad := false
	reject := func(column int, name string, code Code, en, fr string) {
		bad = true
		t.rejects.add(Reject{
			Line: t.lines.line, Column: column, ColumnName: name, Code: code, Value: name,
			Message: domain.Text{EN: en, FR: fr},
		})
	}
	for i, name := range names {
		switch {
		case name == "" || strings.HasPrefix(name, ignoredPrefix):
			continue
		case !t.hasColumn(name):
			name = truncate(name, MaxRejectValue)
			reject(i+1, name, UnknownColumn,
				fmt.Sprintf("No column has this name. The columns are %s; start the name of one of your own with x_.", t.columnNames()),
				fmt.Sprintf("Aucune colonne ne porte ce nom. Les colonnes sont %s ; faire commencer par x_ le nom d'une colonne à vous.", t.columnNames()))
			continue
		}
		if first, twice := t.position[name]; twice {
			reject(i+1, name, DuplicateColumn,
				fmt.Sprintf("Column %d has this name already.", first+1),
				fmt.Sprintf("La colonne %d porte déjà ce nom.", first+1))
			continue
		}
		t.position[name] = i
	}
	for _, c := range t.columns {
		if _, present := t.position[c.name]; !present && c.required {
			reject(0, c.name, MissingColumn,
				fmt.Sprintf("The column %s is missing from the header.", c.name),
				fmt.Sprintf("La colonne %s manque dans l'en-tête.", c.name))
		}
	}
	return !bad
}

// detectSeparator takes the one of ; and , that makes most column names of the
// header line. No other line is looked at.
func (t *table) detectSeparator(line string) (separator byte, names []string, ok bool) {
	best := -1
	for _, candidate := range []byte{';', ','} {
		fields, state := splitFields(line, candidate)
		if state != wellFormed {
			continue
		}
		known := 0
		for i, f := range fields {
			fields[i] = strings.ToLower(strings.TrimSpace(f))
			if t.hasColumn(fields[i]) {
				known++
			}
		}
		if len(fields) > 1 && known > best {
			best, separator, names = known, candidate, fields
		}
	}
	if best < 0 || (best == 0 && strings.ContainsAny(line, "\t|")) {
		t.giveUp(Reject{Line: t.lines.line, Column: 1, Code: WrongSeparator, Value: line, Message: domain.Text{
			EN: "The first line must be the header: names of columns separated by ; or by a comma.",
			FR: "La première ligne doit être l'en-tête : des noms de colonnes séparés par ; ou par une virgule.",
		}})
		return 0, nil, false
	}
	return separator, names, true
}

func (t *table) hasColumn(name string) bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name })
}

func (t *table) columnNames() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}
