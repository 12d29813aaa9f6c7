package registryfile

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// View is what this service knows of a record, in the codes of the registry. What the
// record does not say is a zero value.
type View struct {
	Number    domain.UniqueNumber
	CreatedOn domain.Date
	Applicant Person
	// Dependants are the persons to support (à charge), Visiting the children who live
	// elsewhere, CoApplicants those who sign, the spouse among them.
	Dependants, Visiting, CoApplicants []Person
	ToBeBorn                           ToBeBorn
	Housing                            Housing
	// Enlarged tells that neighbouring communes will do.
	Enlarged *bool
	// Typologies and Reasons are codes; Wishes are communes, best first.
	Typologies []string
	Wishes     []domain.InseeCode
	Reasons    []string
	// RemovedFor is the code of a removal.
	RemovedFor string
}

// Person is somebody of the household. Of dependants and children there is no more than
// names, birth, sex and link.
type Person struct {
	// Title, Nationality, FamilyStatus and Sex are codes; so is Link, to the applicant, in the
	// list of those of whom the person is one.
	Title, Nationality, FamilyStatus, Sex, Link string
	// Name is the one in use, BirthName is there where it is another.
	Name, BirthName, GivenNames string
	BornOn                      domain.Date
	Phone, OtherPhone           domain.PhoneNumber
	Email                       domain.EmailAddress
	Address                     Address
	// TaxYear is the last one, EarlierTaxYear the one before.
	TaxYear, EarlierTaxYear     int
	TaxIncome, EarlierTaxIncome *domain.Money
	Received, Paid              []Resource

	// element is where it was read; nil for somebody who is new.
	element *Element
}

// Address is a postal address.
type Address struct {
	Number, Street, PostalCode string
	Commune                    domain.InseeCode
	Abroad                     *bool
}

// Resource is a monthly amount, of the kind that its code says.
type Resource struct {
	Code   string
	Amount *domain.Money
}

// ToBeBorn are the children who are expected.
type ToBeBorn struct {
	Count int
	On    domain.Date
}

// Housing is the current one.
type Housing struct {
	// Modes, Category and Typology are codes.
	Modes              []string
	Category, Typology string
	Rent               *domain.Money
	People             int
	OwnsOther          *bool
}

// slot says where a value of T stands: below an element, at a path of names that may end
// in an attribute.
type slot[T any] struct {
	path  string
	value func(*T) any // a pointer to one of the types that written knows
}

var headerSlots = []slot[Header]{
	{"typeFichier@code", func(h *Header) any { return &h.Type }},
	{"dateFichier", func(h *Header) any { return &h.Date }},
	{"numGuichet", func(h *Header) any { return &h.Desk }},
}

var viewSlots = []slot[View]{
	{"numUnique", func(v *View) any { return &v.Number }},
	{"dateCreationDemande", func(v *View) any { return &v.CreatedOn }},
	{"personnePhysique/personneANaitre/nombre", func(v *View) any { return &v.ToBeBorn.Count }},
	{"personnePhysique/personneANaitre/dateNaissancePrevue", func(v *View) any { return &v.ToBeBorn.On }},
	{"personnePhysique/logementActuel/montantMensuelLoyer", func(v *View) any { return &v.Housing.Rent }},
	{"personnePhysique/logementActuel/nombreHabitant", func(v *View) any { return &v.Housing.People }},
	{"personnePhysique/logementActuel/categorieLogement@code", func(v *View) any { return &v.Housing.Category }},
	{"personnePhysique/logementActuel/typeLogementActuel@code", func(v *View) any { return &v.Housing.Typology }},
	{"personnePhysique/logementActuel/proprietaire", func(v *View) any { return &v.Housing.OwnsOther }},
	{"logementRecherche/demandeElargie", func(v *View) any { return &v.Enlarged }},
	{"motifRadiation@code", func(v *View) any { return &v.RemovedFor }},
}

// personSlots are those of a person whose link to the applicant is of that element.
func personSlots(link string) []slot[Person] {
	slots := []slot[Person]{
		{"civilite@code", func(p *Person) any { return &p.Title }},
		{"nom", func(p *Person) any { return &p.Name }},
		{"nomPatronymique", func(p *Person) any { return &p.BirthName }},
		{"prenom", func(p *Person) any { return &p.GivenNames }},
		{"dateNaissance", func(p *Person) any { return &p.BornOn }},
		{"nationalite@code", func(p *Person) any { return &p.Nationality }},
		{"situationFamiliale@code", func(p *Person) any { return &p.FamilyStatus }},
		{"sexe@code", func(p *Person) any { return &p.Sex }},
		{"telPortable", func(p *Person) any { return &p.Phone }},
		{"telDomicile", func(p *Person) any { return &p.OtherPhone }},
		{"mel", func(p *Person) any { return &p.Email }},
		{"adressePostale/etranger", func(p *Person) any { return &p.Address.Abroad }},
		{"adressePostale/numero", func(p *Person) any { return &p.Address.Number }},
		{"adressePostale/voie", func(p *Person) any { return &p.Address.Street }},
		{"adressePostale/codePostal", func(p *Person) any { return &p.Address.PostalCode }},
		{"adressePostale/commune@code", func(p *Person) any { return &p.Address.Commune }},
		{"revenuFiscal/anneeMoins1", func(p *Person) any { return &p.TaxYear }},
		{"revenuFiscal/montantMoins1", func(p *Person) any { return &p.TaxIncome }},
		{"revenuFiscal/anneeMoins2", func(p *Person) any { return &p.EarlierTaxYear }},
		{"revenuFiscal/montantMoins2", func(p *Person) any { return &p.EarlierTaxIncome }},
	}
	if link != "" {
		slots = append(slots, slot[Person]{link + "@code", func(p *Person) any { return &p.Link }})
	}
	return slots
}

var resourceSlots = []slot[Resource]{
	{"ressource@code", func(r *Resource) any { return &r.Code }},
	{"montant", func(r *Resource) any { return &r.Amount }},
}

// people says where the persons of a household stand.
var people = []struct {
	list, name, link string
	of               func(*View) *[]Person
}{
	{"personnePhysique/listePersonneACharge", "personneACharge", "lienParente", func(v *View) *[]Person { return &v.Dependants }},
	{"personnePhysique/listePersonneEnGarde", "personneEnGarde", "coParentalite", func(v *View) *[]Person { return &v.Visiting }},
	{"personnePhysique/listeCotitulaire", "cotitulaire", "lienDemandeur", func(v *View) *[]Person { return &v.CoApplicants }},
}

// lists says where lists of codes stand: the list, one of it, and the code in that.
var lists = []struct {
	list, name, code string
	of               func(*View) any // *[]string or *[]domain.InseeCode
}{
	{"personnePhysique/logementActuel/listeModeleLogement", "modeleLogement", "@code", func(v *View) any { return &v.Housing.Modes }},
	{"logementRecherche/listeTypeLogement", "typeLogement", "@code", func(v *View) any { return &v.Typologies }},
	{"logementRecherche/listeLocalisationSouhaite", "localisationSouhaite", "commune@code", func(v *View) any { return &v.Wishes }},
	{"logementRecherche/listeMotifDemande", "motifDemande", "@code", func(v *View) any { return &v.Reasons }},
}

const (
	applicantAt = "personnePhysique/demandeur"
	receivedAt  = "listeRessourceRecue"
	paidAt      = "listeRessourceVersee"
	resourceOne = "detailRessource"
)

// View reads what this service knows of the record. A value that is not well written,
// which no record of a [Reader] has, is as one that is missing.
func (r *Record) View() View {
	var v View
	e := r.Tree.find("demandeLogement")
	if e == nil {
		return v
	}
	read(e, viewSlots, &v)
	if found := e.find(applicantAt); found != nil {
		v.Applicant = readPerson(found, "")
	}
	for _, p := range people {
		for _, found := range e.items(p.list, p.name) {
			*p.of(&v) = append(*p.of(&v), readPerson(found, p.link))
		}
	}
	for _, l := range lists {
		setCodes(l.of(&v), codesOf(e.items(l.list, l.name), l.code))
	}
	return v
}

func readPerson(e *Element, link string) Person {
	p := Person{element: e}
	read(e, personSlots(link), &p)
	p.Received, p.Paid = readResources(e, receivedAt), readResources(e, paidAt)
	return p
}

func readResources(e *Element, list string) []Resource {
	var all []Resource
	for _, e := range e.items(list, resourceOne) {
		var r Resource
		read(e, resourceSlots, &r)
		all = append(all, r)
	}
	return all
}

func codesOf(items []*Element, code string) []string {
	var all []string
	for _, e := range items {
		if value := e.value(code); value != "" {
			all = append(all, value)
		}
	}
	return all
}

// Set changes the record where the view differs from what it reads. A new element comes
// to its place in the sequence; what this service knows nothing of stays. Persons are
// those that [Record.View] gave, changed or left out, and new ones.
func (r *Record) Set(v View) {
	was := r.View()
	e := r.Tree.reach("demandeLogement")
	write(e, viewSlots, &was, &v)
	if v.Applicant.differs(was.Applicant) {
		v.Applicant.write(e.reach(applicantAt), "", was.Applicant)
	}
	for _, p := range people {
		setPeople(e, p.list, p.name, p.link, *p.of(&was), *p.of(&v))
	}
	for _, l := range lists {
		setList(e, l.list, l.name, l.code, codesIn(l.of(&was)), codesIn(l.of(&v)))
	}
}

func (p Person) differs(from Person) bool {
	p.element, from.element = nil, nil
	return !reflect.DeepEqual(p, from)
}

func (p Person) write(e *Element, link string, was Person) {
	write(e, personSlots(link), &was, &p)
	setResources(e, receivedAt, was.Received, p.Received)
	setResources(e, paidAt, was.Paid, p.Paid)
}

func setPeople(e *Element, list, name, link string, was, now []Person) {
	if slices.EqualFunc(was, now, func(a, b Person) bool { return a.element == b.element && !a.differs(b) }) {
		return
	}
	var all []*Element
	for _, p := range now {
		i := slices.IndexFunc(was, func(old Person) bool { return old.element == p.element })
		if p.element == nil || i < 0 || slices.Contains(all, p.element) {
			one := e.reach(list).child(name)
			p.write(one, link, Person{})
			all = append(all, one)
			continue
		}
		p.write(p.element, link, was[i])
		all = append(all, p.element)
	}
	e.replace(list, name, all)
}

func setResources(e *Element, list string, was, now []Resource) {
	if reflect.DeepEqual(was, now) {
		return
	}
	old := e.items(list, resourceOne)
	var all []*Element
	for _, r := range now {
		var before Resource
		one := pull(&old, "ressource@code", r.Code)
		if one == nil {
			one = e.reach(list).child(resourceOne)
		} else {
			read(one, resourceSlots, &before)
		}
		write(one, resourceSlots, &before, &r)
		all = append(all, one)
	}
	e.replace(list, resourceOne, all)
}

func setList(e *Element, list, name, code string, was, now []string) {
	if slices.Equal(was, now) {
		return
	}
	old := e.items(list, name)
	var all []*Element
	for _, c := range now {
		one := pull(&old, code, c)
		if one == nil {
			one = e.reach(list).child(name)
			one.put(code, c)
		}
		all = append(all, one)
	}
	e.replace(list, name, all)
}

// pull takes the first element of that code out of the old ones; nil where there is none.
func pull(old *[]*Element, path, code string) *Element {
	i := slices.IndexFunc(*old, func(e *Element) bool { return e.value(path) == code })
	if i < 0 {
		return nil
	}
	one := (*old)[i]
	*old = slices.Delete(*old, i, i+1)
	return one
}

// codesIn are the words of a list of codes.
func codesIn(list any) []string {
	if wishes, is := list.(*[]domain.InseeCode); is {
		var all []string
		for _, w := range *wishes {
			all = append(all, string(w))
		}
		return all
	}
	return *list.(*[]string)
}

func setCodes(list any, all []string) {
	wishes, is := list.(*[]domain.InseeCode)
	if !is {
		*list.(*[]string) = all
		return
	}
	for _, c := range all {
		*wishes = append(*wishes, domain.InseeCode(c))
	}
}

// read fills in what the element says.
func read[T any](e *Element, slots []slot[T], into *T) {
	for _, s := range slots {
		if text := e.value(s.path); text != "" {
			readValue(s.value(into), text)
		}
	}
}

// write puts what differs.
func write[T any](e *Element, slots []slot[T], was, now *T) {
	for _, s := range slots {
		if text := written(s.value(now)); text != written(s.value(was)) {
			e.put(s.path, text)
		}
	}
}

// written is how the registry writes a value; empty for none.
func written(value any) string {
	switch v := value.(type) {
	case *string:
		return *v
	case *FileType:
		return string(*v)
	case *domain.UniqueNumber:
		return string(*v)
	case *domain.InseeCode:
		return string(*v)
	case *domain.EmailAddress:
		return string(*v)
	case *domain.PhoneNumber:
		return strings.ReplaceAll(v.National(), " ", "")
	case *domain.Date:
		if v.IsZero() {
			return ""
		}
		return v.String()
	case *time.Time:
		if v.IsZero() {
			return ""
		}
		return v.In(domain.Paris).Format(instant)
	case *int:
		if *v == 0 {
			return ""
		}
		return strconv.Itoa(*v)
	case **bool:
		if *v == nil {
			return ""
		}
		return strconv.FormatBool(**v)
	case **domain.Money:
		if *v == nil {
			return ""
		}
		return euros(**v)
	}
	return ""
}

func readValue(value any, text string) {
	switch v := value.(type) {
	case *string:
		*v = text
	case *FileType:
		*v = FileType(text)
	case *domain.UniqueNumber:
		*v, _ = domain.ParseUniqueNumber(text)
	case *domain.InseeCode:
		*v, _ = domain.ParseInseeCode(text)
	case *domain.EmailAddress:
		*v, _ = domain.ParseEmailAddress(text)
	case *domain.PhoneNumber:
		*v, _ = domain.ParsePhoneNumber(text)
	case *domain.Date:
		*v, _ = parseDay(text)
	case *time.Time:
		*v, _ = parseInstant(text)
	case *int:
		*v, _ = strconv.Atoi(text)
	case **bool:
		if b, err := strconv.ParseBool(text); err == nil {
			*v = &b
		}
	case **domain.Money:
		if m, ok := cents(text); ok {
			*v = &m
		}
	}
}

// euros writes an amount without cents where there are none.
func euros(m domain.Money) string {
	s := strconv.FormatInt(int64(m/100), 10)
	if m%100 != 0 {
		s += "." + strconv.FormatInt(int64(m%100+100), 10)[1:]
	}
	return s
}

func cents(text string) (domain.Money, bool) {
	if !amount.fits(text) {
		return 0, false
	}
	whole, part, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	return domain.Money(n), err == nil
}
