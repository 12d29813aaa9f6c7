package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registryfile"
	"github.com/guichet-logement/guichet/registryfile/registrytest"
	"github.com/guichet-logement/guichet/service"
)

// extract is what an import told of.
type extract struct {
	service.RegistryReport
	rejects []registryfile.Reject
	items   []service.RegistryItem
}

// listed are the reasons for which records were listed, in order.
func (e extract) listed() string {
	var all []string
	for _, i := range e.items {
		all = append(all, strings.Join(append([]string{string(i.Listing)}, i.Fields...), " "))
	}
	return strings.Join(all, ", ")
}

// counts are the records that were created, changed, unchanged, listed and put aside.
func (e extract) counts() string {
	return fmt.Sprintf("%d %d %d %d %d", e.Created, e.Changed, e.Unchanged, len(e.items), e.Rejected)
}

func (l *lab) try(ctx context.Context, file string) (e extract, err error) {
	e.RegistryReport, err = l.Service.ImportRegistry(ctx, strings.NewReader(file), service.RegistryImport{
		Reject: func(r registryfile.Reject) error { e.rejects = append(e.rejects, r); return nil },
		List:   func(i service.RegistryItem) error { e.items = append(e.items, i); return nil },
	})
	return e, err
}

// imports imports a file that is read to its end.
func (l *lab) imports(t *testing.T, file string) extract {
	t.Helper()
	e, err := l.try(t.Context(), file)
	must(t, err)
	if !e.Complete || e.Rejected != len(e.rejects) {
		t.Fatalf("%+v", e)
	}
	return e
}

func newRegistryLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	return l
}

// asOf is the file, made on that day.
func asOf(day, file string) string { return strings.Replace(file, "2026-03-16T09", day+"T09", 1) }

// exported is what the registry would be told of each application, by its number.
func (l *lab) exported(t *testing.T) map[domain.UniqueNumber]registryfile.View {
	t.Helper()
	_, err := l.DB.ExecContext(t.Context(), `INSERT INTO registry_event (id, application_id, kind, happened_at, next_try)
		SELECT 'rev_' || substr(md5(id), 1, 26), id, 'MOD', '2026-01-01', '2026-01-01' FROM application WHERE unique_number IS NOT NULL`)
	must(t, err)
	all := map[domain.UniqueNumber]registryfile.View{}
	for n := 1; n > 0; {
		out, err := os.Create(filepath.Join(t.TempDir(), "mod.xml"))
		must(t, err)
		n, err = l.Service.ExportRegistry(t.Context(), out, domain.RegistryChanged)
		must(t, err)
		must(t, out.Close())
		if n == 0 {
			break
		}
		text, err := os.ReadFile(out.Name())
		must(t, err)
		for _, v := range views(t, string(text)) {
			all[v.Number] = v
		}
	}
	return all
}

func views(t *testing.T, file string) (all []registryfile.View) {
	t.Helper()
	r, err := registryfile.NewReader(strings.NewReader(file), registryfile.Options{})
	must(t, err)
	for {
		record, reject, err := r.Next()
		if err != nil {
			return all
		}
		if reject != nil {
			t.Fatal(reject)
		}
		all = append(all, record.View())
	}
}

func written(t *testing.T, v registryfile.View) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}

// everybody has something done to all persons of a record.
func everybody(v *registryfile.View, do func(*registryfile.Person)) {
	do(&v.Applicant)
	for _, list := range [][]registryfile.Person{v.CoApplicants, v.Dependants, v.Visiting} {
		for i := range list {
			do(&list[i])
		}
	}
}

