package domain

import "io"

// RegistryEventKind says what the national registry is told (type de fichier d'échange;
// CCH R441-2-15).
type RegistryEventKind string

// What the registry is told, by the codes of its interface.
const (
	RegistryCreated RegistryEventKind = "CRE"
	// RegistrySplit is a creation by somebody who left another application.
	RegistrySplit   RegistryEventKind = "CRS"
	RegistryChanged RegistryEventKind = "MOD"
	RegistryRenewed RegistryEventKind = "REN"
	// RegistryRemoved is a removal, or the end of one where it has no reason.
	RegistryRemoved RegistryEventKind = "RAD"
	RegistryDeleted RegistryEventKind = "SUP"
)

// Values lists the kinds.
func (RegistryEventKind) Values() []string {
	return []string{
		string(RegistryCreated), string(RegistrySplit), string(RegistryChanged), string(RegistryRenewed),
		string(RegistryRemoved), string(RegistryDeleted),
	}
}

// MarshalGQL writes the word.
func (k RegistryEventKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word.
func (k *RegistryEventKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// RegistryEventState says how far the telling has come.
type RegistryEventState string

// The states of what the registry is told.
const (
	RegistryToSend RegistryEventState = "TO_SEND"
	// RegistrySent went out, in a file, and was not acknowledged yet.
	RegistrySent         RegistryEventState = "SENT"
	RegistryAcknowledged RegistryEventState = "ACKNOWLEDGED"
	RegistryRejected     RegistryEventState = "REJECTED"
)

// Values lists the states.
func (RegistryEventState) Values() []string {
	return []string{string(RegistryToSend), string(RegistrySent), string(RegistryAcknowledged), string(RegistryRejected)}
}

// MarshalGQL writes the word.
func (s RegistryEventState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word.
func (s *RegistryEventState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// RegistryEventOf is what the registry is told of a step; empty for a step that is ours
// alone. It erases by its own calendar.
func RegistryEventOf(step Step, split bool) RegistryEventKind {
	switch step {
	case StepValidate:
		if split {
			return RegistrySplit
		}
		return RegistryCreated
	case StepRenew:
		return RegistryRenewed
	case StepRemove, StepReactivate:
		return RegistryRemoved
	case StepMerge:
		return RegistryDeleted
	case StepUndoMerge:
		return RegistryChanged
	default:
		return ""
	}
}

// NoNumber says that the registry gave an application no number, and that it waits.
func NoNumber(code RefusalCode) Refusals {
	if code == RegistryRefuses {
		r := refuse(code, "The national registry gives this application no number.", "Le registre national ne délivre pas de numéro à cette demande.")
		r.Help = Text{EN: "See in the registry whether it knows the applicant already.", FR: "Voir dans le registre s'il connaît déjà le demandeur."}
		return Refusals{r}
	}
	r := refuse(RegistryUnavailable, "The national registry, which gives the numbers, does not answer.", "Le registre national, qui délivre les numéros, ne répond pas.")
	r.Help = Text{EN: "The application waits as it was: validate it again later.", FR: "La demande attend telle quelle : la valider à nouveau plus tard."}
	return Refusals{r}
}
