package sandbox

import (
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// The places in [Applications] of those that are each made for a rule. All are active.
const (
	// EdgeSingle is one adult, with an account.
	EdgeSingle = iota
	// EdgeCouple is two adults with an account and something sensitive each: neither
	// may read the other's.
	EdgeCouple
	// The protected ones are seen by the two agents named on them: a commune's, the
	// shared desk's, the Métropole's at the shared desk. The first has an account.
	EdgeProtectedCommune
	EdgeProtectedDesk
	EdgeProtectedMetropole
	// EdgeTwins expects two children.
	EdgeTwins
	// EdgeCustodyFirst and EdgeCustodySecond are parents apart: the same two children
	// visit both.
	EdgeCustodyFirst
	EdgeCustodySecond
	// EdgeContactFirst and EdgeContactSecond share a phone and an e-mail address.
	EdgeContactFirst
	EdgeContactSecond
	// EdgeHomonymFirst and EdgeHomonymSecond are two people of the same names, born the
	// same day.
	EdgeHomonymFirst
	EdgeHomonymSecond
	// EdgeLeapDay was born on a 29 February.
	EdgeLeapDay
	// EdgeTwenty is as many people as an application holds, of every link.
	EdgeTwenty
	// EdgeCentenarian is 101 years old.
	EdgeCentenarian
	// EdgeEmancipated is a minor of 16, who signs for himself.
	EdgeEmancipated
	// EdgeLongNames has names as long as they may be.
	EdgeLongNames
	// EdgeTenWishes wishes for as many communes as an application holds.
	EdgeTenWishes
)

var (
	grenobleCode   = domain.InseeCode("38185")
	echirollesCode = domain.InseeCode("38151")
)

// edges make them out of ordinary ones.
var edges = [...]func(*draft){
	EdgeSingle: func(a *draft) {
		a.Members = household(applicant("Nadège Paule", "Ferrier", 1988, 4, 12))
		a.Members[0].Account = ApplicantSingle
		a.followedBy("mairie-grenoble")
		a.Wishes = []domain.InseeCode{grenobleCode, echirollesCode}
		a.Housing, a.Reasons = domain.PrivateTenant, []string{"09", "19"}
	},
	EdgeCouple: func(a *draft) {
		a.Members = household(
			applicant("Awa", "Diakité", 1985, 9, 3), member(domain.LinkSpouse, "Stéphane", "Morel", 1983, 1, 27),
			member(domain.LinkChild, "Élias", "Morel", 2015, 6, 8))
		a.Members[0].Account, a.Members[1].Account = ApplicantCoupleFirst, ApplicantCoupleSecond
		a.Members[0].Sensitive = &service.SandboxSensitive{
			Reasons: []string{"06"}, FreeText: "Souhaite partir avec l'enfant.", SafeContact: "Par la collègue, 06 39 98 00 72",
		}
		a.Members[1].Sensitive = &service.SandboxSensitive{
			Reasons: []string{"07", "08"}, Needs: []string{"STAIRS_FEW", "STEP_FREE_SHOWER"}, FreeText: "Opération prévue en janvier.",
		}
		a.followedBy(sharedDesk)
		a.Wishes = []domain.InseeCode{grenobleCode}
	},
	EdgeProtectedCommune: func(a *draft) {
		a.Members = household(applicant("Jeanne", "d'Hauterive", 1991, 2, 14), member(domain.LinkChild, "Noé", "d'Hauterive", 2018, 10, 30))
		a.Members[0].Account = ApplicantProtected
		a.protect("mairie-echirolles", "commune-echirolles-agent", "commune-echirolles-social")
	},
	EdgeProtectedDesk: func(a *draft) {
		a.Members = household(applicant("Mirela", "Ionescu", 1979, 12, 5))
		a.protect(sharedDesk, "shared-desk-agent", "shared-desk-social")
	},
	EdgeProtectedMetropole: func(a *draft) {
		a.Members = household(applicant("Salomé", "Aït Yahia", 1998, 7, 19), member(domain.LinkChild, "Lina", "Aït Yahia", 2023, 3, 2))
		a.protect(sharedDesk, "metropole-agent", "metropole-social")
		a.ConfirmedBy = "metropole-manager" // nobody confirms their own naming
	},
	EdgeTwins: func(a *draft) {
		a.Members = household(
			applicant("Tatiana", "Kerbrat", 1994, 8, 21), member(domain.LinkSpouse, "Idriss", "Konaté", 1992, 5, 16),
			member(domain.LinkChild, "Maya", "Konaté-Kerbrat", 2022, 11, 11))
		a.expect(domain.NewDate(2027, 2, 10))
		a.expect(domain.NewDate(2027, 2, 10))
	},
	EdgeCustodyFirst: func(a *draft) {
		a.Members = household(custody(applicant("Delphine", "Revol", 1986, 3, 9))...)
	},
	EdgeCustodySecond: func(a *draft) {
		a.Members = household(custody(applicant("Grégory", "Pélissier", 1984, 10, 1))...)
		a.orient(domain.OrientForPriority, domain.OrientationWithdrawn)
	},
	EdgeContactFirst: func(a *draft) {
		a.Members = household(applicant("Lourdes", "de Oliveira", 1963, 6, 24))
		a.share()
	},
	EdgeContactSecond: func(a *draft) {
		a.Members = household(applicant("Tiago", "de Oliveira", 1999, 9, 17))
		a.share()
	},
	EdgeHomonymFirst: func(a *draft) {
		a.Members = household(applicant("Mohamed", "Ben Youssef", 1990, 1, 1))
		a.followedBy("mairie-grenoble")
	},
	EdgeHomonymSecond: func(a *draft) {
		a.Members = household(applicant("Mohamed", "Ben Youssef", 1990, 1, 1), member(domain.LinkSpouse, "Inès", "Cherif", 1993, 4, 4))
		a.followedBy("mairie-echirolles")
	},
	EdgeLeapDay: func(a *draft) {
		a.Members = household(applicant("Bissextine", "Février-Marsal", 2000, 2, 29))
		a.orient(domain.OrientForLongWait, domain.OrientationSent)
	},
	EdgeTwenty: twenty,
	EdgeCentenarian: func(a *draft) {
		a.Members = household(applicant("Philomène Augustine", "Vieux", 1925, 3, 8))
		a.Members[0].UsualName = "Charreton"
		a.orient(domain.OrientForInterview, domain.OrientationAccepted)
	},
	EdgeEmancipated: func(a *draft) {
		a.Members = household(applicant("Aboubacar", "Sylla", 2010, 5, 17))
		a.orient(domain.OrientForAppointment, domain.OrientationAppointment)
	},
	EdgeLongNames: func(a *draft) {
		a.Members = household(applicant(
			"Marie-Antoinette Élisabeth Anne-Charlotte N'Deye Guillemette Bérengère Maria da Conceição Joséphine",
			"d'Aubeterre de L'Estoile-O'Shaughnessy de la Roche-aux-Fées d'Entraigues du Bois de l'Orme d'Arvieux", 1972, 8, 15))
		a.Members[0].UsualName = "de L'Hermitte d'Almeida-N'Guessan Aït Ben M'Barek El Khattabi dos Santos D'Angelo Le Goff des Aulnes"
		a.orient(domain.OrientForSingleFile, domain.OrientationReported)
	},
	EdgeTenWishes: func(a *draft) {
		a.orient(domain.OrientForRefusals, domain.OrientationDeclined)
		a.Wishes = nil
		for _, c := range a.communes[:domain.MaxWishes] {
			a.Wishes = append(a.Wishes, c.InseeCode)
		}
	},
}

func household(members ...service.SandboxMember) []service.SandboxMember { return members }

func applicant(given, name string, year int, month time.Month, day int) service.SandboxMember {
	return member(domain.LinkApplicant, given, name, year, month, day)
}

func member(link domain.HouseholdLink, given, name string, year int, month time.Month, day int) service.SandboxMember {
	return service.SandboxMember{Link: link, GivenNames: given, BirthName: name, BornOn: domain.NewDate(year, month, day)}
}

// custody is a parent and the two children whom both parents receive.
func custody(parent service.SandboxMember) []service.SandboxMember {
	return household(parent,
		member(domain.LinkVisitingChild, "Jules", "Pélissier", 2014, 12, 20), member(domain.LinkVisitingChild, "Alix", "Pélissier", 2017, 7, 7))
}

// share gives the contact of a family in which one telephone serves all.
func (a *draft) share() {
	a.Phone, a.Email = "+33639980042", "famille.de.oliveira@example.org"
}

// orient sends the applicant from a town hall of level 2 to the shared desk, twelve days ago.
func (a *draft) orient(reason domain.OrientationReason, state domain.OrientationState) {
	a.Oriented = &service.SandboxOrientation{
		From: "mairie-grenoble", To: sharedDesk, SentBy: "commune-grenoble-agent", AcceptedBy: "shared-desk-agent",
		Reason: reason, State: state, SentAt: a.StatedOn.AddDays(-12).At(domain.NewLocalTime(9, 30)),
	}
}

// protect makes a file that two agents of its point see alone: the second, a social
// officer, names them, and the Métropole's confirms. Its wishes would open it to
// several others.
func (a *draft) protect(point string, agents ...string) {
	a.Protected, a.NamedAgents = true, agents
	a.ProposedBy, a.ConfirmedBy = agents[1], "metropole-social"
	a.followedBy(point)
	a.Wishes = []domain.InseeCode{echirollesCode, grenobleCode}
	a.Housing = domain.OtherHousing
	a.Members[0].Sensitive = &service.SandboxSensitive{
		Reasons: []string{"06"}, HousingMode: "SH", FreeText: "Ne jamais écrire à l'ancienne adresse.", SafeContact: "Par l'association, le jeudi, 04 65 71 97 13",
	}
}

func twenty(a *draft) {
	a.orient(domain.OrientForSingleFile, domain.OrientationReceived)
	a.Members = household(
		applicant("Ousmane", "Soumahoro", 1979, 11, 30), member(domain.LinkSpouse, "Adjoua", "N'Guessan", 1984, 2, 6),
		member(domain.LinkCoApplicant, "Kadiatou", "Soumahoro", 1981, 7, 25),
		member(domain.LinkOtherDependant, "Mariam", "Bâ", 1952, 1, 1), member(domain.LinkOtherDependant, "Souleymane", "Soumahoro", 1949, 1, 1))
	born := domain.NewDate(2006, 4, 18)
	for _, given := range []string{
		"Moussa", "Aminata", "Koffi", "Grâce", "Ibrahima", "Awa", "Cheikh", "Espérance", "Abdoulaye", "Fatoumata", "Zéphyrin", "Adama", "Aïssatou",
	} {
		a.Members = append(a.Members, service.SandboxMember{Link: domain.LinkChild, GivenNames: given, BirthName: "Soumahoro", BornOn: born})
		born = born.AddDays(560)
	}
	a.Members = append(a.Members, member(domain.LinkVisitingChild, "Yann", "Soumahoro-Revol", 2003, 9, 9))
	a.expect(domain.NewDate(2027, 4, 1))
}
