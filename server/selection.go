package server

import "github.com/vektah/gqlparser/v2/ast"

// group is what becomes one field of the answer, and below it what is selected there: fields
// of one response name are merged.
type group struct {
	// path is its response name with those that it is below.
	path   string
	fields []*ast.Field
	below  []group
}

// selector groups the fields of an operation as they are executed.
type selector struct {
	fragments ast.FragmentDefinitionList
	// vars are those that directives ask for; fields that one leaves out are not asked for.
	vars map[string]any
	// varies: a directive left something in or out.
	varies bool
	// found is how many groups there are.
	found int
}

// groups are those of selections that are answered together, below a path that is empty or ends
// in a dot.
func (s *selector) groups(path string, sets ...ast.SelectionSet) []group {
	n := 0
	for _, set := range sets {
		n += len(set)
	}
	groups, alone := make([]group, 0, n), make([]*ast.Field, 0, n)
	index := make(map[string]int, n)
	visited := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selected := selection.(type) {
			case *ast.Field:
				if !s.included(selected.Directives) {
					continue
				}
				if at, ok := index[selected.Alias]; ok {
					groups[at].fields = append(groups[at].fields, selected)
					continue
				}
				index[selected.Alias] = len(groups)
				// Nearly every group has one field: the lists of one lie beside each other, each
				// without room for a second.
				alone = append(alone, selected)
				groups = append(groups, group{path: path + selected.Alias, fields: alone[len(alone)-1 : len(alone) : len(alone)]})
			case *ast.InlineFragment:
				if s.included(selected.Directives) {
					walk(selected.SelectionSet)
				}
			case *ast.FragmentSpread:
				if s.included(selected.Directives) && !visited[selected.Name] {
					visited[selected.Name] = true
					walk(s.fragments.ForName(selected.Name).SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	s.found += len(groups)
	for i := range groups {
		groups[i].below = s.below(groups[i])
	}
	return groups
}

// below groups what is selected on what the group leads to.
func (s *selector) below(g group) []group {
	if len(g.fields) == 1 && len(g.fields[0].SelectionSet) == 0 {
		return nil // most fields are values
	}
	sets := make([]ast.SelectionSet, len(g.fields))
	for n, f := range g.fields {
		sets[n] = f.SelectionSet
	}
	return s.groups(g.path+".", sets...)
}

func (s *selector) included(list ast.DirectiveList) bool {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		s.varies = true
		a := d.Arguments.ForName("if")
		if a == nil {
			continue
		}
		value, err := a.Value.Value(s.vars)
		if on, ok := value.(bool); err == nil && ok && on != (d.Name == "include") {
			return false
		}
	}
	return true
}
