package domain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// fields lists the fields at fault, with the code where it is not INVALID.
func fields(refusals domain.Refusals) []string {
	var all []string
	for _, r := range refusals {
		name := strings.Join(r.Field, ".")
		if r.Code != domain.Invalid {
			name += " " + string(r.Code)
		}
		all = append(all, name)
		if r.Message.EN == "" || r.Message.FR == "" {
			all = append(all, "a message without its two languages")
		}
	}
	return all
}

// The table of roles, as a person would read it: an organisation that lacks a right
// cannot hand it on.
func TestRolesThatOrganisationsHave(t *testing.T) {
	t.Parallel()
	for _, kind := range domain.OrganisationKind("").Values() {
		for _, b := range []domain.Body{
			{}, {Reservataire: true}, {RegisteringBody: true}, {Reservataire: true, RegisteringBody: true},
		} {
			b.Kind = domain.OrganisationKind(kind)
			var has, opens []string
			for _, word := range domain.Role("").Values() {
				if role := domain.Role(word); role.AvailableAt(b) {
					has = append(has, word)
					if role.AuthorisableAt(b) {
						opens = append(opens, word)
					}
				} else if role.AuthorisableAt(b) {
					t.Errorf("%+v may authorise %s, which it has not", b, word)
				}
			}
			limited := func(r string) bool { return slices.Contains(has, r) }
			for role, want := range map[string]bool{
				"STOCK_MANAGER":      b.Kind == domain.Landlord,
				"STEERING":           b.Kind == domain.Metropole,
				"ALLOCATION_OFFICER": b.Kind == domain.Landlord || b.Reservataire,
				"RECEPTION_AGENT":    true, "SOCIAL_OFFICER": true, "POINT_MANAGER": true, "PRIVACY_OFFICER": true, "ORG_ADMIN": true,
			} {
				if limited(role) != want {
					t.Errorf("%+v has %s: %v", b, role, !want)
				}
			}
			for role, want := range map[string]bool{
				"RECEPTION_AGENT": true, "SOCIAL_OFFICER": true,
				"POINT_MANAGER":      b.RegisteringBody,
				"ALLOCATION_OFFICER": b.RegisteringBody && limited("ALLOCATION_OFFICER"),
				"STOCK_MANAGER":      false, "STEERING": false, "PRIVACY_OFFICER": false, "ORG_ADMIN": false,
			} {
				if slices.Contains(opens, role) != want {
					t.Errorf("%+v may authorise %s: %v", b, role, !want)
				}
			}
		}
	}
	if domain.Role("KING").AvailableAt(domain.Body{Kind: domain.Metropole}) {
		t.Error("a role that is in no table is there to be had")
	}
	for _, word := range domain.Role("").Values() {
		want := slices.Contains([]string{"SOCIAL_OFFICER", "PRIVACY_OFFICER", "ORG_ADMIN"}, word)
		if domain.Role(word).NeedsSecondPerson() != want {
			t.Errorf("%s needs a second person: %v", word, !want)
		}
	}
}

func TestAssignmentPlan(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	points := func(n int) []domain.ID { return make([]domain.ID, n) }
	good := domain.AssignmentPlan{Role: domain.ReceptionAgent, Points: points(1), Share: 100, From: today}
	for name, c := range map[string]struct {
		change func(*domain.AssignmentPlan)
		want   []string
	}{
		"yesterday":              {func(p *domain.AssignmentPlan) { p.From = today.AddDays(-1) }, []string{"validFrom"}},
		"no day at all":          {func(p *domain.AssignmentPlan) { p.Until = today }, []string{"validUntil"}},
		"backwards":              {func(p *domain.AssignmentPlan) { p.Until = today.AddDays(-3) }, []string{"validUntil"}},
		"no share":               {func(p *domain.AssignmentPlan) { p.Share = 0 }, []string{"share"}},
		"more than full time":    {func(p *domain.AssignmentPlan) { p.Share = 101 }, []string{"share"}},
		"no point":               {func(p *domain.AssignmentPlan) { p.Points = nil }, []string{"receptionPointIds"}},
		"too many points":        {func(p *domain.AssignmentPlan) { p.Points = points(51) }, []string{"receptionPointIds"}},
		"points for an admin":    {func(p *domain.AssignmentPlan) { p.Role = domain.OrgAdmin }, []string{"receptionPointIds"}},
		"the Métropole's role":   {func(p *domain.AssignmentPlan) { p.Role, p.Points = domain.Steering, nil }, []string{"role ROLE_UNAVAILABLE"}},
		"a réservataire's role":  {func(p *domain.AssignmentPlan) { p.Role, p.Points = domain.AllocationOfficer, nil }, []string{"role ROLE_UNAVAILABLE"}},
		"good":                   {func(*domain.AssignmentPlan) {}, nil},
		"good for one day":       {func(p *domain.AssignmentPlan) { p.Until = today.AddDays(1) }, nil},
		"good with all it may":   {func(p *domain.AssignmentPlan) { p.Points, p.Share = points(50), 1 }, nil},
		"good for an admin":      {func(p *domain.AssignmentPlan) { p.Role, p.Points = domain.OrgAdmin, nil }, nil},
		"good, announced for 29": {func(p *domain.AssignmentPlan) { p.From = domain.NewDate(2028, 2, 29) }, nil},
	} {
		plan := good
		c.change(&plan)
		if got := fields(plan.Check(domain.Body{Kind: domain.Commune}, today)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestCheckEnd(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	open := domain.Date{}
	for name, c := range map[string]struct {
		from, until, end domain.Date
		refused          bool
	}{
		"in the past":                 {today.AddDays(-9), open, today.AddDays(-1), true},
		"later than it ends":          {today.AddDays(-9), today.AddDays(3), today.AddDays(4), true},
		"later than today, not begun": {today.AddDays(9), open, today.AddDays(5), true},
		"on its first day, later":     {today.AddDays(5), open, today.AddDays(5), true},
		"today":                       {today.AddDays(-9), open, today, false},
		"today, on its first day":     {today, open, today, false},
		"today, not begun":            {today.AddDays(5), open, today, false},
		"later":                       {today, today.AddDays(9), today.AddDays(5), false},
		"when it ends anyway":         {today, today.AddDays(9), today.AddDays(9), false},
	} {
		if got := domain.CheckEnd(c.from, c.until, c.end, today); (len(got) > 0) != c.refused {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAuthorisationPlan(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	town := domain.Body{Kind: domain.Commune, RegisteringBody: true}
	for name, c := range map[string]struct {
		plan domain.AuthorisationPlan
		body domain.Body
		want []string
	}{
		"a year and a day":          {domain.AuthorisationPlan{Role: domain.ReceptionAgent, From: today, Until: domain.NewDate(2027, 11, 24)}, town, []string{"validUntil"}},
		"a day past 29 February":    {domain.AuthorisationPlan{Role: domain.ReceptionAgent, From: domain.NewDate(2028, 2, 29), Until: domain.NewDate(2029, 3, 1)}, town, []string{"validUntil"}},
		"for the past":              {domain.AuthorisationPlan{Role: domain.ReceptionAgent, From: today.AddDays(-1), Until: today}, town, []string{"validFrom"}},
		"for no day":                {domain.AuthorisationPlan{Role: domain.ReceptionAgent, From: today, Until: today}, town, []string{"validUntil"}},
		"in a role that opens none": {domain.AuthorisationPlan{Role: domain.OrgAdmin, From: today, Until: today.AddDays(1)}, town, []string{"role ROLE_UNAVAILABLE"}},
		"where nobody registers":    {domain.AuthorisationPlan{Role: domain.PointManager, From: today, Until: today.AddDays(1)}, domain.Body{Kind: domain.Commune}, []string{"role ROLE_UNAVAILABLE"}},
		"a year":                    {domain.AuthorisationPlan{Role: domain.ReceptionAgent, From: today, Until: domain.NewDate(2027, 11, 23)}, town, nil},
		"from 29 February":          {domain.AuthorisationPlan{Role: domain.ReceptionAgent, From: domain.NewDate(2028, 2, 29), Until: domain.NewDate(2029, 2, 28)}, town, nil},
	} {
		if got := fields(c.plan.Check(c.body, today)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for _, reason := range []string{"", "  ", "a\nb", strings.Repeat("é", 201)} {
		if domain.CheckReason(reason) == nil {
			t.Errorf("%q is a reason", reason)
		}
	}
	if got := domain.CheckReason(" " + strings.Repeat("é", 200)); got != nil {
		t.Errorf("a long reason: %v", got)
	}
}

func TestPairPlan(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	for name, c := range map[string]struct {
		people []domain.ID
		want   []string
	}{
		"nobody":     {nil, []string{"personIds"}},
		"one":        {[]domain.ID{"per_a"}, []string{"personIds"}},
		"one twice":  {[]domain.ID{"per_a", "per_a"}, []string{"personIds"}},
		"three":      {[]domain.ID{"per_a", "per_b", "per_c"}, []string{"personIds"}},
		"two":        {[]domain.ID{"per_b", "per_a"}, nil},
		"two, again": {[]domain.ID{"per_a", "per_b"}, nil},
	} {
		plan := domain.PairPlan{People: c.people, From: today}
		if got := fields(plan.Check(today)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if len(c.people) == 2 && c.want == nil && plan.Members() != "per_a per_b" {
			t.Errorf("%s are %q", name, plan.Members())
		}
	}
}

func TestStaff(t *testing.T) {
	t.Parallel()
	good := domain.Staff{Issuer: "https://id.example/realm", Subject: "7f3a", GivenName: " Zoé ", FamilyName: "d'Août-Le Goff"}
	for name, c := range map[string]struct {
		change func(*domain.Staff)
		want   []string
	}{
		"no issuer":        {func(s *domain.Staff) { s.Issuer = "" }, []string{"issuer"}},
		"in the clear":     {func(s *domain.Staff) { s.Issuer = "http://id.example" }, []string{"issuer"}},
		"no host":          {func(s *domain.Staff) { s.Issuer = "https:///realm" }, []string{"issuer"}},
		"long issuer":      {func(s *domain.Staff) { s.Issuer += strings.Repeat("x", 300) }, []string{"issuer"}},
		"no subject":       {func(s *domain.Staff) { s.Subject = "" }, []string{"subject"}},
		"long subject":     {func(s *domain.Staff) { s.Subject = strings.Repeat("x", 201) }, []string{"subject"}},
		"blank name":       {func(s *domain.Staff) { s.GivenName = "  " }, []string{"givenName"}},
		"name on two rows": {func(s *domain.Staff) { s.FamilyName = "a\u0085b" }, []string{"familyName"}},
		"no text":          {func(s *domain.Staff) { s.FamilyName = "\xff" }, []string{"familyName"}},
		"good":             {func(*domain.Staff) {}, nil},
	} {
		staff := good
		c.change(&staff)
		if got := fields(staff.Tidy().Check()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if good.Tidy().GivenName != "Zoé" {
		t.Errorf("blanks stay around %q", good.Tidy().GivenName)
	}
}
