package domain

import (
	"encoding/json"
	"io"
	"strconv"
)

// Money is an amount in cents of euro.
type Money int64

// String is the number of cents.
func (m Money) String() string { return strconv.FormatInt(int64(m), 10) }

// maxMoney keeps amounts exact in every JSON library.
const maxMoney = 1 << 53

// MarshalGQL writes the cents as a number.
func (m Money) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, m.String()) }

// UnmarshalGQL reads whole cents.
func (m *Money) UnmarshalGQL(v any) error {
	var cents int64
	switch v := v.(type) {
	case int64:
		cents = v
	case int:
		cents = int64(v)
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return badMoney()
		}
		cents = n
	default:
		return badMoney()
	}
	if cents < -maxMoney || cents > maxMoney {
		return badMoney()
	}
	*m = Money(cents)
	return nil
}

func badMoney() error {
	return BadValue("an amount is a whole number of cents of euro", "un montant est un nombre entier de centimes d'euro")
}
