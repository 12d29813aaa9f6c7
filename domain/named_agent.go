package domain

import "slices"

// The bounds of the agents named on a protected file: two, so that one may be away;
// few, so that each is known.
const (
	minNamedAgents = 2
	maxNamedAgents = 5
)

// CheckNamedAgents says what is wrong with the agents to be named.
func CheckNamedAgents(ids []ID) Refusals {
	distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(distinct) == len(ids) && len(ids) >= minNamedAgents && len(ids) <= maxNamedAgents {
		return nil
	}
	return Refusals{refuse(Invalid,
		"Name 2 to 5 different agents.", "Désigner de 2 à 5 agents différents.", "agentIds")}
}

// NotAnAgentThere refuses to name somebody who could not see the file.
func NotAnAgentThere() Refusals {
	return Refusals{{
		Code: Unknown, Field: []string{"agentIds"},
		Message: Text{
			EN: "Each of them receives today, authorised by name, at the point that follows the application; one does not.",
			FR: "Chacun reçoit aujourd'hui, habilité nominativement, au guichet référent ; l'un d'eux non.",
		},
	}}
}

// OtherAgentsProposed refuses to confirm agents that are not those proposed.
func OtherAgentsProposed() Refusals {
	return Refusals{refuse(Invalid,
		"These are not the agents who were proposed.", "Ce ne sont pas les agents proposés.", "agentIds")}
}

// NothingToConfirm refuses to confirm where nobody waits for it.
func NothingToConfirm() Refusals {
	return Refusals{refuse(IllegalTransition,
		"Nothing waits for a confirmation on this application.",
		"Rien n'attend de confirmation sur cette demande.")}
}

// NoAccountToReopen refuses to reopen a file to somebody who has no account.
func NoAccountToReopen() Refusals {
	return Refusals{refuse(Unknown,
		"No account is bound to this person.", "Aucun compte n'est rattaché à cette personne.", "memberId")}
}
