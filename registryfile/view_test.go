package registryfile_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registryfile"
)

func money(euros int64) *domain.Money { m := domain.Money(euros * 100); return &m }

func day(t testing.TB, s string) domain.Date {
	t.Helper()
	d, err := domain.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func one(t testing.TB, text string) (result, *registryfile.Record) {
	t.Helper()
	all, err := readAll(text)
	if err != nil || len(all.records) != 1 || all.rejects != nil {
		t.Fatal(all.rejects, err)
	}
	return all, all.records[0]
}

func TestViewOfTheSample(t *testing.T) {
	t.Parallel()
	all, record := one(t, sample(t))
	if h := all.header; h.Version != "02.00" || h.Type != registryfile.Creation || h.Desk != "G1234" || !h.Date.Equal(time.Date(2026, 3, 16, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("%+v", h)
	}
	no, yes := false, true
	want := registryfile.View{
		Number: "0380326012345G1234", CreatedOn: day(t, "2026-03-16"),
		Applicant: registryfile.Person{
			Title: "2", Name: "EXEMPLE", GivenNames: "Camille", BornOn: day(t, "1988-05-17"), Nationality: "1", FamilyStatus: "C",
			Phone: "+33600000000", Email: "camille@example.org",
			Address: registryfile.Address{Number: "1", Street: "rue de l'Exemple", PostalCode: "38100", Commune: "38185", Abroad: &no},
			TaxYear: 2025, TaxIncome: money(17200), EarlierTaxYear: 2024, EarlierTaxIncome: money(16800),
			Received: []registryfile.Resource{{Code: "SAL", Amount: money(1480)}, {Code: "AF", Amount: money(140)}},
		},
		Dependants: []registryfile.Person{{Name: "EXEMPLE", GivenNames: "Sacha", BornOn: day(t, "2015-09-01"), Sex: "M", Link: "E"}},
		Housing:    registryfile.Housing{Modes: []string{"LP"}, Category: "A", Typology: "T2", Rent: money(640), People: 2, OwnsOther: &no},
		Enlarged:   &yes, Typologies: []string{"T3"}, Wishes: []domain.InseeCode{"38185", "38516"},
	}
	got := record.View()
	// A record that is made of the same says the same, at the same places.
	made := registryfile.NewRecord(got).View()
	for name, v := range map[string]registryfile.View{"read": got, "made": made} {
		v.Applicant = nowhere(v.Applicant)
		for i := range v.Dependants {
			v.Dependants[i] = nowhere(v.Dependants[i])
		}
		if !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %+v, want %+v", name, v, want)
		}
	}
}

// nowhere forgets where a person was read.
func nowhere(p registryfile.Person) registryfile.Person {
	return registryfile.Person{
		Title: p.Title, Nationality: p.Nationality, FamilyStatus: p.FamilyStatus, Sex: p.Sex, Link: p.Link, Name: p.Name, BirthName: p.BirthName,
		GivenNames: p.GivenNames, BornOn: p.BornOn, Phone: p.Phone, OtherPhone: p.OtherPhone, Email: p.Email, Address: p.Address,
		TaxYear: p.TaxYear, EarlierTaxYear: p.EarlierTaxYear, TaxIncome: p.TaxIncome, EarlierTaxIncome: p.EarlierTaxIncome, Received: p.Received, Paid: p.Paid,
	}
}

// A new record of what the sample says, in a new file, differs from it in what the service
// knows nothing of, and in nothing else: the order is that of the registry.
func TestNewFileOfTheSample(t *testing.T) {
	t.Parallel()
	all, record := one(t, sample(t))
	all.header.Root = nil
	all.records[0] = registryfile.NewRecord(record.View())
	work := sample(t)
	from, to := strings.Index(work, "<ns1:situationProfessionnelle>"), strings.Index(work, "<ns1:revenuFiscal>")
	without := work[:from] + work[to:]
	same(t, again(t, all), strings.Replace(without, "<ns1:surface>38</ns1:surface>", "", 1))
}

// What changes goes to its place; what nobody here knows stays where it is.
func TestChangesGoToTheirPlaces(t *testing.T) {
	t.Parallel()
	type view = registryfile.View
	person := registryfile.Person{Name: "NOUVEAU", GivenNames: "Alix", BornOn: day(t, "2020-01-31"), Link: "E"}
	no := false
	for name, c := range map[string]struct {
		change   func(*view)
		old, now string // of the sample
	}{
		"nothing": {func(*view) {}, "", ""},
		"a name": {
			func(v *view) { v.Applicant.Name = "AUTRE & <fils>" },
			">EXEMPLE</ns1:nom>\n          <ns1:prenom>Camille", ">AUTRE &amp; &lt;fils></ns1:nom>\n          <ns1:prenom>Camille",
		},
		"a name more": {
			func(v *view) { v.Applicant.BirthName = "NÉE" },
			"<ns1:prenom>Camille", "<ns1:nomPatronymique>NÉE</ns1:nomPatronymique><ns1:prenom>Camille",
		},
		"a telephone less": {func(v *view) { v.Applicant.Phone = "" }, "<ns1:telPortable>0600000000</ns1:telPortable>", ""},
		"another telephone": {
			func(v *view) { v.Applicant.Phone, v.Applicant.OtherPhone = "+33476000000", "+4122000000" },
			"<ns1:telPortable>0600000000", "<ns1:telDomicile>+4122000000</ns1:telDomicile><ns1:telPortable>0476000000",
		},
		"an address less": {func(v *view) { v.Applicant.Address = registryfile.Address{} }, between(sample(t), "<ns1:adressePostale>", "</ns1:adressePostale>"), ""},
		"an income with cents": {
			func(v *view) { m := domain.Money(1720005); v.Applicant.TaxIncome = &m },
			"17200<", "17200.05<",
		},
		"a resource between": {
			func(v *view) {
				r := v.Applicant.Received
				v.Applicant.Received = []registryfile.Resource{r[1], {Code: "RSA", Amount: money(600)}}
			}, between(sample(t), "<ns1:listeRessourceRecue>", "</ns1:listeRessourceRecue>"),
			`<ns1:listeRessourceRecue><ns1:detailRessource><ns1:ressource code="AF"/><ns1:montant>140</ns1:montant></ns1:detailRessource>` +
				`<ns1:detailRessource><ns1:ressource code="RSA"/><ns1:montant>600</ns1:montant></ns1:detailRessource></ns1:listeRessourceRecue>`,
		},
		"resources that are paid": {
			func(v *view) { v.Applicant.Paid = []registryfile.Resource{{Code: "PAV", Amount: money(0)}} },
			"</ns1:listeRessourceRecue>", `</ns1:listeRessourceRecue><ns1:listeRessourceVersee><ns1:detailRessource><ns1:ressource code="PAV"/><ns1:montant>0</ns1:montant></ns1:detailRessource></ns1:listeRessourceVersee>`,
		},
		"a dependant more": {
			func(v *view) { v.Dependants = append(v.Dependants, person) },
			"</ns1:personneACharge>", `</ns1:personneACharge><ns1:personneACharge><ns1:nom>NOUVEAU</ns1:nom><ns1:prenom>Alix</ns1:prenom><ns1:dateNaissance>2020-01-31</ns1:dateNaissance><ns1:lienParente code="E"/></ns1:personneACharge>`,
		},
		"a dependant less": {func(v *view) { v.Dependants = nil }, between(sample(t), "<ns1:listePersonneACharge>", "</ns1:listePersonneACharge>"), ""},
		"a spouse": {
			func(v *view) {
				v.CoApplicants = []registryfile.Person{{Title: "1", Name: "NOUVEAU", Link: "M", Email: "a@example.org"}}
			},
			"<ns1:logementActuel>", `<ns1:listeCotitulaire><ns1:cotitulaire><ns1:civilite code="1"/><ns1:nom>NOUVEAU</ns1:nom><ns1:lienDemandeur code="M"/><ns1:mel>a@example.org</ns1:mel></ns1:cotitulaire></ns1:listeCotitulaire><ns1:logementActuel>`,
		},
		"children": {
			func(v *view) {
				v.Visiting = []registryfile.Person{{BornOn: day(t, "2019-05-01"), Link: "G"}}
				v.ToBeBorn = registryfile.ToBeBorn{Count: 2, On: day(t, "2026-08-01")}
			},
			"<ns1:logementActuel>", `<ns1:personneANaitre><ns1:nombre>2</ns1:nombre><ns1:dateNaissancePrevue>2026-08-01</ns1:dateNaissancePrevue></ns1:personneANaitre><ns1:listePersonneEnGarde><ns1:personneEnGarde><ns1:dateNaissance>2019-05-01</ns1:dateNaissance><ns1:coParentalite code="G"/></ns1:personneEnGarde></ns1:listePersonneEnGarde><ns1:logementActuel>`,
		},
		"wishes": {
			func(v *view) { v.Wishes = []domain.InseeCode{"38516", "38421"} },
			between(sample(t), "<ns1:listeLocalisationSouhaite>", "</ns1:listeLocalisationSouhaite>"),
			`<ns1:listeLocalisationSouhaite><ns1:localisationSouhaite><ns1:commune code="38516"/></ns1:localisationSouhaite><ns1:localisationSouhaite><ns1:commune code="38421"/></ns1:localisationSouhaite></ns1:listeLocalisationSouhaite>`,
		},
		"typologies, reasons, enlargement": {
			func(v *view) { v.Typologies, v.Reasons, v.Enlarged = []string{"T2", "T3"}, []string{"09"}, &no },
			between(sample(t), "<ns1:logementRecherche>", "</ns1:logementRecherche>"),
			strings.NewReplacer(`<ns1:typeLogement `, `<ns1:typeLogement code="T2"/><ns1:typeLogement `, ">true<", ">false<",
				"</ns1:logementRecherche>", `<ns1:listeMotifDemande><ns1:motifDemande code="09"/></ns1:listeMotifDemande></ns1:logementRecherche>`).
				Replace(between(sample(t), "<ns1:logementRecherche>", "</ns1:logementRecherche>")),
		},
		"a removal": {func(v *view) { v.RemovedFor = "RADATT" }, "</ns1:demandeLogement>", `<ns1:motifRadiation code="RADATT"/></ns1:demandeLogement>`},
	} {
		extra := strings.NewReplacer("<ns1:prenom>Sacha", `<ns1:inconnu a="1">x</ns1:inconnu><ns1:prenom>Sacha`).Replace
		all, record := one(t, extra(sample(t)))
		v := record.View()
		c.change(&v)
		record.Set(v)
		if !strings.Contains(sample(t), c.old) {
			t.Fatal(name)
		}
		if !same(t, again(t, all), extra(strings.Replace(sample(t), c.old, c.now, 1))) {
			t.Error(name)
		}
	}
}

func between(text, begin, end string) string {
	_, rest, _ := strings.Cut(text, begin)
	inside, _, _ := strings.Cut(rest, end)
	return begin + inside + end
}

// Persons take what nobody here knows of with them, in whatever order.
func TestPersonsKeepWhatIsTheirs(t *testing.T) {
	t.Parallel()
	child := func(name, more string) string {
		return "<s:personneACharge><s:nom>" + name + "</s:nom>" + more + "</s:personneACharge>"
	}
	list := func(children ...string) string {
		return strings.Replace(whole(numbered(1)), "</s:demandeur>", "</s:demandeur><s:listePersonneACharge>"+strings.Join(children, "")+"</s:listePersonneACharge>", 1)
	}
	all, record := one(t, file("MOD", list(child("A", "<s:a/>"), child("B", "<s:b/>"), child("C", "<s:c/>"))))
	v := record.View()
	v.Dependants = []registryfile.Person{v.Dependants[2], {Name: "D"}, v.Dependants[0], v.Dependants[0]}
	v.Dependants[2].Name = "A2"
	record.Set(v)
	same(t, again(t, all), file("MOD", list(child("C", "<s:c/>"), child("D", ""), child("A2", "<s:a/>"), child("A", ""))))
}

// A record goes into a file that names the namespaces in another way.
func TestRecordInAnotherFile(t *testing.T) {
	t.Parallel()
	from, _ := one(t, strings.NewReplacer("<s:", "<", "</s:", "</", "xmlns:s=", "xmlns=").Replace(file("SUP", strings.Replace(whole(numbered(1)), "<s:nom>", `<a:x xmlns:a="urn:a" a:y="1"><none xmlns=""><deep xmlns="http://nuu.application.i2/"/></none></a:x><s:nom>`, 1))))
	into, err := readAll(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	into.header.Type = registryfile.Change
	into.header.Date = time.Date(2026, 7, 1, 10, 0, 0, 5e6, time.UTC)
	into.records = from.records
	written := again(t, into)
	if !strings.Contains(written, `<ns1:typeFichier code="MOD">`) && !strings.Contains(written, `<ns1:typeFichier code="MOD"/>`) || !strings.Contains(written, "2026-07-01T12:00:00.005+02:00") {
		t.Error(written)
	}
	got, err := readAll(written)
	if err != nil || len(got.records) != 1 {
		t.Fatal(got.rejects, err)
	}
	got.header = from.header
	same(t, again(t, got), again(t, from))
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	good := registryfile.Header{Version: "02.01", Type: registryfile.Change, Date: time.Unix(0, 0), Desk: "G1234"}
	for name, change := range map[string]func(*registryfile.Header){
		"no type":       func(h *registryfile.Header) { h.Type = "" },
		"another type":  func(h *registryfile.Header) { h.Type = "NON" },
		"no desk":       func(h *registryfile.Header) { h.Desk = "" },
		"another desk":  func(h *registryfile.Header) { h.Desk = "guichet" },
		"no date":       func(h *registryfile.Header) { h.Date = time.Time{} },
		"no version":    func(h *registryfile.Header) { h.Version = "" },
		"other version": func(h *registryfile.Header) { h.Version = "09" },
	} {
		h := good
		change(&h)
		var out bytes.Buffer
		if _, err := registryfile.NewWriter(&out, h); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, out.Len())
		}
	}
	var out bytes.Buffer
	w, err := registryfile.NewWriter(&out, good)
	if err != nil {
		t.Fatal(err)
	}
	written := out.Len()
	for name, v := range map[string]registryfile.View{"nothing": {}, "no number": {CreatedOn: day(t, "2026-01-01")}} {
		if err := w.Write(registryfile.NewRecord(v)); err == nil || !strings.Contains(err.Error(), "REQUIRED") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Write(&registryfile.Record{Tree: &registryfile.Element{}}); err == nil {
		t.Error("what is no record is written")
	}
	if err := w.Close(); err != nil || out.Len() != written+len("</ns1:interfaceNuu>\n") {
		t.Errorf("%d bytes after %d: %v", out.Len(), written, err)
	}
}
