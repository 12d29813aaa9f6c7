package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// applicant is what every answer says of an application.
type applicant struct {
	ID           string  `json:"id"`
	UniqueNumber *string `json:"uniqueNumber"`
	State        string  `json:"state"`
	GivenNames   string  `json:"givenNames"`
	BirthName    string  `json:"birthName"`
	UsualName    *string `json:"usualName"`
}

func (a *applicant) into() []any {
	return []any{&a.ID, &a.UniqueNumber, &a.State, &a.GivenNames, &a.BirthName, &a.UsualName}
}

// listed is an application of the operation Applications.
type listed struct {
	applicant
	ValidUntil string         `json:"validUntil"`
	Masked     []string       `json:"masked"`
	Summary    *listedSummary `json:"summary"`
	Wishes     []wish         `json:"wishes"`
	Version    int            `json:"version"`
}

type listedSummary struct {
	RegisteredOn   string          `json:"registeredOn"`
	HouseholdSize  int             `json:"householdSize"`
	Typologies     json.RawMessage `json:"typologies"`
	FollowingPoint *titled         `json:"followingPoint"`
}

type wish struct {
	Rank    int   `json:"rank"`
	Commune named `json:"commune"`
}

// wholeFile is the application of the operation ApplicationFile.
type wholeFile struct {
	applicant
	ValidUntil string            `json:"validUntil"`
	Masked     []string          `json:"masked"`
	Summary    *wholeSummary     `json:"summary"`
	File       *means            `json:"file"`
	Contact    *contact          `json:"contact"`
	Wishes     []wish            `json:"wishes"`
	Household  []householdMember `json:"household"`
	Version    int               `json:"version"`
}

type wholeSummary struct {
	listedSummary
	RenewedOn         *string `json:"renewedOn"`
	ReceptionDeadline string  `json:"receptionDeadline"`
	FollowedSince     *string `json:"followedSince"`
	Version           int     `json:"version"`
}

type means struct {
	TaxYear          int             `json:"taxYear"`
	TaxIncome        int64           `json:"taxIncome"`
	MonthlyResources int64           `json:"monthlyResources"`
	Housing          string          `json:"housing"`
	Reasons          json.RawMessage `json:"reasons"`
	Version          int             `json:"version"`
}

type contact struct {
	Address          string  `json:"address"`
	PostalCode       string  `json:"postalCode"`
	Town             string  `json:"town"`
	Phone            *string `json:"phone"`
	Email            *string `json:"email"`
	HelpingStructure *string `json:"helpingStructure"`
	Version          int     `json:"version"`
}

type householdMember struct {
	ID          string       `json:"id"`
	Link        string       `json:"link"`
	Age         *int         `json:"age"`
	ExpectedOn  *string      `json:"expectedOn"`
	Particulars *particulars `json:"particulars"`
}

type particulars struct {
	GivenNames string  `json:"givenNames"`
	BirthName  string  `json:"birthName"`
	UsualName  *string `json:"usualName"`
	BornOn     *string `json:"bornOn"`
	Version    int     `json:"version"`
}

// Parts of the texts: $1 are the caller's audiences, $2 is now.
const (
	access = `x.audience_id = ANY($1) AND (x.valid_from IS NULL OR x.valid_from <= $2) AND (x.valid_until IS NULL OR x.valid_until > $2)`
	whom   = `a.id, a.unique_number, a.state, a.given_names, a.birth_name, nullif(a.usual_name, '')`
	// onPage are the first $4 of those that the caller sees, after $3.
	onPage = `a.id = ANY(ARRAY(SELECT DISTINCT y.application_id FROM unnest($1::bigint[]) AS u (id) CROSS JOIN LATERAL (
		SELECT x.application_id FROM application_access x WHERE x.audience_id = u.id AND x.application_id > $3
			AND (x.valid_from IS NULL OR x.valid_from <= $2) AND (x.valid_until IS NULL OR x.valid_until > $2)
		ORDER BY x.application_id LIMIT $4) y ORDER BY y.application_id LIMIT $4))`
)

// applicationStatements are the texts.
func (l *limit) applicationStatements() []statement {
	const (
		opened = ` CROSS JOIN LATERAL (SELECT bit_or(x.groups) AS groups FROM application_access x WHERE x.application_id = a.id AND ` + access + `) o`
		// The bits of SUMMARY, FILE and CONTACT.
		summary = ` LEFT JOIN application_summary s ON s.application_id = a.id AND o.groups & 2 <> 0
			LEFT JOIN reception_point p ON p.id = s.following_point_id`
		file    = ` LEFT JOIN application_file f ON f.application_id = a.id AND o.groups & 4 <> 0`
		contact = ` LEFT JOIN application_contact c ON c.application_id = a.id AND o.groups & 8 <> 0`
	)
	return []statement{
		{&l.caller, `SELECT p.id, a.role, o.id, o.kind, o.registering_body, coalesce(o.commune_id, ''),
				EXISTS (SELECT FROM staff_authorisation h WHERE h.person_id = p.id AND h.organisation_id = o.id AND h.role = a.role
					AND h.valid_from <= $3 AND h.valid_until > $3 AND (h.revoked_on IS NULL OR h.revoked_on > $3)),
				ARRAY(SELECT x.reception_point_id FROM assignment_reception_point x WHERE x.assignment_id = a.id),
				ARRAY(SELECT t.commune_id FROM landlord_territory t WHERE t.organisation_id = o.id)
			FROM person p JOIN assignment a ON a.person_id = p.id JOIN organisation o ON o.id = a.organisation_id
			WHERE p.issuer = $1 AND p.subject = $2 AND a.state = 'CONFIRMED' AND a.valid_from <= $3 AND (a.valid_until IS NULL OR a.valid_until > $3)`},
		{&l.applicationPage, `SELECT ` + whom + `, a.valid_until::text, a.version, o.groups,
				s.registered_on::text, s.household_size, s.typologies, p.id, p.name
			FROM application a` + opened + summary + `
			WHERE ` + onPage + ` ORDER BY a.id`},
		{&l.wishesOf, `SELECT w.application_id, w.rank, c.id, c.insee_code, c.name FROM wish w JOIN commune c ON c.id = w.commune_id
			WHERE w.application_id = ANY($1) ORDER BY w.rank`},
		{&l.applicantPage, `SELECT ` + whom + ` FROM application a
			WHERE a.id = ANY(ARRAY(SELECT x.application_id FROM application_access x JOIN application t ON t.id = x.application_id
					WHERE ` + access + ` AND CASE WHEN x.groups > 0 THEN t.name_key LIKE $3 END)) -- compared with open files alone
				AND (a.birth_name, a.id) > ($4, $5) ORDER BY a.birth_name, a.id LIMIT $6`},
		{&l.applicationByNumber, `SELECT ` + whom + `, a.valid_until::text, a.version, o.groups,
				s.registered_on::text, s.household_size, s.typologies, p.id, p.name,
				s.renewed_on::text, s.reception_deadline::text, s.followed_since::text, s.version,
				f.tax_year, f.tax_income, f.monthly_resources, f.housing, f.reasons, f.version,
				c.address, c.postal_code, c.town, c.phone, nullif(c.email, ''), nullif(c.helping_structure, ''), c.version
			FROM application a` + opened + summary + file + contact + ` WHERE a.unique_number = $3 AND o.groups <> 0`},
		{&l.householdOf, `SELECT m.id, m.link, m.born_in, m.expected_on::text,
				i.given_names, i.birth_name, nullif(i.usual_name, ''), i.born_on::text, i.version
			FROM household_member m LEFT JOIN member_particulars i ON i.member_id = m.id AND $2 WHERE m.application_id = $1 ORDER BY m.rank`},
		{&l.applicationTable, `SELECT c.insee_code, CASE WHEN s.household_size < 6 THEN s.household_size::text ELSE '6_PLUS' END, count(*)
			FROM application a JOIN application_summary s ON s.application_id = a.id
			LEFT JOIN wish w ON w.application_id = a.id AND w.rank = 1 LEFT JOIN commune c ON c.id = w.commune_id
			WHERE EXISTS (SELECT FROM application_access x WHERE x.application_id = a.id AND x.groups & 3 = 3 AND ` + access + `)
				AND ($3::text[] IS NULL OR a.state = ANY($3))
			GROUP BY 1, 2 ORDER BY 1, 2`},
	}
}

// recogniseStaff is the caller with its audiences.
func (l *limit) recogniseStaff(ctx context.Context, id auth.Identity, _ time.Time) (*auth.Viewer, error) {
	v := &auth.Viewer{Now: l.clock()}
	err := queryEach(ctx, l.caller, func(scan func(...any) error) error {
		var a auth.Assignment
		err := scan(&v.PersonID, &a.Role, &a.OrganisationID, &a.OrganisationKind, &a.RegisteringBody, &a.CommuneID, &a.Authorised,
			pq.Array(&a.PointIDs), pq.Array(&a.TerritoryIDs))
		v.Assignments = append(v.Assignments, a)
		return err
	}, id.Issuer, id.Subject, l.day())
	return policy.Place(v), err
}

// scope are the first two arguments of every statement.
func scope(ctx context.Context, more ...any) []any {
	v := auth.FromContext(ctx)
	return append([]any{pq.Int64Array(v.Audiences), v.Now}, more...)
}

func (l *limit) applications(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		First int
		After *string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil {
		return nil, err
	}
	var rows []*listed
	var ids []string
	err = queryEach(ctx, l.applicationPage, func(scan func(...any) error) error {
		a := &listed{Wishes: []wish{}}
		var s maybeSummary
		var groups domain.GroupSet
		err := scan(append(append(a.into(), &a.ValidUntil, &a.Version, &groups), s.into()...)...)
		a.Masked, a.Summary = missing(groups), s.summary()
		rows = append(rows, a)
		if a.Summary != nil {
			ids = append(ids, a.ID)
		}
		return err
	}, scope(ctx, after.id, v.First+1)...)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(a *listed) position { return position{id: a.ID} })
	byID := make(map[string]*listed, len(rows))
	for _, a := range rows {
		byID[a.ID] = a
	}
	err = l.wishes(ctx, ids, func(id string, w wish) {
		if a := byID[id]; a != nil { // not the one beyond the page
			a.Wishes = append(a.Wishes, w)
		}
	})
	if err != nil {
		return nil, err
	}
	return data("applications", newConnection(rows, info))
}

func (l *limit) wishes(ctx context.Context, ids []string, add func(string, wish)) error {
	return queryEach(ctx, l.wishesOf, func(scan func(...any) error) error {
		var id string
		var w wish
		err := scan(&id, &w.Rank, &w.Commune.ID, &w.Commune.InseeCode, &w.Commune.Name)
		add(id, w)
		return err
	}, pq.Array(ids))
}

// maybeSummary is that of an application, which the caller may not see.
type maybeSummary struct {
	registered  *string
	size        *int
	typologies  []byte
	point, name *string
}

func (s *maybeSummary) into() []any {
	return []any{&s.registered, &s.size, &s.typologies, &s.point, &s.name}
}

func (s *maybeSummary) summary() *listedSummary {
	if s.registered == nil {
		return nil
	}
	seen := &listedSummary{RegisteredOn: *s.registered, HouseholdSize: *s.size, Typologies: s.typologies}
	if s.point != nil {
		seen.FollowingPoint = &titled{*s.point, *s.name}
	}
	return seen
}

func missing(groups domain.GroupSet) []string {
	words := []string{}
	for _, g := range groups.Missing() {
		words = append(words, string(g))
	}
	return words
}

func (l *limit) findApplicant(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		Search string
		First  int
		After  *string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	after, err := readCursor(v.After)
	if err != nil {
		return nil, err
	}
	rows := []*applicant{}
	err = queryEach(ctx, l.applicantPage, func(scan func(...any) error) error {
		a := &applicant{}
		rows = append(rows, a)
		return scan(a.into()...)
	}, scope(ctx, "% "+strings.ToLower(v.Search)+"%", after.name, after.id, v.First+1)...)
	if err != nil {
		return nil, err
	}
	rows, info := cut(rows, v.First, func(a *applicant) position { return position{a.BirthName, a.ID} })
	return data("applications", newConnection(rows, info))
}

func (l *limit) applicationFile(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ UniqueNumber string }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	a := &wholeFile{Wishes: []wish{}, Household: []householdMember{}}
	var s maybeSummary
	var groups domain.GroupSet
	var own struct {
		renewed, deadline, since  *string
		version                   *int
		year                      *int
		income, resources         *int64
		housing                   *string
		reasons                   []byte
		fileVersion               *int
		address, postalCode, town *string
		phone, email, helping     *string
		contactVersion            *int
	}
	columns := append(append(a.into(), &a.ValidUntil, &a.Version, &groups), s.into()...)
	columns = append(columns, &own.renewed, &own.deadline, &own.since, &own.version,
		&own.year, &own.income, &own.resources, &own.housing, &own.reasons, &own.fileVersion,
		&own.address, &own.postalCode, &own.town, &own.phone, &own.email, &own.helping, &own.contactVersion)
	err := l.applicationByNumber.QueryRowContext(ctx, scope(ctx, v.UniqueNumber)...).Scan(columns...)
	if errors.Is(err, sql.ErrNoRows) {
		return data("application", nil)
	}
	if err != nil {
		return nil, err
	}
	a.Masked = missing(groups)
	if seen := s.summary(); seen != nil {
		a.Summary = &wholeSummary{*seen, own.renewed, *own.deadline, own.since, *own.version}
		if err := l.wishes(ctx, []string{a.ID}, func(_ string, w wish) { a.Wishes = append(a.Wishes, w) }); err != nil {
			return nil, err
		}
	}
	if own.year != nil {
		a.File = &means{*own.year, *own.income, *own.resources, *own.housing, own.reasons, *own.fileVersion}
		if err := l.household(ctx, a, groups.Opens(domain.GroupContact)); err != nil {
			return nil, err
		}
	}
	if own.address != nil {
		a.Contact = &contact{*own.address, *own.postalCode, *own.town, own.phone, own.email, own.helping, *own.contactVersion}
	}
	return data("application", a)
}

// household reads the members, with their names where the caller sees them.
func (l *limit) household(ctx context.Context, a *wholeFile, names bool) error {
	today := domain.DateOf(l.clock())
	return queryEach(ctx, l.householdOf, func(scan func(...any) error) error {
		var m householdMember
		var born *domain.Date
		var p struct {
			given, birth, usual, on *string
			version                 *int
		}
		err := scan(&m.ID, &m.Link, &born, &m.ExpectedOn, &p.given, &p.birth, &p.usual, &p.on, &p.version)
		if born != nil {
			age := domain.Age(*born, today)
			m.Age = &age
		}
		if p.version != nil {
			m.Particulars = &particulars{*p.given, *p.birth, p.usual, p.on, *p.version}
		}
		a.Household = append(a.Household, m)
		return err
	}, a.ID, names)
}

func (l *limit) applicationStatistics(ctx context.Context, body []byte) ([]byte, error) {
	var v struct {
		Where struct{ States []string }
		By    []string
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	type cell struct {
		Keys  []*string `json:"keys"`
		Count int       `json:"count"`
	}
	answer := struct {
		By         []string `json:"by"`
		TotalCount int      `json:"totalCount"`
		Cells      []cell   `json:"cells"`
	}{v.By, 0, []cell{}}
	err := queryEach(ctx, l.applicationTable, func(scan func(...any) error) error {
		c := cell{Keys: make([]*string, 2)}
		err := scan(&c.Keys[0], &c.Keys[1], &c.Count)
		answer.TotalCount += c.Count
		answer.Cells = append(answer.Cells, c)
		return err
	}, scope(ctx, pq.Array(v.Where.States))...)
	if err != nil {
		return nil, err
	}
	return data("applicationStatistics", answer)
}

// readers are who reads applications, from one who sees nearly all of them to one who
// sees few: nobody is shown more of them here than an hour's budget.
var readers = []string{
	"metropole-social", "commune-grenoble-agent", "commune-echirolles-social", "shared-desk-agent",
	"commune-grenoble-allocation", "landlord-balcons-de-belledonne-allocation", "state-allocation",
}

func asReaders(values []map[string]any) []variables {
	var cases []variables
	for _, v := range values {
		for _, persona := range readers {
			cases = append(cases, variables{persona: persona, values: v})
		}
	}
	return cases
}

func applicationCases(page int) []variables {
	return asReaders([]map[string]any{{"first": page}, {"first": max(page-1, 1)}})
}

func applicantCases(page int) []variables {
	var values []map[string]any
	for _, name := range []string{"mar", "benali", "ro", "xa"} {
		values = append(values, map[string]any{"first": min(page, 20), "search": name})
	}
	return asReaders(values)
}

func fileCases(numbers []string) []variables {
	var values []map[string]any
	for _, n := range numbers {
		values = append(values, map[string]any{"uniqueNumber": n})
	}
	return asReaders(values)
}

func tableCases() []variables {
	by := []string{string(domain.ByWishedCommune), string(domain.ByHouseholdSize)}
	return asReaders([]map[string]any{
		{"by": by}, {"by": by, "where": map[string]any{"states": []string{string(domain.ApplicationPending)}}},
	})
}
