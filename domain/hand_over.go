package domain

// CheckHandOver says what is wrong with an offer of one point to another of that level.
func CheckHandOver(from, to ID, level int) Refusals {
	if from == to {
		return Refusals{refuse(Invalid, "This point follows it already.", "Ce guichet la suit déjà.", "receptionPointId")}
	}
	if level < RegistrationLevel {
		return TooLow(RegistrationLevel, to)
	}
	return nil
}
