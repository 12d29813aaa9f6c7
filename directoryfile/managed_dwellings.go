package directoryfile

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// ManagedDwelling is one line of managed_dwellings.csv: what a landlord says of a dwelling.
type ManagedDwelling struct {
	Line     int
	Dwelling domain.ID
	domain.ManagedDwelling
	// Dated tells that the line says since when its answers are so.
	Dated bool
	// Vacancy is nil where the line tells of none; LetOn is zero unless it was let.
	Vacancy *domain.VacancyDates
	LetOn   domain.Date
}

// managedColumns is the layout: it has no key for the reader, for the database finds a
// dwelling that stands there twice, and memory does not grow with the file.
var managedColumns = slices.Concat([]column{
	{name: "flat_number", max: domain.MaxFlatNumber},
	{name: "dwelling", max: 30, required: true},
	{name: "rent", max: 12},
	{name: "charges", max: 12},
}, criterionColumns(), []column{
	{name: "basis", max: 10},
	{name: "stated_on", max: 10},
	{name: "works_kind", max: 20},
	{name: "works_from", max: 10},
	{name: "works_until", max: 10},
	{name: "vacancy_kind", max: 20},
	{name: "notice_given_on", max: 10},
	{name: "vacant_from", max: 10},
	{name: "available_on", max: 10},
	{name: "let_on", max: 10},
})

func criterionColumns() []column {
	var all []column
	for _, c := range domain.DwellingCriteria() {
		all = append(all, column{name: criterionColumn(c), max: 10})
	}
	return all
}

func criterionColumn(c domain.DwellingCriterion) string { return strings.ToLower(string(c)) }

// ManagedColumns are those that a file was found to have.
type ManagedColumns []string

// Criteria are the criteria of which the file tells.
func (cs ManagedColumns) Criteria() []string {
	told := []string{}
	for _, c := range domain.DwellingCriteria() {
		if slices.Contains(cs, criterionColumn(c)) {
			told = append(told, string(c))
		}
	}
	return told
}

// ReadManagedDwellings reads what landlords say of their dwellings today, and hands over each
// line that is as it should be: nothing of the file is kept. An error of keep ends the reading.
func ReadManagedDwellings(r io.Reader, c Charset, today domain.Date, keep func(ManagedDwelling) error) (Parsed[ManagedDwelling], ManagedColumns, error) {
	lines, err := newLineReader(r, c)
	if err != nil {
		return Parsed[ManagedDwelling]{}, nil, err
	}
	t := &table{lines: lines, columns: managedColumns, seen: map[string]int{}}
	complete, err := eachRow(t, func(r *record) ManagedDwelling { return readManagedDwelling(r, today) }, keep)
	var found ManagedColumns
	for _, c := range managedColumns {
		if _, there := t.position[c.name]; there {
			found = append(found, c.name)
		}
	}
	return Parsed[ManagedDwelling]{
		Separator: rune(lines.separator), Rejects: t.rejects.kept, RejectCount: t.rejects.count, Complete: complete,
	}, found, err
}

func readManagedDwelling(r *record, today domain.Date) ManagedDwelling {
	m := ManagedDwelling{Line: r.line, Dwelling: r.dwelling()}
	m.FlatNumber = r.freeText("flat_number")
	m.Rent, m.Charges = r.money("rent"), r.money("charges")
	basis := word(r, "basis", domain.Declared)
	stated := r.date("stated_on")
	m.Dated = !stated.IsZero()
	for _, c := range domain.DwellingCriteria() {
		answer := field(r, criterionColumn(c), parseTriState, "Write yes, no or unknown.", "Écrire oui, non ou inconnu.")
		if answer == "" {
			continue
		}
		a := domain.DwellingAnswer{Criterion: c, Answer: answer, Basis: &basis}
		if m.Dated {
			a.StatedOn = &stated
		}
		m.Answers = append(m.Answers, a)
	}
	if kind := word(r, "works_kind", domain.WorksKind("")); kind != "" {
		m.Works = &domain.DwellingWorks{Kind: kind, From: r.date("works_from"), Until: optionalDate(r.date("works_until"))}
		if m.Works.From.IsZero() {
			r.reject("works_from", Required, "Works have a first day.", "Des travaux ont un premier jour.")
		}
	}
	m.readVacancy(r)
	m.check(r, today)
	m.Answers = m.Answers.Settled(nil, today)
	return m
}

func (m *ManagedDwelling) readVacancy(r *record) {
	m.LetOn = r.date("let_on")
	from := r.date("vacant_from")
	if from.IsZero() {
		return
	}
	m.Vacancy = &domain.VacancyDates{
		Kind: word(r, "vacancy_kind", domain.VacantForLetting), NoticeGivenOn: optionalDate(r.date("notice_given_on")),
		VacantFrom: from, AvailableOn: optionalDate(r.date("available_on")),
	}
}

// columnOf are the columns of the fields that the rules name.
var columnOf = map[string]string{
	"flatNumber": "flat_number", "rent": "rent", "charges": "charges", "criteria": "stated_on", "works": "works_until",
	"vacantFrom": "vacant_from", "noticeGivenOn": "notice_given_on", "availableOn": "available_on", "on": "let_on",
}

func (m *ManagedDwelling) check(r *record, today domain.Date) {
	refused := m.Check(today)
	vacancy := domain.VacancyDates{}
	if m.Vacancy != nil {
		refused = append(refused, m.Vacancy.Check(today)...)
		vacancy = *m.Vacancy
	}
	if !m.LetOn.IsZero() {
		_, late := vacancy.Close(m.LetOn, domain.VacancyLet, today)
		refused = append(refused, late...)
	}
	for _, f := range refused {
		r.reject(columnOf[f.Field[0]], BadValue, f.Message.EN, f.Message.FR)
	}
}

func optionalDate(d domain.Date) *domain.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

func (r *record) dwelling() domain.ID {
	return field(r, "dwelling", func(s string) (domain.ID, error) {
		id, err := domain.ParseID(s)
		if err == nil && id.Prefix() != domain.DwellingPrefix {
			err = errShape
		}
		return id, err
	}, "A dwelling is named by its identifier, dwl_ and 26 characters.", "Un logement se nomme par son identifiant, dwl_ et 26 caractères.")
}

var euros = regexp.MustCompile(`^([0-9]{1,6})(?:[.,]([0-9]{1,2}))?$`)

// money reads euros, with a decimal point or comma; nil for an empty field.
func (r *record) money(name string) *domain.Money {
	if r.text(name) == "" {
		return nil
	}
	amount := field(r, name, func(s string) (domain.Money, error) {
		parts := euros.FindStringSubmatch(s)
		if parts == nil {
			return 0, errShape
		}
		whole, err := strconv.Atoi(parts[1])
		cents, more := strconv.Atoi((parts[2] + "00")[:2])
		return domain.Money(100*whole + cents), errors.Join(err, more)
	}, "Write euros as 451.20 or 451,20.", "Écrire des euros comme 451.20 ou 451,20.")
	return &amount
}

// listed is a closed list of words.
type listed interface {
	~string
	Values() []string
}

// word reads one of a closed list, in capitals or not; an empty field is the usual one.
func word[T listed](r *record, name string, usual T) T {
	known := strings.Join(usual.Values(), ", ")
	found := field(r, name, func(s string) (T, error) {
		s = strings.ToUpper(s)
		if !slices.Contains(usual.Values(), s) {
			return usual, errShape
		}
		return T(s), nil
	}, "Write one of "+known+".", "Écrire l'un de "+known+".")
	if found == "" {
		return usual
	}
	return found
}
