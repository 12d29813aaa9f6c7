package domain

import (
	"io"
	"strconv"
)

// The figures of a dwelling may be unknown. They are stored as the smallest value
// of their column and written to the contract as null: a column without NULL can
// be ordered by and paged through, and two unknown values are equal.

// Rooms counts the main rooms of a dwelling (nombre de pièces); 0 is unknown.
type Rooms int

// Surface is a living area (surface habitable) in square metres; 0 is unknown.
type Surface float64

// Year is a year of the calendar; 0 is unknown.
type Year int

// Floor is a storey (étage): 0 is the ground floor, basements are negative.
type Floor int

// UnknownFloor is below every basement.
const UnknownFloor Floor = -100

// Stated is text of a source that need not state it: empty is unknown.
type Stated string

// MarshalGQL writes the number, or null.
func (r Rooms) MarshalGQL(w io.Writer) { writeWhole(w, int(r), r != 0) }

// UnmarshalGQL reads a number.
func (r *Rooms) UnmarshalGQL(v any) error { return readWhole(v, (*int)(r)) }

// MarshalGQL writes the number, or null.
func (y Year) MarshalGQL(w io.Writer) { writeWhole(w, int(y), y != 0) }

// UnmarshalGQL reads a number.
func (y *Year) UnmarshalGQL(v any) error { return readWhole(v, (*int)(y)) }

// MarshalGQL writes the number, or null.
func (f Floor) MarshalGQL(w io.Writer) { writeWhole(w, int(f), f != UnknownFloor) }

// UnmarshalGQL reads a number.
func (f *Floor) UnmarshalGQL(v any) error { return readWhole(v, (*int)(f)) }

// MarshalGQL writes the square metres, or null.
func (s Surface) MarshalGQL(w io.Writer) {
	if s == 0 {
		writeNull(w)
		return
	}
	_, _ = io.WriteString(w, strconv.FormatFloat(float64(s), 'f', -1, 64))
}

// UnmarshalGQL reads square metres.
func (s *Surface) UnmarshalGQL(v any) error {
	if v == nil {
		*s = 0
		return nil
	}
	metres, err := decimal(v)
	if err != nil || metres < 0 {
		return BadValue("a surface is a number of square metres", "une surface est un nombre de mètres carrés")
	}
	*s = Surface(metres)
	return nil
}

// MarshalGQL writes the text, or null.
func (s Stated) MarshalGQL(w io.Writer) {
	if s == "" {
		writeNull(w)
		return
	}
	quoteAny(w, string(s))
}

// UnmarshalGQL reads text; null is none.
func (s *Stated) UnmarshalGQL(v any) error {
	if v == nil {
		*s = ""
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return BadValue("must be a string", "doit être une chaîne")
	}
	*s = Stated(text)
	return nil
}

func writeNull(w io.Writer) { _, _ = io.WriteString(w, "null") }

func writeWhole(w io.Writer, n int, known bool) {
	if !known {
		writeNull(w)
		return
	}
	_, _ = io.WriteString(w, strconv.Itoa(n))
}

func readWhole(v any, into *int) error {
	number, err := decimal(v)
	if err != nil || number != float64(int32(number)) {
		return BadValue("must be an integer of 32 bits", "doit être un entier de 32 bits")
	}
	*into = int(number)
	return nil
}

// Typology is the kind of a dwelling by its number of main rooms (typologie).
type Typology string

// The typologies.
const (
	T1              Typology = "T1"
	T2              Typology = "T2"
	T3              Typology = "T3"
	T4              Typology = "T4"
	T5              Typology = "T5"
	T6Plus          Typology = "T6_PLUS"
	UnknownTypology Typology = "UNKNOWN"
)

// Typology follows from the number of rooms.
func (r Rooms) Typology() Typology {
	switch {
	case r < 1:
		return UnknownTypology
	case r > 5:
		return T6Plus
	}
	return [...]Typology{T1, T2, T3, T4, T5}[r-1]
}

// Values lists the typologies in the order of the contract.
func (Typology) Values() []string {
	return []string{
		string(T1), string(T2), string(T3), string(T4), string(T5), string(T6Plus), string(UnknownTypology),
	}
}

// MarshalGQL writes the word of the contract.
func (t Typology) MarshalGQL(w io.Writer) { marshalEnum(w, t) }

// UnmarshalGQL reads the word of the contract.
func (t *Typology) UnmarshalGQL(v any) error { return unmarshalEnum(v, t) }

// EnergyClass is the label of a dwelling's energy certificate (diagnostic de
// performance énergétique), CCH L126-26.
type EnergyClass string

// UnknownEnergyClass stands for a dwelling whose certificate the file does not
// tell, one in eight.
const UnknownEnergyClass EnergyClass = "UNKNOWN"

// Values lists the classes in the order of the contract, best first.
func (EnergyClass) Values() []string {
	return []string{"A", "B", "C", "D", "E", "F", "G", string(UnknownEnergyClass)}
}

// MarshalGQL writes the word of the contract.
func (e EnergyClass) MarshalGQL(w io.Writer) { marshalEnum(w, e) }

// UnmarshalGQL reads the word of the contract.
func (e *EnergyClass) UnmarshalGQL(v any) error { return unmarshalEnum(v, e) }

// IntRange keeps whole numbers between two edges, both included; a nil edge is
// none.
type IntRange struct{ Min, Max *int }

// SurfaceRange keeps living areas between two edges, both included; a nil edge is
// none.
type SurfaceRange struct{ Min, Max *float64 }
