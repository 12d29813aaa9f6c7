package domain

// TakenAlready refuses to do something with a registration that is elsewhere by now.
func TakenAlready() Refusals {
	return Refusals{refuse(IllegalTransition,
		"This registration is not where it was: somebody took it, or decided on it.",
		"Cet enregistrement n'est plus où il était : quelqu'un l'a pris, ou a statué.")}
}

// NotReceivingThere refuses to assign to somebody who does not receive at the point.
func NotReceivingThere() Refusals {
	return Refusals{refuse(Unknown,
		"This person does not receive at the point today.", "Cette personne ne reçoit pas à ce guichet aujourd'hui.", "personId")}
}
