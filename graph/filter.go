package graph

import (
	"fmt"
	"slices"

	"github.com/guichet-logement/guichet/domain"
)

// maxFilterValues bounds the values of one list in a filter.
const maxFilterValues = 100

// tooMany refuses a list of a filter that is longer than what one statement
// should carry.
func tooMany(field string, n int) error {
	if n <= maxFilterValues {
		return nil
	}
	return &domain.Error{Code: domain.BadRequest, Reason: "TOO_MANY_VALUES", Field: field, Message: domain.Text{
		EN: "A list in a filter holds at most 100 values.",
		FR: "Une liste d'un filtre contient 100 valeurs au plus.",
	}}
}

// ofCodeList refuses codes that their list does not have, and too many of them; the empty one
// stands for what is not told.
func ofCodeList(field, list string, codes []string) error {
	if err := tooMany(field, len(codes)); err != nil {
		return err
	}
	lists, err := codeLists()
	if err != nil {
		return err
	}
	of := lists[slices.IndexFunc(lists, func(l *domain.CodeList) bool { return l.Name == list })]
	for i, code := range codes {
		if code != "" && !slices.ContainsFunc(of.Entries, func(e domain.CodeEntry) bool { return e.Code == code }) {
			return domain.UnknownValue(fmt.Sprintf("%s[%d]", field, i), domain.Text{
				EN: "Use codes of the list " + list + " (`codeLists`).", FR: "Utiliser des codes de la liste " + list + " (`codeLists`).",
			})
		}
	}
	return nil
}

// badBox refuses a rectangle that holds no place.
func badBox(box domain.BoundingBox) error {
	refusals := box.Validate()
	if len(refusals) == 0 {
		return nil
	}
	return &domain.Error{
		Code: domain.BadRequest, Reason: "BAD_BOX",
		Field: "where.within." + refusals[0].Field[0], Message: refusals[0].Message,
	}
}

// orNothing keeps an empty list from being no filter, which is what generated
// filters make of it: it becomes a list of one value that no row has.
func orNothing[T ~string](values []T) []T {
	if values != nil && len(values) == 0 {
		return []T{"-"}
	}
	return values
}

func stated(values []string) []domain.Stated {
	if values == nil {
		return nil
	}
	all := make([]domain.Stated, len(values))
	for i, v := range values {
		all[i] = domain.Stated(v)
	}
	return all
}

// maxListed bounds the items of a list that is no connection.
const maxListed = 100
