package domain

import (
	"io"
	"strconv"
	"strings"
)

// RefusalCode says why a command was refused. The catalogue is closed and is the
// enum ErrorCode of the contract.
type RefusalCode string

// The catalogue of refusals.
const (
	Invalid      RefusalCode = "INVALID"
	StaleVersion RefusalCode = "STALE_VERSION"
	Overlap      RefusalCode = "OVERLAP"
	Duplicate    RefusalCode = "DUPLICATE"
	Unknown      RefusalCode = "UNKNOWN_REFERENCE"
	WeakerSource RefusalCode = "WEAKER_SOURCE"

	RoleUnavailable   RefusalCode = "ROLE_UNAVAILABLE"
	IllegalTransition RefusalCode = "ILLEGAL_TRANSITION"

	Unrecognised RefusalCode = "NOT_RECOGNISED"

	LevelTooLow      RefusalCode = "LEVEL_TOO_LOW"
	SlotTaken        RefusalCode = "SLOT_TAKEN"
	FileType         RefusalCode = "FILE_TYPE"
	FileTypeDiffers  RefusalCode = "FILE_TYPE_DIFFERS"
	FileDamaged      RefusalCode = "FILE_DAMAGED"
	FileExpands      RefusalCode = "FILE_EXPANDS"
	FileAmbiguous    RefusalCode = "FILE_AMBIGUOUS"
	FileLocked       RefusalCode = "FILE_LOCKED"
	FileHashDiffers  RefusalCode = "FILE_HASH_DIFFERS"
	UploadUnfinished RefusalCode = "UPLOAD_UNFINISHED"

	RegistryUnavailable RefusalCode = "REGISTRY_UNAVAILABLE"
	RegistryRefuses     RefusalCode = "REGISTRY_REFUSES"

	KeyReused RefusalCode = "KEY_REUSED"
)

// Values lists the catalogue in the order of the contract.
func (RefusalCode) Values() []string {
	return []string{
		string(Invalid), string(StaleVersion), string(Overlap), string(Duplicate), string(Unknown),
		string(RoleUnavailable), string(IllegalTransition), string(Unrecognised),
		string(LevelTooLow),
		string(FileType), string(FileTypeDiffers), string(FileDamaged), string(FileExpands), string(FileAmbiguous),
		string(FileLocked), string(FileHashDiffers), string(UploadUnfinished),
		string(RegistryUnavailable), string(RegistryRefuses), string(WeakerSource), string(SlotTaken),
		string(KeyReused),
	}
}

// Refusal is a command that was understood and refused by a rule. The client can
// act on it, so it travels in the payload, and nothing was written.
type Refusal struct {
	Code RefusalCode
	// Field is the path of the input field at fault, empty for the whole input.
	Field []string
	// Message tells a person what is wrong.
	Message Text
	// Help tells how to mend it; may be empty.
	Help Text
	// Conflict holds both values of a stale write; nil for other refusals.
	Conflict *Conflict
	// Allowed are the steps that are open instead of an illegal one; nil for other
	// refusals.
	Allowed []Step
	// Needed is the level that the act needs, and where it was tried; nil for other
	// refusals.
	Needed *NeededLevel
	// Slots are others than the one that is taken; nil for other refusals.
	Slots []Slot
}

// NeededLevel is a level of service that the act needs and a reception point lacks.
type NeededLevel struct {
	Level            int
	ReceptionPointID ID
}

// TooLow refuses an act at a point whose level does not have it.
func TooLow(level int, at ID) Refusals {
	n := strconv.Itoa(level)
	r := refuse(LevelTooLow,
		"This needs a reception point of level "+n+".", "Cela demande un guichet de niveau "+n+".")
	r.Needed = &NeededLevel{level, at}
	return Refusals{r}
}

// Conflict is what a client needs to resolve a stale write by itself.
type Conflict struct {
	// Yours and Theirs are the version the client sent and the one in force.
	Yours, Theirs int
	// Values are the fields in which what was sent differs from what is stored.
	Values []ValueConflict
}

// Error describes the refusal for the log.
func (r *Refusal) Error() string {
	s := string(r.Code)
	if len(r.Field) > 0 {
		s += " " + strings.Join(r.Field, ".")
	}
	return s + ": " + r.Message.EN
}

// Refusals is several refusals of one command: a form is corrected in one go.
type Refusals []*Refusal

// Error describes the refusals for the log.
func (rs Refusals) Error() string {
	lines := make([]string, len(rs))
	for i, r := range rs {
		lines[i] = r.Error()
	}
	return strings.Join(lines, "; ")
}

// Err returns nil when nothing was refused, so that callers may return it as is.
func (rs Refusals) Err() error {
	if len(rs) == 0 {
		return nil
	}
	return rs
}

// MarshalGQL writes the word of the contract.
func (r RefusalCode) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *RefusalCode) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }
