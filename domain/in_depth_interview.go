package domain

import "io"

// InDepthReason is why an application calls for an in-depth interview (entretien
// approfondi; in the seed entretien de niveau 2).
type InDepthReason string

// The reasons.
const (
	// InDepthVeryOld: it waits for a very long time.
	InDepthVeryOld InDepthReason = "VERY_OLD"
	// InDepthNoHome: the household has no home of its own.
	InDepthNoHome InDepthReason = "NO_HOME"
	// InDepthManyReasons: it gives several reasons at once.
	InDepthManyReasons InDepthReason = "MANY_REASONS"
	// InDepthHardship: something sensitive makes it hard.
	InDepthHardship InDepthReason = "HARDSHIP"
	// InDepthManyRefusals: several dwellings that were proposed were refused.
	InDepthManyRefusals InDepthReason = "MANY_REFUSALS"
)

// Values lists the reasons, in the order of the contract.
func (InDepthReason) Values() []string {
	return []string{string(InDepthVeryOld), string(InDepthNoHome), string(InDepthManyReasons), string(InDepthHardship), string(InDepthManyRefusals)}
}

// MarshalGQL writes the word of the contract.
func (r InDepthReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *InDepthReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }
