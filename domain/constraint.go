package domain

import "maps"

// BrokenConstraints says what breaking a named constraint of the database means to the
// caller. A constraint that no input of a caller can break is not in it: breaking it is
// our mistake, and stays an internal error.
func BrokenConstraints() map[string]Refusal { return maps.Clone(brokenConstraints) }

var brokenConstraints = map[string]Refusal{
	"agreement_no_overlap": {
		Code: Overlap,
		Message: Text{
			EN: "Another agreement of the reception point is in force in this period.",
			FR: "Une autre convention du guichet est en vigueur sur cette période.",
		},
		Help: Text{EN: "End that one first.", FR: "Y mettre d'abord fin."},
	},
	"opening_hours_weekly_no_overlap": {
		Code: Overlap,
		Message: Text{
			EN: "Another weekly rule of the same weekday is valid in this period.",
			FR: "Une autre règle hebdomadaire du même jour est valable sur cette période.",
		},
		Help: Text{EN: "End that one first.", FR: "Y mettre d'abord fin."},
	},
	"opening_hours_exception_no_overlap": {
		Code:  Overlap,
		Field: []string{"from"},
		Message: Text{
			EN: "Another exception of the reception point covers some of these days.",
			FR: "Une autre exception du guichet couvre une partie de ces jours.",
		},
		Help: Text{
			EN: "To replace the exception of exactly this period send its version; otherwise withdraw the other one first.",
			FR: "Pour remplacer l'exception de cette période exacte, envoyer sa version ; sinon retirer d'abord l'autre.",
		},
	},
	"assignment_no_overlap": {
		Code:  Overlap,
		Field: []string{"validFrom"},
		Message: Text{
			EN: "The person is assigned, or proposed, to this role of the organisation on some of these days.",
			FR: "La personne est affectée, ou proposée, à ce rôle de l'organisme sur une partie de ces jours.",
		},
		Help: Text{EN: "End that assignment first.", FR: "Mettre d'abord fin à cette affectation."},
	},
	"staff_authorisation_no_overlap": {
		Code:  Overlap,
		Field: []string{"validFrom"},
		Message: Text{
			EN: "The person is authorised in this role of the organisation on some of these days.",
			FR: "La personne est habilitée dans ce rôle de l'organisme sur une partie de ces jours.",
		},
		Help: Text{EN: "Begin after that one, or revoke it first.", FR: "Commencer après celle-ci, ou d'abord la révoquer."},
	},
	"waiting_place_live_key": {
		Code: Duplicate, Field: []string{"motive"},
		Message: Text{EN: "The application waits for this motive already.", FR: "La demande attend déjà pour ce motif."},
		Help:    Text{EN: "Leave that place first.", FR: "Quitter d'abord cette place."},
	},
	"orientation_open_key": {
		Code:    Duplicate,
		Message: Text{EN: "The point has sent the applicant already, and waits for the outcome.", FR: "Le guichet a déjà orienté le demandeur et attend l'issue."},
		Help:    Text{EN: "Withdraw that orientation first.", FR: "Retirer d'abord cette orientation."},
	},
	"level_change_open_key": {
		Code:    Duplicate,
		Field:   []string{"receptionPointId"},
		Message: Text{EN: "A request of this point waits for its answer.", FR: "Une demande de ce guichet attend sa réponse."},
		Help:    Text{EN: "Ask again once it is answered.", FR: "Redemander une fois la réponse donnée."},
	},
	"contributing_employer_siret_key": *EmployerListed("employers"),
	"pair_no_overlap": {
		Code:  Overlap,
		Field: []string{"validFrom"},
		Message: Text{
			EN: "The two are a pair of this reception point on some of these days.",
			FR: "Ces deux personnes sont un binôme de ce guichet sur une partie de ces jours.",
		},
		Help: Text{EN: "End that pair first.", FR: "Mettre d'abord fin à ce binôme."},
	},
	"vacancy_no_overlap": {
		Code: Overlap, Field: []string{"vacantFrom"},
		Message: Text{
			EN: "Another vacancy of the dwelling is on some of these days.",
			FR: "Une autre vacance du logement couvre une partie de ces jours.",
		},
		Help: Text{EN: "Close that one first, or change its dates.", FR: "La clore d'abord, ou changer ses dates."},
	},
	"booked_time_person_no_overlap": slotTaken,
	"booked_time_room_no_overlap":   slotTaken,
}
