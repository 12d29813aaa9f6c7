package graph

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// codeListsCSV has the words of the codes that the contract carries: those of the
// stock file, facts of the order of 5 January 2010 on the register, and those of
// the contract's own enums, in the order of the contract. Those of the form are in domain.
//
//go:embed code_lists.csv
var codeListsCSV string

// codeLists reads them once.
var codeLists = sync.OnceValues(func() ([]*domain.CodeList, error) {
	rows, err := csv.NewReader(strings.NewReader(codeListsCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read code lists: %w", err)
	}
	var lists []*domain.CodeList
	for _, row := range rows[1:] {
		if len(lists) == 0 || lists[len(lists)-1].Name != row[0] {
			lists = append(lists, &domain.CodeList{Name: row[0], Source: row[4]})
		}
		last := lists[len(lists)-1]
		last.Entries = append(last.Entries, domain.CodeEntry{Code: row[1], Words: domain.Text{FR: row[2], EN: row[3]}})
	}
	return slices.Concat(domain.FormCodes(), lists, []*domain.CodeList{pieceKinds()}), nil
})

// pieceKinds are the kinds of pieces, which the rules read too.
func pieceKinds() *domain.CodeList {
	list := &domain.CodeList{Name: "pieceKind"}
	for _, k := range domain.PieceKinds() {
		list.Source = k.Source
		list.Entries = append(list.Entries, domain.CodeEntry{Code: string(k.Code), Words: k.Words})
	}
	return list
}

// maxCodeLists bounds the names asked for.
const maxCodeLists = 100

// CodeLists gives the words behind codes.
func (r queryResolver) CodeLists(_ context.Context, names []string) ([]*domain.CodeList, error) {
	if len(names) > maxCodeLists {
		return nil, errTooManyNames
	}
	lists, err := codeLists()
	if err != nil || names == nil {
		return lists, err
	}
	return slices.DeleteFunc(slices.Clone(lists), func(l *domain.CodeList) bool { return !slices.Contains(names, l.Name) }), nil
}

var errTooManyNames = &domain.Error{Code: domain.BadRequest, Reason: "TOO_MANY_VALUES", Field: "names", Message: domain.Text{
	EN: "Name at most 100 lists.",
	FR: "Nommer 100 listes au plus.",
}}

// Label is what the code means, in the language asked or that of the viewer.
func (codeEntryResolver) Label(ctx context.Context, e *domain.CodeEntry, language *domain.Language) (string, error) {
	if language == nil {
		return e.Words.In(auth.FromContext(ctx).Language), nil
	}
	return e.Words.In(*language), nil
}
