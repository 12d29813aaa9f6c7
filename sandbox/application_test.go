package sandbox

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

const manyApplications = 20_000

// TestApplicationsAreDeterministic: the one in place k depends on k alone.
func TestApplicationsAreDeterministic(t *testing.T) {
	t.Parallel()
	few, again := slices.Collect(Applications(300)), slices.Collect(Applications(900))
	if len(few) != 300 || len(again) != 900 || !reflect.DeepEqual(few, again[:300]) {
		t.Error("more applications are other applications")
	}
	stopped := 0
	for range Applications(manyApplications) {
		if stopped++; stopped == 10 {
			break
		}
	}
	// What was stored with these names yesterday is found under them tomorrow.
	for k, want := range map[int]string{
		0:   "app_01F767QQ30JERN7F1N9J0VCQFC 0380621016982G3811",
		299: "app_01KK6H6K40BVSF594JEPWBXRMA 0380326642605G3808",
	} {
		if have := string(few[k].ID) + " " + string(few[k].UniqueNumber); have != want {
			t.Errorf("%d is %s", k, have)
		}
	}
}

// TestApplicationsAreValid holds for each, the edges included.
func TestApplicationsAreValid(t *testing.T) {
	t.Parallel()
	known := knownToApplications(t)
	ids, given := map[domain.ID]bool{}, map[domain.UniqueNumber]bool{}
	k := 0
	for a := range Applications(manyApplications) {
		wrong := checkIdentity(a, given, ids)
		wrong = append(wrong, checkDates(a)...)
		wrong = append(wrong, checkProject(a, known)...)
		wrong = append(wrong, checkContact(a, known)...)
		wrong = append(wrong, checkHousehold(a)...)
		if len(wrong) > 0 {
			t.Fatalf("%d: %s\n%+v", k, strings.Join(wrong, ", "), a)
		}
		k++
	}
	if k != manyApplications || len(given) < manyApplications*9/10 {
		t.Errorf("%d applications, %d numbers", k, len(given))
	}
}

// knownWorld is what applications may name.
type knownWorld struct {
	communes map[domain.InseeCode]bool
	towns    map[string][]string
	points   map[string]int
	people   map[string][]string
}

func knownToApplications(t *testing.T) knownWorld {
	t.Helper()
	communes, err := directoryfile.Communes()
	if err != nil {
		t.Fatal(err)
	}
	known := knownWorld{map[domain.InseeCode]bool{}, map[string][]string{}, map[string]int{}, map[string][]string{}}
	for _, c := range communes {
		known.communes[c.InseeCode], known.towns[c.Name] = true, c.PostalCodes
	}
	for _, p := range receptionPoints(communes, networkChanges) {
		known.points[p.Key] = p.Level
	}
	for _, p := range Personas() {
		known.people[p.Name] = p.Points
	}
	return known
}

// claims lists the names of those that do not hold.
func claims(all map[string]bool) []string {
	var broken []string
	for name, holds := range all {
		if !holds {
			broken = append(broken, name)
		}
	}
	return broken
}

func checkIdentity(a service.SandboxApplication, given map[domain.UniqueNumber]bool, ids map[domain.ID]bool) []string {
	year, month, _ := a.RegisteredOn.Civil()
	_, err := domain.ParseUniqueNumber(string(a.UniqueNumber))
	pending := a.State == domain.ApplicationPending
	all := map[string]bool{
		"a number when it is validated": pending == (a.UniqueNumber == "") && (pending || err == nil),
		"a number of its month":         pending || string(a.UniqueNumber[3:7]) == fmt.Sprintf("%02d%02d", month, year%100),
		"a number of its own":           pending || !given[a.UniqueNumber],
		"a known state":                 slices.Contains(a.State.Values(), string(a.State)),
	}
	if !pending {
		given[a.UniqueNumber] = true
	}
	at := a.RegisteredOn
	low, high := domain.DerivedStem(domain.ApplicationPrefix, at.At(0)), domain.DerivedStem(domain.ApplicationPrefix, at.AddDays(1).At(0))
	all["an id of its day"] = low <= string(a.ID) && string(a.ID) < high
	for i, id := range append([]domain.ID{a.ID}, memberIDs(a)...) {
		prefix := domain.HouseholdMemberPrefix
		if i == 0 {
			prefix = domain.ApplicationPrefix
		}
		_, err := domain.ParseID(string(id))
		all[fmt.Sprintf("id %d well written", i)] = err == nil && strings.HasPrefix(string(id), string(prefix)+"_")
		all[fmt.Sprintf("id %d unique", i)] = !ids[id]
		ids[id] = true
	}
	return claims(all)
}

