package leak

import (
	"fmt"

	"github.com/guichet-logement/guichet/domain"
)

// What the form states besides follows from the values that are drawn: where a twin has
// another one, so has what follows from it.

// origin is where a value of a column group comes from.
func origin(field string, on any, point string) []domain.ValueOrigin {
	day, _ := domain.ParseDate(fmt.Sprint(on)) // it is one of ours
	o := domain.ValueOrigin{Field: field, Source: domain.SourceDocument, On: day}
	if id := domain.ID(point); id != "" {
		o.ReceptionPointID = &id
	}
	return []domain.ValueOrigin{o}
}

// shownOrigins are origins as they are shown.
func shownOrigins(all []domain.ValueOrigin) []object {
	shown := []object{}
	for _, o := range all {
		shown = append(shown, object{
			"__typename": "ValueOrigin", "field": o.Field, "source": o.Source, "on": o.On.String(), "receptionPointId": o.ReceptionPointID,
		})
	}
	return shown
}

func (w *World) summaryOrigin(a *application) []domain.ValueOrigin {
	return origin("search.typologies", a.registeredOn, a.FollowingPoint)
}

func (w *World) fileOrigin(a *application) []domain.ValueOrigin {
	return origin(fmt.Sprint("file.", a.taxIncome), a.registeredOn, w.points[0].id)
}

func (w *World) contactOrigin(a *application) []domain.ValueOrigin {
	return origin("contact."+a.helping, a.registeredOn, w.points[0].id)
}

func (a *application) mailing() *domain.MailingAddress {
	return &domain.MailingAddress{Address: "BP " + a.address, PostalCode: a.postalCode, Town: a.town}
}

func (a *application) dwelling() *domain.CurrentDwelling {
	rent := domain.Money(len(a.address))
	return &domain.CurrentDwelling{People: 3, Rent: &rent, Landlord: domain.Stated("Bailleur de " + a.address)}
}

func (a *application) shownDwelling() object {
	d := a.dwelling()
	return object{
		"__typename": "CurrentDwelling", "people": d.People, "rent": *d.Rent, "housingBenefit": nil, "category": nil, "typology": nil,
		"surface": nil, "landlord": d.Landlord, "ownsAnother": nil,
	}
}

func (a *application) shownMailing() object {
	m := a.mailing()
	return object{"__typename": "MailingAddress", "address": m.Address, "postalCode": m.PostalCode, "town": m.Town}
}

// lines are what a member gets, in group FILE.
func (m member) lines(a *application) []domain.ResourceLine {
	return []domain.ResourceLine{{Kind: "SAL", Amount: domain.Money(a.resources)}}
}

// confidedLines are what it gets that is sensitive.
func (m member) confidedLines() []domain.ResourceLine {
	return []domain.ResourceLine{{Kind: "AAH", Amount: domain.Money(len(m.freeText + m.safeContact))}}
}

func shownLines(lines []domain.ResourceLine) []object {
	shown := []object{}
	for _, l := range lines {
		shown = append(shown, object{"__typename": "ResourceLine", "kind": l.Kind, "amount": l.Amount})
	}
	return shown
}

func (m member) civilStatus() *domain.CivilStatus {
	return &domain.CivilStatus{Nationality: "1", FamilyStatus: "M"}
}

func (m member) work() *domain.Work {
	return &domain.Work{Contract: "CDI", Profession: domain.Stated("Le métier de " + m.birth), EmployerSiret: domain.Stated(m.employer)}
}

func (m member) disability() *domain.DisabilityAnnex {
	return &domain.DisabilityAnnex{State: "STA", Motor: []string{}, Sensory: []string{}, Aids: list(m.needs), Equipment: list(m.reasons)}
}

func (m member) shownDisability() object {
	d := m.disability()
	return object{
		"__typename": "DisabilityAnnex", "state": d.State, "walking": nil, "motor": d.Motor, "sensory": d.Sensory, "aids": d.Aids, "equipment": d.Equipment,
	}
}

// facts are what the rules of pieces look at in a member, of what the caller may see.
func (m member) facts(s sight) []domain.Fact {
	if m.bornOn == "" || !s.Opens("CONTACT") {
		return []domain.Fact{"nationalite:1", "nationalite:2", "nationalite:3"}
	}
	return []domain.Fact{domain.Fact("nationalite:" + m.civilStatus().Nationality), domain.Fact("type_contrat_travail:" + m.work().Contract)}
}