// leftOut is what of a record does not come back, and why.
var leftOut = []struct {
	why string
	do  func(v *registryfile.View, ours func(domain.InseeCode) bool)
}{
	{"wishes elsewhere are not ours; one is one", func(v *registryfile.View, ours func(domain.InseeCode) bool) {
		var all []domain.InseeCode
		for _, w := range v.Wishes {
			if ours(w) && !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
		v.Wishes = all
	}},
	{"a room is a home of one room", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		for i, code := range v.Typologies {
			v.Typologies[i] = strings.Replace(code, "C", "T1", 1)
		}
		v.Housing.Typology = strings.Replace(v.Housing.Typology, "C", "T1", 1)
	}},
	{"the registry is not told what is sensitive", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		v.Reasons = slices.DeleteFunc(v.Reasons, domain.SensitiveReason)
		modes := map[domain.HousingClass][]string{
			domain.SocialTenant: {"HLM"}, domain.PrivateTenant: {"LP"}, domain.Owner: {"POCC"}, domain.HostedFree: {"CP"},
		}
		if len(v.Housing.Modes) > 0 {
			v.Housing.Modes = modes[domain.HousingClassOf(v.Housing.Modes[0])]
		}
	}},
	{"resources are one of a kind, in the order of the list; sensitive kinds are others", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		everybody(v, func(p *registryfile.Person) {
			var lines []domain.ResourceLine
			for _, r := range p.Received {
				if *r.Amount != 0 {
					lines = append(lines, domain.ResourceLine{Kind: r.Code, Amount: *r.Amount})
				}
			}
			p.Received = nil
			for _, line := range domain.Shown(lines) {
				p.Received = append(p.Received, registryfile.Resource{Code: line.Kind, Amount: &line.Amount})
			}
			total := domain.Money(0)
			for _, r := range p.Paid {
				total += *r.Amount
			}
			if len(p.Paid) > 0 {
				p.Paid = []registryfile.Resource{{Code: "PAV", Amount: &total}}
			}
		})
	}},
	{"links are fewer here; a title is out of use, sex is not asked", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		everybody(v, func(p *registryfile.Person) {
			p.Title, p.Sex = strings.Replace(p.Title, "3", "2", 1), ""
			links := map[string]string{"M": "M", "P": "M", "C": "M", "L": "", "E": "E", "A": "A", "G": "", "D": ""}
			p.Link = links[p.Link]
		})
		for i := range v.Dependants {
			if v.Dependants[i].Link == "M" { // an ascendant (P)
				v.Dependants[i].Link = "A"
			}
		}
	}},
	{"a birth name is told where it is another", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		everybody(v, func(p *registryfile.Person) {
			if p.BirthName == p.Name {
				p.BirthName = ""
			}
		})
	}},
	{"incomes are those of the household", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		var total, earlier domain.Money
		year, told, before := 0, false, false
		everybody(v, func(p *registryfile.Person) {
			if p.TaxIncome != nil {
				year, total, told = p.TaxYear, total+*p.TaxIncome, true
			}
			if p.EarlierTaxIncome != nil {
				earlier, before = earlier+*p.EarlierTaxIncome, true
			}
			p.TaxYear, p.EarlierTaxYear, p.TaxIncome, p.EarlierTaxIncome = 0, 0, nil, nil
		})
		if told {
			v.Applicant.TaxYear, v.Applicant.TaxIncome = year, &total
		}
		if before {
			v.Applicant.EarlierTaxYear, v.Applicant.EarlierTaxIncome = year-1, &earlier
		}
	}},
	{"one address, and how to reach the applicant", func(v *registryfile.View, _ func(domain.InseeCode) bool) {
		a := v.Applicant
		everybody(v, func(p *registryfile.Person) {
			p.Phone, p.OtherPhone, p.Email, p.Address = "", "", "", registryfile.Address{}
		})
		v.Applicant.Phone, v.Applicant.OtherPhone, v.Applicant.Email = a.Phone, a.OtherPhone, a.Email
		v.Applicant.Address = registryfile.Address{Street: strings.TrimSpace(a.Address.Number + " " + a.Address.Street), PostalCode: a.Address.PostalCode}
	}},
}

func (l *lab) ours(t *testing.T) func(domain.InseeCode) bool {
	t.Helper()
	all, err := l.Client.Commune.Query().All(policy.TellRegistry(t.Context()))
	must(t, err)
	return func(code domain.InseeCode) bool {
		for _, c := range all {
			if c.InseeCode == code {
				return true
			}
		}
		return false
	}
}

func sampleExtract(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../registryfile/testdata/demande_isere.xml")
	must(t, err)
	return string(text)
}

// What the registry states is made an application, with its life and who stated it, and
// imported again it stays as it is.
func TestExtractIsTakenOver(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	text := sampleExtract(t)
	if e := l.imports(t, text); e.counts() != "1 0 0 0 0" || e.Type != registryfile.Creation {
		t.Fatalf("%+v", e)
	}
	ctx := policy.TellRegistry(t.Context())
	a, err := l.Client.Application.Query().Where(application.UniqueNumber("0380326012345G1234")).
		WithSummary().WithFile().WithContact().WithHistory().WithDeadlines().WithHousehold().Only(ctx)
	must(t, err)
	day := domain.NewDate(2026, 3, 16)
	s := a.Edges.Summary
	if a.State != domain.ApplicationActive || a.RegisteredOn != day || *s.ValidFrom != day || a.ValidUntil != domain.NewDate(2027, 3, 16) ||
		*s.NumberedOn != day || *s.AcknowledgedOn != day || s.FollowingPointID != nil || s.HouseholdSize != 2 || a.BirthName != "EXEMPLE" || a.UsualName != "" {
		t.Errorf("%+v, %+v", a, s)
	}
	if c := a.Edges.Contact; c.Address != "1 rue de l'Exemple" || c.Town != "Grenoble" || c.PostalCode != "38100" || c.Dwelling.People != 2 {
		t.Errorf("%+v", c)
	}
	if f := a.Edges.File; f.TaxIncome != 17200_00 || f.MonthlyResources != 1620_00 || f.Housing != domain.PrivateTenant || len(f.Reasons) != 0 {
		t.Errorf("%+v", f)
	}
	var told []string
	for _, e := range a.Edges.History {
		told = append(told, fmt.Sprint(e.Kind, " ", e.HappenedOn))
	}
	if slices.Sort(told); !slices.Equal(told, []string{"SUBMIT 2026-03-16", "VALIDATE 2026-03-16"}) || len(a.Edges.Deadlines) == 0 {
		t.Errorf("%v, %d deadlines", told, len(a.Edges.Deadlines))
	}
	for field, from := range map[string]domain.Provenance{
		"names.birthName": s.Provenance, "search.wishes": s.Provenance, "search.enlarged": s.Provenance, "contact.email": a.Edges.Contact.Provenance,
		"file.taxIncome": a.Edges.File.Provenance, domain.MemberPath(a.Edges.Household[1].ID) + "link": a.Edges.Household[1].Provenance,
	} {
		if from.Of(field) != domain.SourceRegistry {
			t.Errorf("%s is the word of %s", field, from.Of(field))
		}
	}
	if from := domain.Provenance(a.Edges.Contact.Provenance); from.Of("contact.careOf") != domain.SourceApplicant || len(l.events(t, a.ID)) != 0 {
		t.Error("what nobody said was said by the registry, or it is told what it told")
	}
	if n, err := l.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
	before := l.dump(t)
	if e := l.imports(t, text); e.counts() != "0 0 1 0 0" {
		t.Errorf("%+v", e)
	}
	if l.dump(t) != before {
		t.Error("the second import changed something")
	}
}

// dump is all that is stored, table by table.
func (l *lab) dump(t *testing.T) string {
	t.Helper()
	var all string
	must(t, l.DB.QueryRowContext(t.Context(), `SELECT string_agg(name || ': ' || query_to_xml('SELECT * FROM ' || name || ' ORDER BY 1', true, false, '')::text, E'\n' ORDER BY name)
		FROM (SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) tables (name)`).Scan(&all))
	return all
}

// extracts is how many files TestGeneratedExtracts imports, of one record.
var extracts = flag.Int("extracts", 150, "how many generated extracts to import")

// What is taken over comes back from what is stored, but for what is left out on purpose.
func TestGeneratedExtracts(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	ours := l.ours(t)
	want := map[domain.UniqueNumber]registryfile.View{}
	listed, elsewhere := 0, 0
	var files []string
	for seed := range uint64(*extracts) {
		g := registrytest.New(seed)
		g.Type = []registryfile.FileType{registryfile.Dispatch, registryfile.Creation, registryfile.Change, registryfile.DigitalCopy, registryfile.Renewal, registryfile.Return, registryfile.CreationBySeparation}[seed%7]
		g.From = int(seed)
		if seed%10 > 0 { // else they are none of ours
			g.Communes = strings.Fields("38185 38421 69123 38516 38151")
		}
		file := g.File(1)
		files = append(files, file)
		for _, v := range views(t, file) {
			for _, w := range v.Wishes {
				if !ours(w) {
					elsewhere++
				}
			}
			if v.RemovedFor != "" || !slices.ContainsFunc(v.Wishes, ours) {
				listed++
				continue
			}
			for _, exception := range leftOut {
				exception.do(&v, ours)
			}
			want[v.Number] = v
		}
	}
	created := 0
	for i, file := range files {
		e := l.imports(t, file)
		created += e.Created
		listed -= len(e.items)
		if e.Rejected+e.Changed+e.Unchanged > 0 || len(e.items)+e.Created != 1 {
			t.Fatalf("file %d: %+v", i, e)
		}
	}
	if created != len(want) || listed != 0 || elsewhere == 0 || created < *extracts/2 {
		t.Errorf("%d of %d created, %d listed too few", created, len(want), listed)
	}
	got := l.exported(t)
	for number, v := range want {
		if g, w := written(t, got[number]), written(t, v); g != w {
			t.Fatalf("%s:\n%s\nis not\n%s", number, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d are there, want %d", len(got), len(want))
	}
	// A second import changes nothing. Renewals were of nothing that is known, and are of
	// something now; a return tells of the events that the export sent.
	before := l.dump(t)
	for i, file := range files {
		if strings.Contains(file, `"RET"`) || strings.Contains(file, `'RET'`) || strings.Contains(file, `"REN"`) || strings.Contains(file, `'REN'`) {
			continue
		}
		if e := l.imports(t, file); e.Created+e.Changed+e.Rejected > 0 {
			t.Errorf("file %d again: %+v", i, e)
		}
	}
	if l.dump(t) != before {
		t.Error("the second import changed something")
	}
	if n, err := l.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// A damaged record is put aside with what is wrong with it, and the others are imported;
// an import that is cut short goes on where it was.
func TestDamagedExtract(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	const damaged, whole = 100, 101 // one between any two: an end alone would end one that is cut
	damages := registrytest.Damages()
	g := registrytest.New(7)
	bad := map[int]registrytest.Damage{}
	var records []string
	for i := range damaged + whole {
		record := registrytest.Whole(registrytest.Numbered(i))
		if i%2 == 1 {
			d := damages[len(bad)%len(damages)]
			bad[i+1] = d
			record = d.Do(g, record)
		}
		records = append(records, record)
	}
	file := registrytest.File("MOD", records...)

	ctx, cancel := context.WithCancel(t.Context())
	cut, err := l.Service.ImportRegistry(ctx, strings.NewReader(file), service.RegistryImport{
		Reject: func(r registryfile.Reject) error {
			if r.Ordinal > 50 {
				cancel()
			}
			return nil
		},
		List: func(service.RegistryItem) error { return nil },
	})
	first := cut.Created
	if !errors.Is(err, context.Canceled) || first == 0 || first == whole || cut.Complete {
		t.Fatalf("%+v, %v", cut, err)
	}
	e := l.imports(t, file)
	if len(bad) != damaged || e.counts() != fmt.Sprintf("%d 0 %d 0 %d", whole-first, first, damaged) {
		t.Fatalf("%s, after %d", e.counts(), first)
	}
	for _, r := range e.rejects {
		d, is := bad[r.Ordinal]
		if !is || r.Line != 3+r.Ordinal && d.Code != registryfile.Stray {
			t.Errorf("%s on line %d is whole", r, r.Line)
		}
		f := r.Faults[0]
		if d.Code != "" && f.Code != d.Code || f.Message.FR == "" || d.Field != "" && f.Field[len(f.Field)-1] != d.Field {
			t.Errorf("%s: %s", d.Name, r)
		}
	}
	var stored int
	must(t, l.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM application WHERE unique_number IS NOT NULL").Scan(&stored))
	if stored != whole {
		t.Errorf("%d are stored", stored)
	}
}

// What the form's rules refuse is put aside as well, with its field.
func TestExtractAgainstTheForm(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	born := "<s:dateNaissance>1988-05-17</s:dateNaissance>"
	child := func(inside string) string {
		return "</s:demandeur><s:listePersonneACharge><s:personneACharge>" + inside + "</s:personneACharge></s:listePersonneACharge>"
	}
	for i, c := range []struct{ old, now, field string }{
		{born, "<s:dateNaissance>2199-01-01</s:dateNaissance>", "form household 0 bornOn"},
		{"</s:demandeur>", child("<s:nom>A</s:nom>"), "form household 1 bornOn"},
		{"2026-03-16", "2199-01-01", "depositedOn"},
		{"</s:demandeur>", "<s:adressePostale><s:voie>Rue</s:voie><s:codePostal>380</s:codePostal></s:adressePostale></s:demandeur>", "form contact postalCode"},
		{"</s:demandeur>", "<s:revenuFiscal><s:anneeMoins1>2199</s:anneeMoins1><s:montantMoins1>1</s:montantMoins1></s:revenuFiscal></s:demandeur>", "form file taxYear"},
	} {
		record := registrytest.Whole(registrytest.Numbered(i))
		if !strings.Contains(record, c.old) {
			t.Fatal(c.old)
		}
		e := l.imports(t, registrytest.File("CRE", strings.Replace(record, c.old, c.now, 1), registrytest.Whole(registrytest.Numbered(100+i))))
		if e.counts() != "1 0 0 0 1" {
			t.Errorf("%s: %+v", c.field, e)
			continue
		}
		if f := e.rejects[0].Faults[0]; strings.Join(f.Field, " ") != c.field || f.Code != registryfile.BadValue || e.rejects[0].Line != 4 || string(e.rejects[0].Number) != registrytest.Numbered(i) {
			t.Errorf("%s: %s", c.field, e.rejects[0])
		}
	}
}

// What is not ours, or says too little, is listed, and nothing is made of it.
func TestExtractsThatAreListed(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	record := registrytest.Whole(registrytest.Numbered(1))
	bare := "<s:demande><s:demandeLogement><s:numUnique>" + registrytest.Numbered(1) + "</s:numUnique></s:demandeLogement></s:demande>"
	before := l.dump(t)
	for _, c := range []struct{ typ, record, want string }{
		{"CRE", strings.Replace(record, `"38185"`, `"69123"`, 1), "OUT_OF_TERRITORY"},
		{"CRE", strings.Replace(record, "<s:numUnique>"+registrytest.Numbered(1)+"</s:numUnique>", "", 1), "UNKNOWN"},
		{"CRE", strings.Replace(record, "<s:nom>EXEMPLE</s:nom>", "", 1), "UNKNOWN"},
		{"RAD", record, "UNKNOWN"},
		{"SUP", record, "UNKNOWN"},
		{"RET", bare, "UNKNOWN"},
		{"RET", strings.Replace(record, "</s:demandeLogement>", `</s:demandeLogement><s:listeAnomalie code="CTRL_DEM_0012"/>`, 1), "UNKNOWN"},
		{"REN", bare, "UNKNOWN"},
		{"COP", strings.Replace(record, "</s:logementRecherche>", `</s:logementRecherche><s:motifRadiation code="RADATT"/>`, 1), "UNKNOWN"},
	} {
		if e := l.imports(t, registrytest.File(c.typ, c.record)); e.counts() != "0 0 0 1 0" || e.listed() != c.want || e.items[0].Line != 4 || e.Listed[domain.RegistryListing(c.want)] != 1 {
			t.Errorf("%s: %+v", c.typ, e)
		}
	}
	if l.dump(t) != before {
		t.Error("something was made")
	}
}

// saying is a whole record with more about the applicant.
func saying(i int, more string) string {
	return strings.Replace(registrytest.Whole(registrytest.Numbered(i)), "</s:demandeur>", more+"</s:demandeur>", 1)
}

// What the registry states again changes what it stated, not what a stronger source did,
// and nothing while it has to be told something itself.
func TestRegistryRestates(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	ctx := l.on(t.Context(), l.today())
	id := l.register(t, l.today())
	_, err := l.Service.ValidateApplication(ctx, id)
	must(t, err)
	number := string(*l.application(t, id).UniqueNumber)
	record := func(more string) string {
		return strings.NewReplacer(registrytest.Numbered(1), number, "EXEMPLE", "Costa", "Camille", "Ana", "1988-05-17", "1990-04-12", `"T3"`, `"T2"`, ">true<", ">false<").Replace(saying(1, more))
	}
	file := func(more string) string { return asOf("2026-11-24", registrytest.File("MOD", record(more))) }
	phone := func(n string) string { return "<s:telPortable>" + n + "</s:telPortable>" }
	told := func() {
		t.Helper()
		_, err := l.DB.ExecContext(t.Context(), "UPDATE registry_event SET state = 'ACKNOWLEDGED'")
		must(t, err)
	}
	contact := func() (string, domain.ValueSource) {
		t.Helper()
		c, err := l.application(t, id).QueryContact().Only(policy.TellRegistry(t.Context()))
		must(t, err)
		number := ""
		if c.Phone != nil {
			number = c.Phone.National()
		}
		return number, domain.Provenance(c.Provenance).Of("contact.phone")
	}
	if e := l.imports(t, file(phone("0600000001"))); e.counts() != "0 0 0 1 0" || e.listed() != "NEWER_HERE" {
		t.Errorf("%+v", e)
	}
	told()
	if e := l.imports(t, registrytest.File("MOD", record(phone("0600000001")))); e.listed() != "NEWER_HERE" { // of March
		t.Errorf("%+v", e)
	}
	if e := l.imports(t, file("")); e.counts() != "0 0 1 0 0" || l.application(t, id).Version != 2 {
		t.Errorf("%+v", e)
	}
	if e := l.imports(t, file(phone("0600000001"))); e.counts() != "0 1 0 0 0" {
		t.Errorf("%+v", e)
	}
	if n, from := contact(); n != "06 00 00 00 01" || from != domain.SourceRegistry || kinds(l.events(t, id)) != "CRE ACKNOWLEDGED" {
		t.Errorf("%s by %s", n, from)
	}
	if e := l.imports(t, file(phone("0600000001"))); e.counts() != "0 0 1 0 0" {
		t.Errorf("%+v", e)
	}
	// A piece was looked at since; of what it leaves empty it proves nothing.
	form := form(l.today()).Contact
	form.Phone, err = domain.ParsePhoneNumber("0600000002")
	must(t, err)
	_, err = l.Service.CorrectApplication(ctx, id, service.Correction{Source: domain.SourceDocument, ApplicationCorrection: domain.ApplicationCorrection{Contact: &form}})
	must(t, err)
	told()
	e := l.imports(t, file(phone("0600000003")+"<s:mel>ana@example.org</s:mel><s:revenuFiscal><s:anneeMoins1>2025</s:anneeMoins1><s:montantMoins1>20000</s:montantMoins1></s:revenuFiscal>"))
	if n, from := contact(); e.counts() != "0 1 0 1 0" || e.listed() != "KEPT contact.phone" || n != "06 00 00 00 02" || from != domain.SourceDocument {
		t.Errorf("%+v, %s by %s", e, n, from)
	}
	f, err := l.application(t, id).QueryFile().Only(policy.TellRegistry(t.Context()))
	must(t, err)
	if from := domain.Provenance(f.Provenance); f.TaxIncome != 20000_00 || f.TaxYear != 2025 || from.Of("file.taxIncome") != domain.SourceRegistry || from.Of("file.reasons") != domain.SourceApplicant {
		t.Errorf("%+v", f)
	}
	// An extract of before says nothing new; a household stays who it is.
	_, err = l.DB.ExecContext(t.Context(), "UPDATE registry_event SET happened_at = '2026-01-01'")
	must(t, err)
	before := asOf("2026-11-22", registrytest.File("MOD", record("<s:revenuFiscal><s:anneeMoins1>2025</s:anneeMoins1><s:montantMoins1>1</s:montantMoins1></s:revenuFiscal>")))
	if e := l.imports(t, before); e.counts() != "0 0 1 1 0" || e.listed() != "KEPT file.taxIncome" {
		t.Errorf("%+v", e)
	}
	e = l.imports(t, strings.Replace(file(""), "1990-04-12", "1990-04-13", 1))
	if e.counts() != "0 0 1 1 0" || e.listed() != "HOUSEHOLD" {
		t.Errorf("%+v", e)
	}
	// Reasons that are sensitive are kept apart, and housing that is.
	for _, want := range []string{"0 1 0 0 0", "0 0 1 0 0"} {
		text := strings.NewReplacer("</s:listeLocalisationSouhaite>", `</s:listeLocalisationSouhaite><s:listeMotifDemande><s:motifDemande code="01"/><s:motifDemande code="06"/></s:listeMotifDemande>`,
			"</s:demandeur>", `</s:demandeur><s:logementActuel><s:listeModeleLogement><s:modeleLogement code="SH"/></s:listeModeleLogement></s:logementActuel>`).Replace(file(""))
		if e := l.imports(t, text); e.counts() != want {
			t.Errorf("%+v", e)
		}
	}
	secret, err := l.Client.SensitiveRecord.Query().Only(policy.TellRegistry(t.Context()))
	must(t, err)
	f, err = l.application(t, id).QueryFile().Only(policy.TellRegistry(t.Context()))
	must(t, err)
	if !slices.Equal(secret.Reasons, []string{"06"}) || secret.HousingMode != "SH" || !slices.Equal(f.Reasons, []string{"01"}) || f.Housing != domain.OtherHousing {
		t.Errorf("%+v, %+v", secret, f)
	}
	_, err = l.DB.ExecContext(t.Context(), "UPDATE application SET protected = true WHERE id = $1", id)
	must(t, err)
	if e := l.imports(t, file(phone("0600000003"))); e.counts() != "0 0 1 1 0" || e.items[0].String() != "line 4, record 1: KEPT" {
		t.Errorf("%+v", e)
	}
	if e := l.imports(t, strings.Replace(file(""), `"T2"`, `"T33"`, 1)); e.counts() != "0 0 0 0 1" || e.rejects[0].Number != "" {
		t.Errorf("%+v", e)
	}
}

// Steps of a life are taken where they are open, once.
func TestExtractsThatTakeSteps(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	whole := registrytest.Whole(registrytest.Numbered(1))
	l.imports(t, registrytest.File("CRE", whole))
	removal := func(code string) string {
		if code != "" {
			code = `<s:motifRadiation code="` + code + `"/>`
		}
		return registrytest.File("RAD", strings.Replace(whole, "</s:logementRecherche>", "</s:logementRecherche>"+code, 1))
	}
	state := func() domain.ApplicationState {
		t.Helper()
		a, err := l.Client.Application.Query().Where(application.UniqueNumber(domain.UniqueNumber(registrytest.Numbered(1)))).Only(policy.TellRegistry(t.Context()))
		must(t, err)
		return a.State
	}
	for _, c := range []struct {
		name, file, counts, listed string
		state                      domain.ApplicationState
	}{
		{"too soon", registrytest.File("REN", whole), "0 0 0 1 0", "NOT_OPEN", domain.ApplicationActive},
		{"deleted", registrytest.File("SUP", whole), "0 0 0 1 0", "DELETED", domain.ApplicationActive},
		{"without a warning", removal("RADCON"), "0 0 0 1 0", "NOT_OPEN", domain.ApplicationActive},
		{"no removal to take back", removal(""), "0 0 1 0 0", "", domain.ApplicationActive},
		{"removed", removal("RADABA"), "0 1 0 0 0", "", domain.ApplicationRemoved},
		{"removed again", removal("RADATT"), "0 0 1 0 0", "", domain.ApplicationRemoved},
		{"for good", removal(""), "0 0 0 1 0", "NOT_OPEN", domain.ApplicationRemoved},
		{"what is over", registrytest.File("MOD", whole), "0 0 0 1 0", "NOT_OPEN", domain.ApplicationRemoved},
	} {
		if e := l.imports(t, c.file); e.counts() != c.counts || e.listed() != c.listed || state() != c.state {
			t.Errorf("%s: %s, %s, %s", c.name, e.counts(), e.listed(), state())
		}
	}
	due := strings.NewReplacer("2026-03-16</s:date", "2025-12-16</s:date", registrytest.Numbered(1), registrytest.Numbered(2)).Replace(whole)
	l.imports(t, registrytest.File("CRE", due))
	for _, want := range []string{"0 1 0 0 0", "0 0 1 0 0"} {
		if e := l.imports(t, registrytest.File("REN", due)); e.counts() != want {
			t.Errorf("renewal: %+v", e)
		}
	}
}

// A return file tells what became of what the registry was told in files.
func TestReturnFiles(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	id, other := l.lived(t), l.lived(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "cre.xml"))
	must(t, err)
	_, err = l.Service.ExportRegistry(t.Context(), out, domain.RegistryCreated)
	must(t, err)
	returned := func(id domain.ID, more string) string {
		return asOf("2026-11-24", registrytest.File("RET", "<s:demande><s:demandeLogement><s:numUnique>"+string(*l.application(t, id).UniqueNumber)+"</s:numUnique>"+more+"</s:demandeLogement></s:demande>"))
	}
	e := l.imports(t, returned(id, ""))
	if e.Acknowledged != 1 || e.Refused != 0 || kinds(l.events(t, id)) != "CRE ACKNOWLEDGED, MOD TO_SEND, RAD TO_SEND" || kinds(l.events(t, other)) != "CRE SENT, MOD TO_SEND, RAD TO_SEND" {
		t.Errorf("%+v, %s", e, kinds(l.events(t, id)))
	}
	e = l.imports(t, returned(other, `<s:listeAnomalie code="CTRL_DEM_0012"/>`))
	if got := l.events(t, other); e.Refused != 1 || kinds(got) != "CRE REJECTED, MOD TO_SEND, RAD TO_SEND" || got[0].RejectedFor != "CTRL_DEM_0012" {
		t.Errorf("%+v, %s", e, kinds(got))
	}
}

// What was merged is left to the one that survives.
func TestExtractOfWhatWasMerged(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	ctx := l.on(t.Context(), l.today())
	var numbers []domain.UniqueNumber
	var ids []domain.ID
	for range 2 {
		id := l.register(t, l.today())
		_, err := l.Service.ValidateApplication(ctx, id)
		must(t, err)
		ids, numbers = append(ids, id), append(numbers, *l.application(t, id).UniqueNumber)
	}
	_, err := l.Service.MergeApplications(ctx, ids[0], ids[1])
	must(t, err)
	record := strings.ReplaceAll(registrytest.Whole(registrytest.Numbered(1)), registrytest.Numbered(1), string(numbers[1]))
	if e := l.imports(t, registrytest.File("MOD", record)); e.counts() != "0 0 0 1 0" || e.listed() != "MERGED" || e.items[0].Survivor != numbers[0] {
		t.Errorf("%+v", e)
	}
}

// What was erased is not made again, here or where the ledger alone tells of it, and
// nothing personal comes back.
func TestErasedIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	l, backup := newRegistryLab(t), newRegistryLab(t)
	file := sampleExtract(t)
	removal := registrytest.File("RAD", strings.Replace(registrytest.Whole("0380326012345G1234"), "</s:logementRecherche>", `</s:logementRecherche><s:motifRadiation code="RADABA"/>`, 1))
	l.imports(t, file)
	l.imports(t, removal)
	_, err := l.Service.KeepCalendar(t.Context(), l.today().AddMonths(13))
	must(t, err)
	var ledger []service.Erasure
	must(t, l.Service.Erasures(t.Context(), func(e service.Erasure) error { ledger = append(ledger, e); return nil }))
	if len(ledger) != 1 || len(ledger[0].Number) != 32 {
		t.Fatalf("%+v", ledger)
	}
	for range 2 {
		if again, err := backup.Service.EraseAgain(t.Context(), ledger[0]); again || err != nil {
			t.Errorf("%v, %v", again, err)
		}
	}
	for name, l := range map[string]*lab{"here": l, "a backup that never had it": backup} {
		before := l.dump(t)
		if e := l.imports(t, file); e.counts() != "0 0 0 1 0" || e.listed() != "ERASED" {
			t.Errorf("%s: %+v", name, e)
		}
		all := l.dump(t)
		if all != before {
			t.Errorf("%s: something was made", name)
		}
		for _, canary := range []string{"0380326012345G1234", "EXEMPLE", "Sacha", "rue de l'Exemple", "camille@example.org", "600000000"} {
			if strings.Contains(all, canary) {
				t.Errorf("%s: %s is there", name, canary)
			}
		}
		var again []service.Erasure
		must(t, l.Service.Erasures(t.Context(), func(e service.Erasure) error { again = append(again, e); return nil }))
		if len(again) != 1 || string(again[0].Number) != string(ledger[0].Number) || again[0].ApplicationID != ledger[0].ApplicationID ||
			again[0].ErasedOn != ledger[0].ErasedOn || again[0].RemovedFor != domain.RemovedWithdrawn {
			t.Errorf("%s: %+v", name, again)
		}
	}
	// A backup of before the erasure has it still.
	older := newRegistryLab(t)
	older.imports(t, file)
	a, err := older.Client.Application.Query().Where(application.UniqueNumberNotNil()).Only(policy.TellRegistry(t.Context()))
	must(t, err)
	e := ledger[0]
	e.ApplicationID, e.Number = a.ID, nil // as a ledger of before had it
	if again, err := older.Service.EraseAgain(t.Context(), e); !again || err != nil {
		t.Error(again, err)
	}
	if e := older.imports(t, file); e.listed() != "ERASED" {
		t.Errorf("%+v", e)
	}
}

// Of two imports at once each application is made by one, and neither fails.
func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	l := newRegistryLab(t)
	var records []string
	for i := range 30 {
		records = append(records, registrytest.Whole(registrytest.Numbered(i)))
	}
	file := registrytest.File("DIS", records...)
	var together sync.WaitGroup
	var reports [2]extract
	var failed [2]error
	for i := range reports {
		together.Go(func() { reports[i], failed[i] = l.try(t.Context(), file) })
	}
	together.Wait()
	created := reports[0].Created + reports[1].Created
	if err := errors.Join(failed[:]...); err != nil || created != 30 || created+reports[0].Unchanged+reports[1].Unchanged != 60 {
		t.Errorf("%+v, %v", reports, err)
	}
}