func memberIDs(a service.SandboxApplication) (ids []domain.ID) {
	for _, m := range a.Members {
		ids = append(ids, m.ID)
	}
	return ids
}

func checkDates(a service.SandboxApplication) []string {
	oldest := domain.NewDate(2020, 11, 1)
	today := domain.NewDate(2026, 11, 1)
	removed := a.State == domain.ApplicationRemoved
	all := map[string]bool{
		"registered at an instant of the day": domain.DateOf(a.RegisteredAt) == a.RegisteredOn,
		"registered in six years":             !a.RegisteredOn.Before(oldest) && !today.Before(a.RegisteredOn),
		"renewed since":                       !a.RenewedOn.Before(a.RegisteredOn) && !today.Before(a.RenewedOn),
		"valid for a year":                    a.ValidUntil == a.RenewedOn.AddYear(),
		"received after the deposit":          a.RegisteredOn.Before(a.ReceptionDeadline) && !a.RegisteredOn.AddDays(62).Before(a.ReceptionDeadline),
		"a day of removal when removed":       removed != a.RemovedOn.IsZero(),
		"renewed in time":                     removed || today.AddDays(-30).Before(a.ValidUntil),
		"removed in the last year": !removed || a.RegisteredOn.Before(a.RemovedOn) && !a.RemovedOn.Before(a.RenewedOn) && !a.ValidUntil.AddDays(30).Before(a.RemovedOn) &&
			today.AddDays(-365).Before(a.RemovedOn) && !today.Before(a.RemovedOn),
		"followed since":        a.FollowedSince.IsZero() == (a.FollowingPoint == ""),
		"followed in its time":  a.FollowingPoint == "" || !a.FollowedSince.Before(a.RegisteredOn) && !today.Before(a.FollowedSince),
		"followed while it was": !removed || !a.RemovedOn.Before(a.FollowedSince),
	}
	return claims(all)
}

func checkProject(a service.SandboxApplication, known knownWorld) []string {
	rank := map[domain.Typology]int{domain.T1: 1, domain.T2: 2, domain.T3: 3, domain.T4: 4, domain.T5: 5, domain.T6Plus: 6}
	largest := 0
	for _, typology := range a.Typologies {
		largest = max(largest, rank[typology])
		if rank[typology] == 0 {
			return []string{"typologies that are some"}
		}
	}
	year, _, _ := a.RenewedOn.Civil()
	all := map[string]bool{
		"the income of two years ago": a.TaxYear == year-2,
		"at most ten wishes":          len(a.Wishes) <= domain.MaxWishes,
		"no wish twice":               distinct(a.Wishes),
		"one or two typologies":       len(a.Typologies) == 1 || len(a.Typologies) == 2 && rank[a.Typologies[0]]+1 == rank[a.Typologies[1]],
		"rooms for everybody":         largest*2 >= min(len(a.Members), 9) && largest <= len(a.Members)+1,
		"one to three reasons":        len(a.Reasons) > 0 && len(a.Reasons) < 4 && distinct(a.Reasons),
		"whole euros":                 a.TaxIncome%100 == 0 && a.MonthlyResources%100 == 0 && a.TaxIncome >= 0 && a.MonthlyResources >= 0,
		"a followed point registers":  a.FollowingPoint == "" || known.points[a.FollowingPoint] >= domain.RegistrationLevel,
		"proposed if protected":       a.Protected == (a.ProposedBy != ""),
		"confirmed if protected":      a.Protected == (a.ConfirmedBy != ""),
		"a second person confirms":    !a.Protected || a.ConfirmedBy != a.ProposedBy && !slices.Contains(a.NamedAgents, a.ConfirmedBy),
		"named agents if protected":   a.Protected == (len(a.NamedAgents) > 1) && len(a.NamedAgents) <= 5 && distinct(a.NamedAgents),
		"a known class of housing":    slices.Contains(a.Housing.Values(), string(a.Housing)),
	}
	for _, wish := range a.Wishes {
		all["a wish for "+string(wish)] = known.communes[wish]
	}
	for _, code := range a.Reasons {
		all["the reason "+code] = !domain.SensitiveReason(code) && len(code) == 2 && "01" <= code && code <= "23"
	}
	for _, name := range a.NamedAgents {
		all[name+" works at the point"] = slices.Contains(known.people[name], a.FollowingPoint)
	}
	return claims(all)
}

