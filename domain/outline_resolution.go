package domain

import "io"

// OutlineResolution is how exact the outlines of a map are.
type OutlineResolution string

// The resolutions.
const (
	OutlineFull   OutlineResolution = "FULL"
	OutlineFine   OutlineResolution = "FINE"
	OutlineMedium OutlineResolution = "MEDIUM"
	OutlineCoarse OutlineResolution = "COARSE"
)

// Values lists the resolutions in the order of the contract, the most exact first.
func (OutlineResolution) Values() []string {
	return []string{string(OutlineFull), string(OutlineFine), string(OutlineMedium), string(OutlineCoarse)}
}

// Metres is by how many metres an outline may be off.
func (r OutlineResolution) Metres() float64 {
	switch r {
	case OutlineFine:
		return 20
	case OutlineMedium:
		return 80
	case OutlineCoarse:
		return 300
	case OutlineFull:
	}
	return 0
}

// MarshalGQL writes the word of the contract.
func (r OutlineResolution) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *OutlineResolution) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }
