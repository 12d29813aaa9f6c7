package domain

import (
	"slices"
	"strconv"
)

// MemberForm is somebody to be housed. Names and day of birth are empty for a child to
// be born, ExpectedOn for everybody else.
type MemberForm struct {
	Link HouseholdLink
	NamesForm
	BornOn, ExpectedOn Date
	CivilStatus        *CivilStatus   `json:",omitempty"`
	Work               *Work          `json:",omitempty"`
	Resources          []ResourceLine `json:",omitempty"`
	MaintenancePaid    *Money         `json:",omitempty"`
	Sensitive          *SensitiveForm `json:",omitempty"`
}

// CivilStatus is what the state calls somebody (état civil; boxes A1, B1). Each is a code
// of its list, empty where it was not told.
type CivilStatus struct {
	Title        Stated `json:"title"`
	Nationality  Stated `json:"nationality"`
	FamilyStatus Stated `json:"familyStatus"`
}

// Work is what somebody does (situation professionnelle; boxes D1 to D30). Contract is a
// code; all may be empty.
type Work struct {
	Contract      Stated `json:"contract"`
	Profession    Stated `json:"profession"`
	Employer      Stated `json:"employer"`
	EmployerSiret Stated `json:"employerSiret"`
	EmployerTown  Stated `json:"employerTown"`
}

// ResourceLine is what somebody gets in a month, of one kind (ressources mensuelles; boxes
// E7 to E9), without housing benefits.
type ResourceLine struct {
	Kind   string `json:"kind"`
	Amount Money  `json:"amount"`
}

// SensitiveForm is what somebody tells that is sensitive.
type SensitiveForm struct {
	Disability            *DisabilityAnnex `json:",omitempty"`
	FreeText, SafeContact Stated
}

// DisabilityAnnex is what somebody cannot do and needs of a home (complément à la demande
// de logement social, handicap), in codes and without any diagnosis.
type DisabilityAnnex struct {
	State     Stated   `json:"state"`
	Walking   Stated   `json:"walking"`
	Motor     []string `json:"motor"`
	Sensory   []string `json:"sensory"`
	Aids      []string `json:"aids"`
	Equipment []string `json:"equipment"`
}

// Bounds of what is stated of a person.
const (
	maxWork = 100 // characters
	// maxMonthly is an amount that nobody who asks for social housing gets in a month.
	maxMonthly Money = 10_000_000
)

func (m MemberForm) check(path []string, today Date) Refusals {
	if m.Link == LinkToBeBorn {
		if m.stated() || m.ExpectedOn.IsZero() || today.AddMonths(10).Before(m.ExpectedOn) {
			return Refusals{refuse(Invalid,
				"Of a child to be born only the day on which it is expected is stated, within ten months.",
				"D'un enfant à naître, seul le jour prévu est indiqué, dans les dix mois.", path...)}
		}
		return nil
	}
	all := m.Check(path)
	if m.BornOn.IsZero() || !m.BornOn.Before(today) || !m.ExpectedOn.IsZero() {
		all = append(all, refuse(Invalid,
			"Somebody who is born has a day of birth, which is past.",
			"Une personne née a un jour de naissance, passé.", subpath(path, "bornOn")...))
	}
	if c := m.CivilStatus; c != nil {
		at := subpath(path, "civilStatus")
		all = append(all, oneCode(listTitles, c.Title, today, subpath(at, "title"))...)
		all = append(all, oneCode(listNationality, c.Nationality, today, subpath(at, "nationality"))...)
		all = append(all, oneCode(listFamily, c.FamilyStatus, today, subpath(at, "familyStatus"))...)
	}
	if m.Work != nil {
		all = append(all, m.Work.check(subpath(path, "work"), today)...)
	}
	all = append(all, m.checkResources(path, today)...)
	if m.Sensitive != nil {
		all = append(all, m.Sensitive.check(subpath(path, "sensitive"), today)...)
	}
	return all
}

// stated tells whether anything is said that only somebody who is born has.
func (m MemberForm) stated() bool {
	return m.NamesForm != (NamesForm{}) || !m.BornOn.IsZero() || m.CivilStatus != nil || m.Work != nil || len(m.Resources) > 0 ||
		m.MaintenancePaid != nil || m.Sensitive != nil
}

func (w Work) check(path []string, today Date) Refusals {
	all := oneCode(listContracts, w.Contract, today, subpath(path, "contract"))
	all = append(all, oneLine(string(w.Profession), 0, maxWork, subpath(path, "profession"))...)
	all = append(all, oneLine(string(w.Employer), 0, maxWork, subpath(path, "employer"))...)
	all = append(all, oneLine(string(w.EmployerTown), 0, maxTown, subpath(path, "employerTown"))...)
	if w.EmployerSiret == "" {
		return all
	}
	if siret, err := ParseSiret(string(w.EmployerSiret)); err != nil || string(siret) != string(w.EmployerSiret) {
		all = append(all, refuse(Invalid,
			"A SIRET has 14 digits without spaces, of which two check the others.",
			"Un SIRET a 14 chiffres sans espaces, dont deux contrôlent les autres.", subpath(path, "employerSiret")...))
	}
	return all
}

func (m MemberForm) checkResources(path []string, today Date) Refusals {
	kinds := make([]string, len(m.Resources))
	for i, r := range m.Resources {
		kinds[i] = r.Kind
	}
	all := someCodes(listResources, kinds, today, subpath(path, "resources"))
	unlikely := func(r ResourceLine) bool { return r.Amount < 1 || r.Amount > maxMonthly }
	if paid := m.MaintenancePaid; slices.ContainsFunc(m.Resources, unlikely) || paid != nil && (*paid < 0 || *paid > maxMonthly) {
		all = append(all, refuse(Invalid,
			"Amounts are those of a month, in cents, and not negative.",
			"Les montants sont ceux d'un mois, en centimes, et non négatifs.", subpath(path, "resources")...))
	}
	return all
}

func (c SensitiveForm) check(path []string, today Date) Refusals {
	var all Refusals
	if d := c.Disability; d != nil {
		at := subpath(path, "disability")
		all = append(all, oneCode(listDisability, d.State, today, subpath(at, "state"))...)
		all = append(all, oneCode(listWalking, d.Walking, today, subpath(at, "walking"))...)
		all = append(all, someCodes(listMotor, d.Motor, today, subpath(at, "motor"))...)
		all = append(all, someCodes(listSensory, d.Sensory, today, subpath(at, "sensory"))...)
		all = append(all, someCodes(listAids, d.Aids, today, subpath(at, "aids"))...)
		all = append(all, someCodes(listEquipment, d.Equipment, today, subpath(at, "equipment"))...)
	}
	all = append(all, someText(string(c.FreeText), MaxFreeText, subpath(path, "freeText"))...)
	return append(all, oneLine(string(c.SafeContact), 0, maxAddress, subpath(path, "safeContact"))...)
}

// Shown are the resources as who sees no sensitive data sees them: those of a sensitive
// kind count among the others, so that nothing misses in a total.
func Shown(resources []ResourceLine) []ResourceLine {
	shown := []ResourceLine{}
	for _, r := range resources {
		if SensitiveResource(r.Kind) {
			r.Kind = otherResource
		}
		i := slices.IndexFunc(shown, func(s ResourceLine) bool { return s.Kind == r.Kind })
		if i < 0 {
			shown = append(shown, r)
			continue
		}
		shown[i].Amount += r.Amount
	}
	slices.SortFunc(shown, func(a, b ResourceLine) int { return resourceRank(a.Kind) - resourceRank(b.Kind) })
	return shown
}

// SensitiveOf are the resources of a sensitive kind.
func SensitiveOf(resources []ResourceLine) []ResourceLine {
	confided := []ResourceLine{}
	for _, r := range resources {
		if SensitiveResource(r.Kind) {
			confided = append(confided, r)
		}
	}
	return confided
}

// Unfolded are all resources by their own kinds: those shown, of which some are told in
// confidence. What is told and was not counted is of another day, and left out.
func Unfolded(shown, confided []ResourceLine) []ResourceLine {
	var told Money
	for _, r := range confided {
		told += r.Amount
	}
	all := slices.Clone(shown)
	i := slices.IndexFunc(all, func(r ResourceLine) bool { return r.Kind == otherResource })
	if i < 0 || all[i].Amount < told {
		return all
	}
	if all[i].Amount -= told; all[i].Amount == 0 {
		all = slices.Delete(all, i, i+1)
	}
	return append(all, confided...)
}

// otherResource is the kind of what no other code names.
const otherResource = "AUT"

// resourceRank is the place of a kind in its list: an order that tells nothing of what
// was counted where.
func resourceRank(kind string) int {
	for _, l := range FormCodes() {
		if l.Name == listResources {
			return slices.IndexFunc(l.Entries, func(e CodeEntry) bool { return e.Code == kind })
		}
	}
	return 0
}

// monthly is what a household gets in a month, and whether anybody stated it by kind.
func monthly(household []MemberForm) (sum Money, byKind bool) {
	for _, m := range household {
		for _, r := range m.Resources {
			sum, byKind = sum+r.Amount, true
		}
	}
	return sum, byKind
}

// Beside are the resources told in confidence once some are told again, by somebody to
// whom they are not shown: none is taken away.
func Beside(told, again []ResourceLine) []ResourceLine {
	all := slices.Clone(again)
	for _, r := range told {
		if !slices.ContainsFunc(again, func(n ResourceLine) bool { return n.Kind == r.Kind }) {
			all = append(all, r)
		}
	}
	return all
}

// checkHousehold checks the members of a household, the applicant first.
func checkHousehold(household []MemberForm, path []string, today Date) Refusals {
	var all Refusals
	applicants := 0
	for i, m := range household {
		if m.Link == LinkApplicant {
			applicants++
		}
		all = append(all, m.check(subpath(path, strconv.Itoa(i)), today)...)
	}
	if applicants != 1 || household[0].Link != LinkApplicant || len(household) > MaxHousehold {
		all = append(all, refuse(Invalid,
			"A household has one applicant, who comes first, and 20 people at most.",
			"Un ménage a un seul titulaire, en premier, et au plus 20 personnes.", path...))
	}
	return all
}