func distinct[T comparable](all []T) bool {
	seen := map[T]bool{}
	for _, one := range all {
		seen[one] = true
	}
	return len(seen) == len(all)
}

func checkContact(a service.SandboxApplication, known knownWorld) []string {
	phone, err := domain.ParsePhoneNumber(string(a.Phone))
	all := map[string]bool{
		"a phone of fiction": a.Phone == "" || err == nil && phone == a.Phone &&
			(strings.HasPrefix(string(phone), "+3363998") || strings.HasPrefix(string(phone), "+3346571")),
		"a mailbox of nobody": a.Email == "" || strings.Count(a.Email, "@") == 1 && a.Email == strings.ToLower(a.Email) &&
			(strings.HasSuffix(a.Email, "@example.org") || strings.HasSuffix(a.Email, "@example.net")),
		"a town and its code": slices.Contains(known.towns[a.Town], a.PostalCode),
		"an address":          a.Address != "" && !strings.Contains(a.Address, "  "),
	}
	return claims(all)
}

func checkHousehold(a service.SandboxApplication) []string {
	on := domain.NewDate(2026, 11, 1)
	if !a.RemovedOn.IsZero() {
		on = a.RemovedOn
	}
	all := map[string]bool{"a household that fits": len(a.Members) > 0 && len(a.Members) <= domain.MaxHousehold}
	for i, m := range a.Members {
		toBeBorn := m.Link == domain.LinkToBeBorn
		all["one applicant, who is first"] = (m.Link == domain.LinkApplicant) == (i == 0)
		all["born or expected"] = m.BornOn.IsZero() == toBeBorn && m.ExpectedOn.IsZero() != toBeBorn
		all["no name before birth"] = (m.GivenNames == "") == toBeBorn && (m.BirthName == "") == toBeBorn
		all["born before, expected after"] = toBeBorn && on.Before(m.ExpectedOn) || !toBeBorn && m.BornOn.Before(on)
		all["of age to sign"] = !m.Link.Adult() || domain.Age(m.BornOn, on) >= 16
		all["an account for adults"] = m.Account == "" || m.Link.Adult()
		for _, name := range []string{m.GivenNames, m.BirthName, m.UsualName} {
			all[fmt.Sprintf("the name %q fits", name)] = utf8.RuneCountInString(name) <= domain.MaxNameLength && strings.TrimSpace(name) == name
		}
		if m.Sensitive != nil {
			all["confided by an adult"] = m.Link.Adult()
			all["a sensitive reason, housing or need"] = checkSensitive(*m.Sensitive)
		}
		if broken := claims(all); len(broken) > 0 {
			return append(broken, fmt.Sprintf("member %d", i))
		}
	}
	return claims(all)
}

func checkSensitive(s service.SandboxSensitive) bool {
	for _, code := range s.Reasons {
		if !domain.SensitiveReason(code) {
			return false
		}
	}
	for _, need := range s.Needs {
		if !slices.Contains([]string{"WHEELCHAIR", "STEP_FREE_SHOWER", "STAIRS_FEW", "CARER_ROOM", "PARKING", "HEARING", "SIGHT"}, need) {
			return false
		}
	}
	modes := []string{"", "SH", "CDEFCM", "SD", "SQUAT", "HOT"}
	// Where violence is told there is a safe way to reach the person, and only there.
	return slices.Contains(modes, s.HousingMode) && len(s.Reasons)+len(s.HousingMode) > 0 && distinct(s.Reasons) && distinct(s.Needs) &&
		utf8.RuneCountInString(s.FreeText) <= domain.MaxFreeText && slices.Contains(s.Reasons, "06") == (s.SafeContact != "")
}

// TestApplicationsAreSpread: about as the field has them.
func TestApplicationsAreSpread(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	cases := map[string]bool{}
	reasons, families, points := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for a := range Applications(manyApplications) {
		today := domain.NewDate(2026, 11, 1)
		clear(cases)
		cases["active"] = a.State == domain.ApplicationActive
		cases["pending"] = a.State == domain.ApplicationPending
		cases["removed"] = a.State == domain.ApplicationRemoved
		cases["over two years"] = a.RegisteredOn.AddYear().AddYear().Before(today)
		cases["expired and active"] = cases["active"] && !today.Before(a.ValidUntil)
		cases["followed by nobody"] = a.FollowingPoint == ""
		cases["at the shared desk"] = a.FollowingPoint == sharedDesk
		cases["wishing Grenoble"] = slices.Contains(a.Wishes, grenobleCode)
		cases["wishing none"] = len(a.Wishes) == 0
		cases["one wish"] = len(a.Wishes) == 1
		cases["five wishes"] = len(a.Wishes) == 5
		cases["one person"] = len(a.Members) == 1
		cases["six and more"] = len(a.Members) > 5
		cases["no tax income"] = a.TaxIncome == 0
		cases["over 30000"] = a.TaxIncome > 3_000_000
		cases["helped"] = a.HelpingStructure != ""
		cases["other housing"] = a.Housing == domain.OtherHousing
		cases["no e-mail"] = a.Email == ""
		records := 0
		for _, m := range a.Members {
			cases[string(m.Link)] = true
			cases["usual name"] = cases["usual name"] || m.UsualName != ""
			cases["over 80"] = cases["over 80"] || m.Link != domain.LinkToBeBorn && domain.Age(m.BornOn, today) > 80
			cases["under 3"] = cases["under 3"] || m.Link == domain.LinkChild && domain.Age(m.BornOn, today) < 3
			if m.Sensitive != nil {
				records++
				for _, code := range m.Sensitive.Reasons {
					cases["reason "+code] = true
				}
			}
			families[m.BirthName] = true
		}
		cases["sensitive"], cases["two sensitive"] = records > 0, records > 1
		for name, holds := range cases {
			if holds {
				count[name]++
			}
		}
		for _, code := range a.Reasons {
			reasons[code] = true
		}
		points[a.FollowingPoint] = true
	}
	for name, bounds := range map[string][2]float64{
		"active": {78, 82}, "pending": {3.5, 4.5}, "removed": {14.5, 17.5}, "over two years": {35, 50}, "expired and active": {0.5, 4},
		"followed by nobody": {7, 10}, "at the shared desk": {20, 35}, "wishing Grenoble": {50, 80}, "wishing none": {1.5, 2.5},
		"one wish": {18, 35}, "five wishes": {7, 16}, "one person": {35, 45}, "six and more": {2, 8},
		"no tax income": {2, 8}, "over 30000": {8, 25}, "helped": {13, 17}, "other housing": {10, 18}, "no e-mail": {10, 14},
		"SPOUSE": {24, 32}, "CHILD": {36, 44}, "VISITING_CHILD": {2, 4}, "TO_BE_BORN": {1, 5}, "OTHER_DEPENDANT": {4, 8}, "CO_APPLICANT": {2, 4},
		"usual name": {15, 35}, "over 80": {2, 10}, "under 3": {5, 25},
		"sensitive": {5, 7}, "two sensitive": {0.05, 0.5}, "reason 06": {1, 2.2}, "reason 07": {1.8, 3}, "reason 08": {1.2, 3},
	} {
		if percent := float64(count[name]) * 100 / manyApplications; percent < bounds[0] || percent > bounds[1] {
			t.Errorf("%s: %.2f %%, want %v", name, percent, bounds)
		}
	}
	// The 25 registering points and nobody; all reasons but the three.
	if len(points) != 26 || len(reasons) != 20 || len(families) < 400 {
		t.Errorf("%d points, %d reasons, %d birth names", len(points), len(reasons), len(families))
	}
}

// TestEdgeApplications: each is what its name says.
func TestEdgeApplications(t *testing.T) {
	t.Parallel()
	all := slices.Collect(Applications(len(edges)))
	today := domain.NewDate(2026, 11, 1)
	of := func(k int, links ...domain.HouseholdLink) (members []service.SandboxMember) {
		for _, m := range all[k].Members {
			if slices.Contains(links, m.Link) {
				members = append(members, m)
			}
		}
		return members
	}
	age := func(k int) int { return domain.Age(all[k].Members[0].BornOn, today) }
	names := func(m service.SandboxMember) string {
		return m.GivenNames + " " + m.BirthName + " " + m.BornOn.String()
	}
	couple, twins := all[EdgeCouple].Members, of(EdgeTwins, domain.LinkToBeBorn)
	first, second := of(EdgeCustodyFirst, domain.LinkVisitingChild), of(EdgeCustodySecond, domain.LinkVisitingChild)
	longest, links := all[EdgeLongNames].Members[0], map[domain.HouseholdLink]bool{}
	for _, m := range all[EdgeTwenty].Members {
		links[m.Link] = true
	}
	_, month, day := all[EdgeLeapDay].Members[0].BornOn.Civil()
	facts := map[string]bool{
		"one adult with an account": len(all[EdgeSingle].Members) == 1 && all[EdgeSingle].Members[0].Account == "applicant-single",
		"two adults with an account and a secret each": couple[0].Account == "applicant-couple-first" && couple[1].Account == "applicant-couple-second" &&
			couple[0].Sensitive != nil && couple[1].Sensitive != nil && !reflect.DeepEqual(couple[0].Sensitive, couple[1].Sensitive),
		"a protected file has an account": all[EdgeProtectedCommune].Members[0].Account == "applicant-protected",
		"twins":                           len(twins) == 2 && twins[0].ExpectedOn == twins[1].ExpectedOn,
		"shared custody": len(first) == 2 && len(second) == 2 && names(first[0]) == names(second[0]) && names(first[1]) == names(second[1]) &&
			first[0].ID != second[0].ID,
		"a shared contact": all[EdgeContactFirst].Email == all[EdgeContactSecond].Email && all[EdgeContactFirst].Phone == all[EdgeContactSecond].Phone &&
			all[EdgeContactFirst].Email != "" && all[EdgeContactFirst].Phone != "",
		"homonyms":           names(all[EdgeHomonymFirst].Members[0]) == names(all[EdgeHomonymSecond].Members[0]),
		"29 February":        month == 2 && day == 29,
		"twenty people":      len(all[EdgeTwenty].Members) == domain.MaxHousehold && len(links) == len(domain.HouseholdLink("").Values()),
		"101 years":          age(EdgeCentenarian) == 101,
		"16 years":           age(EdgeEmancipated) == 16 && len(all[EdgeEmancipated].Members) == 1,
		"ten wishes":         len(all[EdgeTenWishes].Wishes) == domain.MaxWishes,
		"long names":         min(utf8.RuneCountInString(longest.GivenNames), utf8.RuneCountInString(longest.BirthName), utf8.RuneCountInString(longest.UsualName)) > 95,
		"apostrophes":        strings.Count(longest.BirthName+longest.UsualName, "'") > 5,
		"all are named here": len(edges) == EdgeTenWishes+1,
	}
	for k, a := range all {
		facts[fmt.Sprintf("%d is active", k)] = a.State == domain.ApplicationActive
		protected := slices.Contains([]int{EdgeProtectedCommune, EdgeProtectedDesk, EdgeProtectedMetropole}, k)
		facts[fmt.Sprintf("%d is protected or not", k)] = a.Protected == protected
	}
	for _, broken := range claims(facts) {
		t.Error(broken)
	}
	accounts := 0
	for a := range Applications(manyApplications) {
		for _, m := range a.Members {
			if m.Account != "" {
				accounts++
			}
		}
	}
	if accounts != 4 {
		t.Errorf("%d accounts", accounts)
	}
}

func BenchmarkApplications(b *testing.B) {
	for b.Loop() {
		for range Applications(manyApplications) {
		}
	}
}
