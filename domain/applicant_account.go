package domain

// BoundElsewhere refuses to bind an account that is bound.
func BoundElsewhere() Refusals {
	return Refusals{{
		Code: Duplicate,
		Message: Text{
			EN: "Your account is bound to an application.",
			FR: "Votre compte est rattaché à une demande.",
		},
		Help: Text{EN: "Unbind it first.", FR: "Le détacher d'abord."},
	}}
}
