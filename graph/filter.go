package graph

import (
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
