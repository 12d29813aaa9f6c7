package domain

// SplitForm is what an adult states who leaves a household after a separation.
type SplitForm struct {
	SearchForm
	Contact ContactForm
	File    FileForm
}

// NotLeaving refuses people who cannot leave a household by themselves.
func NotLeaving() Refusals {
	return Refusals{refuse(Invalid,
		"Name who leaves, each once, first the adult who signs the new application; the applicant stays.",
		"Nommer qui part, chacun une fois, d'abord l'adulte qui signe la nouvelle demande ; le titulaire reste.", "memberIds")}
}
