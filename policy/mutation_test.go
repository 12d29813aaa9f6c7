package policy_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/leak"
	"github.com/guichet-logement/guichet/policy"
)

var mutations = flag.Int("mutations", 2, "how many broken rules to try; 0 for all of them")

// mutation is one thing broken.
type mutation struct {
	name string
	// apply breaks the program until restore is called; both may be nil.
	apply  func() (restore func())
	broken leak.Broken
	// same says why nobody can tell the broken program from the right one; told, why a
	// caller is told wrong rights and yet shown nothing else.
	same, told string
}

// TestMutationsAreCaught: a rule that is not as it is written is noticed by the
// comparison with the oracle. It breaks what all tests of the package look at, and so
// does not run beside them.
func TestMutationsAreCaught(t *testing.T) { //nolint:paralleltest // see above
	all := mutants()
	if *mutations > 0 {
		first := uint64(time.Now().UnixNano())
		rand.New(rand.NewPCG(first, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:*mutations]
	}
	lab := leak.NewLab(t)
	caught, same := 0, 0
	telling := tellingWorlds(t)
	for _, m := range all {
		if m.same != "" {
			t.Logf("%-70s means the same: %s", m.name, m.same)
			same++
			continue
		}
		how, seed := catch(t, lab, m, telling[m.name])
		if how == "" {
			t.Errorf("%-70s SURVIVED", m.name)
			continue
		}
		caught++
		telling[m.name] = seed
		t.Logf("%-70s caught: %s", m.name, how)
	}
	t.Logf("%d ways to break the rules: %d caught, %d mean the same", len(all), caught, same)
	if *update {
		keepTelling(t, telling)
	}
}

// tellingFile names, for a rule that shows itself late, the world in which it did: it is tried
// first, and the others after it, so that nothing rests on what the file says. What it does
// not name is tried from the first world on. With -mutations 0 -update it is written.
const tellingFile = "testdata/mutations.csv"

func tellingWorlds(t *testing.T) map[string]uint64 {
	t.Helper()
	text, err := os.ReadFile(tellingFile)
	must(t, err)
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	must(t, err)
	worlds := map[string]uint64{}
	for _, line := range lines[1:] {
		worlds[line[0]], err = strconv.ParseUint(line[1], 10, 64)
		must(t, err)
	}
	return worlds
}

func keepTelling(t *testing.T, worlds map[string]uint64) {
	t.Helper()
	lines := [][]string{{"broken", "world"}}
	for _, name := range slices.Sorted(maps.Keys(worlds)) {
		if worlds[name] > 1 {
			lines = append(lines, []string{name, strconv.FormatUint(worlds[name], 10)})
		}
	}
	var text bytes.Buffer
	must(t, csv.NewWriter(&text).WriteAll(lines))
	must(t, os.WriteFile(tellingFile, text.Bytes(), 0o600))
}

// worldsOfMutation is how many worlds a broken rule has to show itself in.
const worldsOfMutation = 60

// catch breaks the program and asks until an answer is wrong, at first in the world that is
// said to tell. It returns how it was noticed, and in which world.
func catch(t *testing.T, lab *leak.Lab, m mutation, first uint64) (how string, world uint64) {
	t.Helper()
	if m.apply != nil {
		defer m.apply()()
	}
	worlds := []uint64{max(first, 1)}
	for w := range uint64(worldsOfMutation) {
		if w+1 != worlds[0] {
			worlds = append(worlds, w+1)
		}
	}
	for _, seed := range worlds {
		w, callers := lab.World(t, seed, 1000, m.broken)
		for _, c := range callers {
			for _, found := range lab.Differences(t, w, c) {
				switch what, _, _ := strings.Cut(found, ":"); {
				case what != "viewer":
					return fmt.Sprintf("world %d, %s, %s", seed, strings.Fields(c.Name)[0], what), seed
				case m.told != "":
					return fmt.Sprintf("world %d, viewer.rights alone: %s", seed, m.told), seed
				}
			}
		}
	}
	return "", 0
}

func mutants() []mutation {
	return slices.Concat(ofTable(), ofScopes(), ofFacts())
}

// ofTable breaks each line of the table of grounds in each way.
func ofTable() []mutation {
	var all []mutation
	for i, r := range policy.GroundRules() {
		line := string(r.Ground) + "/" + r.Class
		with := func(what string, change func(*policy.GroundRule)) {
			m := mutation{name: line + ": " + what}
			broken := policy.GroundRules()
			change(&broken[i])
			m.apply = func() func() { return policy.WithGrounds(broken) }
			if r.Subject == policy.SubjectAccount && !strings.Contains(what, "opens") && !strings.Contains(what, "law") {
				m.same = "an applicant has no role and no organisation"
			}
			if broken[i].Groups == 0 {
				m.same = "the database takes no access that opens nothing"
			}
			m.told = onlyTold(r, broken[i])
			all = append(all, m)
		}
		all = append(all, mutation{name: line + ": dropped", apply: func() func() {
			return policy.WithGrounds(slices.Delete(policy.GroundRules(), i, i+1))
		}})
		with("law from the year 3000", func(r *policy.GroundRule) { r.From = domain.NewDate(3000, 1, 1) })
		with("law until 2020", func(r *policy.GroundRule) { r.Until = domain.NewDate(2020, 1, 1) })
		with(fmt.Sprintf("registering body %t", !r.Registering), func(r *policy.GroundRule) { r.Registering = !r.Registering })
		for _, word := range domain.Role("").Values() {
			if role := domain.Role(word); slices.Contains(r.Roles, role) {
				with("without "+word, func(r *policy.GroundRule) {
					r.Roles = slices.DeleteFunc(slices.Clone(r.Roles), func(o domain.Role) bool { return o == role })
				})
			} else {
				with("also "+word, func(r *policy.GroundRule) { r.Roles = append(slices.Clone(r.Roles), role) })
			}
		}
		for _, word := range domain.OrganisationKind("").Values() {
			kind := domain.OrganisationKind(word)
			switch {
			case len(r.Kinds) == 0:
				with("only "+word, func(r *policy.GroundRule) { r.Kinds = []domain.OrganisationKind{kind} })
			case slices.Contains(r.Kinds, kind):
				with("without "+word, func(r *policy.GroundRule) {
					r.Kinds = slices.DeleteFunc(slices.Clone(r.Kinds), func(o domain.OrganisationKind) bool { return o == kind })
					if len(r.Kinds) == 0 {
						r.Kinds = []domain.OrganisationKind{"NONE"}
					}
				})
			default:
				with("also "+word, func(r *policy.GroundRule) { r.Kinds = append(slices.Clone(r.Kinds), kind) })
			}
		}
		for _, word := range domain.ColumnGroup("").Values() {
			bit := domain.ColumnGroup(word).Bit()
			with(fmt.Sprintf("opens %s: %t", word, r.Groups&bit == 0), func(r *policy.GroundRule) { r.Groups ^= bit })
		}
	}
	return all
}

// onlyTold says why a broken line shows nothing to anybody, though it tells of a right.
func onlyTold(r, broken policy.GroundRule) string {
	if r.Subject == policy.SubjectAccount {
		if r.Groups^broken.Groups == domain.GroupSensitive.Bit() {
			return "an applicant sees its own record by another rule"
		}
		return ""
	}
	for _, role := range broken.Roles {
		switch {
		case slices.Contains(r.Roles, role):
		case !slices.Contains([]domain.Role{domain.ReceptionAgent, domain.SocialOfficer, domain.AllocationOfficer, domain.PointManager}, role):
			return "nobody can be authorised in the role"
		case r.Subject == policy.SubjectLandlordCommune:
			return "a territory is read for allocation officers alone"
		case slices.ContainsFunc(policy.GroundRules(), func(o policy.GroundRule) bool {
			return o.Ground == r.Ground && slices.Contains(o.Roles, role) && slices.Equal(o.Kinds, r.Kinds) && o.Groups&r.Groups == r.Groups
		}):
			return "another line opens as much to the role"
		}
	}
	if len(broken.Kinds) > len(r.Kinds) {
		if r.Subject == policy.SubjectOwnCommune {
			return "no other organisation is a commune"
		}
		if r.Subject == policy.SubjectLandlordCommune {
			return "no other organisation has a territory"
		}
	}
	return ""
}

// ofScopes takes away the scope of each entity of the record, and opens it with each
// other group than its own.
func ofScopes() []mutation {
	all := []mutation{{name: "SensitiveRecord: of the whole household to an applicant", apply: func() func() {
		policy.IgnoreWhose()
		return policy.RestoreScopes
	}}}
	for _, entity := range policy.ScopedEntities() {
		move := func(what string, groups domain.GroupSet) *mutation {
			all = append(all, mutation{name: entity + ": " + what, apply: func() func() {
				policy.MoveScope(entity, groups)
				return policy.RestoreScopes
			}})
			return &all[len(all)-1]
		}
		move("without a scope", 0)
		own := policy.GroupOf(entity)
		for _, word := range domain.ColumnGroup("").Values() {
			if g := domain.ColumnGroup(word); g != own {
				m := move("opened with "+word+" in place of "+string(own), g.Bit())
				if entity != "SensitiveRecord" && alike(g, own) {
					m.same = "the same grounds open both groups"
				}
			}
		}
	}
	return all
}

// alike tells groups that the same lines open.
func alike(g, h domain.ColumnGroup) bool {
	return !slices.ContainsFunc(policy.GroundRules(), func(r policy.GroundRule) bool { return r.Groups.Opens(g) != r.Groups.Opens(h) })
}

// ofFacts breaks what the rules look at. A program that ignores something sees the
// world as if it always held: the world is written in that way, and the oracle is asked
// about the true one.
func ofFacts() []mutation {
	const everyRole = `'RECEPTION_AGENT', 'SOCIAL_OFFICER', 'ALLOCATION_OFFICER', 'POINT_MANAGER'`
	const authorise = `INSERT INTO staff_authorisation (id, person_id, organisation_id, role, granted_by_id, granted_on, valid_from, valid_until)
		SELECT 'aut_' || a.id, a.person_id, a.organisation_id, a.role, (SELECT max(id) FROM person p WHERE p.id <> a.person_id), current_date,
			date '2026-01-15', date '2027-01-10'
		FROM assignment a WHERE a.role IN (` + everyRole + `) AND NOT EXISTS (SELECT FROM staff_authorisation s
			WHERE s.person_id = a.person_id AND s.organisation_id = a.organisation_id AND s.role = a.role) AND `
	facts := func(name, statement string) mutation {
		return mutation{name: name, broken: leak.Broken{Facts: statement}}
	}
	rows := func(name, statement string) mutation {
		return mutation{name: name, broken: leak.Broken{Rows: statement}}
	}
	settling := func(name, statement string, admit func(*policy.ApplicationFacts)) mutation {
		return mutation{name: name, broken: leak.Broken{Settling: statement, Admit: admit}}
	}
	return []mutation{
		facts("authorisation: none is needed", "DELETE FROM staff_authorisation; "+authorise+"true"),
		facts("authorisation: any role's will do", authorise+`EXISTS (SELECT FROM staff_authorisation s
			WHERE s.person_id = a.person_id AND s.organisation_id = a.organisation_id)`),
		facts("authorisation: any organisation's will do", authorise+`EXISTS (SELECT FROM staff_authorisation s
			WHERE s.person_id = a.person_id AND s.role = a.role)`),
		facts("authorisation: its first day is ignored", "UPDATE staff_authorisation SET valid_from = valid_from - 100"),
		facts("authorisation: its last day is ignored", "UPDATE staff_authorisation SET valid_until = valid_until + 100"),
		facts("authorisation: it begins a day early", "UPDATE staff_authorisation SET valid_from = valid_from - 1"),
		facts("authorisation: it ends a day late", "UPDATE staff_authorisation SET valid_until = valid_until + 1"),
		facts("authorisation: revocation is ignored", "UPDATE staff_authorisation SET revoked_on = NULL, revocation_reason = NULL"),
		facts("authorisation: it is revoked a day late", "UPDATE staff_authorisation SET revoked_on = revoked_on + 1"),
		facts("assignment: its first day is ignored", "UPDATE assignment SET valid_from = valid_from - 100"),
		facts("assignment: its last day is ignored", "UPDATE assignment SET valid_until = NULL"),
		facts("assignment: it begins a day early", "UPDATE assignment SET valid_from = valid_from - 1"),
		facts("assignment: it ends a day late", "UPDATE assignment SET valid_until = valid_until + 1"),
		facts("assignment: a proposed one counts", "UPDATE assignment SET state = 'CONFIRMED'"),
		facts("points: all of the organisation's", `INSERT INTO assignment_reception_point SELECT DISTINCT a.id, p.reception_point_id
			FROM assignment a JOIN assignment b USING (organisation_id) JOIN assignment_reception_point p ON p.assignment_id = b.id ON CONFLICT DO NOTHING`),
		facts("points: all of the person's", `INSERT INTO assignment_reception_point SELECT DISTINCT a.id, p.reception_point_id
			FROM assignment a JOIN assignment b USING (person_id) JOIN assignment_reception_point p ON p.assignment_id = b.id ON CONFLICT DO NOTHING`),
		facts("points: all", "INSERT INTO assignment_reception_point SELECT a.id, p.id FROM assignment a, reception_point p ON CONFLICT DO NOTHING"),
		facts("organisation: each is a registering body", "UPDATE organisation SET registering_body = true"),
		facts("landlord: it has dwellings everywhere", `INSERT INTO landlord_territory SELECT o.id, c.id FROM organisation o, commune c
			WHERE o.kind = 'LANDLORD' ON CONFLICT DO NOTHING`),
		facts("app: its scopes are ignored", `UPDATE partner_app SET scopes = '["DIRECTORY", "ACT_FOR_PERSON", "APPLICATIONS"]'`),
		facts("app: its points are ignored", "DELETE FROM partner_app_reception_point"),
		facts("app: its communes are ignored", "DELETE FROM partner_app_commune"),
		settling("protected: ignored", "UPDATE application SET protected = false", func(f *policy.ApplicationFacts) { f.Protected = false }),
		settling("erased: ignored", `UPDATE application SET erased_on = NULL, removed_on = NULL, state = 'ACTIVE', unique_number = coalesce(unique_number, id)
			WHERE erased_on IS NOT NULL`, func(f *policy.ApplicationFacts) { f.Erased = false }),
		settling("state: a removed one counts as active", "UPDATE application SET state = 'ACTIVE', removed_on = NULL, unique_number = coalesce(unique_number, id) WHERE erased_on IS NULL",
			func(f *policy.ApplicationFacts) { f.State = domain.ApplicationActive }),
		settling("state: a pending one counts as active", "UPDATE application SET state = 'ACTIVE', unique_number = coalesce(unique_number, id) WHERE state = 'PENDING_VALIDATION'", nil),
		settling("hand-over: the former point goes on seeing", "UPDATE hand_over SET seen_until = seen_until + interval '100 days'", nil),
		facts("orientation: one that waits opens", "ALTER TABLE orientation DISABLE TRIGGER orientation_step; UPDATE orientation SET state = 'ACCEPTED', accepted_at = sent_at, accepted_by_id = (SELECT max(id) FROM person p WHERE p.id <> sent_by_id) WHERE state = 'SENT'"),
		settling("orientation: the point goes on seeing", "UPDATE orientation SET seen_until = seen_until + interval '100 days'", nil),
		settling("orientation: it sees nothing once it has reported back", "UPDATE orientation SET seen_until = ended_at WHERE seen_until IS NOT NULL AND accepted_at < ended_at", nil),
		settling("named agent: an unconfirmed one counts", "UPDATE named_agent SET confirmed_by_id = (SELECT max(id) FROM person WHERE id NOT IN (person_id, proposed_by_id))", nil),
		settling("named agent: the last day is ignored", "UPDATE named_agent SET valid_until = NULL", nil),
		settling("account: unbinding is ignored", "UPDATE applicant_account SET unbound_at = NULL", nil),
		rows("clock: since when is ignored", "UPDATE application_access SET valid_from = NULL"),
		rows("clock: until when is ignored", "UPDATE application_access SET valid_until = NULL"),
		rows("clock: the first instant is left out", "UPDATE application_access SET valid_from = valid_from + interval '1 microsecond'"),
		rows("clock: the end is let in", "UPDATE application_access SET valid_until = valid_until + interval '1 microsecond'"),
		rows("clock: days begin at midnight of another zone", `UPDATE application_access SET valid_from = valid_from + interval '1 hour', valid_until = valid_until + interval '1 hour'
			WHERE ground IN ('FOLLOWED', 'NAMED_AGENT')`),
		rows("who sees what: the rows of one application are another's", `INSERT INTO application_access (application_id, audience_id, ground, groups, valid_from, valid_until)
			SELECT (SELECT max(id) FROM application), audience_id, ground, groups, valid_from, valid_until FROM application_access
			WHERE application_id = (SELECT min(id) FROM application) ON CONFLICT DO NOTHING`),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
